"""What was obtained of what was asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.evaluation import obedience
from composer.generation.guiding import APPROACH_SECONDS
from composer.notes import Note, Score, Tempo


def _even(*pitches: int, velocity: int = 64) -> Score:
    """Two notes a second."""
    notes = tuple(Note(float(i), pitch, i + 1.0, velocity) for i, pitch in enumerate(pitches))
    return Score(notes, tempos=(Tempo(0, 120),))


def test_the_way_there_and_the_close_do_not_count() -> None:
    """Of thirty seconds after ten of primer, four at the beginning and four at the end are left out."""
    piece = _even(*[60] * 20, *[72] * 60)
    notes = obedience.settled(piece, 20)

    assert notes[0].seconds == 10 + APPROACH_SECONDS
    assert notes[-1].seconds < 40 - obedience.CLOSE_SECONDS
    assert obedience.density(notes, obedience.settled_seconds(piece, 20)) == pytest.approx(2)
    assert (obedience.mean_pitch(notes), obedience.mean_velocity(notes)) == (72, 66)
    assert obedience.primer_pitch(piece, 20) == 60


def test_phrases_are_new_once() -> None:
    """A scale goes on as one phrase, which the primer has had; a leap makes four new ones, and only the first time."""
    scale, leaping = list(range(60, 72)), [*range(72, 78), 90, 91, 92, 93]

    assert obedience.novelty(_even(*scale, *range(72, 84)), 12) == 0
    assert obedience.novelty(_even(*scale, *leaping), 12) == pytest.approx(3 / 7)


@given(st.lists(st.integers(-100, 100), min_size=3, max_size=20, unique=True))
def test_ranks_correlate_whatever_the_scale(values: list[int]) -> None:
    """With any growing function of themselves fully, with a falling one the other way, with nothing not at all."""
    assert obedience.rank_correlation(values, [value**3 for value in values]) == pytest.approx(1)
    assert obedience.rank_correlation(values, [-value for value in values]) == pytest.approx(-1)
    assert obedience.rank_correlation(values, [1.0] * len(values)) == 0
