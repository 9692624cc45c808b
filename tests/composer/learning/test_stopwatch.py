"""How long a training took."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from composer.learning import stopwatch as module
from composer.learning.stopwatch import NAME, seconds_so_far, stopwatch

if TYPE_CHECKING:
    from pathlib import Path


def test_interruptions_add_up(tmp_path: Path) -> None:
    """What was noted before is added to, also where the block fails."""
    (tmp_path / NAME).write_text("1000.0\n")

    with pytest.raises(KeyboardInterrupt), stopwatch(tmp_path):
        raise KeyboardInterrupt

    assert 1000.0 <= seconds_so_far(tmp_path) < 1060.0


def test_noted_on_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is killed has noted most of its time."""
    monkeypatch.setattr(module, "SECONDS_BETWEEN_NOTES", 0.001)

    with stopwatch(tmp_path):
        while not (tmp_path / NAME).exists():
            pass


@pytest.mark.parametrize("text", ["", "soon", "\xff"])
def test_spoilt_note(text: str, tmp_path: Path) -> None:
    """A note that says nothing counts as none."""
    (tmp_path / NAME).write_text(text, encoding="latin-1")

    assert seconds_so_far(tmp_path) == 0.0
