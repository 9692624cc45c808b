"""The loop of the roll engine: frames grow one by one, guarded, until the piece ends on a close."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Generic

import numpy as np

from composer.generation.endings import (
    LONGEST_HOLD_SECONDS,
    SOUGHT_SECONDS,
    best_close,
    closing_key,
    favour,
)
from composer.keys import estimate_key
from composer.notes import EPSILON
from composer.rolls.choosing import Listener
from composer.rolls.finishing import Music, assemble
from composer.rolls.frame_network import State
from composer.rolls.grid import grid_for
from composer.rolls.growing import Drawing, Growth
from composer.rolls.guards import Guard
from composer.rolls.roll import FRAMES_PER_QUARTER, Roll, roll_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from composer.generation.loop import Task
    from composer.notes import Score
    from composer.rolls.frame_network import FrameNetwork
    from composer.rolls.grid import Grid

MOST_HEARD = 1024
"""The network hears the last frames of a long primer: more would change little and take seconds."""
CLOSING_LEVEL = 0.5
"""What the favoured pitch classes of a close are lowered by, in nats: harmony shall change there, not density."""
TEMPERATURE = 1.15
"""What a temperature of 1 means to the network: left to itself it holds and repeats more than people do."""
GOOD_CLOSE = 4.0
"""More is asked of a close than where the best of a dozen is taken."""
SEGMENT_SECONDS = 1.5
"""After this much music the best continuation is kept and goes on as all of them."""
MOST_GROWTHS, MOST_FRAMES_PER_SECOND = 6, 40.0
"""So many continuations grow side by side; fewer, but two, where that would be more frames for a second of music."""


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
    return assemble(task, grid, best_close(composing.music(), composing.key, task.end_seconds, begin, GOOD_CLOSE))


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
            if reached >= close_from:
                self.key = closing_key(self._task.primer, self.music()[0].notes)
                closing = self._closing_bias()
            best = self.growths[0]
            self.growths = [best, *(best.copy() for _ in range(self._width - 1))]
            beats = self._extend(until - reached, closing)
            for share in beats:
                on_progress((reached + share * (until - reached)) / count)
            self._choose(until - reached)
            reached = until

    def _extend(self, count: int, closing: NDArray[np.float32]) -> Iterator[float]:
        """Append ``count`` frames to each continuation; tells after each beat of them what share is done."""
        rate = self._grid.frames_per_quarter
        for index, growth in enumerate(self.growths):
            for done in range(1, count + 1):
                growth.append(self._drawing, closing)
                if done % rate == 0 or done == count:
                    yield (index + done / count) / self._width

    def _choose(self, count: int) -> None:
        """Put the best continuation first, by the newest music and ``count`` newest frames of each."""
        if self._width > 1:
            nats = [growth.nats / count for growth in self.growths]
            chosen = self._listener.choose([growth.roll() for growth in self.growths], nats)
            self.growths.insert(0, self.growths.pop(chosen))

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

    def music(self) -> list[Music]:
        """Each continuation with the primer before it, up to now; the best first."""
        return [Music.of(growth.roll(), self._grid) for growth in self.growths]

    def _closing_bias(self) -> NDArray[np.float32]:
        heard = self.growths[0].heard
        classes = np.arange(heard.lowest_pitch, heard.lowest_pitch + heard.frames.shape[1]) % 12
        bias: NDArray[np.float32] = favour(self.key)[classes] - np.float32(CLOSING_LEVEL)
        return bias


def _width(grid: Grid) -> int:
    """How many continuations grow side by side: fewer where a second of music has many frames."""
    return min(max(int(MOST_FRAMES_PER_SECOND * grid.frame_seconds), 2), MOST_GROWTHS)
