"""How late the event loop is: what is late here is late for everybody, on every platform."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import Final

from bot.tasks import end_all

_BEAT: Final = 0.05
"""Seconds between two looks."""
_REMEMBERED: Final = 6_000
"""Looks that are remembered: five minutes."""


class Pulse:
    """Sleeps for a moment, again and again, and notes how much later than asked it woke up."""

    def __init__(self) -> None:
        self._late: deque[float] = deque(maxlen=_REMEMBERED)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._beat(), name="pulse")

    async def close(self) -> None:
        """Look no more."""
        await end_all([self._task])

    def lag_seconds(self, share: float = 0.99) -> float:
        """How late the loop was at most in that share of all looks of the last five minutes."""
        late = sorted(self._late)
        return late[min(int(len(late) * share), len(late) - 1)] if late else 0.0

    async def _beat(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(_BEAT)
            self._late.append(max(time.monotonic() - began - _BEAT, 0.0))
