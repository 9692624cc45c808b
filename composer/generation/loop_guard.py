"""The guard against going round in circles, the commonest complaint about networks that compose."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PERIODS = np.arange(1, 49)
_MOST_REPEATS = np.select([_PERIODS < 4, _PERIODS == 4, _PERIODS < 8], [7, 5, 4], 3)
"""How often a pattern of so many notes may sound in a row: an Alberti bass repeats more than a bar does. What sounds
three times does not begin a fourth time."""
_LIMITS = _PERIODS * (_MOST_REPEATS - 1) - (_MOST_REPEATS == 3)
_MUTED = np.maximum(_PERIODS * 2, 12)
"""After three repeats, at least this many notes long, what came after the pattern is no longer offered."""
_NOTHING = 1000
"""No interval."""


@dataclass
class LoopGuard:
    """Counts for how many notes a pattern of intervals of each length has been repeating.

    Intervals, because a pattern that moves up a step each time is a loop as well: it ends at the end of the keyboard.

    Attributes:
        last: the newest key, counted from A0; None before the first.
        recent: the last 48 intervals, newest first.
        runs: for each period of 1 to 48 notes, how many intervals in a row equalled the one a period earlier.
    """

    last: int | None = None
    recent: NDArray[np.int64] = field(default_factory=lambda: np.full(len(_PERIODS), _NOTHING))
    runs: NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(_PERIODS), np.int64))

    def push(self, key: int) -> None:
        """Append a note."""
        if self.last is not None:
            interval = key - self.last
            self.runs = (self.runs + 1) * (self.recent == interval)
            self.recent = np.concatenate(([interval], self.recent[:-1]))
        self.last = key

    def forbidden(self) -> NDArray[np.int64]:
        """Keys that would lengthen a loop beyond what music does; some may lie off the keyboard."""
        if self.last is None:
            return np.zeros(0, np.int64)
        keys: NDArray[np.int64] = self.last + self.recent[self.runs >= _LIMITS]
        return keys

    def looping(self) -> bool:
        """Whether a pattern has sounded so often that the music should be left to move on by itself."""
        return bool((self.runs >= _MUTED).any())

    def copy(self) -> LoopGuard:
        """An independent guard with the same past (arrays are replaced, never changed)."""
        return LoopGuard(self.last, self.recent, self.runs)
