"""``read``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from composer.commands.cli import main
from composer.midi.writer import write_midi
from composer.notation import parse_notation

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def scale(tmp_path: Path) -> Path:
    """A file with two bars of 4/4 in C major at 120 quarter notes a minute."""
    path = tmp_path / "scale.mid"
    path.write_bytes(write_midi(parse_notation("C4q D4q E4q F4q | G4q A4q B4q C5q"), title="Scale"))
    return path


def test_as_json(scale: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was understood is one JSON object."""
    assert main(["read", str(scale), "--json"]) == 0
    description = json.loads(capsys.readouterr().out)

    assert description["notes"] == 8
    assert description["seconds"] == pytest.approx(4.0)
    assert description["bars"] == 2
    assert description["tempo"]["median"] == 120
    assert description["key"] == "C major"
    assert description["beat_grid"] is True


def test_for_people(scale: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same in lines."""
    assert main(["read", str(scale)]) == 0
    assert "4.0 s, 8 notes, 2 bars" in capsys.readouterr().out
