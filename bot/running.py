"""The bot while it runs: put together, told of on the terminal, ended by a signal."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Protocol

from bot.house import House
from bot.platforms.platform import Platform, PlatformStartError
from bot.store import StoreError
from bot.tasks import end_all
from bot.workers import WorkerPool, WorkerStartError
from composer import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bot.settings import Settings
    from bot.studio import Studio

logger = logging.getLogger(__name__)

DRAIN_SECONDS: Final = 20.0
"""What pieces under way are given to finish when the bot is ended."""
DONE, TO_MEND = 0, 2
"""Exit codes."""
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class RunningPlatform(Platform, Protocol):
    """A platform that is started and ended here."""

    async def start(self) -> None:
        """Begin to serve people.

        Raises:
            PlatformStartError: it cannot.
        """

    async def close(self) -> None:
        """End it."""


async def run(settings: Settings, say: Callable[[str], None]) -> int:
    """Run until a signal comes: the first lets pieces under way finish, the second ends at once.

    Args:
        settings: how.
        say: tells whoever started it a line.

    Returns:
        The exit code: 0 when it was ended, 2 when something is to be mended before it can run.
    """
    say(f"SchumaNN {__version__}")
    pool = WorkerPool(settings.workers, soundfont=settings.soundfont, checkpoint=settings.checkpoint)
    with _ending() as end:
        try:
            house = await House.open(
                settings.data,
                pool,
                limits=settings.limits(),
                workers=settings.workers,
                retraining=settings.retraining(),
            )
        except StoreError as error:
            say(str(error))
            return TO_MEND
        platforms = tuple(_platforms(settings, house.studio, say))
        try:
            return await _serve(house, platforms, end, say) if platforms else _nowhere(say)
        finally:
            # The platforms last: what is finished while the house closes is still delivered.
            await house.close(DRAIN_SECONDS)
            await asyncio.gather(*(platform.close() for platform in platforms), return_exceptions=True)


def _platforms(settings: Settings, studio: Studio, say: Callable[[str], None]) -> Iterator[RunningPlatform]:
    """The platforms that are switched on; of the others it is said why they are off."""
    if settings.web:
        from bot.platforms.web import WebPlatform

        token = settings.web_token.get_secret_value() if settings.web_token else None
        yield WebPlatform(studio, host=settings.web_host, port=settings.web_port, token=token, admins=settings.admins)
    else:
        say("web chat: off, as SCHUMANN_WEB says")
    if settings.discord_token:
        from bot.platforms.discord import DiscordPlatform

        yield DiscordPlatform(
            studio,
            settings.discord_token.get_secret_value(),
            message_content=settings.discord_message_content,
            admins=settings.admins,
        )
    else:
        say("Discord: off, as DISCORD_TOKEN is not set")
    if settings.slack_bot_token and settings.slack_app_token:
        from bot.platforms.slack import SlackPlatform

        yield SlackPlatform(
            studio,
            bot_token=settings.slack_bot_token.get_secret_value(),
            app_token=settings.slack_app_token.get_secret_value(),
            admins=settings.admins,
        )
    else:
        say("Slack: off, as SLACK_BOT_TOKEN is not set")


async def _serve(
    house: House, platforms: Sequence[RunningPlatform], end: asyncio.Event, say: Callable[[str], None]
) -> int:
    """Start everything, and wait for the end."""
    for platform in platforms:
        house.studio.add_platform(platform)
    starting = asyncio.create_task(_start(house, platforms, say), name="start")
    ending = asyncio.create_task(end.wait(), name="end")
    try:
        await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done() and not starting.result():
            return TO_MEND
        await ending
    finally:
        await end_all([starting, ending])
    say("Ending: pieces under way are finished first, the rest goes on at the next start (Ctrl-C again: at once) ...")
    return DONE


async def _start(house: House, platforms: Sequence[RunningPlatform], say: Callable[[str], None]) -> bool:
    """Start the house and the platforms; False if nothing can be served."""
    try:
        await house.start()
    except (WorkerStartError, StoreError) as error:
        say(str(error))
        return False
    say(f"network: {house.registry.current_id}")
    say(f"piano: {house.pool.soundfont}")
    started = await asyncio.gather(*(_start_platform(platform, say) for platform in platforms))
    if not any(started):
        _nowhere(say)
    return any(started)


def _nowhere(say: Callable[[str], None]) -> int:
    say("There is nowhere to talk to people, so SchumaNN ends; python -m bot --check tells what to do.")
    return TO_MEND


async def _start_platform(platform: RunningPlatform, say: Callable[[str], None]) -> bool:
    """Start one platform; what is wrong with it is no reason to end the others."""
    try:
        await platform.start()
    except PlatformStartError as error:
        say(str(error))
        return False
    except Exception:
        logger.exception("the platform %s could not be started", platform.name)
        say(f"{platform.name}: could not be started; the log says why")
        return False
    if address := getattr(platform, "url", None):
        say(f"web chat: {address}")
    else:
        state = "on" if getattr(platform, "is_connected", True) else "cannot be reached yet; trying on"
        say(f"{platform.name.capitalize()}: {state}")
    return True


@contextmanager
def _ending() -> Iterator[asyncio.Event]:
    """An event that the first signal sets; at the second one the process ends at once, as after a power cut."""
    end, loop = asyncio.Event(), asyncio.get_running_loop()

    def on_signal(number: int) -> None:
        if end.is_set():
            logger.warning("ended at once by a second signal; what was under way goes on at the next start")
            os._exit(128 + number)
        end.set()

    for number in _SIGNALS:
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield end
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
