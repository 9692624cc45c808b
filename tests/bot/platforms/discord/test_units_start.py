"""Coming up, staying up and going down: the connection of the platform to Discord."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain import Limits
from bot.house import House
from bot.platforms.discord import DiscordPlatform, platform
from bot.platforms.platform import PlatformStartError
from tests.fakes.discord import FakeDiscord, until
from tests.fakes.discord.errors import ApiError
from tests.fakes.discord.patching import patched
from tests.fakes.pool import FakePool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A core; nothing runs in it."""
    house = await House.open(tmp_path, FakePool(), limits=Limits(), workers=1)
    yield house
    await house.close(0)


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    """A fake Discord that discord.py talks to."""
    async with FakeDiscord() as fake:
        with patched(fake.base_url):
            yield fake


async def test_a_wrong_token_is_said_at_the_start(house: House, fake: FakeDiscord) -> None:
    """There is no use in going on: a sentence names the setting, and does not show the token."""
    discord = DiscordPlatform(house.studio, "wrong.bot.token", ready_seconds=0.05)
    with pytest.raises(PlatformStartError, match="DISCORD_TOKEN") as refusal:
        await discord.start()
    await discord.close()
    assert "wrong" not in str(refusal.value)
    assert not fake.gateway.is_connected


async def test_an_intent_that_is_not_granted_is_said_at_the_start(house: House, fake: FakeDiscord) -> None:
    """Whoever runs the bot is told where to switch the intent on."""
    discord = DiscordPlatform(house.studio, fake.token, message_content=True, ready_seconds=0.05)
    with pytest.raises(PlatformStartError, match="Message Content"):
        await discord.start()
    await discord.close()


async def test_where_discord_cannot_be_reached_it_is_tried_again(
    house: House, fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The start goes on without Discord, which is there as soon as it can be reached."""
    monkeypatch.setattr(platform, "_PATIENCE", 0.2)
    fake.trouble.fail("GET", "/users/@me", ApiError(403, 0, "Not now"))
    discord = DiscordPlatform(house.studio, fake.token, ready_seconds=0.05)
    await discord.start()
    was_connected = discord.is_connected
    fake.trouble.calm()
    await until(lambda: discord.is_connected, "a connection", seconds=10)
    await discord.close()
    assert not was_connected
    assert not discord.is_connected


async def test_an_event_that_cannot_be_read_does_not_end_the_bot(house: House, fake: FakeDiscord) -> None:
    """discord.py gives up at an event that it does not understand; the platform connects anew."""
    discord = DiscordPlatform(house.studio, fake.token, ready_seconds=0.05)
    await discord.start()
    before = fake.gateway.identified
    fake.gateway.dispatch("INTERACTION_CREATE", {"id": "1", "nothing": "else"})
    await until(lambda: fake.gateway.identified > before and discord.is_connected, "another session", seconds=10)
    await discord.close()


async def test_closing_twice_or_before_the_start_does_no_harm(house: House, fake: FakeDiscord) -> None:
    """However far the start has come, closing leaves nothing behind."""
    never_started = DiscordPlatform(house.studio, fake.token)
    await never_started.close()
    discord = DiscordPlatform(house.studio, fake.token, ready_seconds=0.05)
    await discord.start()
    await discord.close()
    await discord.close()
    await until(lambda: not fake.gateway.is_connected, "the end of the connection")
