"""Two blind samples for people: the same primer and random seed, continued by the base and by the candidate."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from composer.composer import TAIL_SECONDS
from composer.openers import find_opener
from composer.sound.rendering import render_audio

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from composer.tuning.measuring import Made

FOLDER, KEY = "samples", "key.json"


def write_samples(output: Path, current: Sequence[Made], new: Sequence[Made], random_seed: int) -> None:
    """Write ``a.mp3``, ``b.mp3`` and ``key.json``, which says which is ``new`` and which ``current``.

    Args:
        output: gets the folder ``samples``.
        current: pieces of the network that composes now.
        new: of the candidate, on the same primers and random seeds, in the same order.
        random_seed: draws the primer, and the order.
    """
    rng = np.random.default_rng((random_seed, len(current)))
    differing = [index for index, (one, other) in enumerate(zip(current, new, strict=True)) if one.score != other.score]
    drawn = int(rng.choice(differing)) if differing else 0
    order = rng.permutation(["current", "new"]).tolist()
    folder = output / FOLDER
    folder.mkdir()
    for name, which in zip("ab", order, strict=True):
        piece = {"current": current, "new": new}[which][drawn]
        title = f"Sample {name.upper()}: {find_opener(piece.opener).title}, continued"
        render_audio(piece.score, folder / f"{name}.mp3", title=title, longest_tail_seconds=TAIL_SECONDS)
    (folder / KEY).write_text(json.dumps(dict(zip("ab", order, strict=True))), encoding="utf-8")
