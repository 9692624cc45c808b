"""Rated pieces for tests."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from composer.score_json import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from composer.notes import Score


def write_rated_set(folder: Path, pieces: Sequence[tuple[Score, float, bool]]) -> Path:
    """A folder of rated pieces: music, where its composed part begins, and whether its one vote was up."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, (score, primer_end_beat, is_up) in enumerate(pieces):
        data = to_json(score).encode()
        (folder / f"{number}.json").write_bytes(data)
        rows.append(
            {
                "file": f"{number}.json",
                "sha256": hashlib.sha256(data).hexdigest(),
                "primer_end_beat": primer_end_beat,
                "label": "liked" if is_up else "disliked",
                "rating": 2 / 3 if is_up else 1 / 3,
                "up": int(is_up),
                "down": int(not is_up),
                "weight": 1.0,
            }
        )
    (folder / "manifest.json").write_text(json.dumps({"format": 1, "pieces": rows}), encoding="utf-8")
    return folder
