"""The connection to Slack: made, kept, and made anew when the library has lost it for good."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Final

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from bot.platforms.slack.quiet import quiet_logger
from bot.platforms.slack.troubles import NETWORK_TROUBLE, SlackError, app_token_refused, bot_token_refused
from bot.tasks import end_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slack_bolt.async_app import AsyncApp

    from bot.platforms.slack.web import Identity, Web

logger = logging.getLogger(__name__)

PING_SECONDS: Final = 5.0
"""Between looks of the library at its own connection."""
_LOST_SECONDS: Final = 45.0
"""The library tries again and again, but at the address that it got last, which Slack honours for a while only."""
_LOOK_SECONDS: Final = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 300.0


class Connection:
    """Hears Slack, from ``keep`` on until that is cancelled.

    Args:
        web: to ask Slack where to connect.
        app_token: what allows that.
        make_app: makes what hears, once it is known who the bot is.
        on_up: called once, when Slack is heard for the first time.
    """

    def __init__(
        self, web: Web, app_token: str, make_app: Callable[[Identity], AsyncApp], on_up: Callable[[], None]
    ) -> None:
        self._web, self._app_token = web, app_token
        self._make_app, self._on_up = make_app, on_up
        self._handler: AsyncSocketModeHandler | None = None

    @property
    def is_up(self) -> bool:
        """Whether Slack is heard just now."""
        socket = self._handler.client.current_session if self._handler else None
        return socket is not None and not socket.closed

    async def keep(self) -> None:
        """Connect, and stay connected.

        Raises:
            PlatformStartError: Slack will not have us, and says why.
        """
        app = self._make_app(await self._identify())
        while True:
            address = await self._address()
            handler = self._handler = AsyncSocketModeHandler(
                app, self._app_token, logger=quiet_logger(), ping_interval=PING_SECONDS
            )
            handler.client.wss_uri = address
            connecting = asyncio.create_task(_connect(handler), name="connect to Slack")
            try:
                await self._watch()
            finally:
                await end_all([connecting])
                await _close(handler)
            logger.warning("Slack has not been heard for a while; connecting anew")

    async def _identify(self) -> Identity:
        for pause in _pauses():
            try:
                return await self._web.identify()
            except NETWORK_TROUBLE as error:
                fatal = bot_token_refused(error) if isinstance(error, SlackError) else None
                if fatal:
                    raise fatal from None
                await _wait(pause, error)
        raise AssertionError  # there is always another pause

    async def _address(self) -> str:
        for pause in _pauses():
            try:
                return await self._web.socket_url(self._app_token)
            except NETWORK_TROUBLE as error:
                fatal = app_token_refused(error) if isinstance(error, SlackError) else None
                if fatal:
                    raise fatal from None
                await _wait(pause, error)
        raise AssertionError  # there is always another pause

    async def _watch(self) -> None:
        """Return when nothing has been heard for long."""
        loop = asyncio.get_running_loop()
        up_at, has_been_up = loop.time(), False
        while loop.time() - up_at < _LOST_SECONDS:
            if self.is_up:
                up_at = loop.time()
                if not has_been_up:
                    has_been_up = True
                    self._on_up()
            await asyncio.sleep(_LOOK_SECONDS if has_been_up else _LOOK_SECONDS / 20)


def _pauses() -> Iterator[float]:
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(2 * pause, _LONGEST_PAUSE)


async def _wait(pause: float, error: BaseException) -> None:
    logger.warning("Slack cannot be reached (%s); trying again in %d s", type(error).__name__, pause)
    await asyncio.sleep(pause)


async def _connect(handler: AsyncSocketModeHandler) -> None:
    await handler.connect_async()  # type: ignore[no-untyped-call]  # the library leaves it out


async def _close(handler: AsyncSocketModeHandler) -> None:
    """Close everything that the library has opened; it does not wait for its own tasks."""
    client = handler.client
    with contextlib.suppress(*NETWORK_TROUBLE):
        await handler.close_async()  # type: ignore[no-untyped-call]  # the library leaves it out
    tasks = (client.message_processor, client.message_receiver, client.current_session_monitor)
    await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
