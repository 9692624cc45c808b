"""The candidate: what has been learnt as a checkpoint, with as much say for its critic as what it composes can bear."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from composer.checkpoints import CRITIC, NETWORK, WEIGHTS, write_card
from composer.composer import Composer
from composer.evaluation.likelihood import factor_nats
from composer.generation.decoder import Decoder
from composer.tuning.gate import held_out_line, output_lines, speed_line
from composer.tuning.measuring import compose_all, describe, features_of, race
from composer.tuning.samples import write_samples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from composer.checkpoints import Checkpoint
    from composer.tuning.critic_fit import Learnt
    from composer.tuning.gate import GateLine
    from composer.tuning.measuring import Made, Output
    from composer.tuning.rehearsal import Rehearsal
    from composer.tuning.tuning_run import Progress, TuningRun

    Floats = NDArray[np.float64]

SAYS = (2.0, 1.6, 1.2, 0.8, 0.5)
"""How much the critic may have to say: the most with which what is composed stays as diverse and sound as it was."""
_SMALLEST_SCALE = 1e-3
_INHERITED = ("network", "training", "corpus", "trained", "metrics", "licence")
"""What a candidate's card says as its base's does."""


@dataclass(frozen=True)
class Parts:
    """What has been learnt.

    Attributes:
        lines: of the gate about it.
        learnt: the critic that goes into the candidate, if one does.
        weights: file with the network's new weights, if these do.
    """

    lines: list[GateLine]
    learnt: Learnt | None
    weights: Path | None


def best_candidate(
    run: TuningRun, parts: Parts, rehearsal: Rehearsal, made: Sequence[Made]
) -> tuple[Checkpoint, list[GateLine]]:
    """The candidate whose critic has the most to say of those that pass, else the one whose critic has the least."""
    folder = run.output / "checkpoint"
    folder.mkdir()
    run.progress("exporting", 0.5)
    _write_network(run, parts.weights, folder)
    nats = held_out_line(*_held_out_nats(run.base, folder / NETWORK, rehearsal), rehearsal.source, run.random_seed)
    says: Sequence[float] = SAYS if parts.learnt is not None else (0.0,)
    for number, say in enumerate(says):
        candidate = _with_critic(run, parts.learnt, say, folder)
        progress = partial(_progress_of_one, run.progress, number, len(says))
        again = compose_all(Composer(folder), run.effort, progress)
        found = output_lines(*_described(run, rehearsal, made, again))
        if all(line.passed for line in found):
            break
    run.progress("sampling", 0.95)
    write_samples(run.output, made, again, run.random_seed)
    speed = speed_line(*race(Composer(run.base.folder), Composer(folder), run.effort))
    lines = [*parts.lines, nats, *found, speed]
    return write_card(folder, candidate.card | {"gate": [asdict(line) for line in lines]}), lines


def _progress_of_one(progress: Progress, number: int, count: int, share: float) -> None:
    """What has been done when a measurement of at most ``count`` is so far; most often the first is enough."""
    progress("measuring", 0.6 + 0.35 * (1 - 0.5**number + 0.5 ** min(number + 1, count - 1) * share))


def _write_network(run: TuningRun, weights: Path | None, folder: Path) -> None:
    """The base's network, or the one with the new weights."""
    if weights is None:
        for name in (WEIGHTS, NETWORK):
            shutil.copyfile(run.base.folder / name, folder / name)
        return
    from composer.learning.export import export_in_child
    from composer.networks.note_lstm import NoteLSTMConfig

    weights.replace(folder / WEIGHTS)
    export_in_child(folder / WEIGHTS, NoteLSTMConfig(**run.base.card["network"]), folder / NETWORK)


def _with_critic(run: TuningRun, learnt: Learnt | None, say: float, folder: Path) -> Checkpoint:
    """The candidate, with a critic that has so much to say."""
    if learnt is not None:
        (folder / CRITIC).write_text(replace(learnt.critic, say=say).to_json(), encoding="utf-8")
    elif run.base.critic is not None:
        shutil.copyfile(run.base.critic, folder / CRITIC)
    inherited = {name: run.base.card[name] for name in _INHERITED if name in run.base.card}
    rated = {"manifest_sha256": run.manifest_sha256, "pieces": len(run.rated), "votes": run.votes}
    origin = {"parent": run.base.id, "retrained": datetime.now(UTC).date().isoformat(), "rated": rated}
    return write_card(folder, inherited | origin)


def _described(
    run: TuningRun, rehearsal: Rehearsal, made: Sequence[Made], again: Sequence[Made]
) -> tuple[Output, Output]:
    """The figures of what the base has made and of what the candidate has."""
    scale = np.maximum(features_of(made).std(0), _SMALLEST_SCALE)
    learnt_from = [piece.features.factors for piece in run.rated if piece.liked]
    if run.corpus is not None:
        learnt_from += [features.factors for features in rehearsal.practised]
    return describe(made, scale, learnt_from), describe(again, scale, learnt_from)


def _held_out_nats(base: Checkpoint, network: Path, rehearsal: Rehearsal) -> tuple[Floats, Floats, Floats]:
    """Nats of every held-out piece by either network, all factors but the pedal, and its notes."""
    pieces = rehearsal.held_out

    def total(network: Path) -> Floats:
        found = factor_nats(Decoder(network), base.state_width, pieces)
        return np.array([nats[:, :-1].sum() for nats in found])

    before = total(base.network)
    is_same = base.network.read_bytes() == network.read_bytes()
    notes = np.array([len(piece.factors) for piece in pieces], float)
    return before, before if is_same else total(network), notes
