"""What is heard of a Score: on the grid of the file, no key struck twice at once, the pedal lifted in the end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from composer.errors import BadInputError
from composer.notes import Pedal, Score, Tempo, TimeSignature, with_repeats_cleaned

if TYPE_CHECKING:
    from collections.abc import Iterable

Change = TypeVar("Change", Tempo, TimeSignature)

TICKS_PER_BEAT = 480
"""Resolution of every MIDI file we write: ticks per quarter note."""
LONGEST_BEATS = 500_000.0
"""Ticks are counted in 28 bits: a file cannot go on for longer, in beats (at 480 ticks a little over 559,000)."""
LEAD_SECONDS = 0.05
"""Silence before the first note of a recording or picture."""
LONGEST_PEDAL_SECONDS = 2.0
"""How long a pedal may go on holding the last notes after the last key is released."""


def on_grid(beat: float, ticks_later: int = 0) -> float:
    """The tick nearest to ``beat``, or one ``ticks_later``; in beats."""
    return (round(beat * TICKS_PER_BEAT) + ticks_later) / TICKS_PER_BEAT


def playable(score: Score) -> Score:
    """The Score that is written and played: every time on a tick, every key and the pedal released.

    A key struck again ends its earlier note, and a pedal that is still down after the last note is lifted. What is
    playable already comes back equal.

    Raises:
        BadInputError: the Score is longer than a MIDI file can be.
    """
    if score.end_beat > LONGEST_BEATS:
        message = "This piece is longer than a MIDI file can be; shorten it."
        raise BadInputError(message)
    notes = [
        replace(note, start=on_grid(note.start), end=max(on_grid(note.end), on_grid(note.start, ticks_later=1)))
        for note in score.notes
    ]
    # Half a tick: strikes on neighbouring ticks stay two, whatever the rounding of floats.
    cleaned = replace(
        score,
        notes=with_repeats_cleaned(notes, shortest=0.5 / TICKS_PER_BEAT),
        tempos=_one_for_each_tick(score.tempos, score.end_beat),
        time_signatures=_one_for_each_tick(score.time_signatures, score.end_beat),
    )
    return replace(cleaned, pedals=_pedal_changes(cleaned))


def opening_second(score: Score) -> float:
    """Where a recording begins: just before the first note, in seconds of the Score."""
    return max(score.seconds_at(score.notes[0].start) - LEAD_SECONDS, 0.0) if score.notes else 0.0


def release_second(score: Score) -> float:
    """Where the last key and the pedal of a playable Score are up, in seconds of the Score."""
    last_pedal = score.pedals[-1].beat if score.pedals else 0.0
    return score.seconds_at(max(score.end_beat, last_pedal))


def _one_for_each_tick(changes: Iterable[Change], end_beat: float) -> tuple[Change, ...]:
    """The last change of every tick, none after the last note."""
    moved = (replace(change, beat=on_grid(change.beat)) for change in changes if change.beat <= end_beat)
    return tuple({change.beat: change for change in moved}.values())


def _pedal_changes(score: Score) -> tuple[Pedal, ...]:
    """Real changes only: down and up in turn, the last one up and not long after the last note."""
    changes: list[Pedal] = []
    for pedal in score.pedals:
        beat = on_grid(pedal.beat)
        if pedal.down == (bool(changes) and changes[-1].down) or (pedal.down and beat >= score.end_beat):
            continue
        if changes and not pedal.down and beat == changes[-1].beat:
            # A pedal that goes down and up within one tick holds nothing.
            changes.pop()
        else:
            changes.append(Pedal(beat, pedal.down))
    if changes and changes[-1].down:
        changes.append(Pedal(score.end_beat, down=False))
    latest = on_grid(score.beat_at(score.length_seconds + LONGEST_PEDAL_SECONDS))
    if changes:
        changes[-1] = replace(changes[-1], beat=min(changes[-1].beat, latest))
    return tuple(changes)
