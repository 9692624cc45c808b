"""For tests of networks: checkpoints that only look like some, spoilt ones, and a small piece to score."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from composer.checkpoints import CARD, CRITIC, NETWORK, RELEASED, WEIGHTS, Checkpoint, load_checkpoint, write_card
from composer.notes import Note, Score

if TYPE_CHECKING:
    from pathlib import Path


TWO_VOICES = Score(
    tuple(
        Note(index / 2, 50 + (index * 5 + chord * 4) % 24, index / 2 + 0.5 + chord, 40 + index % 50)
        for index in range(12)
        for chord in range(2)
    )
)


def make_network(folder: Path, name: str = "a", *, critic: str | None = None) -> Checkpoint:
    """A checkpoint that is whole and cannot compose; its id follows from ``name`` and ``critic``."""
    folder.mkdir(parents=True)
    (folder / WEIGHTS).write_bytes(b"weights of " + name.encode())
    (folder / NETWORK).write_bytes(b"network of " + name.encode())
    if critic is not None:
        (folder / CRITIC).write_text(critic, encoding="utf-8")
    return write_card(folder, {"network": {"layers": 1, "width": 1}})


def copy_released(folder: Path, checkpoint_id: str) -> Checkpoint:
    """The released checkpoint under another id."""
    shutil.copytree(RELEASED, folder)
    return write_card(folder, load_checkpoint(folder).card | {"id": checkpoint_id})


def flip_byte(path: Path) -> None:
    """Spoil one byte in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def change_card(folder: Path, **changes: object) -> None:
    """Write other things into a card than belong there."""
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    (folder / CARD).write_text(json.dumps(card | changes), encoding="utf-8")
