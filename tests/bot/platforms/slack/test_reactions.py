"""Votes by reactions and by buttons: one for each person and piece, whatever the order, the skin or the time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.fakes.slack import Person, until

if TYPE_CHECKING:
    from tests.bot.platforms.slack.conftest import Bot, Scene


@pytest.mark.parametrize("tone", ["", *(f"::skin-tone-{number}" for number in range(2, 7))])
async def test_thumbs_of_any_skin(scene: Scene, bot: Bot, tone: str) -> None:
    """A thumb counts and is taken back, whatever its colour."""
    message = await scene.composed()
    scene.bert.react(message, f"+1{tone}")
    await scene.tally_is(1, 0)
    scene.bert.unreact(message, f"+1{tone}")
    await scene.tally_is(0, 0)
    scene.bert.react(message, f"-1{tone}")
    await scene.tally_is(0, 1)

    assert (await bot.studio.about()).votes == 1


async def test_one_person_has_one_vote(scene: Scene, bot: Bot) -> None:
    """The last word holds, whether it was a button or a reaction."""
    message = await scene.composed()
    scene.bert.react(message, "+1")
    await scene.tally_is(1, 0)
    scene.bert.react(message, "+1::skin-tone-2")
    await scene.bert.press(message, "👎").acknowledged()
    await scene.tally_is(0, 1)
    Person(scene.fake, "carl").react(message, "thumbsup")
    await scene.tally_is(1, 1)

    assert (await bot.studio.about()).votes == 2


async def test_the_same_thumb_twice_takes_it_back(scene: Scene, bot: Bot) -> None:
    """As a button; the label counts."""
    message = await scene.composed()
    await scene.bert.press(message, "👍").acknowledged()
    await until(lambda: "[👍 1]" in message.words, "a count")
    await scene.bert.press(message, "👍").acknowledged()
    await until(lambda: "[👍]" in message.words, "no count")

    assert (await bot.studio.about()).votes == 0


async def test_what_does_not_count(scene: Scene, bot: Bot) -> None:
    """Other reactions, bots', guests' and strangers' thumbs, and thumbs on other messages."""
    message = await scene.composed()
    robot = Person(scene.fake, "robot", kind="bot")
    guest = Person(scene.fake, "gus", kind="guest")
    stranger = Person(scene.fake, "sue", team=scene.fake.world.add_team("Elsewhere"))
    for person in (robot, guest, stranger):
        person.react(message, "+1")
    scene.bert.react(message, "tada")
    scene.bert.react(scene.alice.say("not a piece"), "+1")
    scene.fake.events.add_reaction(message, "+1", scene.fake.world.bot)
    await scene.fake.socket.settled()
    scene.bert.react(message, "-1")
    await scene.tally_is(0, 1)

    assert (await bot.studio.about()).votes == 1


async def test_votes_of_the_time_that_the_bot_was_away(scene: Scene, bot: Bot) -> None:
    """At the start the thumbs below recent pieces are read: new ones count, those that went do not."""
    message = await scene.composed()
    scene.bert.react(message, "+1")
    await scene.tally_is(1, 0)
    await bot.stop()
    scene.bert.unreact(message, "+1")
    for number in range(60):
        Person(scene.fake, f"person{number}").react(message, "-1::skin-tone-4")
    Person(scene.fake, "gus", kind="guest").react(message, "+1")
    scene.fake.events.add_reaction(message, "+1", scene.fake.world.bot)
    await scene.fake.socket.close()
    scene.fake.socket.given_up.clear()
    await scene.start()

    await scene.tally_is(0, 60)


async def test_reactions_that_come_again(scene: Scene, bot: Bot) -> None:
    """A thumb whose event is redelivered after it was taken back stays taken back."""
    message = await scene.composed()
    scene.bert.react(message, "+1")
    await scene.tally_is(1, 0)
    added = scene.fake.socket.sent[-1]
    scene.bert.unreact(message, "+1")
    await scene.tally_is(0, 0)
    scene.fake.socket.send("events_api", added)
    await scene.fake.socket.settled()
    Person(scene.fake, "carl").react(message, "-1")
    await scene.tally_is(0, 1)

    assert added["event"]["type"] == "reaction_added"
    assert (await bot.studio.about()).votes == 1


async def test_a_piece_whose_message_is_deleted_while_the_bot_is_away(scene: Scene, bot: Bot) -> None:
    """Its reactions went with it; the piece itself stays."""
    message = await scene.composed()
    scene.bert.react(message, "+1")
    await scene.tally_is(1, 0)
    await bot.stop()
    scene.admin.delete(message)
    await scene.start()

    await scene.tally_is(0, 0)
    assert (await scene.bot.studio.about()).pieces == 1


async def test_a_piece_whose_message_is_deleted_in_private(scene: Scene, bot: Bot) -> None:
    """The same at once, where the bot hears of it; its thread leaves a tombstone in its place."""
    scene.alice.direct_message("compose seed:schumann length:10")
    message = await scene.piece()
    await scene.alice.press(message, "👍").acknowledged()
    await until(lambda: "[👍 1]" in message.words, "a count")
    scene.alice.delete(message)
    async with asyncio.timeout(20):
        while (await bot.studio.about()).votes:
            await asyncio.sleep(0.01)

    assert (await bot.studio.about()).pieces == 1
