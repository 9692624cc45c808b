"""The end of a roll's piece: what endings see of it, and the Score that it becomes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from composer.encoding.vocabulary import TICKS_PER_BEAT
from composer.generation.endings import Pulse
from composer.notes import DEFAULT_VELOCITY, EPSILON, Note, with_repeats_cleaned
from composer.rolls.performing import pedalled, velocities
from composer.rolls.roll import notes_of

if TYPE_CHECKING:
    from composer.generation.endings import Close
    from composer.generation.loop import Task
    from composer.notes import Score
    from composer.rolls.grid import Grid
    from composer.rolls.roll import Roll, RollNote

LAST_NOTES = 12
"""The last chord is as loud as so many notes before it, where it is written."""


class TimedNote:
    """A note of the roll as endings see it: in ticks of 1/24 beat, rounded where a frame is none."""

    def __init__(self, note: RollNote, grid: Grid) -> None:
        ticks = TICKS_PER_BEAT / grid.frames_per_quarter
        self.note, self.pitch = note, note.pitch
        self.tick, self.end_tick = round(note.start * ticks), round(note.end * ticks)
        self.seconds = grid.seconds(note.start)


class Music(NamedTuple):
    """Primer and continuation, as endings see them."""

    notes: list[TimedNote]
    grid: Grid

    @classmethod
    def of(cls, roll: Roll, grid: Grid) -> Music:
        """The notes of ``roll``."""
        return cls([TimedNote(note, grid) for note in notes_of(roll)], grid)

    @property
    def pulse(self) -> Pulse:
        """Metre and tempo of the continuation."""
        ticks = TICKS_PER_BEAT / self.grid.frames_per_quarter
        tempo = self.grid.timeline.tempos[-1].bpm
        bar_ticks, offset = self.grid.bar_frames * ticks, self.grid.position(0) * ticks
        return Pulse(max(round(bar_ticks), 1), round(offset), 60 / TICKS_PER_BEAT / tempo)

    def beat(self, tick: int) -> float:
        """Where a tick lies, which is that of an onset or of a beat."""
        rate = self.grid.frames_per_quarter
        onset = next((item.note.start / rate for item in self.notes if item.tick == tick), tick / TICKS_PER_BEAT)
        return max(onset, self.grid.first_beat)


def assemble(task: Task, grid: Grid, close: Close[Music]) -> Score:
    """Primer, continuation up to the close, and the last chord held until ``task.end_seconds``, as one Score."""
    primer, begin, closing = task.primer, grid.first_beat, close.candidate.beat(close.tick)
    end = grid.timeline.beat_at(task.end_seconds)
    notes = _unplayed(close, closing, end)
    rng = np.random.default_rng([task.random_seed, 1])
    loudness = velocities(primer, notes, begin, rng) if notes else ()
    played = [replace(note, velocity=velocity) for note, velocity in zip(notes, loudness, strict=True)]
    level = int(np.median([note.velocity for note in [*primer.notes, *played][-LAST_NOTES:]] or [DEFAULT_VELOCITY]))
    played += [Note(closing, pitch, end, level) for pitch in close.written]
    return replace(
        grid.timeline,
        notes=with_repeats_cleaned([*primer.notes, *played]),
        pedals=(
            *(pedal for pedal in primer.pedals if pedal.beat < begin),
            *pedalled(primer, played, begin, closing, end),
        ),
    )


def _unplayed(close: Close[Music], closing: float, end: float) -> list[Note]:
    """The continuation's notes; what sounds at the close is held to the end, a written chord ends what came before."""
    rate, first = close.candidate.grid.frames_per_quarter, close.candidate.grid.first
    notes = []
    for item in close.candidate.notes:
        start, stop = item.note.start / rate, item.note.end / rate
        late = start > closing - EPSILON if close.written else start > closing + EPSILON
        if item.note.start < first or late:
            continue
        if stop > closing + EPSILON:
            stop = closing if close.written else end
        notes.append(Note(start, item.pitch, stop))
    return notes
