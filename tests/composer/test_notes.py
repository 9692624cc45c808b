"""Notes and Scores."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.notes import Note, Pedal, Score, Tempo, TimeSignature, with_repeats_cleaned
from tests.composer.strategies import grid_scores

C4 = Note(0.0, 60, 1.0)


@pytest.mark.parametrize(
    ("start", "pitch", "end", "velocity"),
    [
        (0, 20, 1, 64),
        (0, 109, 1, 64),
        (1, 60, 1, 64),
        (-1, 60, 1, 64),
        (0, 60, math.inf, 64),
        (0, 60, 1, 0),
        (0, 60, 1, 128),
    ],
)
def test_impossible_notes_are_refused(start: float, pitch: int, end: float, velocity: int) -> None:
    """A note off the piano, without length, before the beginning or without sound cannot be made."""
    with pytest.raises(ValueError, match=r"\d"):
        Note(start, pitch, end, velocity)


@pytest.mark.parametrize("bpm", [0.0, 7.9, 641.0, math.nan])
def test_impossible_tempos_are_refused(bpm: float) -> None:
    """A tempo that nobody can play cannot be made."""
    with pytest.raises(ValueError, match="bpm"):
        Tempo(0.0, bpm)


def test_notes_are_sorted_by_start_then_pitch() -> None:
    """A Score puts its notes in order, low notes of a chord first."""
    score = Score((Note(1, 60, 2), Note(0, 64, 1), Note(0, 60, 1)))

    assert [(note.start, note.pitch) for note in score.notes] == [(0, 60), (0, 64), (1, 60)]


def test_the_first_tempo_stands_at_the_beginning() -> None:
    """A tempo map with a hole at its beginning is refused."""
    with pytest.raises(ValueError, match="beat 0"):
        Score((C4,), tempos=(Tempo(1.0, 100),))


def test_seconds_follow_the_tempo_map() -> None:
    """Two beats at 60 and two at 120 bpm last three seconds."""
    score = Score((Note(0, 60, 4),), tempos=(Tempo(0, 60), Tempo(2, 120)))

    assert score.length_seconds == pytest.approx(3.0)
    assert score.seconds_at(3.0) == pytest.approx(2.5)


@given(grid_scores(), st.floats(0, 50))
def test_beat_at_is_the_inverse_of_seconds_at(score: Score, beat: float) -> None:
    """Going to seconds and back gives the same beat."""
    assert score.beat_at(score.seconds_at(beat)) == pytest.approx(beat, abs=1e-6)


def test_bars_follow_the_time_signatures() -> None:
    """Two bars of 3/4 and then bars of 6/8 all begin where they should."""
    signatures = (TimeSignature(0, 3, 4), TimeSignature(6, 6, 8))
    score = Score((Note(0, 60, 11),), time_signatures=signatures)

    assert score.bar_lines() == [0, 3, 6, 9]


def test_an_excerpt_begins_at_beat_zero_and_ends_at_its_end() -> None:
    """Notes that begin inside are kept, moved, and released by the end."""
    score = Score((Note(0, 60, 4), Note(1, 62, 2), Note(2, 64, 8), Note(6, 65, 7)))

    excerpt = score.excerpt(1, 5)

    assert [(note.start, note.pitch, note.end) for note in excerpt.notes] == [(0, 62, 1), (1, 64, 4)]


def test_an_excerpt_from_inside_a_bar_begins_with_an_upbeat() -> None:
    """Bar lines stay where they were in the music."""
    score = Score((Note(3, 60, 4), Note(4, 62, 12)))

    assert score.excerpt(3, 12).bar_lines() == [0, 1, 5]


def test_an_excerpt_keeps_the_pedal_and_the_tempo_in_force() -> None:
    """What was pressed and how fast it went before the cut still holds after it."""
    score = Score((C4, Note(4, 60, 5)), tempos=(Tempo(0, 60), Tempo(2, 90)), pedals=(Pedal(1, True), Pedal(4.5, False)))

    excerpt = score.excerpt(4, 5)

    assert excerpt.tempos == (Tempo(0, 90),)
    assert excerpt.pedals == (Pedal(0, True), Pedal(0.5, False))


def test_the_mean_tempo_is_that_of_the_onsets() -> None:
    """Two beats at 60 bpm and two at 120 take three seconds, however long the last note; one onset has its own."""
    score = Score((C4, Note(4, 60, 40)), tempos=(Tempo(0, 60), Tempo(2, 120)))

    assert score.mean_bpm == pytest.approx(80)
    assert Score((Note(3, 60, 4),), tempos=score.tempos).mean_bpm == 120


def test_a_struck_key_that_is_still_down_is_released_first() -> None:
    """Overlapping notes of one key become notes one after another."""
    notes = with_repeats_cleaned([Note(0, 60, 4), Note(1, 60, 2), Note(1, 64, 2)])

    assert [(note.start, note.pitch, note.end) for note in notes] == [(0, 60, 1), (1, 60, 2), (1, 64, 2)]


def test_two_strikes_of_one_key_at_once_are_one() -> None:
    """The longer length and the louder velocity stay."""
    assert with_repeats_cleaned([Note(0, 60, 1, 90), Note(0, 60, 3, 40)]) == (Note(0, 60, 3, 90),)


def test_transposing_off_the_piano_is_refused() -> None:
    """A note above C8 cannot be made by transposing."""
    with pytest.raises(ValueError, match="not on the piano"):
        Score((Note(0, 108, 1),)).transposed(1)
