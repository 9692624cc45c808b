"""The whole bot in a process of its own, with its real workers: composed, killed, started again, ended."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from bot.platforms.discord import sync_commands
from tests.bot.platforms.discord.conftest import COMPOSE, SONG
from tests.composer.rendered_scores import needs_library
from tests.fakes.discord import Person, Upload, errors, until
from tests.fakes.discord.bot_process import bot_on
from tests.fakes.discord.checking import checked_fake

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.fakes.bot_process import BotProcess
    from tests.fakes.discord.model import Interaction, Message
    from tests.fakes.discord.server import FakeDiscord

pytestmark = [pytest.mark.slow, needs_library]
_PIECE_SECONDS = 60.0
_UNAVAILABLE = errors.ApiError(503, 0, "Service Unavailable")
_ODD = errors.ApiError(400, 50035, "Invalid Form Body")


@asynccontextmanager
async def running(folder: Path, log_level: str = "INFO") -> AsyncIterator[tuple[FakeDiscord, Person, BotProcess]]:
    """A fake with one person, and a bot process on it."""
    async with checked_fake() as fake:
        alice = Person(fake, "alice", fake.add_guild())
        fake.trouble.edits = 1000
        await sync_commands(fake.token)
        bot = bot_on(fake, folder / "data", SCHUMANN_WORKERS="1", SCHUMANN_LOG_LEVEL=log_level)
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


async def test_a_deletion_leaves_no_trace(tmp_path: Path) -> None:
    """No row, file or log line holds the id, nor any token, whatever went wrong before and at any log level."""
    async with running(tmp_path, "DEBUG") as (fake, alice, bot):
        bert = Person(fake, "bert", *fake.world.guilds.values())
        theirs = await piece(bert.slash("compose", COMPOSE))
        mine = await piece(alice.slash("compose", {"midi": SONG}))
        await alice.press(theirs, "👍").settled()
        alice.react(theirs, "👎")
        bert.react(mine, "👍")
        await trouble_of_every_kind(fake, alice)
        await alice.slash("compose", {**COMPOSE, "length": 180}).acknowledged()
        asked = await alice.slash("privacy delete").reply()
        done = await alice.press(asked, "Delete everything").reply()
        await asyncio.sleep(1)
        traces = {path.name for path in files_with(tmp_path, alice.id)}
        await bot.terminate()
        await bot.start()
        await until(lambda: fake.log.of("GET", rf".*/messages/{theirs.id}/reactions"), "a look at the thumbs")
        await bot.terminate()

    assert "deleted" in done.text
    assert traces == set()
    assert files_with(tmp_path, alice.id) == []
    assert [path.name for path in files_with(tmp_path, bert.id)] == ["schumann.db"]
    for secret in (fake.token, *fake.world.tokens, *fake.world.attachments, alice.user.name):
        assert secret not in bot.log


async def trouble_of_every_kind(fake: FakeDiscord, person: Person) -> None:
    """Requests that Discord limits, refuses, loses and does not understand, one kind after the other."""
    faults = (errors.expired_token(), errors.unknown_webhook(), errors.missing_permission(), _UNAVAILABLE, _ODD)
    for error in faults:
        fake.trouble.fail("POST", "/interactions/", error, times=1)
        fake.trouble.fail("PATCH", "/webhooks/", error, times=2)
        person.slash("compose", {"seed": "satie", "length": 5})
        await asyncio.sleep(1)
    fake.trouble.storm("POST", "/interactions/", times=2)
    fake.trouble.storm("PATCH", "/webhooks/", times=3)
    fake.trouble.lose("PATCH", "/webhooks/", times=2)
    person.slash("compose", {"midi": Upload("alice.mid", b"MThd", manner="gone")})
    person.slash("piece", {"id": 999})
    person.post("compose seed:satie length:5", mentions_bot=True)
    await asyncio.sleep(2)
    fake.trouble.calm()


def files_with(folder: Path, text: str) -> list[Path]:
    """Files below a folder that hold a text."""
    return [path for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
