"""The desk: takes requests from the queue, has workers make them, writes down what came of it, sends it off."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from bot import wording
from bot.domain import NotFoundError, ReplyError, RequestState
from bot.intake import UploadReader
from bot.patience import until_stored
from bot.store import StoreError
from bot.tasks import end_all, seen_through
from bot.workers import JobFailedError, JobTimedOutError, WorkerDiedError
from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from bot.courier import Courier
    from bot.domain import Ticket
    from bot.making import Maker
    from bot.piece_files import PieceFolders
    from bot.platforms.platform import Platform
    from bot.progress import Board
    from bot.store import Store

logger = logging.getLogger(__name__)

_TROUBLE_PAUSE: Final = 2.0
_LAST_ERRANDS_SECONDS: Final = 5.0


class Desk:
    """Runs the queue: as many requests at a time as there are workers.

    Everything that must survive is in the store before it is acted on, so that a new desk over the same store goes on
    where this one was interrupted.
    """

    def __init__(
        self, store: Store, folders: PieceFolders, maker: Maker, board: Board, courier: Courier, *, runners: int
    ) -> None:
        self._store, self._folders, self._board, self._courier = store, folders, board, courier
        self._maker, self._runners = maker, runners
        self._platforms: dict[str, Platform] = {}
        self._reader = UploadReader()
        self._work = asyncio.Event()
        self._queue_changed = asyncio.Event()
        self._jobs: dict[int, asyncio.Task[None]] = {}
        self._fetches: dict[int, asyncio.Task[None]] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._is_draining = False

    def add_platform(self, platform: Platform) -> None:
        """Serve its people from now on; before ``start``."""
        self._platforms[platform.name] = platform
        self._board.add_platform(platform)
        self._courier.add_platform(platform)

    @property
    def reader(self) -> UploadReader:
        """Reads uploads, a few at a time."""
        return self._reader

    async def start(self) -> None:
        """Go on with what the last desk left, and with what comes."""
        await asyncio.to_thread(self._folders.prepare)
        for ticket in await self._store.recover():
            logger.error("request %d was begun %d times and never finished: given up", ticket.id, ticket.attempt)
        kept = await self._store.ticket_ids_with_pieces()
        await asyncio.to_thread(self._folders.sweep, kept)
        for ticket in await self._store.untold():
            self.take_on(ticket)
        self._board.start()
        self._spawn(self._watch_queue(), "queue")
        for number in range(self._runners):
            self._spawn(self._run(), f"runner {number}")

    def take_on(self, ticket: Ticket) -> None:
        """Do what there is to do for a request, whatever its state; doing it twice does no harm."""
        if ticket.state in {RequestState.COMPOSED, RequestState.FAILED, RequestState.CANCELLED}:
            self._courier.send(ticket.id)
        elif ticket.state is not RequestState.DELIVERED:
            self._board.track(ticket)
            if ticket.state is RequestState.AWAITING_FILE and ticket.id not in self._fetches:
                self._begin_fetch(ticket)
            self.wake()

    def wake(self) -> None:
        """The queue has changed."""
        self._work.set()
        self._queue_changed.set()

    async def stop(self, ticket_id: int) -> None:
        """End the work on a request at once, worker and all."""
        await end_all([tasks[ticket_id] for tasks in (self._jobs, self._fetches) if ticket_id in tasks])
        self.wake()

    async def wait_told(self, ticket_ids: Iterable[int], seconds: float) -> None:
        """Wait until people know how these ended, but not longer than ``seconds``."""
        await self._courier.wait(ticket_ids, seconds)

    async def forget(self, ticket_id: int) -> None:
        """End everything that has to do with a request, and delete its files."""
        await self.stop(ticket_id)
        await self._courier.forget(ticket_id)
        await self._board.quieten(ticket_id)
        await asyncio.to_thread(self._folders.remove, ticket_id)

    async def drain(self, seconds: float) -> None:
        """Begin nothing new, give what is under way ``seconds`` to finish, and put the rest back into the queue."""
        self._is_draining = True
        if self._jobs:
            await asyncio.wait(self._jobs.values(), timeout=seconds)
        await end_all([*self._jobs.values(), *self._fetches.values()])
        await end_all(self._background)
        await self._courier.close(min(seconds, _LAST_ERRANDS_SECONDS))
        await self._board.close()

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _watch_queue(self) -> None:
        """Keep the board's picture of the queue up to date, without asking the store more than it has to."""
        while True:
            await self._queue_changed.wait()
            self._queue_changed.clear()
            with contextlib.suppress(StoreError):
                self._board.queue_is(await self._store.queue())
            await asyncio.sleep(0.1)

    async def _run(self) -> None:
        while not self._is_draining:
            self._work.clear()
            try:
                ticket = await self._store.claim(datetime.now(UTC))
            except Exception as error:
                # Whatever it is, a runner that ended would leave the queue standing.
                what = None if isinstance(error, StoreError) else error
                logger.error("nothing is begun: %s", error, exc_info=what)  # noqa: TRY400 (a StoreError says it all)
                await asyncio.sleep(_TROUBLE_PAUSE)
                continue
            if ticket is None:
                await self._work.wait()
            elif self._is_draining:
                await self._store.release(ticket.id)
            else:
                self.wake()  # there may be work for another runner, who has looked a moment too early
                await self._do(ticket)

    async def _do(self, ticket: Ticket) -> None:
        job = self._jobs[ticket.id] = asyncio.create_task(self._serve(ticket), name=f"compose {ticket.id}")
        try:
            await asyncio.wait([job])
        finally:
            del self._jobs[ticket.id]
        if not job.cancelled() and (error := job.exception()):
            logger.error("request %d is left as it is until the next start", ticket.id, exc_info=error)

    async def _serve(self, ticket: Ticket) -> None:
        """Make one piece; whatever happens, the request reaches another state, or goes back to the queue."""
        try:
            self._board.started(ticket)
            music = await self._maker.make(ticket, lambda *news: self._board.advanced(ticket.id, *news))
            music = replace(music, remarks=ticket.remarks)
            await seen_through(asyncio.to_thread(self._folders.adopt, ticket.id))
            piece = await until_stored(lambda: self._store.finish(ticket.id, music, datetime.now(UTC)))
        except asyncio.CancelledError:
            if self._is_draining:
                await self._store.release(ticket.id)
            else:  # cancelled or forgotten: nobody may have these files
                await asyncio.to_thread(self._folders.remove, ticket.id)
            raise
        except (ReplyError, JobFailedError, JobTimedOutError, WorkerDiedError) as error:
            await self._give_up(ticket, wording.as_sentence(str(error)))
        except Exception as error:
            support_id = wording.support_id()
            logger.exception("request %d failed (support id %s)", ticket.id, support_id)
            await self._give_up(ticket, wording.sentence_of(error, support_id))
        else:
            self._board.made(ticket.id)
            if piece is None:  # cancelled or forgotten a moment ago
                await asyncio.to_thread(self._folders.remove, ticket.id)
            else:
                self._board.track(replace(ticket, state=RequestState.COMPOSED, piece_id=piece.id))
                self._courier.send(ticket.id)

    async def _give_up(self, ticket: Ticket, sentence: str) -> None:
        await until_stored(lambda: self._store.fail(ticket.id, sentence))
        await asyncio.to_thread(self._folders.remove, ticket.id)
        self._courier.send(ticket.id)

    def _begin_fetch(self, ticket: Ticket) -> None:
        platform = self._platforms.get(ticket.request.user.platform)
        if platform is not None and not self._is_draining:
            task = asyncio.create_task(self._fetch(ticket, platform), name=f"fetch {ticket.id}")
            self._fetches[ticket.id] = task
            task.add_done_callback(lambda _: self._fetches.pop(ticket.id, None))

    async def _fetch(self, ticket: Ticket, platform: Platform) -> None:
        """Get and read the file that a request waits for."""
        try:
            upload = await self._reader.fetch(ticket, platform)
        except (ReplyError, BadInputError) as error:
            await self._give_up(ticket, wording.sentence_of(error))
            return
        except Exception as error:
            # Whatever a stranger's file or a platform's file server may do, the person is told in a sentence.
            support_id = wording.support_id()
            logger.warning("the file of request %d was not read (support id %s)", ticket.id, support_id, exc_info=True)
            await self._give_up(ticket, wording.sentence_of(error, support_id))
            return
        with contextlib.suppress(NotFoundError):  # forgotten meanwhile
            taken = await until_stored(
                lambda: self._store.provide_primer(
                    ticket.id, primer=upload.primer, title=upload.title, remarks=upload.remarks
                )
            )
            self.take_on(taken)
