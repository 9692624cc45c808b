"""What two pieces have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given

from composer.evaluation.overlap import histograms, mean_overlap, overlap
from tests.composer.evaluation.small_music import chords, melody
from tests.composer.strategies import grid_scores

if TYPE_CHECKING:
    from composer.notes import Score


def test_common_area_of_two_histograms() -> None:
    """Half of the one lies where three quarters of the other lie: half is common."""
    assert overlap(np.array([2.0, 2.0, 0.0]), np.array([3.0, 0.0, 1.0])) == 0.5


def test_empty_histograms_are_equal_to_each_other_alone() -> None:
    """A single note has no intervals: as many as another single note, unlike a melody."""
    assert overlap(np.zeros(3), np.zeros(3)) == 1.0
    assert overlap(np.zeros(3), np.ones(3)) == 0.0


def test_counts_of_a_little_piece() -> None:
    """Two triads a beat apart: pitches, rising intervals within the chord, one gap, chords of three."""
    counts = histograms(chords([60, 64, 67], [60, 64, 67]))

    assert counts["pitch"].sum() == 6
    assert np.flatnonzero(counts["interval"]).tolist() == [25 - 7, 25 + 3, 25 + 4]
    assert (counts["gap"].sum(), counts["gap"][24]) == (1, 1)
    assert counts["chord_size"].tolist() == [0, 0, 2, 0, 0, 0, 0, 0]


def test_music_at_twice_the_pace_shares_all_but_its_rhythm() -> None:
    """Of seven features only gap and duration differ."""
    pitches = (60, 64, 67, 65)

    assert mean_overlap(melody(pitches, 0.5), melody(pitches, 0.25)) == pytest.approx(5 / 7)


@given(grid_scores(), grid_scores())
def test_overlap_is_symmetric_and_bounded(first: Score, second: Score) -> None:
    """A piece is wholly like itself, and as much like another as that is like it."""
    assert mean_overlap(first, first) == pytest.approx(1.0)
    assert mean_overlap(first, second) == pytest.approx(mean_overlap(second, first))
    assert 0 <= mean_overlap(first, second) <= 1 + 1e-9
