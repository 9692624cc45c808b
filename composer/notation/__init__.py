"""A small text notation for piano music: ``parse_notation`` reads what people type and what the openers hold.

Words are separated by spaces or commas; lines that begin with ``#`` are comments::

    C5q F#4e. Bb3h      notes: letter, accidental (# b ## bb, n for natural), octave (C4 is middle C), length
    w h q e s t x       lengths from whole to 64th; q. dotted, e3 triplet (also 5 6 7 9), :1.25 quarter notes
    Rq                  a rest; octave and length may be left out where they stay as they were in the voice
    C4+E4+G4h           a chord
    C4h~ C4e            a tie
    C5q> C5q' C5q@90    accent; staccato; struck with velocity 90 (one note of a chord: C4@50+E4@50+G4h)
    ppp ... fff @64     loudness of the voice from here on, as a dynamic mark or as a velocity
    < >                 louder, softer: a steady change up to the next dynamic mark of the voice
    |                   bar line, checked against the metre
    RH: LH:             the voice of that name goes on here; all voices sound together from the beginning
    ped *               sustain pedal down (or changed), up
    tempo=72 rit accel  quarter notes per minute; a steady change up to the next tempo
    time=3/4 upbeat=e   metre; length of an incomplete first bar
    key=Bbm             key signature: alters plain letters, as in print; for all voices if before the first
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from composer.errors import BadInputError
from composer.notation.reader import MOST_MINUTES, MOST_NOTES, Reader
from composer.notation.writer import format_notation

if TYPE_CHECKING:
    from composer.notes import Score

__all__ = ["MOST_CHARACTERS", "MOST_MINUTES", "MOST_NOTES", "format_notation", "parse_notation"]

MOST_CHARACTERS = 1_000_000
_TYPOGRAPHY = str.maketrans("♯♭,", "#b ")


def parse_notation(text: str) -> Score:
    """Read a piece of text notation (see the head of this module); a bare ``C5q E5q G5h`` is enough.

    Where nothing else is written: 4/4, 120 quarter notes per minute, mezzo-forte, the octave of middle C.

    Raises:
        BadInputError: names the line, the word that is wrong and what was expected; or the text holds no note,
            or more than ``MOST_NOTES``, ``MOST_MINUTES`` or ``MOST_CHARACTERS``.
    """
    if len(text) > MOST_CHARACTERS:
        message = f"This text has {len(text):,} characters; notation may have at most {MOST_CHARACTERS:,}"
        raise BadInputError(message)
    reader = Reader()
    for number, line in enumerate(text.translate(_TYPOGRAPHY).splitlines(), start=1):
        if not line.lstrip().startswith("#"):
            reader.read_line(number, line)
    return reader.score()
