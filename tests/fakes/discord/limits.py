"""Trouble: rate limits, and whatever a test wants to go wrong."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.discord.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.discord.clock import Clock

_FOREVER = 1 << 30
_TRAVEL_SECONDS = 0.1


@dataclass
class _Fault:
    method: str
    pattern: str
    times: int
    error: ApiError
    stalls_seconds: float = 0.0


class Trouble:
    """Decides which requests are refused before anybody looks at them.

    Attributes:
        edits: so many edits of one message are taken ...
        edits_seconds: ... in so many seconds; more are answered 429.
        stalled: how many requests were kept waiting.
        is_cut_off: every connection is cut at once, as if there were no network.
        on_the_way: what happens while the answer to the next such request, by method and path, is on its way.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.edits, self.edits_seconds = 5, 5.0
        self.stalled = 0
        self.is_cut_off = False
        self._lost: list[tuple[str, str]] = []
        self.on_the_way: list[tuple[str, str, Callable[[], None]]] = []
        self._recent: defaultdict[str, deque[float]] = defaultdict(deque)
        self._faults: list[_Fault] = []

    def fail(self, method: str, pattern: str, error: ApiError, times: int = _FOREVER) -> None:
        """Answer the next requests whose path matches the regular expression with this error."""
        self._faults.append(_Fault(method, pattern, times, error))

    def storm(self, method: str, pattern: str, times: int = _FOREVER, retry_after: float = 0.05) -> None:
        """Answer the next requests whose path matches with 429."""
        self.fail(method, pattern, _limited(retry_after), times)

    def stall(self, method: str, pattern: str, seconds: float, times: int = 1) -> None:
        """Keep the next requests whose path matches waiting, to fail in the end."""
        self._faults.append(_Fault(method, pattern, times, ApiError(503, 0, "Service Unavailable"), seconds))

    def outage(self, error: ApiError) -> None:
        """Answer every request with this error."""
        for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
            self.fail(method, "/", error)

    def lose(self, method: str, pattern: str, times: int = 1) -> None:
        """Do what the next requests whose path matches ask for, but cut the connection before it is answered."""
        self._lost += [(method, pattern)] * times

    def calm(self) -> None:
        """No more trouble."""
        self._faults.clear()
        self.is_cut_off = False

    async def meet(self, method: str, path: str) -> None:
        """Let a request pass.

        Raises:
            ApiError: or not.
        """
        for fault in self._faults:
            if fault.times and fault.method == method and re.match(fault.pattern, path):
                fault.times -= 1
                if fault.stalls_seconds:
                    self.stalled += 1
                    await asyncio.sleep(fault.stalls_seconds)
                raise fault.error
        if method == "PATCH" and "/messages/" in path:
            self._count_edit(path)

    async def travel(self, method: str, path: str) -> bool:
        """Bring an answer back; what a test has planned for the way happens, and is heard of before the answer.

        Returns:
            Whether it arrives.
        """
        for plan in list(self.on_the_way):
            if plan[0] == method and re.match(plan[1], path):
                self.on_the_way.remove(plan)
                plan[2]()
                await asyncio.sleep(_TRAVEL_SECONDS)
        for lost in self._lost:
            if lost[0] == method and re.match(lost[1], path):
                self._lost.remove(lost)
                return False
        return True

    def _count_edit(self, path: str) -> None:
        now, recent = self._clock.now(), self._recent[path]
        while recent and recent[0] <= now - self.edits_seconds:
            recent.popleft()
        if len(recent) >= self.edits:
            raise _limited(recent[0] + self.edits_seconds - now)
        recent.append(now)


def _limited(retry_after: float) -> ApiError:
    return ApiError(429, 0, "You are being rate limited.", retry_after=retry_after, **{"global": False})
