"""``render``."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from composer.commands.cli import main
from composer.midi.writer import write_midi
from composer.notation import parse_notation

if TYPE_CHECKING:
    from pathlib import Path

needs_fluidsynth = pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="FluidSynth is not installed")


@pytest.fixture
def scale(tmp_path: Path) -> Path:
    """A file with a scale of four seconds."""
    path = tmp_path / "scale.mid"
    path.write_bytes(write_midi(parse_notation("C4q D4q E4q F4q G4q A4q B4q C5q")))
    return path


@needs_fluidsynth
@pytest.mark.parametrize(("suffix", "beginning"), [(".mp3", b"ID3"), (".wav", b"RIFF"), (".flac", b"fLaC")])
def test_audio(scale: Path, suffix: str, beginning: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """A MIDI file becomes audio of the kind that the suffix says, in a folder that is made for it."""
    output = scale.parent / "new" / f"scale{suffix}"

    assert main(["render", str(scale), str(output), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["seconds"] > 4
    assert output.read_bytes().startswith(beginning)


def test_suffix_is_checked_first(scale: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another kind of file is refused before anything is made."""
    assert main(["render", str(scale), str(scale.parent / "new" / "scale.ogg")]) == 2
    assert ".flac" in capsys.readouterr().err
    assert not (scale.parent / "new").exists()


def test_folder_in_the_place_of_the_file(scale: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder is not overwritten."""
    (scale.parent / "there.mp3").mkdir()

    assert main(["render", str(scale), str(scale.parent / "there.mp3")]) == 2
    assert "is a folder" in capsys.readouterr().err
