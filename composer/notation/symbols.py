"""The words of the text notation: pitch names, key signatures, note values and dynamics, in both directions.

Lengths are counted in ``TICKS_PER_BEAT`` parts of a quarter note, so that tuplets add up exactly.
"""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import product

from composer.errors import BadInputError
from composer.notes import HIGHEST_PITCH, LOWEST_PITCH

TICKS_PER_BEAT = 20160
"""2^6 * 3^2 * 5 * 7: sixty-fourth notes, double dots, and tuplets of 3, 5, 6, 7 and 9 all come out whole."""

LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
"""Semitones of each letter above C."""
ACCIDENTALS = {"n": 0, "#": 1, "b": -1, "##": 2, "bb": -2}
PITCH_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""The usual spelling of each pitch class where no key is known."""
FIFTHS = "FCGDAEB"
"""The order in which a key signature adds sharps; flats come from the other end."""

NOTE_VALUES = {letter: 4 * TICKS_PER_BEAT >> halvings for halvings, letter in enumerate("whqestx")}
"""Ticks of a whole, half, quarter, eighth, sixteenth, thirty-second and sixty-fourth note."""
DOTS = {"": Fraction(1), ".": Fraction(3, 2), "..": Fraction(7, 4)}
TUPLETS = {
    "": Fraction(1),
    "3": Fraction(2, 3),
    "5": Fraction(4, 5),
    "6": Fraction(4, 6),
    "7": Fraction(4, 7),
    "9": Fraction(8, 9),
}
"""A tuplet digit and the fraction of the plain value that it leaves: three in the time of two, five of four, ..."""
LENGTH_PATTERN = r"(?:[whqestx]\.{0,2}[35679]?|:[0-9]{1,9}(?:\.[0-9]{1,9}|/[0-9]{1,5})?)"
"""Letter, dots and tuplet digit (``q.``, ``e3``), or ``:`` and a number of quarter notes (``:1.25``, ``:5/7``)."""

DYNAMICS = {"ppp": 24, "pp": 36, "p": 48, "mp": 60, "mf": 72, "f": 86, "ff": 102, "fff": 118}
"""MIDI velocity of each dynamic mark; a voice without one is mf."""

_KEY = re.compile(r"([A-G])([#b]?)(m?)")
_MOST_ACCIDENTALS = 7
_LETTER_LENGTHS = {
    letter + dots + tuplet: int(NOTE_VALUES[letter] * DOTS[dots] * TUPLETS[tuplet])
    for letter, dots, tuplet in product(NOTE_VALUES, DOTS, TUPLETS)
}
_LENGTH_NAMES = {_LETTER_LENGTHS[name]: name for name in sorted(_LETTER_LENGTHS, key=len, reverse=True)}


def read_length(text: str) -> int:
    """Ticks of a length that matches ``LENGTH_PATTERN``; 0 where it says nothing sensible, as ``:1/0`` does.

    >>> read_length("q.") / TICKS_PER_BEAT
    1.5
    """
    if text in _LETTER_LENGTHS:
        return _LETTER_LENGTHS[text]
    number, _, divisor = text[1:].partition("/")
    return round(float(number) * TICKS_PER_BEAT / int(divisor or 1)) if divisor.strip("0") or not divisor else 0


def write_length(ticks: int) -> str:
    """The shortest text that ``read_length`` turns into ``ticks``.

    >>> write_length(TICKS_PER_BEAT // 3)
    'e3'
    """
    return _LENGTH_NAMES.get(ticks) or f":{Fraction(ticks, TICKS_PER_BEAT)}"


def read_key(name: str) -> dict[str, int]:
    """The letters that a key signature alters, in semitones: ``G`` and ``Em`` give ``{"F": 1}``.

    Raises:
        BadInputError: no such key, or one with more than seven accidentals.
    """
    match = _KEY.fullmatch(name)
    if match is None:
        message = "a key is written like key=G, key=Bb or key=F#m"
        raise BadInputError(message)
    letter, accidental, minor = match.groups()
    sharps = FIFTHS.index(letter) - 1 + 7 * ACCIDENTALS.get(accidental, 0) - (3 if minor else 0)
    if abs(sharps) > _MOST_ACCIDENTALS:
        message = f"there is no key signature with {abs(sharps)} accidentals"
        raise BadInputError(message)
    return dict.fromkeys(FIFTHS[:sharps], 1) if sharps > 0 else dict.fromkeys(FIFTHS[sharps:] if sharps else "", -1)


def read_pitch(letter: str, accidental: str, octave: int, key: dict[str, int]) -> int:
    """MIDI number of a named pitch: the accidental counts, else the key signature; C4 is 60.

    Raises:
        BadInputError: the pitch is not on the piano.
    """
    altered = ACCIDENTALS[accidental] if accidental else key.get(letter, 0)
    pitch = 12 * (octave + 1) + LETTERS[letter] + altered
    if not LOWEST_PITCH <= pitch <= HIGHEST_PITCH:
        side = "below" if pitch < LOWEST_PITCH else "above"
        message = f"{letter}{accidental}{octave} lies {side} the piano, which goes from A0 to C8"
        raise BadInputError(message)
    return pitch


def write_pitch(pitch: int) -> str:
    """Name of a MIDI number with its octave.

    >>> write_pitch(61)
    'C#4'
    """
    return f"{PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"
