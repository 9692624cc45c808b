"""A database that hangs, and a Discord that cannot be reached: nothing is lost, nothing comes twice."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from typing import TYPE_CHECKING

import pytest

from bot import courier
from bot.domain import Limits, RequestState
from tests.bot.platforms.discord.conftest import COMPOSE, begun, delivered, tally_is
from tests.fakes.discord import Person, errors, until
from tests.fakes.discord.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.bot.platforms.discord.conftest import Bot, Scene

_HURRIED = (0.0, *(0.1,) * 600)


@contextlib.asynccontextmanager
async def locked(scene: Scene) -> AsyncIterator[None]:
    """Another program holds the database, so that nothing can be written."""
    with contextlib.closing(sqlite3.connect(scene.database, timeout=0, isolation_level=None)) as other:
        while not other.in_transaction:
            with contextlib.suppress(sqlite3.OperationalError):  # the bot is writing
                other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(0)
        yield
        other.execute("ROLLBACK")


async def test_acknowledged_while_the_database_hangs(scene: Scene, bot: Bot) -> None:
    """The deferral does not wait for the database; the piece comes in its message."""
    async with locked(scene):
        interaction = await scene.alice.slash("compose", COMPOSE).acknowledged()
        assert interaction.answer == 5
        assert bot.pool.jobs == []

    assert scene.shown == [await delivered(interaction)]


async def test_a_refusal_that_took_long_is_private_all_the_same(scene: Scene) -> None:
    """The deferral that everybody saw goes away, and only the asker reads why."""
    bot = await scene.start(limits=Limits(per_user_open=1))
    bot.pool.hold()
    first = await scene.alice.slash("compose", COMPOSE).acknowledged()
    async with locked(scene):
        second = await scene.alice.slash("compose", COMPOSE).acknowledged()
        assert second.answer == 5
    await until(lambda: any(reply.is_ephemeral for reply in second.replies), "a private refusal")
    refusal = await second.reply()

    assert "under way already" in refusal.text
    assert scene.shown == [first.original]


async def test_votes_that_the_database_cannot_take_yet(scene: Scene, bot: Bot) -> None:
    """Buttons are acknowledged at once; button and reaction count as soon as the database can be written."""
    message = await delivered(scene.alice.slash("compose", COMPOSE))
    await bot.reaches(1, RequestState.DELIVERED)
    async with locked(scene):
        pressed = await scene.alice.press(message, "👍").acknowledged()
        scene.bert.react(message, "👎")
        assert pressed.answer == 6

    await tally_is(bot, scene.alice, 1, 1)
    await until(lambda: "[👍 1]" in message.text, "the count")


async def test_an_outage_of_the_api(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty requests are heard of while the API answers nothing but 503; later each piece comes, once."""
    monkeypatch.setattr(courier, "PAUSES", _HURRIED)
    monkeypatch.setattr(courier, "_PLACING_SECONDS", 0.1)
    bot = await scene.start(workers=4)
    scene.fake.trouble.outage(errors.ApiError(503, 0, "Service Unavailable"))
    people = [Person(scene.fake, f"person {number}", scene.guild) for number in range(20)]
    for person in people:
        person.slash("compose", COMPOSE)
    await _made(bot, 20)
    refused = len(scene.fake.log)
    scene.fake.clock.advance(240)
    scene.fake.trouble.calm()
    for ticket_id in range(1, 21):
        await bot.reaches(ticket_id, RequestState.DELIVERED)

    assert refused >= 20
    assert [bool(message.file(".mid")) for message in scene.shown] == [True] * 20


async def test_no_network_in_mid_job(scene: Scene, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gateway and API are cut off while pieces are made; afterwards each is in the message that showed its progress."""
    monkeypatch.setattr(courier, "PAUSES", _HURRIED)
    bot.pool.hold()
    people = [Person(scene.fake, f"person {number}", scene.guild) for number in range(5)]
    asked = [await person.slash("compose", COMPOSE).acknowledged() for person in people]
    messages = [interaction.original for interaction in asked if interaction.original is not None]
    await until(lambda: all(message.buttons for message in messages), "progress")
    scene.fake.trouble.is_cut_off = True
    await scene.fake.gateway.drop()
    bot.pool.let_go()
    await _made(bot, 5)
    late = scene.bert.slash("compose", COMPOSE)
    scene.fake.clock.advance(120)
    scene.fake.trouble.calm()
    await until(lambda: scene.fake.gateway.resumed == 1, "a resumed session", seconds=30)
    await _made(bot, 6)
    for ticket_id in range(1, 7):
        await bot.reaches(ticket_id, RequestState.DELIVERED)

    assert late.answer is None
    assert scene.shown[:5] == messages
    assert len(scene.shown) == 6
    assert all(message.file(".mid") for message in scene.shown)


async def test_an_answer_that_is_lost_on_its_way(scene: Scene, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that was sent without our hearing of it is not sent again."""
    monkeypatch.setattr(courier, "PAUSES", _HURRIED)
    monkeypatch.setattr(courier, "_PLACING_SECONDS", 0.1)
    scene.fake.trouble.fail("POST", "/interactions/", errors.unknown_interaction(), times=1)
    scene.fake.trouble.lose("POST", r"/channels/\d+/messages", times=1)
    scene.alice.slash("compose", COMPOSE)
    await until(lambda: scene.shown and scene.shown[-1].file(".mid"), "the piece")
    await bot.reaches(1, RequestState.DELIVERED)

    assert len(scene.shown) == 1


@pytest.mark.parametrize(
    "error",
    [errors.missing_access(), errors.missing_permission(), errors.unknown_channel()],
    ids=["50001", "50013", "10003"],
)
async def test_neither_channel_nor_person_can_be_written_to(scene: Scene, bot: Bot, error: errors.ApiError) -> None:
    """There is an end to trying: the piece is kept, and the person finds it in /history."""
    _, message = await begun(scene, bot)
    scene.fake.clock.advance(16 * 60)
    for method in ("PATCH", "POST"):
        scene.fake.trouble.fail(method, r"/channels/\d+/messages", error)
    bot.pool.let_go()
    await bot.reaches(1, RequestState.DELIVERED)
    scene.fake.trouble.calm()
    again = await scene.alice.slash("piece", {"id": 1}).reply()
    await until(lambda: again.file(".mp3"), "the piece")

    assert not message.attachments
    assert again.is_ephemeral


async def _made(bot: Bot, pieces: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await bot.studio.about()).pieces < pieces:
            await asyncio.sleep(0.01)


async def test_a_defer_that_hangs(scene: Scene, bot: Bot) -> None:
    """A deferral that Discord does not answer is given up; the piece comes in a message of the channel."""
    scene.fake.trouble.stall("POST", "/interactions/", seconds=20)
    scene.alice.slash("compose", COMPOSE)
    await until(lambda: scene.shown and scene.shown[-1].file(".mid"), "a message of the channel", seconds=15)
    await bot.reaches(1, RequestState.DELIVERED)
    await asyncio.sleep(0.1)

    assert len(scene.shown) == 1
