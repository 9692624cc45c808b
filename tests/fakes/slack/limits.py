"""Trouble: rate limits, and whatever a test wants to go wrong."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.slack.errors import ApiError, in_trouble, rate_limited

if TYPE_CHECKING:
    from tests.fakes.discord.clock import Clock

_FOREVER = 1 << 30
TIERS: dict[str, int] = {
    "apps.connections.open": 10,
    "chat.update": 50,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "users.info": 100,
    "reactions.get": 50,
    "conversations.info": 50,
    "conversations.replies": 50,
    "conversations.history": 50,
    "conversations.open": 50,
    "files.info": 100,
    "files.getUploadURLExternal": 100,
    "files.completeUploadExternal": 100,
}
"""Calls of a method in a minute."""


@dataclass
class _Fault:
    method: str
    times: int
    error: ApiError
    stalls_seconds: float = 0.0


class Trouble:
    """Decides which requests are refused before anybody looks at them.

    Attributes:
        a_minute: so many calls of each method are taken in a minute.
        posts: so many messages are taken in one channel in ``posts_seconds``.
        stalled: how many requests were kept waiting.
        is_cut_off: every connection is cut at once, as if there were no network.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.a_minute = dict(TIERS)
        self.posts, self.posts_seconds = 10, 5.0
        self.stalled = 0
        self.is_cut_off = False
        self._lost: list[str] = []
        self._recent: defaultdict[str, deque[float]] = defaultdict(deque)
        self._faults: list[_Fault] = []

    def relax(self) -> None:
        """No rate limits, for tests that hurry."""
        self.a_minute.clear()
        self.posts = _FOREVER

    def fail(self, method: str, error: ApiError | str, times: int = _FOREVER) -> None:
        """Answer the next calls of methods that match the regular expression with this error."""
        self._faults.append(_Fault(method, times, ApiError(error) if isinstance(error, str) else error))

    def storm(self, method: str, times: int = _FOREVER, retry_after: float = 1.0) -> None:
        """Answer the next calls with 429."""
        self.fail(method, rate_limited(retry_after), times)

    def stall(self, method: str, seconds: float, times: int = 1) -> None:
        """Keep the next calls waiting, to fail in the end."""
        self._faults.append(_Fault(method, times, in_trouble(), seconds))

    def lose(self, method: str, times: int = 1) -> None:
        """Do what the next calls ask for, but cut the connection before they are answered."""
        self._lost += [method] * times

    def calm(self) -> None:
        """No more trouble."""
        self._faults.clear()
        self._lost.clear()
        self.is_cut_off = False

    async def meet(self, method: str, arguments: dict[str, Any]) -> None:
        """Let a call pass.

        Raises:
            ApiError: or not.
        """
        for fault in self._faults:
            if fault.times and re.fullmatch(fault.method, method):
                fault.times -= 1
                if fault.stalls_seconds:
                    self.stalled += 1
                    await asyncio.sleep(fault.stalls_seconds)
                raise fault.error
        if method in self.a_minute:
            self._count(method, self.a_minute[method], 60.0)
        if method == "chat.postMessage":
            self._count(f"posts in {arguments.get('channel')}", self.posts, self.posts_seconds)

    def arrives(self, method: str) -> bool:
        """Whether the answer to a call does."""
        for lost in self._lost:
            if re.fullmatch(lost, method):
                self._lost.remove(lost)
                return False
        return True

    def _count(self, what: str, most: int, seconds: float) -> None:
        now, recent = self._clock.now(), self._recent[what]
        while recent and recent[0] <= now - seconds:
            recent.popleft()
        if len(recent) >= most:
            raise rate_limited(max(1.0, recent[0] + seconds - now))
        recent.append(now)
