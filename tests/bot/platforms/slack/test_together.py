"""Discord, Slack and the web chat in one process, on one database."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from bot.domain import Limits, RequestState
from bot.house import House
from bot.platforms.discord import DiscordPlatform, sync_commands
from bot.platforms.slack import SlackPlatform
from bot.platforms.web import WebPlatform
from tests.bot.platforms.discord.conftest import COMPOSE as VALUES
from tests.bot.platforms.discord.conftest import delivered
from tests.bot.platforms.slack.conftest import COMPOSE, Bot, Scene
from tests.bot.platforms.web.api_client import ApiClient
from tests.fakes.discord import FakeDiscord, until
from tests.fakes.discord import Person as DiscordPerson
from tests.fakes.discord.checking import checked_fake
from tests.fakes.pool import FakePool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass
class Together:
    """Two fakes, somebody on each platform, and the means to start one bot on all of them.

    Attributes:
        dora: on Discord; on Slack are the people of the scene.
    """

    scene: Scene
    discord: FakeDiscord
    dora: DiscordPerson
    bot: Bot = field(init=False)
    web: WebPlatform = field(init=False)
    running: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def start(self) -> FakePool:
        """Start the bot on all three."""
        fake, pool = self.scene.fake, FakePool(2)
        house = await House.open(self.scene.data, pool, limits=Limits(), workers=2)
        self.web = WebPlatform(house.studio, host="127.0.0.1", port=0)
        slack = SlackPlatform(house.studio, bot_token=fake.bot_token, app_token=fake.app_token, base_url=fake.api)
        platforms = (slack, self.web, DiscordPlatform(house.studio, self.discord.token, ready_seconds=0.05))
        for platform in platforms:
            house.studio.add_platform(platform)
        await house.start()
        self.running.push_async_callback(house.close, 0)
        for platform in platforms:
            await platform.start()
            self.running.push_async_callback(platform.close)
        self.bot = Bot(house, slack, pool)
        return pool

    async def stop(self) -> None:
        """End it."""
        await self.running.aclose()


@pytest.fixture
async def together(scene: Scene) -> AsyncIterator[Together]:
    """Nothing runs yet."""
    async with checked_fake() as discord:
        discord.trouble.edits = 1000
        dora = DiscordPerson(discord, "dora", discord.add_guild())
        await sync_commands(discord.token)
        together = Together(scene, discord, dora)
        yield together
        await together.stop()


async def test_three_platforms_and_one_database(together: Together) -> None:
    """Each gets its own piece, with everything that belongs to it there; nobody sees those of the others."""
    await together.start()
    scene, studio = together.scene, together.bot.studio
    async with ApiClient(together.web.url) as walter:
        ticket = await walter.ticket()
        interaction = together.dora.slash("compose", VALUES)
        await scene.alice.slash("/compose", COMPOSE).acknowledged()
        on_discord = await delivered(interaction)
        on_web = await walter.finished(ticket)
        await until(lambda: scene.shown and scene.shown[0].thread_file(".mid"), "a piece on Slack")
        await together.dora.press(on_discord, "👍").settled()
        scene.bert.react(scene.shown[0], "+1")
        numbers = {}
        for number in (1, 2, 3):
            numbers[number] = await scene.alice.slash("/schumann", f"piece {number}").reply()
    about = await studio.about()

    assert (about.pieces, about.votes) == (3, 2)
    assert on_web["state"] == "delivered"
    assert len(scene.shown) == len(together.dora.channel.shown) == 1
    assert sum("no piece" in reply.words for reply in numbers.values()) == 2
    assert len(together.bot.pool.jobs) == 3


async def test_one_platform_that_is_gone_does_not_keep_the_others(together: Together) -> None:
    """While Slack cannot be reached, Discord and the web chat compose on; what Slack missed comes later."""
    pool = await together.start()
    scene = together.scene
    pool.hold()
    await scene.alice.slash("/compose", COMPOSE).acknowledged()
    await until(lambda: pool.jobs)
    scene.fake.trouble.is_cut_off = True
    await scene.fake.socket.drop()
    pool.let_go()
    async with ApiClient(together.web.url) as walter:
        piece = await walter.piece()
    await delivered(together.dora.slash("compose", VALUES))
    scene.fake.trouble.calm()
    await until(lambda: scene.shown and scene.shown[-1].thread_file(".mid"), "a piece on Slack")

    assert piece["id"]
    assert len(pool.finished) == 3
    assert len(scene.shown[-1].thread_files) == 3


async def test_a_restart_of_all(together: Together) -> None:
    """In mid-job: every piece arrives once, where it was asked for."""
    pool = await together.start()
    scene = together.scene
    pool.hold()
    interaction = together.dora.slash("compose", VALUES)
    await interaction.acknowledged()
    await scene.alice.slash("/compose", COMPOSE).acknowledged()
    await until(lambda: len(pool.jobs) == 2, "both workers")
    await until(lambda: scene.shown and interaction.original, "both messages")
    await together.stop()
    pool = await together.start()
    for number in (1, 2):
        await together.bot.reaches(number, RequestState.DELIVERED)
    await delivered(interaction)
    await until(lambda: scene.shown[0].thread_file(".mid"), "the files")

    assert len(scene.shown) == len(together.dora.channel.shown) == 1
    assert len(scene.shown[0].thread_files) == 3
    assert sorted(pool.finished) == [1, 2]
