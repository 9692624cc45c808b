"""``compose`` with the released network, from the command line to the three files."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from composer.checkpoints import CARD, RELEASED
from composer.commands.cli import main
from composer.errors import ComposerError
from composer.midi.files import read_midi_file

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="FluidSynth is not installed"),
    pytest.mark.skipif(not (RELEASED / CARD).exists(), reason="there is no released checkpoint"),
]
BEGINNINGS = {"midi": b"MThd", "mp3": b"ID3", "png": b"\x89PNG"}


def _compose(folder: Path, *options: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    if main(["compose", "--output", str(folder), "--length", "8", "--json", *options]) != 0:
        raise ComposerError(capsys.readouterr().err)
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


def test_opener(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An opener becomes MIDI, MP3 and a picture under one name, and everything about them is told."""
    piece = _compose(tmp_path / "out", "--seed", "schumann", "--random-seed", "7", capsys=capsys)

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"schumann-traumerei-7.{suffix}" for suffix in ("mid", "mp3", "png")
    ]
    for kind, beginning in BEGINNINGS.items():
        assert (tmp_path / "out" / piece[kind].rsplit("/", 1)[-1]).read_bytes().startswith(beginning)
    assert (piece["opener"], piece["random_seed"]) == ("schumann:traumerei", 7)
    assert piece["seconds"] == pytest.approx(8, abs=1)
    assert len(read_midi_file(piece["midi"]).notes) == piece["notes"]
    assert {"reading", "loading", "composing", "midi", "audio", "picture"} <= set(piece["stages"])


def test_same_random_seed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The random seed that was told composes the same piece again, beside the first one."""
    first = _compose(tmp_path, "--seed", "bach", capsys=capsys)
    second = _compose(tmp_path, "--seed", "bach", "--random-seed", str(first["random_seed"]), capsys=capsys)

    assert first["midi"] != second["midi"]
    assert (tmp_path / first["midi"]).read_bytes() == (tmp_path / second["midi"]).read_bytes()


def test_file_and_notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What came out can go in again, and so can a line of notes."""
    notes = _compose(tmp_path, "--seed", "C5q E5q G5h", "--tempo", "90", capsys=capsys)
    again = _compose(tmp_path, "--seed", notes["midi"], "--temperature", "0.8", capsys=capsys)

    assert notes["tempo"] == pytest.approx(90, rel=0.25)
    assert notes["opener"] is again["opener"] is None
    assert again["midi"].rsplit("/", 1)[-1].startswith("notes-")
