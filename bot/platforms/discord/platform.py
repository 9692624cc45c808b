"""Discord as the core sees it: start and close, show progress, deliver, tell, fetch."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from bot import wording
from bot.domain import PlatformName, ReplyError, RequestState, Tally
from bot.platforms.discord.addressing import Address
from bot.platforms.discord.announcing import announce
from bot.platforms.discord.buttons import cancel_button
from bot.platforms.discord.client import SchumannClient
from bot.platforms.discord.delivery import hand_over
from bot.platforms.discord.downloads import download
from bot.platforms.discord.letters import Letter, shown
from bot.platforms.discord.posting import edit, put
from bot.platforms.discord.troubles import fatal_error

if TYPE_CHECKING:
    from bot.domain import MessageRef, Piece, Progress, Ticket
    from bot.piece_files import PieceFiles
    from bot.retraining.domain import Notice
    from bot.studio import Studio

logger = logging.getLogger(__name__)

_UNDER_WAY: Final = {RequestState.AWAITING_FILE, RequestState.QUEUED, RequestState.RUNNING}
_PATIENCE: Final = 20.0
"""Seconds that the start waits for the connection; after that it is made in the background."""
_LONGEST_PAUSE: Final = 300.0
_GONE: Final = ""
"""What is remembered as the text of a message that somebody deleted."""
_REMEMBERED: Final = 1000
"""Requests whose last shown text is kept, so that nothing is sent twice."""


class DiscordPlatform:
    """Discord.

    Args:
        studio: what everything is passed on to.
        token: of the bot.
        message_content: whether to ask for the privileged intent that files dropped in a channel need.
        admins: who may change the settings everywhere, as ``discord:`` and the id.
        ready_seconds: how long to wait for the guilds after connecting.
    """

    def __init__(
        self,
        studio: Studio,
        token: str,
        *,
        message_content: bool = False,
        admins: frozenset[str] = frozenset(),
        ready_seconds: float = 2.0,
    ) -> None:
        self._studio, self._token = studio, token
        self._message_content, self._admins, self._ready_seconds = message_content, admins, ready_seconds
        self._up = asyncio.Event()
        self._client = self._new_client()
        self._connection: asyncio.Task[None] | None = None
        self._shown: OrderedDict[int, str] = OrderedDict()

    @property
    def name(self) -> PlatformName:
        """Which platform this is."""
        return PlatformName.DISCORD

    @property
    def answers_in_messages(self) -> bool:
        """Whether every request gets a message of its own."""
        return True

    @property
    def progress_pause(self) -> float:
        """Seconds between two showings that Discord needs: the usual pace will do."""
        return 0.0

    @property
    def is_connected(self) -> bool:
        """Whether Discord can be heard just now."""
        return self._client.is_ready() and not self._client.is_closed()

    async def start(self) -> None:
        """Connect, and stay connected; where Discord cannot be reached, go on trying in the background.

        Raises:
            PlatformStartError: Discord will not have us, and says why.
        """
        self._connection = asyncio.create_task(self._stay_connected(), name="discord")
        ready = asyncio.create_task(self._up.wait())
        try:
            await asyncio.wait({self._connection, ready}, timeout=_PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
            await asyncio.gather(ready, return_exceptions=True)
        if self._connection.done():
            await self._connection

    async def close(self) -> None:
        """Disconnect."""
        if self._connection is not None:
            self._connection.cancel()
            await asyncio.gather(self._connection, return_exceptions=True)
        await self._client.close()

    def _new_client(self) -> SchumannClient:
        return SchumannClient(
            self._studio,
            message_content=self._message_content,
            admins=self._admins,
            up=self._up,
            ready_seconds=self._ready_seconds,
        )

    async def _stay_connected(self) -> None:
        """Keep one client connected; discord.py reconnects by itself after most troubles, but gives up after some."""
        pause = 1.0
        while True:
            try:
                async with self._client:
                    await self._client.start(self._token)
            except Exception as error:
                if fatal := fatal_error(error):
                    logger.error("%s", fatal)  # noqa: TRY400 (the sentence says it all)
                    raise fatal from error
                # Whatever else it was, even a message of Discord's that discord.py cannot read: the bot must come back.
                logger.warning("the connection to Discord ended; trying again in %.0f s", pause, exc_info=True)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            self._client = self._new_client()

    # --- what the core asks for

    async def show_progress(self, ticket: Ticket, progress: Progress) -> None:
        """Edit the request's message; nothing is done where it would look the same, or is gone."""
        if not self._up.is_set():
            return
        text = shown(wording.progress_text(progress, ticket.request.seed.title))
        if progress.state not in _UNDER_WAY or self._shown.get(ticket.id) in {text, _GONE}:
            return
        message = await edit(self._client, ticket, Letter(text, buttons=cancel_button(ticket.id)))
        self._remember(ticket.id, text if message else _GONE)

    async def deliver(self, ticket: Ticket, piece: Piece, files: PieceFiles) -> MessageRef | None:
        """Turn the request's message into the piece, in one edit."""
        await self._up.wait()

        async def post(letter: Letter) -> MessageRef:
            return await put(self._client, ticket, letter)

        limit = Address.from_json(ticket.request.address).file_limit
        message = await hand_over(
            self._studio, piece, files, tally=Tally(), remarks=ticket.remarks, limit=limit, post=post
        )
        self._shown.pop(ticket.id, None)
        return message

    async def tell(self, ticket: Ticket, sentence: str) -> None:
        """Turn the request's message into why there is no piece."""
        await self._up.wait()
        title = wording.safe_title(ticket.request.seed.title, wording.LONGEST_FACT)
        await put(self._client, ticket, Letter(shown(f"{title}\n{sentence}")))
        self._shown.pop(ticket.id, None)

    async def announce(self, address: str, notice: Notice, message: MessageRef | None) -> MessageRef | None:
        """Turn a message into what people are told of a retraining run, or send it."""
        await self._up.wait()
        return await announce(self._client, address, notice, message)

    async def fetch_file(self, ticket: Ticket) -> bytes:
        """Download the file that came with the request."""
        attached = Address.from_json(ticket.request.address).attached
        if attached is None:
            raise ReplyError(wording.FILE_GONE)
        return await download(attached)

    def _remember(self, ticket_id: int, text: str) -> None:
        self._shown[ticket_id] = text
        while len(self._shown) > _REMEMBERED:
            self._shown.popitem(last=False)
