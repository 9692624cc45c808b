"""Brings pieces, and bad news, to the people who wait for them: again and again until it is done."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from itertools import chain, repeat
from typing import TYPE_CHECKING, Final

from bot import wording
from bot.domain import RequestState
from bot.patience import until_stored
from bot.platforms.platform import UndeliverableError

if TYPE_CHECKING:
    from bot.domain import Ticket
    from bot.piece_files import PieceFolders
    from bot.platforms.platform import Platform
    from bot.progress import Board
    from bot.store import Store

logger = logging.getLogger(__name__)

PAUSES: Final = (0.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
"""Seconds before each attempt; the last one again and again."""
_ATTEMPT_SECONDS: Final = 180.0
_PLACING_SECONDS: Final = 5.0
"""How long a finished piece waits for the message that it belongs to."""


class Courier:
    """Delivers what is finished; a request's state in the database says what is left to do after a restart."""

    def __init__(self, store: Store, folders: PieceFolders, board: Board) -> None:
        self._store, self._folders, self._board = store, folders, board
        self._platforms: dict[str, Platform] = {}
        self._errands: dict[int, asyncio.Task[None]] = {}

    def add_platform(self, platform: Platform) -> None:
        """Deliver there from now on."""
        self._platforms[platform.name] = platform

    def send(self, ticket_id: int) -> None:
        """Bring a finished, failed or cancelled request to its end, in the background."""
        if ticket_id not in self._errands:
            task = asyncio.create_task(self._serve(ticket_id), name=f"deliver {ticket_id}")
            self._errands[ticket_id] = task
            task.add_done_callback(lambda _: self._errands.pop(ticket_id, None))

    async def close(self, seconds: float) -> None:
        """Let what is under way arrive, but not longer than ``seconds``."""
        tasks = list(self._errands.values())
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def forget(self, ticket_id: int) -> None:
        """Deliver nothing of this request any more."""
        if task := self._errands.get(ticket_id):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _serve(self, ticket_id: int) -> None:
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            await asyncio.sleep(pause)
            try:
                async with asyncio.timeout(_ATTEMPT_SECONDS):
                    await self._attempt(ticket_id)
            except UndeliverableError as error:
                logger.warning("request %d cannot be delivered: %s", ticket_id, error)
                await self._settle(await self._store.ticket(ticket_id), delivered=False)
                return
            except Exception:
                # The network and the platforms fail in many ways; each of them is worth another attempt.
                logger.warning("request %d could not be delivered yet", ticket_id, exc_info=True)
            else:
                return

    async def _attempt(self, ticket_id: int) -> None:
        ticket = await self._store.ticket(ticket_id)
        platform = self._platforms.get(ticket.request.user.platform)
        if platform is None or ticket.told:
            return
        if platform.answers_in_messages and ticket.message is None:
            await self._board.wait_placed(ticket_id, _PLACING_SECONDS)
            ticket = await self._store.ticket(ticket_id)
        await self._board.quieten(ticket_id)
        if ticket.state is RequestState.COMPOSED and ticket.piece_id is not None:
            piece = await self._store.piece(ticket.piece_id)
            message = await platform.deliver(ticket, piece, self._folders.of(ticket_id))
            await self._settle(replace(ticket, message=message or ticket.message), delivered=True)
        elif ticket.state in {RequestState.FAILED, RequestState.CANCELLED}:
            await platform.tell(ticket, ticket.fault or wording.CANCELLED)
            await self._settle(ticket, delivered=False)

    async def _settle(self, ticket: Ticket, *, delivered: bool) -> None:
        """Write down that there is nothing left to do."""
        if ticket.state is RequestState.COMPOSED:
            message = ticket.message if delivered else None
            await until_stored(lambda: self._store.delivered(ticket.id, message))
            ticket = replace(ticket, state=RequestState.DELIVERED)
        else:
            await until_stored(lambda: self._store.told(ticket.id))
        self._board.ended(ticket)
