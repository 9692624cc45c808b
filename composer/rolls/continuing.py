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
from composer.rolls.grid import grid_for
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
GOOD_CLOSE = 4.5
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
    growth = _Growth(model, task, grid, heard, threshold)
    growth.grow(on_progress or _untold)
    begin = grid.seconds(grid.first)
    return _assemble(task, grid, best_close([growth.music()], growth.key, task.end_seconds, begin, GOOD_CLOSE))


def _untold(_share: float) -> None:
    """Nobody wants to know."""


class _Growth(Generic[State]):
    """A continuation in the making; ``heard`` is the primer."""

    def __init__(
        self, model: FrameNetwork[State], task: Task, grid: Grid, heard: Roll, threshold: float | None
    ) -> None:
        self._model, self._task, self._grid, self._heard, self._threshold = model, task, grid, heard, threshold
        self.key = estimate_key(task.primer)
        self._guard = Guard(heard, grid.bar_frames, grid.frame_seconds)
        self._rng = np.random.default_rng(task.random_seed)
        self._frames: list[Frames] = []
        skipped = max(len(heard.frames) - MOST_HEARD, 0)
        self._state = model.start(self.key.tonic, grid.position(skipped))
        for frame in heard.frames[skipped:]:
            self._hear(frame)

    def grow(self, on_progress: Callable[[float], None]) -> None:
        """Append frames until the piece has passed its end."""
        end_seconds, rate = self._task.end_seconds, self._grid.frames_per_quarter
        end = self._grid.timeline.beat_at(end_seconds) * rate
        count = max(math.ceil(end - EPSILON) - self._grid.first, 1)
        closing_seconds = end_seconds - LONGEST_HOLD_SECONDS - SOUGHT_SECONDS
        closing: NDArray[np.float32] | None = None
        for index in range(count):
            if closing is None and self._grid.seconds(self._grid.first + index) >= closing_seconds:
                self.key = closing_key(self._task.primer, self.music().notes)
                closing = self._closing_bias()
            self._append(self._guard.bias() if closing is None else self._guard.bias() + closing)
            if (index + 1) % rate == 0 or index + 1 == count:
                on_progress((index + 1) / count)

    def music(self) -> _Music:
        """Primer and continuation up to now."""
        frames = np.concatenate([self._heard.frames, np.stack(self._frames)]) if self._frames else self._heard.frames
        roll = replace(self._heard, frames=frames)
        return _Music([_TimedNote(note, self._grid) for note in notes_of(roll)], self._grid)

    def _closing_bias(self) -> NDArray[np.float32]:
        shape = self._model.config
        classes = np.arange(shape.lowest_pitch, shape.lowest_pitch + shape.keys) % 12
        return favour(self.key)[classes] - np.float32(CLOSING_LEVEL)

    def _append(self, bias: NDArray[np.float32]) -> None:
        frame = self._guard.corrected(self._proposed(bias))
        self._frames.append(frame)
        self._guard.push(frame)
        self._hear(frame)

    def _proposed(self, bias: NDArray[np.float32]) -> Frames:
        """The network's next frame ``(keys, 2)``."""
        if self._threshold is None:
            temperature = self._task.temperature * self._guard.restlessness
            drawn = self._model.draw(self._state, self._rng, temperature, bias)
        else:
            drawn = self._model.decide(self._state, self._threshold, bias)
        frame = np.zeros((len(drawn), 2), np.uint8)
        frame[:, : drawn.shape[1]] = drawn
        if not self._frames:
            # The notes of the primer end where it ends: what the network would hold on comes up.
            frame[:, SOUNDING] &= frame[:, ONSET] | (1 - self._heard.frames[-1, :, SOUNDING])
        return frame

    def _hear(self, frame: Frames) -> None:
        self._model.hear(self._state, frame[:, : self._model.config.planes])


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
