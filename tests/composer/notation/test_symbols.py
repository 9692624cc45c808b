"""The words of the notation, in both directions."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.errors import BadInputError
from composer.notation.symbols import LENGTH_PATTERN, read_key, read_length, read_pitch, write_length, write_pitch


@settings(deadline=None)
@given(st.integers(1, 13_000 * 20160))
def test_lengths_round_trip(ticks: int) -> None:
    """Every length has a name that is read back as the same length."""
    name = write_length(ticks)

    assert re.fullmatch(LENGTH_PATTERN, name)
    assert read_length(name) == ticks


@settings(deadline=None)
@given(st.integers(21, 108))
def test_pitches_round_trip(pitch: int) -> None:
    """Every key of the piano has a name that is read back as the same key."""
    name, octave = write_pitch(pitch)[:-1], write_pitch(pitch)[-1]

    assert read_pitch(name[0], name[1:], int(octave), {}) == pitch


@pytest.mark.parametrize(
    ("name", "altered"),
    [
        ("C", {}),
        ("Am", {}),
        ("G", {"F": 1}),
        ("Em", {"F": 1}),
        ("F", {"B": -1}),
        ("Cm", {"B": -1, "E": -1, "A": -1}),
        ("C#m", {"F": 1, "C": 1, "G": 1, "D": 1}),
        ("Db", dict.fromkeys("BEADG", -1)),
        ("Abm", dict.fromkeys("BEADGCF", -1)),
        ("C#", dict.fromkeys("FCGDAEB", 1)),
    ],
)
def test_key_signatures(name: str, altered: dict[str, int]) -> None:
    """As printed at the head of a staff."""
    assert read_key(name) == altered


@pytest.mark.parametrize("name", ["", "H", "g", "Gmaj", "G#", "Fbm", "A##"])
def test_other_keys_are_refused(name: str) -> None:
    """Neither unknown names nor signatures of more than seven accidentals."""
    with pytest.raises(BadInputError, match="key"):
        read_key(name)


@pytest.mark.parametrize(("letter", "accidental", "octave"), [("A", "b", 0), ("G", "", 0), ("C", "#", 8), ("D", "", 9)])
def test_pitches_outside_the_piano_are_refused(letter: str, accidental: str, octave: int) -> None:
    """The sentence says how far the piano goes."""
    with pytest.raises(BadInputError, match="A0 to C8"):
        read_pitch(letter, accidental, octave, {})
