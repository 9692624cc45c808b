"""Copied runs against a search letter by letter."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.encoding.vocabulary import encode
from composer.evaluation.originality import copied_runs, copied_share, longest_run
from tests.composer.evaluation.small_music import melody

if TYPE_CHECKING:
    import numpy as np

tunes = st.lists(st.sampled_from([60, 61, 63]), min_size=1, max_size=25)
SCALE = (60, 62, 64, 65, 67, 69, 71, 72)


def _factors(pitches: tuple[int, ...] | list[int]) -> np.ndarray:
    return encode(melody(pitches)).factors


def _steps(pitches: list[int]) -> list[int]:
    return [after - before for before, after in pairwise(pitches)]


def _run(steps: list[int], start: int, training: list[list[int]]) -> int:
    """The longest prefix of ``steps[start:]`` found anywhere, tried out length by length."""
    length = 0
    while start + length < len(steps) and any(
        steps[start : start + length + 1] == known[place : place + length + 1]
        for known in training
        for place in range(len(known) - length)
    ):
        length += 1
    return length


@given(st.lists(tunes, min_size=1, max_size=4), st.lists(tunes, min_size=1, max_size=3))
def test_runs_are_those_found_letter_by_letter(training: list[list[int]], pieces: list[list[int]]) -> None:
    """For every place the longest run that some training piece has, across no border between pieces."""
    found = copied_runs([_factors(tune) for tune in pieces], [_factors(tune) for tune in training])

    known = [_steps(tune) for tune in training]
    expected = [[_run(_steps(tune), place, known) for place in range(len(tune) - 1)] for tune in pieces]
    assert [runs.tolist() for runs in found] == expected


def test_a_transposed_copy_is_a_copy() -> None:
    """The same scale seven semitones higher is copied from its second note to its end."""
    (runs,) = copied_runs([_factors([pitch + 7 for pitch in SCALE])], [_factors(SCALE)])

    assert longest_run(runs) == len(SCALE) - 1
    assert copied_share(runs, 4) == 1.0


def test_another_rhythm_is_not_a_copy() -> None:
    """The same pitches at another pace have no (interval, gap) pair in common."""
    (runs,) = copied_runs([_factors(SCALE)], [encode(melody(SCALE, beats=0.25)).factors])

    assert longest_run(runs) == 0


def test_a_stretch_counts_only_what_lies_within() -> None:
    """Of a long copied run, a stretch of three pairs holds three."""
    (runs,) = copied_runs([_factors(SCALE)], [_factors(SCALE)])

    assert longest_run(runs[:3]) == 3


def test_a_very_long_copy_is_found_in_full() -> None:
    """A run of hundreds of pairs is measured exactly."""
    tune = [60 + (index * index) % 31 for index in range(700)]
    (runs,) = copied_runs([_factors([40, *tune[50:650], 40])], [_factors(tune)])

    assert longest_run(runs) == pytest.approx(599, abs=1)


def test_nothing_is_copied_from_nothing() -> None:
    """Without training music, and for a single note, there are no runs."""
    first, second = copied_runs([_factors(SCALE), _factors([60])], [])

    assert first.tolist() == [0] * 7
    assert longest_run(second) == 0
    assert copied_share(second, 8) == 0.0
