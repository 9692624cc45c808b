"""What stands behind ``--seed``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from composer.commands.seeds import read_seed
from composer.errors import BadInputError, InvalidMidiError
from composer.midi.writer import write_midi
from composer.notes import Note, Score

if TYPE_CHECKING:
    from pathlib import Path

SCALE = Score(tuple(Note(float(beat), 60 + beat, beat + 1.0) for beat in range(12)))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a MIDI file named like a scale, and one named like an opener."""
    monkeypatch.chdir(tmp_path)
    for name in ("scale.mid", "schumann", "traumerei.mid", "scale without suffix"):
        (tmp_path / name).write_bytes(write_midi(SCALE))
    return tmp_path


@pytest.mark.parametrize("text", ["schumann", "Träumerei", "schumann:traumerei"])
def test_openers(here: Path, text: str) -> None:
    """The name of an opener counts before a file of that name."""
    assert (here / "schumann").exists()
    assert read_seed(text).opener == "schumann:traumerei"


@pytest.mark.parametrize("text", ["scale.mid", "./scale.mid", "./schumann", "traumerei.mid", "scale without suffix"])
def test_files(here: Path, text: str) -> None:
    """A path is a file, with and without a suffix, even where its name is also an opener's."""
    seed = read_seed(str(here / text) if text == "scale.mid" else text)

    assert seed.opener is None
    assert [note.pitch for note in seed.primer.notes] == [note.pitch for note in SCALE.notes]


@pytest.mark.parametrize(("text", "pitches"), [("C5q E5q G5h", [72, 76, 79]), ("C4+E4+G4h", [60, 64, 67])])
def test_notation(text: str, pitches: list[int]) -> None:
    """A line of notes is read as notation."""
    assert [note.pitch for note in read_seed(text).primer.notes] == pitches


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "seed is empty"),
        (" \n", "seed is empty"),
        ("schumnan", "did you mean schumann"),
        ("nobody:nothing at all", "no opener"),
        ("C5q E5q H9q", "H9q"),
        ("Rq Rw Rh.", "no notes"),
        ("absent.mid", "No such file"),
        ("/", "directory"),
        ("./\0.mid", "cannot be read"),
        ("x" * 100_000, "name"),
        ("~nobody/x.mid", "cannot be read"),
    ],
)
def test_refusals(text: str, words: str) -> None:
    """What is nothing of all this is refused with a sentence that helps."""
    with pytest.raises(BadInputError, match=words):
        read_seed(text)


def test_file_that_is_no_music(here: Path) -> None:
    """A file of another kind is refused by what it is."""
    (here / "song.mid").write_bytes(b"ID3\x04 an MP3")

    with pytest.raises(InvalidMidiError, match="MP3"):
        read_seed("song.mid")
