"""MIDI files as rolls to train on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composer.learning.corpus import CorpusFile
from composer.learning.roll_corpus import read_rolls, roll_piece
from composer.midi.writer import write_midi
from composer.networks.roll_config import PianoRollConfig
from composer.notation import parse_notation

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = PianoRollConfig(planes=2, frames_per_quarter=4)


def test_a_piece_begins_with_its_first_note_and_knows_its_key() -> None:
    """A rest at the beginning is left out, the tonic is that of the music."""
    piece = roll_piece(parse_notation("Rh A4q B4q C#5q D5q E5q F#5q G#5q A5q E5q C#5q A4h"), CONFIG)
    assert piece.tonic == 9
    assert piece.frames[0, 69 - 21].tolist() == [1, 1]


def test_bars_begin_where_the_clock_says() -> None:
    """In 3/4 with an upbeat of a quarter, bar lines lie where the clock is a multiple of 12 frames."""
    score = parse_notation("time=3/4 Rh G4q | C5q D5q E5q | C5q D5q E5q")
    piece = roll_piece(score, CONFIG)
    bars = [round((line - score.notes[0].start) * 4) for line in score.bar_lines() if line > score.notes[0].start]
    assert bars
    assert [int(piece.clock[bar]) % 12 for bar in bars if bar < len(piece)] == [0] * len(bars)


def test_unusable_files_are_left_out(tmp_path: Path) -> None:
    """One broken file does not keep the others from being read; a small corpus keeps its histories."""
    (tmp_path / "good.mid").write_bytes(write_midi(parse_notation("C4q D4q E4q F4q G4q F4q E4q D4q C4w")))
    (tmp_path / "bad.mid").write_bytes(b"MThd nonsense")
    files = [CorpusFile(name, "", "train") for name in ("good.mid", "bad.mid")]
    pieces = read_rolls(tmp_path, files, CONFIG)
    assert len(pieces) == 1
    assert pieces[0].keeps_history
