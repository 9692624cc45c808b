"""Score <-> JSON text, exact to the last bit: how a Score crosses from one process to another."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, TypeVar

from composer.notes import Note, Pedal, Score, Tempo, TimeSignature

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = TypeVar("Kind")


def to_json(score: Score) -> str:
    """The Score as compact JSON."""
    return json.dumps(
        {
            "notes": [[note.start, note.pitch, note.end, note.velocity] for note in score.notes],
            "tempos": [[tempo.beat, tempo.bpm] for tempo in score.tempos],
            "time_signatures": [[metre.beat, metre.numerator, metre.denominator] for metre in score.time_signatures],
            "pedals": [[pedal.beat, pedal.down] for pedal in score.pedals],
            "beat_grid": score.beat_grid,
            "title": score.title,
        },
        separators=(",", ":"),
        allow_nan=False,
    )


def from_json(text: str | bytes) -> Score:
    """The Score that ``to_json`` was given.

    Raises:
        ValueError: the text is not JSON, or does not hold a sound Score.
    """
    try:
        content = json.loads(text)
        return Score(
            notes=tuple(map(_note, content["notes"])),
            tempos=tuple(Tempo(_real(beat), _real(bpm)) for beat, bpm in content["tempos"]),
            time_signatures=tuple(
                TimeSignature(_real(beat), _typed(numerator, int), _typed(denominator, int))
                for beat, numerator, denominator in content["time_signatures"]
            ),
            pedals=tuple(Pedal(_real(beat), _typed(down, bool)) for beat, down in content["pedals"]),
            beat_grid=_typed(content["beat_grid"], bool),
            title=_typed(content["title"], str),
        )
    except (KeyError, TypeError, RecursionError) as error:
        message = f"this JSON does not hold a Score ({error!r})"
        raise ValueError(message) from error


def _note(row: Iterable[object]) -> Note:
    start, pitch, end, velocity = row
    return Note(_real(start), _typed(pitch, int), _real(end), _typed(velocity, int))


def _typed(value: object, kind: type[Kind]) -> Kind:
    # JSON's true is an int to Python.
    if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
        message = f"{value!r} is not of type {kind.__name__}"
        raise TypeError(message)
    return value


def _real(value: object) -> float:
    number = float(value) if isinstance(value, int) else _typed(value, float)
    if not math.isfinite(number):
        message = f"{number} is not a time"
        raise ValueError(message)
    return number
