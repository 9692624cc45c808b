"""A platform without a network: what people would see is kept in lists."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain import MessageRef, PlatformName

if TYPE_CHECKING:
    from collections import deque

    from bot.domain import Piece, Progress, Ticket
    from bot.piece_files import PieceFiles
    from bot.retraining.domain import Notice


@dataclass
class LoopbackPlatform:
    """Has the interface of ``bot.platforms.platform.Platform``.

    Attributes:
        name: whose people it serves.
        answers_in_messages: see the protocol.
        progress_pause: see the protocol.
        shown: every progress that was shown, by ticket.
        delivered: ticket and piece of every delivery, in order.
        told: ticket and sentence of all bad news.
        announced: every notice that was shown, where, and the message that it was to replace.
        files: what ``fetch_file`` finds, by the request's address.
        faults: the next deliveries raise these, one each.
    """

    name: PlatformName = PlatformName.DISCORD
    answers_in_messages: bool = False
    progress_pause: float = 0.0
    shown: list[tuple[int, Progress]] = field(default_factory=list)
    delivered: list[tuple[int, int]] = field(default_factory=list)
    told: list[tuple[int, str]] = field(default_factory=list)
    announced: list[tuple[str, Notice, MessageRef | None]] = field(default_factory=list)
    files: dict[str, bytes | Exception] = field(default_factory=dict)
    faults: deque[Exception] | None = None
    has_news: asyncio.Event = field(default_factory=asyncio.Event)

    async def show_progress(self, ticket: Ticket, progress: Progress) -> None:
        """Remember it."""
        self.shown.append((ticket.id, progress))
        self.has_news.set()

    async def deliver(self, ticket: Ticket, piece: Piece, files: PieceFiles) -> MessageRef | None:
        """Remember it, or fail as told; the files must be there."""
        if self.faults:
            raise self.faults.popleft()
        if not all(path.exists() for path in (files.midi, files.mp3, files.picture, files.score)):
            message = f"piece {piece.id} was delivered without its files"
            raise AssertionError(message)
        self.delivered.append((ticket.id, piece.id))
        self.has_news.set()
        return ticket.message or MessageRef("1", str(1000 + ticket.id))

    async def tell(self, ticket: Ticket, sentence: str) -> None:
        """Remember it."""
        self.told.append((ticket.id, sentence))
        self.has_news.set()

    async def announce(self, address: str, notice: Notice, message: MessageRef | None) -> MessageRef | None:
        """Remember it, or fail as told; the files must be there."""
        if self.faults:
            raise self.faults.popleft()
        if not all(path.exists() for path in notice.files):
            message_text = f"run {notice.run_id} was told of without its files"
            raise AssertionError(message_text)
        self.announced.append((address, notice, message))
        self.has_news.set()
        return message or MessageRef("2", str(2000 + notice.run_id))

    async def fetch_file(self, ticket: Ticket) -> bytes:
        """What lies at the request's address."""
        found = self.files[ticket.request.address]
        if isinstance(found, Exception):
            raise found
        return found

    async def news(self) -> None:
        """Wait until something is shown, delivered or told that was not yet waited for."""
        async with asyncio.timeout(20):
            await self.has_news.wait()
        self.has_news.clear()
