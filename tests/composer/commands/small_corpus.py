"""A corpus small enough to train and evaluate on in a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composer.midi.writer import write_midi
from composer.notation import parse_notation

if TYPE_CHECKING:
    from pathlib import Path

BARS = "C4q D4q E4q F4q | G4q A4q B4q C5q | B4q A4q G4q F4q | E4q D4q C4h | "
PIECES = 24
VALIDATION_PIECES = 2


def write_small_corpus(folder: Path) -> Path:
    """Write scales in different keys, the first two for validation, with a manifest; returns ``folder``."""
    folder.mkdir()
    rows = ["path,split"]
    for number in range(PIECES):
        piece = parse_notation(BARS * 4).transposed(number - PIECES // 2)
        (folder / f"{number}.mid").write_bytes(write_midi(piece))
        rows.append(f"{number}.mid,{'validation' if number < VALIDATION_PIECES else 'train'}")
    (folder / "manifest.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder
