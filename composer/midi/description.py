"""What was understood of a piece, in figures and words that a person can check before the piece is continued."""

from __future__ import annotations

from bisect import bisect_left
from statistics import median
from typing import TYPE_CHECKING, Any

from composer.keys import estimate_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composer.notes import Score

_ROUNDING = 1e-6
"""Beats by which the place of a bar line may be off."""


def describe(score: Score, remarks: Iterable[str] = ()) -> dict[str, Any]:
    """Figures about ``score``, all of types that JSON has.

    Args:
        score: any Score; an empty one has no key, pitches or velocities (None).
        remarks: what the reader left out or mended, see ``ReadResult``.

    Returns:
        ``title``, ``notes``, ``seconds``, ``bars``, ``tempo`` (median over the notes, slowest, fastest, number of
        changes; quarter notes per minute), ``time_signatures`` (bar number from 1 and name), ``key``,
        ``key_correlation``, ``beat_grid``, ``pedal_presses``, ``lowest_pitch``, ``highest_pitch`` (MIDI numbers),
        ``velocity_levels``, ``remarks``.
    """
    pitches = [note.pitch for note in score.notes]
    key = estimate_key(score) if pitches else None
    return {
        "title": score.title,
        "notes": len(score.notes),
        "seconds": round(score.length_seconds, 2),
        "bars": len(score.bar_lines()),
        "tempo": _tempo(score),
        "time_signatures": _time_signatures(score),
        "key": key.name if key else None,
        "key_correlation": round(key.correlation, 3) if key else None,
        "beat_grid": score.beat_grid,
        "pedal_presses": sum(pedal.down for pedal in score.pedals),
        "lowest_pitch": min(pitches, default=None),
        "highest_pitch": max(pitches, default=None),
        "velocity_levels": len({note.velocity for note in score.notes}),
        "remarks": list(remarks),
    }


def _tempo(score: Score) -> dict[str, float]:
    stated = [tempo.bpm for tempo in score.tempos]
    felt = median([score.bpm_at(note.start) for note in score.notes] or stated)
    return {
        "median": round(felt, 1),
        "slowest": round(min(stated), 1),
        "fastest": round(max(stated), 1),
        "changes": len(stated) - 1,
    }


def _time_signatures(score: Score) -> list[dict[str, Any]]:
    lines = score.bar_lines()
    return [
        {"bar": bisect_left(lines, metre.beat - _ROUNDING) + 1, "name": f"{metre.numerator}/{metre.denominator}"}
        for metre in score.time_signatures
    ]
