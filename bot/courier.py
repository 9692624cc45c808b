"""Brings pieces, and bad news, to the people who wait for them: again and again until it is done."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot import wording
from bot.domain import NotFoundError, RequestState
from bot.patience import until_stored
from bot.platforms.platform import UndeliverableError
from bot.tasks import end_all

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain import MessageRef, Ticket
    from bot.piece_files import PieceFolders
    from bot.platforms.platform import Platform
    from bot.progress import Board
    from bot.store import Store

logger = logging.getLogger(__name__)

PAUSES: Final = (0.0, 2.0, 5.0, 15.0, *(60.0 for _ in range(30)), *(300.0 for _ in range(282)))
"""Seconds before each attempt. What has not arrived after a day is tried again at the next start.

Platforms know again what was sent within the last minutes (on Discord by its nonce): hence first short pauses.
"""
_AT_ONCE: Final = 8
"""Deliveries to one platform at the same time: each keeps a piece's files in memory."""
_ATTEMPT_SECONDS: Final = 180.0
_PLACING_SECONDS: Final = 5.0
"""How long a finished piece waits for the message that it belongs to."""


class Courier:
    """Delivers what is finished; a request's state in the database says what is left to do after a restart."""

    def __init__(self, store: Store, folders: PieceFolders, board: Board) -> None:
        self._store, self._folders, self._board = store, folders, board
        self._platforms: dict[str, Platform] = {}
        self._turns: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_AT_ONCE))
        self._errands: dict[int, asyncio.Task[None]] = {}
        self._is_closed = False

    def add_platform(self, platform: Platform) -> None:
        """Deliver there from now on."""
        self._platforms[platform.name] = platform

    def send(self, ticket_id: int) -> None:
        """Bring a finished, failed or cancelled request to its end, in the background."""
        if ticket_id not in self._errands and not self._is_closed:
            task = asyncio.create_task(self._serve(ticket_id), name=f"deliver {ticket_id}")
            self._errands[ticket_id] = task
            task.add_done_callback(lambda _: self._errands.pop(ticket_id, None))

    async def close(self, seconds: float) -> None:
        """Let what is under way arrive, but not longer than ``seconds``; the rest is left for the next start."""
        await self.wait(self._errands, seconds)
        self._is_closed = True
        await end_all(self._errands.values())

    async def wait(self, ticket_ids: Iterable[int], seconds: float) -> None:
        """Wait until these requests have come to their end, but not longer than ``seconds``."""
        errands = [self._errands[ticket_id] for ticket_id in ticket_ids if ticket_id in self._errands]
        if errands:
            await asyncio.wait(errands, timeout=seconds)

    async def forget(self, ticket_id: int) -> None:
        """Deliver nothing of this request any more."""
        await end_all([self._errands.get(ticket_id)])

    async def _serve(self, ticket_id: int) -> None:
        for attempt, pause in enumerate(PAUSES):
            await asyncio.sleep(pause)
            try:
                await self._attempt(ticket_id)
            except Exception as error:
                # The network and the platforms fail in many ways; each of them is worth another attempt.
                what = "request %d could not be delivered yet: %s"
                logger.warning(what, ticket_id, type(error).__name__, exc_info=attempt == 0)
            else:
                return
        logger.error("request %d could not be delivered; it is tried again at the next start", ticket_id)

    async def _attempt(self, ticket_id: int) -> None:
        try:
            ticket = await self._store.ticket(ticket_id)
        except NotFoundError:  # forgotten meanwhile
            return
        platform = self._platforms.get(ticket.request.user.platform)
        if platform is None or ticket.told:
            await self._board.quieten(ticket_id)
            return
        if platform.answers_in_messages and ticket.message is None:
            await self._board.wait_placed(ticket_id, _PLACING_SECONDS)
        message = None
        try:
            async with self._turns[platform.name], asyncio.timeout(_ATTEMPT_SECONDS):
                message = await self._bring(await self._store.ticket(ticket_id), platform)
        except UndeliverableError as error:
            logger.warning("request %d cannot be delivered: %s", ticket_id, error)
        # However long the database takes: what has arrived must not be brought again.
        await self._settle(ticket, message)

    async def _bring(self, ticket: Ticket, platform: Platform) -> MessageRef | None:
        await self._board.quieten(ticket.id)
        if ticket.state is RequestState.COMPOSED and ticket.piece_id is not None:
            piece = await self._store.piece(ticket.piece_id)
            return await platform.deliver(ticket, piece, self._folders.of(ticket.id))
        await platform.tell(ticket, ticket.fault or wording.CANCELLED)
        return None

    async def _settle(self, ticket: Ticket, message: MessageRef | None) -> None:
        """Write down that there is nothing left to do; without a new message the old one stays."""
        if ticket.state is RequestState.COMPOSED:
            await until_stored(lambda: self._store.delivered(ticket.id, message))
            ticket = replace(ticket, state=RequestState.DELIVERED)
        else:
            await until_stored(lambda: self._store.told(ticket.id))
        self._board.ended(ticket)
