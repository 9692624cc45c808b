"""How far every request is: kept here from moment to moment, shown to people at a pace that platforms bear."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from bot.domain import Progress, RequestState
from bot.tasks import end_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.domain import MessageRef, Ticket
    from bot.platforms.platform import Platform

    Listener = Callable[[Ticket, Progress], None]

logger = logging.getLogger(__name__)

SHORTEST_PAUSE: Final = 2.5
"""Seconds between two edits of one message."""
_PAUSE_A_PLACE: Final = 2.0
"""The further back in the queue, the rarer the news: this many seconds more for each place."""
_LONGEST_PAUSE: Final = 30.0
_TICK: Final = 0.25
_SHOWING_SECONDS: Final = 20.0
"""A platform that takes longer to show progress is not waited for."""
_FIRST_GUESS: Final = (0.5, 0.04)
"""Seconds of work for a piece, and for each of its seconds, until some have been timed (``benchmarks.compose``)."""
_WEIGHT_OF_NEWEST: Final = 0.2


@dataclass
class _Tracked:
    ticket: Ticket
    stage: str = ""
    share: float = 0.0
    began: float = 0.0
    shown: Progress | None = None
    shown_at: float = -1e9
    showing: asyncio.Task[None] | None = None
    placed: asyncio.Event = field(default_factory=asyncio.Event)


class Board:
    """The requests that are under way, from the moment that they are taken on until they are delivered.

    Args:
        workers: how many pieces are made at a time, for the estimate.
        clock: seconds that never run backwards.
    """

    def __init__(self, workers: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._workers, self._clock = workers, clock
        self._platforms: dict[str, Platform] = {}
        self._tracked: dict[int, _Tracked] = {}
        self._places: dict[int, int] = {}
        self._listeners: list[Listener] = []
        self._slowness = 1.0
        self._ticking: asyncio.Task[None] | None = None

    def add_platform(self, platform: Platform) -> None:
        """Show progress there from now on."""
        self._platforms[platform.name] = platform

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` at every change; what is returned ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def start(self) -> None:
        """Begin to show progress."""
        self._ticking = asyncio.create_task(self._tick(), name="progress")

    async def close(self) -> None:
        """Show nothing more."""
        await end_all([self._ticking, *(tracked.showing for tracked in self._tracked.values())])

    def track(self, ticket: Ticket) -> None:
        """A request was taken on, or has changed."""
        tracked = self._tracked.setdefault(ticket.id, _Tracked(ticket))
        if ticket.message is None and tracked.ticket.message is not None:
            ticket = replace(ticket, message=tracked.ticket.message)
        tracked.ticket = ticket
        if ticket.message is not None:
            tracked.placed.set()
        self._announce(tracked)

    def started(self, ticket: Ticket) -> None:
        """A worker has begun it."""
        self.track(ticket)
        self._tracked[ticket.id].began = self._clock()

    def advanced(self, ticket_id: int, stage: str, share: float) -> None:
        """A worker has got so far."""
        if tracked := self._tracked.get(ticket_id):
            tracked.stage, tracked.share = stage, max(share, tracked.share)
            self._announce(tracked)

    def made(self, ticket_id: int) -> None:
        """A worker has finished it: learn how long pieces take here."""
        if tracked := self._tracked.get(ticket_id):
            ratio = (self._clock() - tracked.began) / _work_seconds(tracked.ticket)
            self._slowness += _WEIGHT_OF_NEWEST * (ratio - self._slowness)

    def placed(self, ticket_id: int, message: MessageRef) -> None:
        """Its message is there."""
        if tracked := self._tracked.get(ticket_id):
            self.track(replace(tracked.ticket, message=message))

    async def wait_placed(self, ticket_id: int, seconds: float) -> None:
        """Wait until its message is there, but not for ever."""
        if tracked := self._tracked.get(ticket_id):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await tracked.placed.wait()

    def queue_is(self, ticket_ids: Iterable[int]) -> None:
        """The order in which those that wait will be begun."""
        self._places = {ticket_id: place for place, ticket_id in enumerate(ticket_ids, 1)}
        for ticket_id in self._places:
            if tracked := self._tracked.get(ticket_id):
                self._announce(tracked)

    async def quieten(self, ticket_id: int) -> None:
        """Show nothing more of this request, and wait for what is being shown."""
        tracked = self._tracked.pop(ticket_id, None)
        if tracked is None or tracked.showing is None:
            return
        await asyncio.wait([tracked.showing], timeout=SHORTEST_PAUSE)
        await end_all([tracked.showing])

    def ended(self, ticket: Ticket) -> None:
        """Tell those who listen that it was delivered, failed or cancelled."""
        progress = Progress(ticket.state, share=float(ticket.piece_id is not None))
        for listener in tuple(self._listeners):
            listener(ticket, progress)

    def progress(self, ticket: Ticket) -> Progress:
        """How far ``ticket`` is now."""
        tracked = self._tracked.get(ticket.id)
        if tracked is None:
            return Progress(ticket.state, share=float(ticket.piece_id is not None))
        return self._progress(tracked)

    def _progress(self, tracked: _Tracked) -> Progress:
        state = tracked.ticket.state
        if state is RequestState.RUNNING:
            return Progress(state, None, tracked.share, self._seconds_left(tracked), tracked.stage)
        if state is RequestState.QUEUED:
            place = self._places.get(tracked.ticket.id)
            return Progress(state, place, 0.0, None if place is None else self._eta(tracked, place))
        return Progress(state, share=float(state is RequestState.COMPOSED))

    def _seconds_left(self, tracked: _Tracked) -> float:
        return _work_seconds(tracked.ticket) * self._slowness * (1 - tracked.share)

    def _eta(self, tracked: _Tracked, place: int) -> float:
        everybody = self._tracked.values()
        running = [other for other in everybody if other.ticket.state is RequestState.RUNNING]
        before = [other for other in everybody if self._places.get(other.ticket.id, place) < place]
        return self._seconds_left(tracked) + sum(map(self._seconds_left, [*running, *before])) / self._workers

    def _announce(self, tracked: _Tracked) -> None:
        if self._listeners:
            progress = self._progress(tracked)
            for listener in tuple(self._listeners):
                listener(tracked.ticket, progress)

    async def _tick(self) -> None:
        while True:
            for tracked in tuple(self._tracked.values()):
                platform = self._platforms.get(tracked.ticket.request.user.platform)
                if platform is not None and self._is_due(tracked, platform):
                    tracked.shown_at, tracked.shown = self._clock(), self._progress(tracked)
                    tracked.showing = asyncio.create_task(_show(platform, tracked.ticket, tracked.shown))
            await asyncio.sleep(_TICK)

    def _is_due(self, tracked: _Tracked, platform: Platform) -> bool:
        if tracked.showing is not None and not tracked.showing.done():
            return False
        if platform.answers_in_messages and tracked.ticket.message is None:
            return False
        if tracked.ticket.state is RequestState.QUEUED and tracked.ticket.id not in self._places:
            return False  # its place is known in a moment, and is what people want to know
        shortest = max(SHORTEST_PAUSE, platform.progress_pause)
        pause = shortest + _PAUSE_A_PLACE * (self._places.get(tracked.ticket.id, 1) - 1)
        return (
            self._clock() - tracked.shown_at >= min(pause, _LONGEST_PAUSE) and self._progress(tracked) != tracked.shown
        )


def _work_seconds(ticket: Ticket) -> float:
    constant, a_second = _FIRST_GUESS
    return constant + a_second * ticket.request.options.length_seconds


async def _show(platform: Platform, ticket: Ticket, progress: Progress) -> None:
    try:
        async with asyncio.timeout(_SHOWING_SECONDS):
            await platform.show_progress(ticket, progress)
    except Exception:
        # Progress is a courtesy: whatever goes wrong on the way to the platform, the piece itself must not suffer.
        logger.warning("the progress of request %d could not be shown", ticket.id, exc_info=True)
