"""News of people's requests, and of retraining, streamed to their pages as server-sent events."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import defaultdict, deque
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from bot.domain import ForbiddenError, NotFoundError, PlatformName, RefusedError, RequestState
from bot.platforms.web.retraining_json import run_json
from bot.store import StoreError

if TYPE_CHECKING:
    from bot.domain import Progress, Ticket, UserRef, Viewer
    from bot.platforms.web.answers import Answers
    from bot.platforms.web.people import People
    from bot.retraining.domain import Run
    from bot.studio import Studio

HEARTBEAT_SECONDS: Final = 15.0
"""Proxies close what is silent for long, and only a write shows that nobody listens any more."""
STREAMS_A_PERSON: Final = 4
"""Browsers open six connections to a server: a page must not use them all up for listening."""
MOST_STREAMS: Final = 500
_MOST_MISSED: Final = 20
_MOST_ABSENT: Final = 500
_RECENT: Final = timedelta(days=1)
_RECONNECT: Final = b"retry: 1000\n\n"
_ENDS: Final = {
    RequestState.DELIVERED: "done",
    RequestState.FAILED: "failed",
    RequestState.CANCELLED: "cancelled",
}
_HEADERS: Final = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Stream:
    """One listening page; of each request it is told the latest only, however slowly it reads.

    Args:
        hears_runs: whether it is told of retraining.
    """

    def __init__(self, *, hears_runs: bool) -> None:
        self.is_closed = self.is_replaced = False
        self._hears_runs = hears_runs
        self._runs: dict[int, None] = {}
        self._news: dict[int, tuple[Ticket, Progress]] = {}
        self._ended: set[int] = set()
        self._wake = asyncio.Event()

    def tell(self, ticket: Ticket, progress: Progress) -> None:
        """There is news; after a request's end there is none."""
        if ticket.id not in self._ended:
            self._news[ticket.id] = ticket, progress
            self._wake.set()
        if progress.state in _ENDS:
            self._ended.add(ticket.id)

    def tell_run(self, run_id: int) -> None:
        """There is news of a retraining run; how it stands is asked when it is written."""
        if self._hears_runs:
            self._runs[run_id] = None
            self._wake.set()

    def close(self, *, is_replaced: bool = False) -> None:
        """End it."""
        self.is_closed, self.is_replaced = True, is_replaced
        self._wake.set()

    async def next(self) -> tuple[list[tuple[Ticket, Progress]], list[int]]:
        """The news of requests and of runs, when there is some; nothing after a while without any."""
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return [], []
        self._wake.clear()
        news, self._news = list(self._news.values()), {}
        runs, self._runs = list(self._runs), {}
        return news, runs


class Events:
    """Knows who listens, and keeps ends for those who do not for the moment.

    Args:
        answers: puts news into JSON.
        people: tells who listens.
    """

    def __init__(self, studio: Studio, answers: Answers, people: People) -> None:
        self._studio, self._answers, self._people = studio, answers, people
        self._streams: defaultdict[UserRef, list[Stream]] = defaultdict(list)
        self._missed: dict[UserRef, deque[tuple[Ticket, Progress]]] = {}
        self._is_closed = False
        self._unsubscribe = (
            studio.subscribe(self._tell),
            studio.retrainer.subscribe(lambda run: self.tell_run(run.id)),
        )

    def close(self) -> None:
        """End all streams; pages come back when the bot does."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._is_closed = True
        for streams in self._streams.values():
            for stream in streams:
                stream.close()

    def tell_run(self, run_id: int) -> None:
        """There is news of a retraining run, for all who keep the network."""
        for streams in self._streams.values():
            for stream in streams:
                stream.tell_run(run_id)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Stream to a page until it goes, or the bot does."""
        viewer = self._people.viewer(request)
        stream = self._open(viewer)
        try:
            response = web.StreamResponse(headers=_HEADERS)
            await response.prepare(request)
            await response.write(_RECONNECT)
            await self._begin(response, stream, viewer)
            await self._go_on(response, stream, viewer)
        except (ConnectionError, StoreError):
            pass  # the page has gone, which is how streams end, or comes back by itself when the database does
        finally:
            self._drop(viewer.user, stream)
        return response

    async def _begin(self, response: web.StreamResponse, stream: Stream, viewer: Viewer) -> None:
        """How everything stands, so that nothing that happened meanwhile is missed."""
        tickets = await self._studio.open_tickets(viewer)
        hello = {"started_at": self._studio.started_at.isoformat(), "open": [ticket.id for ticket in tickets]}
        await response.write(_event("hello", hello))
        for ticket in tickets:
            stream.tell(ticket, await self._studio.progress(ticket.id))
        for ticket, progress in self._missed.pop(viewer.user, ()):
            with contextlib.suppress(NotFoundError):  # what was forgotten meanwhile
                await self._studio.ticket(ticket.id, viewer)
                stream.tell(ticket, progress)
        if viewer.is_keeper and (run := await self._studio.retrainer.latest(viewer)) and _is_recent(run):
            stream.tell_run(run.id)

    async def _go_on(self, response: web.StreamResponse, stream: Stream, viewer: Viewer) -> None:
        while not stream.is_closed:
            news, runs = await stream.next()
            if not news and not runs and not stream.is_closed:
                await response.write(b": still here\n\n")
            for ticket, progress in news:
                await self._write(response, ticket, progress, viewer)
            for run_id in runs:
                await self._write_run(response, run_id, viewer)
        if stream.is_replaced:
            await response.write(_event("replaced", {}))

    async def _write(self, response: web.StreamResponse, ticket: Ticket, progress: Progress, viewer: Viewer) -> None:
        try:
            content = await self._answers.ticket_at(ticket, progress, viewer)
        except NotFoundError:
            return  # deleted in this moment
        await response.write(_event(_ENDS.get(progress.state, "progress"), content))

    async def _write_run(self, response: web.StreamResponse, run_id: int, viewer: Viewer) -> None:
        try:
            run = await self._studio.retrainer.run(run_id, viewer)
        except (ForbiddenError, NotFoundError):
            return  # no longer this person's business
        await response.write(_event("retraining", run_json(run)))

    def _tell(self, ticket: Ticket, progress: Progress) -> None:
        user = ticket.request.user
        if user.platform is not PlatformName.WEB:
            return
        for stream in self._streams.get(user, ()):
            stream.tell(ticket, progress)
        if user not in self._streams and progress.state in _ENDS:
            self._miss(user, ticket, progress)

    def _miss(self, user: UserRef, ticket: Ticket, progress: Progress) -> None:
        missed = self._missed.pop(user, None) or deque(maxlen=_MOST_MISSED)
        missed.append((ticket, progress))
        self._missed[user] = missed
        if len(self._missed) > _MOST_ABSENT:
            del self._missed[next(iter(self._missed))]

    def _open(self, viewer: Viewer) -> Stream:
        if self._is_closed or sum(map(len, self._streams.values())) >= MOST_STREAMS:
            message = "Too many pages of this chat are open at the moment; please try again in a minute."
            raise RefusedError(message)
        stream = Stream(hears_runs=viewer.is_keeper)
        streams = self._streams[viewer.user]
        streams.append(stream)
        for oldest in streams[:-STREAMS_A_PERSON]:
            oldest.close(is_replaced=True)
        return stream

    def _drop(self, user: UserRef, stream: Stream) -> None:
        self._streams[user].remove(stream)
        if not self._streams[user]:
            del self._streams[user]


def _is_recent(run: Run) -> bool:
    """Whether a page that is opened should show it: it is under way, or ended not long ago."""
    return run.ended_at is None or datetime.now(UTC) - run.ended_at < _RECENT


def _event(name: str, content: dict[str, Any]) -> bytes:
    """An event as it goes over the wire; JSON has no line breaks."""
    return f"event: {name}\ndata: {json.dumps(content, ensure_ascii=False)}\n\n".encode()
