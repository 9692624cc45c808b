"""Restarts, kills and broken connections: nothing lost, nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.domain import RequestState
from tests.bot.platforms.discord.conftest import COMPOSE, SONG, delivered, tally_is
from tests.fakes.discord import until

if TYPE_CHECKING:
    import pytest

    from tests.bot.platforms.discord.conftest import Bot, Scene


async def test_a_restart_in_mid_job(scene: Scene, bot: Bot) -> None:
    """The new process begins the piece again and delivers it into the old message."""
    bot.pool.hold()
    running, waiting = (scene.alice.slash("compose", COMPOSE) for _ in range(2))
    await running.acknowledged()
    await waiting.acknowledged()
    await until(lambda: bot.pool.jobs)
    await bot.stop()
    new = await scene.start()
    messages = [await delivered(running), await delivered(waiting)]

    assert scene.shown == messages
    assert len(new.pool.finished) == 2


async def test_a_restart_after_hours(scene: Scene, bot: Bot) -> None:
    """When the token has died meanwhile, too."""
    bot.pool.hold()
    interaction = scene.alice.slash("compose", {"midi": SONG})
    await interaction.acknowledged()
    await until(lambda: bot.pool.jobs)
    await bot.stop()
    scene.fake.clock.advance(3 * 3600)
    await scene.start()

    assert scene.shown == [await delivered(interaction)]


async def test_what_is_delivered_is_not_delivered_again(scene: Scene, bot: Bot) -> None:
    """A restart touches no message that holds its piece."""
    message = await delivered(scene.alice.slash("compose", COMPOSE))
    await bot.reaches(1, RequestState.DELIVERED)
    edits = message.edits
    await bot.stop()
    await scene.start()
    await delivered(scene.bert.slash("compose", COMPOSE))

    assert message.edits == edits
    assert len(scene.shown) == 2


async def test_a_piece_that_was_finished_but_not_delivered(scene: Scene, bot: Bot) -> None:
    """It comes after the restart, without being composed again."""
    bot.pool.hold()
    interaction = scene.alice.slash("compose", COMPOSE)
    await interaction.acknowledged()
    await bot.platform.close()
    bot.pool.let_go()
    await bot.reaches(1, RequestState.COMPOSED)
    await bot.stop()
    new = await scene.start()

    assert scene.shown == [await delivered(interaction)]
    assert new.pool.jobs == []


async def test_a_connection_that_breaks(scene: Scene, bot: Bot) -> None:
    """Op 7: the bot resumes, and what was asked in between is done once."""
    await scene.fake.gateway.ask_to_reconnect()
    interaction = scene.alice.slash("compose", COMPOSE)
    message = await delivered(interaction)
    await until(lambda: scene.fake.gateway.resumed == 1)
    await delivered(scene.alice.slash("compose", COMPOSE))

    assert message.file(".mp3")
    assert len(bot.pool.jobs) == 2
    assert len(scene.shown) == 2


async def test_a_cut_connection(scene: Scene, bot: Bot) -> None:
    """The socket is closed without a word: the bot resumes."""
    await scene.fake.gateway.drop()
    await until(lambda: scene.fake.gateway.resumed == 1, "a resume")
    await delivered(scene.alice.slash("compose", COMPOSE))

    assert len(bot.pool.jobs) == 1


async def test_a_session_that_is_over(scene: Scene, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Op 9: the bot identifies anew; what is under way arrives, votes cast in between are made up for."""

    async def at_once(_: discord.Client, __: int | None, *, initial: bool = False) -> None:
        assert not initial

    monkeypatch.setattr(discord.Client, "before_identify_hook", at_once)
    first = await delivered(scene.alice.slash("compose", COMPOSE))
    bot.pool.hold()
    interaction = scene.alice.slash("compose", COMPOSE)
    await interaction.acknowledged()
    await scene.fake.gateway.invalidate()
    scene.bert.react(first, "👍")
    bot.pool.let_go()
    second = await delivered(interaction)
    await until(lambda: scene.fake.gateway.identified == 2, "a new session")
    await until(lambda: bot.platform.is_connected)
    await scene.alice.press(second, "👍").settled()
    await tally_is(bot, scene.bert, 1, 0)

    assert scene.shown == [first, second]


async def test_stopping_lets_the_work_under_way_finish(scene: Scene, bot: Bot) -> None:
    """With time to drain, what a worker is at is delivered before the end."""
    bot.pool.hold()
    interaction = scene.alice.slash("compose", COMPOSE)
    await interaction.acknowledged()
    await until(lambda: bot.pool.jobs)
    bot.pool.let_go()
    await bot.house.close(10)

    assert interaction.original is not None
    assert interaction.original.file(".mid")
