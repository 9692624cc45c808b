"""The loop of the roll engine: frames grow one by one, guarded, until the piece ends on a close."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

import numpy as np

from composer.encoding.vocabulary import TICKS_PER_BEAT
from composer.generation.endings import (
    LONGEST_HOLD_SECONDS,
    SOUGHT_SECONDS,
    Pulse,
    best_close,
    closing_key,
    favour,
)
from composer.keys import estimate_key
from composer.notes import DEFAULT_VELOCITY, EPSILON, Note, with_repeats_cleaned
from composer.rolls.choosing import Listener
from composer.rolls.grid import grid_for
from composer.rolls.growing import Drawing, Growth
from composer.rolls.guards import Guard
from composer.rolls.performing import pedalled, velocities
from composer.rolls.roll import FRAMES_PER_QUARTER, ONSET, SOUNDING, Roll, RollNote, notes_of, roll_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from composer.generation.endings import Close
    from composer.generation.loop import Task
    from composer.notes import Score
    from composer.rolls.frame_network import FrameNetwork
    from composer.rolls.grid import Grid
    from composer.rolls.roll import Frames

MOST_HEARD = 1024
"""The network hears the last frames of a long primer: more would change little and take seconds."""
CLOSING_LEVEL = 0.5
"""What the favoured pitch classes of a close are lowered by, in nats: harmony shall change there, not density."""
TEMPERATURE = 1.0
GOOD_CLOSE = 4.5
MOST_GROWTHS, MOST_FRAMES_PER_SECOND = 6, 50.0
SEGMENT_SECONDS = 1.5
"""More is asked of a close than where the best of a dozen is taken."""
LAST_NOTES = 12
"""The last chord is as loud as so many notes before it, where it is written."""

State = TypeVar("State")


def continue_roll(
    model: FrameNetwork[State],
    task: Task,
    on_progress: Callable[[float], None] | None = None,
    *,
    threshold: float | None = None,
) -> Score:
    """The primer and its continuation as one piece that ends on a close at ``task.end_seconds``.

    Args:
        model: the network.
        task: what to compose.
        on_progress: told after each beat what share of the continuation is there, above 0 to 1.
        threshold: frames are decided as in 2016, without chance; they are drawn where None.
    """
    shape = model.config
    grid = grid_for(task.primer, task.primer_end_beat, shape.frames_per_quarter or FRAMES_PER_QUARTER)
    highest_pitch = shape.lowest_pitch + shape.keys - 1
    heard = roll_of(task.primer, grid.frames_per_quarter, shape.lowest_pitch, highest_pitch, length=grid.first)
    composing = _Composing(model, task, grid, heard, threshold)
    composing.grow(on_progress or _untold)
    begin = grid.seconds(grid.first)
    return _assemble(task, grid, best_close(composing.music(), composing.key, task.end_seconds, begin, GOOD_CLOSE))


def _untold(_share: float) -> None:
    """Nobody wants to know."""


class _Composing(Generic[State]):
    """Continuations of ``heard`` grow side by side, and the best one goes on."""

    def __init__(
        self, model: FrameNetwork[State], task: Task, grid: Grid, heard: Roll, threshold: float | None
    ) -> None:
        self._task, self._grid = task, grid
        self.key = estimate_key(task.primer)
        temperature = TEMPERATURE * task.temperature
        self._drawing = Drawing(np.random.default_rng(task.random_seed), temperature, threshold)
        self._width = 1 if threshold is not None else _width(grid)
        self._listener = Listener(heard, self.key, grid.frame_seconds)
        skipped = max(len(heard.frames) - MOST_HEARD, 0)
        state = model.start(self.key.tonic, grid.position(skipped))
        for frame in heard.frames[skipped:]:
            model.hear(state, frame[:, : model.config.planes])
        self.growths = [Growth(model, state, Guard(heard, grid.bar_frames, grid.frame_seconds), heard, [])]

    def grow(self, on_progress: Callable[[float], None]) -> None:
        """Append frames until the piece has passed its end."""
        count, closing = self._count(), np.zeros(self.growths[0].heard.frames.shape[1], np.float32)
        close_from = self._frame_at(self._task.end_seconds - LONGEST_HOLD_SECONDS - SOUGHT_SECONDS)
        reached = 0
        for until in self._choices(close_from, count):
            if until > close_from and not closing.any():
                self.key = closing_key(self._task.primer, self.music()[0].notes)
                closing = self._closing_bias()
            best = self.growths[0]
            self.growths = [best.copy() for _ in range(self._width)]
            for index, growth in enumerate(self.growths):
                for frame in range(reached, until):
                    growth.append(self._drawing, closing)
                    if (frame + 1) % self._grid.frames_per_quarter == 0 or frame + 1 == until:
                        done = reached + (index * (until - reached) + frame + 1 - reached) / self._width
                        on_progress(done / count)
            nats = [growth.nats / (until - reached) for growth in self.growths]
            chosen = self._listener.choose([growth.roll() for growth in self.growths], nats)
            # The best one comes first.
            self.growths.insert(0, self.growths.pop(chosen))
            reached = until

    def _count(self) -> int:
        end = self._grid.timeline.beat_at(self._task.end_seconds) * self._grid.frames_per_quarter
        return max(math.ceil(end - EPSILON) - self._grid.first, 1)

    def _frame_at(self, seconds: float) -> int:
        """The first frame of the continuation that begins then or later."""
        beat = self._grid.timeline.beat_at(max(seconds, 0.0))
        return max(math.ceil(beat * self._grid.frames_per_quarter - EPSILON) - self._grid.first, 0)

    def _choices(self, close_from: int, count: int) -> list[int]:
        """After how many frames the best continuation is chosen: every segment, and where a close is sought."""
        segment = max(round(SEGMENT_SECONDS / self._grid.frame_seconds), 1)
        last = self._frame_at(self._task.end_seconds - LONGEST_HOLD_SECONDS)
        regular = range(segment, close_from, segment)
        return sorted({place for place in (*regular, close_from, last, count) if 0 < place <= count})

    def music(self) -> list[_Music]:
        """Each continuation with the primer before it, up to now; the best first."""
        grid = self._grid
        rolls = [growth.roll() for growth in self.growths]
        return [_Music([_TimedNote(note, grid) for note in notes_of(roll)], grid) for roll in rolls]

    def _closing_bias(self) -> NDArray[np.float32]:
        heard = self.growths[0].heard
        classes = np.arange(heard.lowest_pitch, heard.lowest_pitch + heard.frames.shape[1]) % 12
        return favour(self.key)[classes] - np.float32(CLOSING_LEVEL)


def _width(grid: Grid) -> int:
    """How many continuations grow side by side: fewer where a second of music has many frames."""
    return min(max(int(MOST_FRAMES_PER_SECOND * grid.frame_seconds), 2), MOST_GROWTHS)


class _TimedNote:
    """A note of the roll as endings see it: in ticks of 1/24 beat, rounded where a frame is none."""

    def __init__(self, note: RollNote, grid: Grid) -> None:
        ticks = TICKS_PER_BEAT / grid.frames_per_quarter
        self.note, self.pitch = note, note.pitch
        self.tick, self.end_tick = round(note.start * ticks), round(note.end * ticks)
        self.seconds = grid.seconds(note.start)


class _Music(NamedTuple):
    """Primer and continuation, as endings see them."""

    notes: list[_TimedNote]
    grid: Grid

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


def _assemble(task: Task, grid: Grid, close: Close[_Music]) -> Score:
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


def _unplayed(close: Close[_Music], closing: float, end: float) -> list[Note]:
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
