"""Score to frames and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.errors import BadInputError
from composer.notes import Note, Score
from composer.rolls.roll import Roll, RollNote, folded, frame_at, notes_of, roll_of
from tests.composer.strategies import grid_scores


def _cells(roll: Roll, pitch: int) -> str:
    """One key through time, two digits (sounding, onset) a frame, as the dataset files of 2016 had them."""
    key = roll.frames[:, pitch - roll.lowest_pitch]
    return " ".join("".join(map(str, cell)) for cell in key.tolist())


def test_a_quarter_note_has_four_frames() -> None:
    """At four frames to the quarter it is struck once and sounds four frames (a vector from 2016)."""
    roll = roll_of(Score((Note(0, 60, 1),)), length=5)

    assert _cells(roll, 60) == "11 10 10 10 00"


def test_a_restrike_at_the_half_is_kept() -> None:
    """The same quarter, struck again at its half, has two onsets (a vector from 2016)."""
    roll = roll_of(Score((Note(0, 60, 0.5), Note(0.5, 60, 1))), length=5)

    assert _cells(roll, 60) == "11 10 11 10 00"
    assert notes_of(roll) == (RollNote(0, 2, 60), RollNote(2, 4, 60))


def test_overlapping_strikes_of_one_key_end_each_other() -> None:
    """A key that is struck while it is held begins a new note and ends as that one does."""
    roll = roll_of(Score((Note(0, 60, 4), Note(1, 60, 2))))

    assert notes_of(roll) == (RollNote(0, 4, 60), RollNote(4, 8, 60))


def test_one_frame_a_quarter() -> None:
    """Which keys sound in each quarter (Magenta's test, Apache-2.0, without its pitches off the piano)."""
    score = Score((Note(0, 24, 1), Note(0, 26, 3), Note(2, 24, 4)))
    roll = roll_of(score, frames_per_quarter=1)

    assert [np.flatnonzero(frame).tolist() for frame in roll.sounding] == [[3, 5], [5], [3, 5], [3]]


def test_repeats_stay_apart_without_a_silence() -> None:
    """Magenta's split_repeats loses a frame between repeated notes; onsets of their own keep both whole."""
    notes = (RollNote(0, 2, 30), RollNote(0, 2, 31), RollNote(2, 4, 30), RollNote(2, 4, 32))
    roll = roll_of(Score(tuple(Note(note.start, note.pitch, note.end) for note in notes)), frames_per_quarter=1)

    assert [np.flatnonzero(frame).tolist() for frame in roll.sounding] == [[9, 10], [9, 10], [9, 11], [9, 11]]
    assert notes_of(roll) == notes


@pytest.mark.parametrize(
    ("beat", "frame"), [(0, 0), (0.12, 0), (0.125, 1), (0.374, 1), (1 / 3, 1), (2 / 3, 3), (0.9, 4)]
)
def test_onsets_go_to_the_nearest_frame(beat: float, frame: int) -> None:
    """Halves go to the later one."""
    assert frame_at(beat, 4) == frame


@pytest.mark.parametrize(("pitch", "place"), [(24, 24), (23, 35), (21, 33), (102, 102), (103, 91), (108, 96)])
def test_pitches_outside_the_range_move_by_octaves(pitch: int, place: int) -> None:
    """Into the range 24 to 102 by as few octaves as it takes."""
    assert folded(pitch, 24, 102) == place
    assert notes_of(roll_of(Score((Note(0, pitch, 1),)), 4, 24, 102)) == (RollNote(0, 4, place),)


@given(score=grid_scores(), rate=st.sampled_from([1, 2, 3, 4, 6, 8, 12, 16, 24]))
def test_nothing_is_lost(score: Score, rate: int) -> None:
    """Every strike of a Score has its onset in the roll, and every onset was a strike."""
    roll = roll_of(score, rate)
    strikes = {(frame_at(note.start, rate), note.pitch) for note in score.notes}

    assert {(note.start, note.pitch) for note in notes_of(roll)} == strikes
    assert not (roll.onsets & ~roll.sounding).any()


@given(score=grid_scores(), rate=st.sampled_from([3, 4, 8]))
def test_there_and_back_and_there_is_there(score: Score, rate: int) -> None:
    """The notes of a roll make the same roll again."""
    roll = roll_of(score, rate)
    notes = tuple(Note(note.start / rate, note.pitch, note.end / rate) for note in notes_of(roll))

    assert np.array_equal(roll_of(Score(notes), rate).frames, roll.frames)


@given(score=grid_scores())
def test_the_finest_grid_is_exact(score: Score) -> None:
    """At 24 frames to the quarter, music on that grid comes back as it was, velocities apart."""
    back = [(note.start, note.pitch, note.end) for note in notes_of(roll_of(score, 24))]

    assert back == [(round(note.start * 24), note.pitch, round(note.end * 24)) for note in score.notes]


@given(data=st.data(), frames=st.integers(1, 40))
def test_any_bits_are_notes_that_end(data: st.DataObject, frames: int) -> None:
    """Whatever a network draws, every note ends inside the roll, and no key sounds twice at once."""
    bits = data.draw(st.lists(st.integers(0, 3), min_size=frames * 12, max_size=frames * 12))
    cells = np.array([[bit & 1, bit >> 1] for bit in bits], np.uint8).reshape(frames, 12, 2)
    roll = Roll(cells, 4, 60)
    notes = notes_of(roll)
    held = np.zeros((frames, 12), int)
    for note in notes:
        assert 0 <= note.start < note.end <= frames
        held[note.start : note.end, note.pitch - 60] += 1

    assert np.array_equal(held, roll.sounding)


def test_a_stated_length_cuts_and_pads() -> None:
    """Longer ones end in silence, in shorter ones keys come up with the last frame."""
    score = Score((Note(0, 60, 4), Note(1.99, 64, 2)))

    assert not roll_of(score, length=20).sounding[16:].any()
    assert notes_of(roll_of(score, length=8)) == (RollNote(0, 8, 60), RollNote(7, 8, 64))
    assert len(roll_of(Score(())).frames) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"frames_per_quarter": 0}, "at least one frame"),
        ({"lowest_pitch": 60, "highest_pitch": 70}, "twelve keys"),
        ({"length": -1}, "-1 frames"),
    ],
)
def test_impossible_rolls_are_named(options: dict[str, int], words: str) -> None:
    """No frames, no octave, no time: a sentence says so."""
    with pytest.raises(BadInputError, match=words):
        roll_of(Score((Note(0, 60, 1),)), **options)
