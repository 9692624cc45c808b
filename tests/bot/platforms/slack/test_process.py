"""The whole bot in a process of its own, with its real workers: composed, killed, started again, ended."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.bot.platforms.slack.conftest import COMPOSE, SONG
from tests.composer.rendered_scores import needs_library
from tests.fakes.slack import Person, until
from tests.fakes.slack.bot_process import bot_on
from tests.fakes.slack.checking import checked_fake

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.slack.model import Channel, Message

pytestmark = [pytest.mark.slow, needs_library]
_PIECE_SECONDS = 60.0


async def pieces(channel: Channel, number: int) -> list[Message]:
    """The bot's messages in a channel, once the last of so many holds a piece."""

    def shown() -> list[Message]:
        found = [message for message in channel.shown if message.author.kind == "bot"]
        return found if len(found) >= number and all(message.thread_file(".mid") for message in found) else []

    return await until(shown, f"{number} pieces", _PIECE_SECONDS)


async def test_real_music_by_a_real_process(tmp_path: Path) -> None:
    """Opener and file become recordings; killed in mid-job and started again, the bot finishes what it has begun."""
    async with checked_fake() as fake:
        alice, bot = Person(fake, "alice"), bot_on(fake, tmp_path / "data")
        try:
            await bot.start()
            await alice.slash("/compose", COMPOSE).acknowledged()
            await pieces(alice.channel, 1)
            alice.upload(SONG)
            first, _ = await pieces(alice.channel, 2)
            await alice.press(first, "👍").acknowledged()
            await until(lambda: "👍 1" in first.words, "the vote")
            await alice.slash("/compose", "seed:schumann length:180").acknowledged()
            await until(lambda: "Cancel" in alice.channel.shown[-1].words, "the message of the request")
            await asyncio.sleep(0.5)
            await bot.kill()
            await bot.start()
            shown = await pieces(alice.channel, 3)
            megabytes = bot.megabytes
            await bot.terminate()
        finally:
            await bot.kill()

    for message in shown:
        recording = message.thread_file(".mp3")
        assert recording is not None
        assert recording.content[:3] == b"ID3"
    assert [len(message.thread_files) for message in shown] == [3, 3, 3]
    for secret in (alice.id, fake.bot_token, fake.app_token, "song.mid", alice.user.name):
        assert secret not in bot.log
    assert "Traceback" not in bot.log
    assert megabytes < 150
