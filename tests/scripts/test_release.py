"""Releasing a checkpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composer.checkpoints import RELEASED, load_checkpoint
from scripts.release import release

if TYPE_CHECKING:
    from pathlib import Path


def test_a_released_checkpoint_loads_and_names_its_licence(tmp_path: Path) -> None:
    """The same network has the same id wherever it lies, and its card says under which licence."""
    identifier = release(RELEASED, "CC0", tmp_path)
    checkpoint = load_checkpoint(tmp_path)

    assert identifier == checkpoint.id == load_checkpoint().id
    assert checkpoint.card["licence"].startswith("CC0;")
    assert checkpoint.card["training"] == load_checkpoint().card["training"]
