"""Primers in other keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.keys import Key, key_of_passage
from composer.notation import parse_notation
from composer.notes import HIGHEST_PITCH, LOWEST_PITCH, Note, Score
from composer.openers import list_openers
from composer.recasting import in_parallel_mode, moved, recast
from tests.composer.strategies import grid_scores

C_MAJOR, C_MINOR = Key(0, "major"), Key(0, "minor")


def _pitches(line: str, key: Key) -> list[int]:
    return [note.pitch - 60 for note in in_parallel_mode(parse_notation(line), key).notes]


@pytest.mark.parametrize(
    ("major", "minor"),
    [
        ("C4q D4q E4q F4q G4q", [0, 2, 3, 5, 7]),
        ("G4q A4q B4q C5q", [7, 9, 11, 12]),
        ("C5q B4q A4q G4q", [12, 10, 8, 7]),
        ("C4q B3q C4q", [0, -1, 0]),
        ("A4q G4q", [8, 7]),
        ("D4q Eb4q E4q", [2, 2, 3]),
        ("F4q F#4q G4q", [5, 6, 7]),
    ],
    ids=["third", "melodic minor", "natural minor falling", "leading tone", "sixth", "chromatic", "raised fourth"],
)
def test_major_music_in_minor(major: str, minor: list[int]) -> None:
    """Third, sixth and seventh are altered as a musician would, by where they lead."""
    assert _pitches(major, C_MAJOR) == minor


def test_minor_music_in_major() -> None:
    """The lowered degrees are raised; the leading tone stays one."""
    assert _pitches("C4q D4q Eb4q F4q G4q Ab4q B4q C5q Bb4q Ab4q", C_MINOR) == [0, 2, 4, 5, 7, 9, 11, 12, 11, 9]


def test_chords_keep_their_notes() -> None:
    """A dominant seventh stays one, its fifth and third untouched."""
    score = Score(tuple(Note(0.0, pitch, 1.0) for pitch in (55, 59, 62, 65)))

    assert in_parallel_mode(score, C_MAJOR) == score


def test_most_openers_are_heard_in_the_key_that_was_asked() -> None:
    """In the other mode, and moved by a fourth; on as many notes, all on the piano."""
    found = 0
    for opener in list_openers():
        own = opener.known_key
        wanted = Key((own.tonic + 5) % 12, "minor" if own.mode == "major" else "major")
        there = recast(opener.score, own, wanted)
        found += key_of_passage(there).name == wanted.name
        assert 0.95 * len(opener.score.notes) <= len(there.notes) <= len(opener.score.notes)
        assert wanted.share_inside(note.pitch for note in there.notes) >= 0.75

    assert found >= 0.95 * len(list_openers())


@given(grid_scores(), st.integers(-6, 6))
def test_nothing_leaves_the_piano(score: Score, semitones: int) -> None:
    """However wide the music, it is moved as a whole where that is possible, else the outermost notes by an octave."""
    there = moved(score, semitones)
    shifts = {(after.pitch - before.pitch) for before, after in zip(score.notes, there.notes, strict=False)}

    assert all(LOWEST_PITCH <= note.pitch <= HIGHEST_PITCH for note in there.notes)
    low, high = (edge(note.pitch for note in score.notes) for edge in (min, max))
    if high - low <= HIGHEST_PITCH - LOWEST_PITCH - 12:
        assert len(shifts) == 1
        assert (shifts.pop() - semitones) % 12 == 0


@given(grid_scores())
def test_the_same_key_changes_nothing(score: Score) -> None:
    """Music that is in the key already stays as it is."""
    assert recast(score, C_MINOR, C_MINOR) == score


@given(grid_scores())
def test_rhythm_and_dynamics_stay(score: Score) -> None:
    """Only pitches change; where two notes meet on one key they are one."""
    there = in_parallel_mode(score, C_MAJOR)

    assert {note.start for note in there.notes} <= {note.start for note in score.notes}
    assert (there.tempos, there.pedals, there.time_signatures) == (score.tempos, score.pedals, score.time_signatures)
