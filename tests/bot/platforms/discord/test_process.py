"""The whole bot in a process of its own, with its real workers: composed, killed, started again, ended."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from bot.platforms.discord import sync_commands
from tests.bot.platforms.discord.conftest import COMPOSE, SONG
from tests.composer.rendered_scores import needs_library
from tests.fakes.discord import Person, until
from tests.fakes.discord.bot_process import BotProcess
from tests.fakes.discord.checking import checked_fake

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.fakes.discord.model import Interaction, Message
    from tests.fakes.discord.server import FakeDiscord

pytestmark = [pytest.mark.slow, needs_library]
_PIECE_SECONDS = 60.0


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[tuple[FakeDiscord, Person, BotProcess]]:
    """A fake with one person, and a bot process on it."""
    async with checked_fake() as fake:
        alice = Person(fake, "alice", fake.add_guild())
        fake.trouble.edits = 1000
        await sync_commands(fake.token)
        bot = BotProcess(fake, folder / "data", SCHUMANN_WORKERS="1")
        try:
            await bot.start()
            yield fake, alice, bot
        finally:
            await bot.kill()


async def piece(interaction: Interaction) -> Message:
    """The message of a request, once it holds a piece."""
    await interaction.acknowledged()
    message = interaction.original
    assert message is not None
    await until(lambda: message.file(".mid"), f"a piece instead of {message.text!r}", _PIECE_SECONDS)
    return message


async def test_real_music_by_a_real_process(tmp_path: Path) -> None:
    """Opener and file become recordings; killed in mid-job and started again, the bot finishes what it has begun."""
    async with running(tmp_path) as (fake, alice, bot):
        first = await piece(alice.slash("compose", COMPOSE))
        second = await piece(alice.slash("compose", {"midi": SONG}))
        await alice.press(first, "👍").settled()
        fake.trouble.storm("PATCH", r"/webhooks/", times=2)
        third = alice.slash("compose", {**COMPOSE, "length": 60})
        await third.acknowledged()
        await bot.kill()
        await bot.start()
        message = await piece(third)
        await bot.terminate()
        log = bot.log

    for shown in (first, second, message):
        recording = shown.file(".mp3")
        assert recording is not None
        assert recording.content[:3] == b"ID3"
    assert alice.channel.shown == [first, second, message]
    assert alice.id not in log
    for token in (fake.token, *fake.world.tokens):
        assert token not in log
    assert "Traceback" not in log
