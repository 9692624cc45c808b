"""Buttons: follow-ups, votes and Cancel, for those who may, at any age of the message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain import Action, RequestState, Tally
from tests.bot.platforms.discord.conftest import begun, delivered, viewer_of
from tests.fakes.discord import Person, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.bot.platforms.discord.conftest import Bot, Scene
    from tests.fakes.discord.model import Message

    Compose = Callable[..., Awaitable[Message]]


@pytest.mark.parametrize("label", ["Again", "Variation", "Longer"])
async def test_follow_ups(scene: Scene, bot: Bot, compose: Compose, label: str) -> None:
    """Anybody may ask for another piece from a piece, in a message of its own."""
    first = await compose()
    second = await delivered(scene.bert.press(first, label))
    ticket = await bot.ticket(2)

    assert second is not first
    assert f"For: <@{scene.bert.id}>" in second.text
    assert second.pings == []
    assert ticket.request.action is Action(label.lower())
    assert ticket.request.user.id == scene.bert.id
    assert ticket.request.parent_id == 1
    assert (bot.pool.jobs[1].primer is None) is (label == "Again")
    if label == "Longer":
        assert ticket.request.options.length_seconds == 40
    else:
        assert ticket.request.options.random_seed != bot.pool.jobs[0].options.random_seed


async def test_votes_by_button(scene: Scene, bot: Bot, compose: Compose) -> None:
    """A thumb counts, the other one replaces it, the same again takes it back; the labels follow."""
    message = await compose()
    labels = []
    for person, thumb in ((scene.alice, "👍"), (scene.bert, "👍"), (scene.bert, "👎"), (scene.bert, "👎")):
        await person.press(message, thumb).settled()
        tally = (await bot.studio.piece(1, viewer_of(person))).tally
        labels.append((tally.up, tally.down))
        assert _counts(message) == labels[-1]

    assert labels == [(1, 0), (2, 0), (1, 1), (1, 0)]
    assert message.file(".mp3")


async def test_everything_works_after_a_restart(scene: Scene, bot: Bot, compose: Compose) -> None:
    """Buttons of messages that the new process has never seen do what they say, at any age."""
    message = await compose()
    await bot.stop()
    scene.fake.clock.advance(90 * 24 * 3600)
    new = await scene.start()
    await scene.bert.press(message, "👎").settled()
    again = await delivered(scene.bert.press(message, "Variation"))

    assert _counts(message) == (0, 1)
    assert again.file(".mp3")
    assert len(new.pool.jobs) == 1


async def test_strangers_cannot_cancel(scene: Scene, bot: Bot) -> None:
    """Somebody else's press is refused to them alone, and the work goes on."""
    interaction, message = await begun(scene, bot)
    refusal = await scene.bert.press(message, "Cancel").reply()
    bot.pool.let_go()
    await delivered(interaction)

    assert refusal.is_ephemeral
    assert "moderator" in refusal.text


@pytest.mark.parametrize("name", ["alice", "moderator"])
async def test_owner_and_moderators_cancel(scene: Scene, bot: Bot, name: str) -> None:
    """The work really stops, the message says so, and the worker is free at once."""
    _, message = await begun(scene, bot)
    person: Person = getattr(scene, name)
    await person.press(message, "Cancel").acknowledged()
    await until(lambda: "Cancelled" in message.text)

    assert (await bot.ticket(1)).state is RequestState.CANCELLED
    assert bot.pool.busy == 0
    assert bot.pool.finished == []
    assert message.buttons == []


async def test_cancelling_twice(scene: Scene, bot: Bot) -> None:
    """A press that comes too late is told so."""
    _, message = await begun(scene, bot)
    button = message.buttons[0]["custom_id"]
    await scene.alice.press(message, "Cancel").acknowledged()
    await until(lambda: "Cancelled" in message.text)
    reply = await scene.alice.press_forged(message, button).reply()

    assert "too late" in reply.text
    assert reply.is_ephemeral


async def test_moderators_elsewhere_cannot_cancel(scene: Scene, bot: Bot) -> None:
    """A forged button under a message of one's own guild does not reach into another one."""
    interaction, message = await begun(scene, bot)
    foreign = scene.fake.add_guild("Elsewhere")
    boss = Person(scene.fake, "boss", foreign, permissions=(1 << 50) - 1)
    reply = await boss.press_forged(boss.post("mine"), message.buttons[0]["custom_id"]).reply()
    bot.pool.let_go()
    await delivered(interaction)

    assert reply.is_ephemeral


@pytest.mark.parametrize(
    "custom_id", ["again:1", "variation:1", "longer:1", "rate:1:up", "again:999", "rate:999999999999999999:down"]
)
async def test_forged_buttons_show_nobody_what_is_not_theirs(
    scene: Scene, bot: Bot, compose: Compose, custom_id: str
) -> None:
    """Ids are looked up: pieces of another guild, and such as never were, are not there."""
    await compose()
    outsider = Person(scene.fake, "outsider", scene.fake.add_guild("Elsewhere"))
    reply = await outsider.press_forged(outsider.post("mine"), custom_id).reply()

    assert "no piece" in reply.text
    assert reply.is_ephemeral
    assert len(bot.pool.jobs) == 1
    assert (await bot.studio.about()).votes == 0


@pytest.mark.parametrize("custom_id", ["rate:1:sideways", "again:", "again:1:1", "drop table", "cancel:1x"])
async def test_unknown_buttons_do_nothing(scene: Scene, bot: Bot, compose: Compose, custom_id: str) -> None:
    """What matches no button of ours is not acted on, and the bot lives on."""
    message = await compose()
    scene.alice.press_forged(message, custom_id)
    await scene.alice.press(message, "👍").settled()

    assert (await bot.studio.piece(1, viewer_of(scene.alice))).tally == Tally(1, 0)


def _counts(message: Message) -> tuple[int, int]:
    """What the labels of the two thumbs say."""
    labels = {button["emoji"]["name"]: button.get("label") or "0" for button in message.buttons if button.get("emoji")}
    return int(labels["👍"]), int(labels["👎"])
