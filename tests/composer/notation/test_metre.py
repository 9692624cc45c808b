"""Metre: bars, upbeats and the check of bar lines."""

from __future__ import annotations

import pytest

from composer.errors import BadInputError
from composer.notation.metre import Metre
from composer.notation.symbols import TICKS_PER_BEAT
from composer.notes import TimeSignature


def beats(count: float) -> int:
    """Ticks of a number of quarter notes."""
    return round(count * TICKS_PER_BEAT)


def test_common_time_unless_written() -> None:
    """Without a time signature bars have four quarters."""
    metre = Metre()

    assert (TimeSignature(0.0, 4, 4),) == metre.time_signatures()
    assert [metre.is_bar_line(beats(beat)) for beat in (0, 3, 8)] == [True, False, True]


def test_compound_metre() -> None:
    """A bar of 6/8 has three quarters."""
    metre = Metre()
    metre.set_signature(0, 6, 8)

    assert [beat for beat in range(10) if metre.is_bar_line(beats(beat))] == [0, 3, 6, 9]


def test_upbeat_shifts_the_bars() -> None:
    """Bars follow the incomplete one; its length may be any note value."""
    metre = Metre()
    metre.set_signature(0, 3, 4)
    metre.set_upbeat(0, beats(0.75))

    assert (TimeSignature(0.0, 3, 16), TimeSignature(0.75, 3, 4)) == metre.time_signatures()
    assert [metre.is_bar_line(beats(beat)) for beat in (0.75, 3.75, 3)] == [True, True, False]


def test_signature_after_a_check_still_counts() -> None:
    """The metre may change after bar lines were looked at."""
    metre = Metre()
    assert metre.is_bar_line(beats(4))
    metre.set_signature(beats(4), 3, 4)

    assert [metre.is_bar_line(beats(beat)) for beat in (7, 8)] == [True, False]


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 4), (65, 4), (4, 3), (4, 0)])
def test_unusable_metres_are_refused(numerator: int, denominator: int) -> None:
    """The sentence repeats what was written."""
    with pytest.raises(BadInputError, match=f"time={numerator}/{denominator}"):
        Metre().set_signature(0, numerator, denominator)


@pytest.mark.parametrize("length", [0, 4, 5])
def test_upbeat_must_be_shorter_than_a_bar(length: int) -> None:
    """Neither nothing nor a whole bar is an upbeat."""
    with pytest.raises(BadInputError, match="shorter than a bar"):
        Metre().set_upbeat(0, beats(length))


def test_same_metre_may_be_written_in_every_voice() -> None:
    """Only another one for the same place is refused."""
    metre = Metre()
    metre.set_signature(0, 3, 4)
    metre.set_signature(0, 3, 4)

    with pytest.raises(BadInputError, match="another metre"):
        metre.set_signature(0, 4, 4)


def test_bar_lines_are_checked() -> None:
    """Right ones pass, the first wrong one is named with its length."""
    metre = Metre()
    metre.check_bar_lines("RH", [(beats(4), 1), (beats(8), 2), (beats(8), 2)])

    with pytest.raises(BadInputError, match=r"Line 2: bar 2 of RH lasts 3\.5 quarter notes instead of 4"):
        metre.check_bar_lines("RH", [(beats(4), 1), (beats(7.5), 2)])
