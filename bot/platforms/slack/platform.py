"""Slack as the core sees it: start and close, show progress, deliver, tell, fetch."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

import aiohttp

from bot import wording
from bot.domain import PlatformName, ReplyError
from bot.platforms.slack import delivery, reactions, retraining
from bot.platforms.slack.addressing import Address
from bot.platforms.slack.answers import UNDER_WAY
from bot.platforms.slack.buttons import cancel_button
from bot.platforms.slack.connection import Connection
from bot.platforms.slack.downloads import download
from bot.platforms.slack.files import check_hosted
from bot.platforms.slack.letters import note
from bot.platforms.slack.listening import Listener
from bot.platforms.slack.people import People
from bot.platforms.slack.troubles import FILE_GONE, MESSAGE_GONE, OUT_OF_REACH, SlackError
from bot.platforms.slack.web import Web
from bot.platforms.slack.workspace import Memory, Workspace
from bot.tasks import end_all

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.domain import MessageRef, Piece, Progress, Ticket
    from bot.piece_files import PieceFiles
    from bot.platforms.slack.web import Identity
    from bot.retraining.domain import Notice
    from bot.studio import Studio

logger = logging.getLogger(__name__)

SLACK: Final = "https://slack.com/api/"
SHORTEST_PAUSE: Final = 1.3
"""Seconds between two edits that only show progress: Slack allows about fifty a minute, of all messages together."""
PROGRESS_PAUSE: Final = 3.0
_PATIENCE: Final = 20.0
"""Seconds that the start waits for the connection; after that it is made in the background."""
_CALL_SECONDS: Final = 60.0


class SlackPlatform:
    """Slack, in one workspace.

    Args:
        studio: what everything is passed on to.
        bot_token: of the bot, ``xoxb-...``.
        app_token: of the app, ``xapp-...``, for the connection.
        admins: who may change the settings, besides the workspace's own admins, as ``slack:`` and the id.
        base_url: of the Web API.
    """

    def __init__(
        self,
        studio: Studio,
        *,
        bot_token: str,
        app_token: str,
        admins: frozenset[str] = frozenset(),
        base_url: str = SLACK,
    ) -> None:
        self._studio, self._admins, self._base_url = studio, admins, base_url
        self._bot_token, self._app_token = bot_token, app_token
        self._session: aiohttp.ClientSession | None = None
        self._connection: Connection | None = None
        self._listener: Listener | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._workspace: Workspace | None = None
        self._known, self._up = asyncio.Event(), asyncio.Event()
        self._gone = Memory()
        self._shown_at = -SHORTEST_PAUSE

    @property
    def name(self) -> PlatformName:
        """Which platform this is."""
        return PlatformName.SLACK

    @property
    def answers_in_messages(self) -> bool:
        """Whether every request gets a message of its own."""
        return True

    @property
    def progress_pause(self) -> float:
        """Seconds between two edits of one message, at least."""
        return PROGRESS_PAUSE

    @property
    def is_connected(self) -> bool:
        """Whether Slack can be heard just now."""
        return self._connection is not None and self._connection.is_up

    async def start(self) -> None:
        """Connect, and stay connected; where Slack cannot be reached, go on trying in the background.

        Raises:
            PlatformStartError: Slack will not have us, and says why.
        """
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=_CALL_SECONDS), cookie_jar=aiohttp.DummyCookieJar()
        )
        web = Web(self._bot_token, self._base_url, self._session)
        self._connection = Connection(
            web, self._app_token, lambda me: self._listen(web, me), on_up=self._begin_reconciling
        )
        keeping = asyncio.create_task(self._connection.keep(), name="slack")
        up = asyncio.create_task(self._up.wait())
        self._tasks.append(keeping)
        try:
            await asyncio.wait({keeping, up}, timeout=_PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end_all([up])
        if keeping.done():
            await keeping

    async def close(self) -> None:
        """Disconnect."""
        if self._listener is not None:
            await self._listener.close()
        await end_all(self._tasks)
        if self._session is not None:
            await self._session.close()

    def _listen(self, web: Web, me: Identity) -> AsyncApp:
        """It is known who the bot is: begin to listen, and let deliveries pass."""
        self._workspace = Workspace(self._studio, web, me, People(web, me, self._admins))
        self._listener = Listener(self._workspace)
        self._known.set()
        return self._listener.app()

    def _begin_reconciling(self) -> None:
        if not self._up.is_set():
            self._up.set()
            self._tasks.append(asyncio.create_task(self._reconcile(), name="reconcile votes on Slack"))

    async def _reconcile(self) -> None:
        try:
            await reactions.reconcile(await self._ready())
        except Exception:
            # This is made up for at the next start; the bot must serve people whatever is wrong here.
            logger.exception("votes given while the bot was away could not be looked for")

    async def _ready(self) -> Workspace:
        await self._known.wait()
        if self._workspace is None:
            raise AssertionError  # it is set before
        return self._workspace

    async def show_progress(self, ticket: Ticket, progress: Progress) -> None:
        """Edit the request's message, unless so many are edited that Slack would make the pieces wait."""
        if ticket.message is None or ticket.message in self._gone or not self._may_show():
            return
        workspace, text = await self._ready(), wording.progress_text(progress, ticket.request.seed.title)
        if not workspace.shown.is_new((ticket.id, text)):
            return
        self._has_shown()
        buttons = [cancel_button(ticket.id)] if progress.state in UNDER_WAY else []
        letter = note(text, *buttons)
        try:
            await workspace.web.update(ticket.message, letter)
        except SlackError as error:
            if error.code in MESSAGE_GONE | OUT_OF_REACH:
                self._gone.is_new(ticket.message)
            logger.info("the progress of request %d is not shown: %s", ticket.id, error.code)

    def _may_show(self) -> bool:
        return asyncio.get_running_loop().time() - self._shown_at >= SHORTEST_PAUSE

    def _has_shown(self) -> None:
        self._shown_at = asyncio.get_running_loop().time()

    async def deliver(self, ticket: Ticket, piece: Piece, files: PieceFiles) -> MessageRef:
        """Turn the request's message into the piece, and put the files into its thread."""
        return await delivery.hand_over(await self._ready(), ticket, piece, files)

    async def tell(self, ticket: Ticket, sentence: str) -> None:
        """Turn the request's message into why there is no piece."""
        await delivery.tell(await self._ready(), ticket, sentence)

    async def announce(self, address: str, notice: Notice, message: MessageRef | None) -> MessageRef | None:
        """Show how a retraining run goes in its message; how it ended always, its progress as pieces' is shown."""
        if notice.cancellable and message is not None:
            if not self._may_show():
                return message
            self._has_shown()
        return await retraining.announce(await self._ready(), address, notice, message)

    async def fetch_file(self, ticket: Ticket) -> bytes:
        """Download the file that came with the request, from where Slack says it is."""
        file_id = Address.from_json(ticket.request.address).file_id
        if file_id is None:
            raise ReplyError(wording.FILE_GONE)
        web = (await self._ready()).web
        try:
            file = await web.file(file_id)
        except SlackError as error:
            if error.code not in FILE_GONE:
                raise
            raise ReplyError(wording.FILE_GONE) from error
        check_hosted(file)
        address = file.get("url_private_download") or file.get("url_private") or ""
        return await download(str(address), self._bot_token, self._base_url, web.client.proxy)
