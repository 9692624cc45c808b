"""Discord's time, which tests can put forward, and the ids that are made from it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

_EPOCH_MS = 1_420_070_400_000


class Clock:
    """The wall clock, plus what a test has put it forward by."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put it forward."""
        self._ahead += seconds

    def iso(self, seconds: float | None = None) -> str:
        """A moment as Discord writes it; now, if none is given."""
        return datetime.fromtimestamp(self.now() if seconds is None else seconds, UTC).isoformat()


class Snowflakes:
    """Ids with their time in them, each larger than the one before."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._last = clock, 0

    def mint(self) -> str:
        """The next id."""
        self._last = max(self._last + 1, (round(self._clock.now() * 1000) - _EPOCH_MS) << 22)
        return str(self._last)
