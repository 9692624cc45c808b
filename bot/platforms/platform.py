"""What the core asks of a platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bot.domain import MessageRef, Piece, PlatformName, Progress, Ticket
    from bot.piece_files import PieceFiles
    from bot.retraining.domain import Notice


class UndeliverableError(Exception):
    """There is no hope of reaching this person here: the bot left the guild, the channel is gone."""


class PlatformStartError(Exception):
    """A platform cannot be started; the message says why and what to do."""


class Platform(Protocol):
    """How the core reaches the people of one platform.

    Network trouble may raise anything: the core tries again later. ``UndeliverableError`` ends the attempts.
    """

    @property
    def name(self) -> PlatformName:
        """Which platform this is."""

    @property
    def answers_in_messages(self) -> bool:
        """Whether every request gets a message of its own, which the studio is told of by ``placed``."""

    @property
    def progress_pause(self) -> float:
        """Seconds between two showings of one request that the platform needs at least; 0 if the usual pace will do."""

    async def show_progress(self, ticket: Ticket, progress: Progress) -> None:
        """Show how far a request is; best effort, called at most every 2.5 s and never twice at a time for a ticket."""

    async def deliver(self, ticket: Ticket, piece: Piece, files: PieceFiles) -> MessageRef | None:
        """Hand the piece over, in the message that shows the progress where there is one; doing it twice does no harm.

        Returns:
            The message that now holds the piece, if the platform has messages.
        """

    async def tell(self, ticket: Ticket, sentence: str) -> None:
        """Say why there is no piece."""

    async def announce(self, address: str, notice: Notice, message: MessageRef | None) -> MessageRef | None:
        """Show a notice: turn ``message`` into it, or send it to ``address`` where there is none or it is gone.

        Returns:
            The message that now holds it, if the platform has messages.
        """

    async def fetch_file(self, ticket: Ticket) -> bytes:
        """The file that came with the request.

        Raises:
            ReplyError: it is too large or cannot be had.
        """
