"""Curves: dynamics and tempo between their marks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.errors import BadInputError
from composer.notation.curves import Curve, Mark


def test_default_holds_before_the_first_mark() -> None:
    """A curve without marks is its default."""
    assert [Curve([], 72).at(tick) for tick in (0, 1000)] == [72, 72]


def test_mark_holds_from_its_tick() -> None:
    """The level changes exactly at the mark."""
    curve = Curve([Mark(10, 50, 1)], 72)

    assert [curve.at(tick) for tick in (9, 10, 99)] == [72, 50, 50]


def test_gradual_change_is_straight() -> None:
    """Half way in time is half way in level."""
    curve = Curve([Mark(0, 40, 1), Mark(10, None, 1), Mark(30, 80, 1)], 72)

    assert [curve.at(tick) for tick in (5, 10, 20, 30)] == [40, 40, 60, 80]


def test_later_of_two_marks_at_one_tick_counts() -> None:
    """As written, so meant."""
    assert Curve([Mark(5, 1, 1), Mark(5, 2, 1)], 0).at(5) == 2


@pytest.mark.parametrize("marks", [[Mark(0, None, 3)], [Mark(0, None, 3), Mark(4, None, 4), Mark(8, 1, 5)]])
def test_gradual_change_must_reach_a_level(marks: list[Mark]) -> None:
    """The line where it begins is named."""
    with pytest.raises(BadInputError, match="Line 3"):
        Curve(marks, 0)


def test_steps_follow_the_curve() -> None:
    """A gradual change becomes steps with the level in their middle; a sudden one stays one step."""
    curve = Curve([Mark(0, 100, 1), Mark(10, None, 1), Mark(30, 60, 1)], 120)

    assert curve.steps(10) == {0: 100, 10: 90, 20: 70, 30: 60}


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 99), st.floats(1, 127)), max_size=8), st.integers(0, 99))
def test_levels_stay_within_the_marks(marks: list[tuple[int, float]], tick: int) -> None:
    """A curve never leaves the range of its levels, whatever the order of the marks."""
    curve = Curve([Mark(place, level, 1) for place, level in marks], 64.0)
    levels = [64.0, *(level for _, level in marks)]

    assert min(levels) <= curve.at(tick) <= max(levels)
