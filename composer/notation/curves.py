"""Curves: dynamics and tempo change at marks, at once or gradually up to the next mark."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Mark:
    """From ``tick`` on the level is ``level``; None begins a gradual change up to the next mark."""

    tick: int
    level: float | None
    line: int


@dataclass(frozen=True)
class _Point:
    tick: int
    level: float
    gradual: bool


class Curve:
    """A level (velocity or quarter notes per minute) at every tick."""

    def __init__(self, marks: Iterable[Mark], default: float) -> None:
        """Connect the marks.

        Args:
            marks: in any order; of two at one tick the later one counts.
            default: level before the first mark.

        Raises:
            BadInputError: a gradual change that never reaches a mark with a level.
        """
        self._points = [_Point(0, default, gradual=False)]
        unfinished: Mark | None = None
        for mark in sorted(marks, key=attrgetter("tick")):
            if mark.level is None and unfinished is None:
                unfinished = mark
                self._points.append(_Point(mark.tick, self._points[-1].level, gradual=True))
            elif mark.level is not None:
                unfinished = None
                self._points.append(_Point(mark.tick, mark.level, gradual=False))
            else:
                break
        if unfinished is not None:
            message = (
                f"Line {unfinished.line}: a gradual change begins here but reaches no new level; "
                "write a dynamic such as f after < or >, a tempo=60 after rit or accel"
            )
            raise BadInputError(message)
        self._ticks = [point.tick for point in self._points]

    def at(self, tick: int) -> float:
        """The level in force at ``tick``."""
        index = bisect_right(self._ticks, tick) - 1
        here = self._points[index]
        if not here.gradual:
            return here.level
        goal = self._points[index + 1]
        return here.level + (goal.level - here.level) * (tick - here.tick) / (goal.tick - here.tick)

    def steps(self, step: int) -> dict[int, float]:
        """The curve as sudden changes, tick to level: a gradual change moves every ``step`` ticks."""
        changes: dict[int, float] = {}
        for index, point in enumerate(self._points):
            last = self._ticks[index + 1] if point.gradual else point.tick + 1
            for tick in range(point.tick, last, step):
                # The level in the middle of the step, so that the gradual change takes its proper time.
                changes[tick] = self.at(min(tick + step // 2, last - 1)) if point.gradual else point.level
        return changes
