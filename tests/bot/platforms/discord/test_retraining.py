"""Retraining from the chat, all the way: plan, start, progress, and an end that people hear of whatever happens."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from bot.retraining.domain import RunState
from bot.retraining.retrainer import OPERATOR
from tests.bot.platforms.discord.conftest import viewer_of
from tests.bot.platforms.discord.test_rights import subcommand
from tests.fakes.discord import Person, errors, until
from tests.fakes.discord.model import EVERYDAY, MANAGE_GUILD, SEND, VIEW
from tests.fakes.discord.waiting import PATIENCE_SECONDS
from tests.fakes.retraining import let_go, rated, reaches, slow_training

if TYPE_CHECKING:
    from tests.bot.platforms.discord.conftest import Bot, Scene
    from tests.fakes.discord.model import Channel, Message

WORDS = ("2.551 → 2.553", "composes now", "fake-network", "/model list")


@pytest.fixture
async def bot(scene: Scene) -> Bot:
    """A bot with enough votes, whose training takes its time."""
    await rated(scene.data)
    return await scene.start(retraining=slow_training(scene.data))


async def started(bot: Bot, person: Person, place: Channel | None = None) -> tuple[Message, Message]:
    """The plan that somebody was shown, and the message of the run that they have started, which is in its midst."""
    plan = await person.slash("retrain", channel=place).reply()
    seen = set((place or person.channel).messages)
    await person.press(plan, "Start").acknowledged()
    await reaches(bot.studio.retrainer, 1)
    found = await until(lambda: [m for m in (place or person.channel).shown if m.id not in seen], "a message")
    await until(lambda: "▱ training" in found[0].content, "progress")
    return plan, found[0]


async def is_told(bot: Bot) -> None:
    """Wait until it is written down that people know how the first run ended."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await bot.house.store.is_run_told(1):
            await asyncio.sleep(0.01)


async def test_from_the_plan_to_the_report(scene: Scene, bot: Bot) -> None:
    """The plan is for one pair of eyes; progress and report, with both samples, come in one message for everybody."""
    plan, message = await started(bot, scene.admin)
    labels, progress = [button["label"] for button in message.buttons], message.content
    let_go(scene.data)
    await until(lambda: message.attachments, "the report")
    await is_told(bot)

    assert plan.is_ephemeral
    assert plan.text == "The retraining has begun."
    assert labels == ["Cancel"]
    assert "▰▰▰" in progress
    assert [file.filename for file in message.attachments] == ["a.mp3", "b.mp3"]
    assert [part in message.text for part in ("on trial", "2.551 → 2.553", "It composes more")] == [True] * 3
    assert message.buttons == []
    assert scene.shown == [message]


async def test_choosing_networks(scene: Scene, bot: Bot) -> None:
    """What has passed can be looked at, made the one that composes, and given up again."""
    _, message = await started(bot, scene.admin)
    let_go(scene.data)
    await until(lambda: message.attachments, "the report")
    listed = await scene.admin.slash("model list").reply()
    typed = await scene.admin.autocomplete("model use", "id", "lstm").acknowledged()
    made = typed.choices[0]["value"]
    told = [
        await scene.admin.slash("model info", {"id": made}).reply(),
        await scene.admin.slash("model use", {"id": made[:14]}).reply(),
        await scene.admin.slash("model rollback").reply(),
        await scene.admin.slash("model use", {"id": "nothing"}).reply(),
    ]
    current = await bot.studio.retrainer.model(OPERATOR, None)

    assert made in listed.text
    assert [len(typed.choices), "on trial" in typed.choices[0]["name"]] == [1, True]
    assert [part in reply.text for part, reply in zip(WORDS, told, strict=True)] == [True] * len(WORDS)
    assert all(reply.is_ephemeral for reply in told)
    assert current.id == "fake-network"


async def test_cancelling(scene: Scene, bot: Bot) -> None:
    """Any keeper ends it at once; the message says so, and a press that comes too late is told so."""
    _, message = await started(bot, scene.admin)
    button = message.buttons[0]["custom_id"]
    other = Person(scene.fake, "another", scene.guild, permissions=EVERYDAY | MANAGE_GUILD)
    await other.press(message, "Cancel").acknowledged()
    await until(lambda: "cancelled" in message.text)
    late = await scene.admin.press_forged(message, button).reply()

    assert (await bot.studio.retrainer.run(1, OPERATOR)).state is RunState.CANCELLED
    assert message.buttons == []
    assert "too late" in late.text
    assert late.is_ephemeral
    assert scene.shown == [message]


async def test_a_restart_in_mid_run(scene: Scene, bot: Bot) -> None:
    """The new process says in the old message that the run was stopped, hours later and without any token."""
    _, message = await started(bot, scene.admin)
    await bot.stop()
    scene.fake.clock.advance(3 * 3600)
    new = await scene.start(retraining=slow_training(scene.data))
    await until(lambda: "stopped" in message.text, "what became of it")
    await is_told(new)
    again = await scene.admin.slash("retrain").reply()

    assert "stays as it is" in message.text
    assert message.buttons == []
    assert scene.shown == [message]
    assert "[Start]" in again.text


async def test_the_message_is_deleted_in_mid_run(scene: Scene, bot: Bot) -> None:
    """The report comes in a new one, once."""
    _, message = await started(bot, scene.admin)
    scene.moderator.delete(message)
    let_go(scene.data)
    await until(lambda: scene.shown and scene.shown[-1].attachments, "the report")
    await is_told(bot)
    run = await bot.studio.retrainer.run(1, OPERATOR)

    assert len(scene.shown) == 1
    assert run.message is not None
    assert run.message.message_id == scene.shown[0].id


async def test_the_channel_is_closed_in_mid_run(scene: Scene, bot: Bot) -> None:
    """Whoever has started it gets the report in private."""
    await started(bot, scene.admin)
    scene.admin.channel.bot_permissions = 0
    let_go(scene.data)
    await until(lambda: scene.admin.private.shown and scene.admin.private.shown[-1].attachments, "the report")
    await is_told(bot)

    assert len(scene.admin.private.shown) == 1


async def test_a_channel_that_the_bot_may_not_write_in(scene: Scene, bot: Bot) -> None:
    """The run is told of in private from the beginning."""
    scene.admin.channel.bot_permissions = VIEW
    plan = await scene.admin.slash("retrain").reply()
    await scene.admin.press(plan, "Start").acknowledged()
    await until(lambda: scene.admin.private.shown and scene.admin.private.shown[-1].buttons, "a private message")
    let_go(scene.data)
    await until(lambda: scene.admin.private.shown[0].attachments, "the report")
    await is_told(bot)

    assert len(scene.admin.private.shown) == 1
    assert scene.shown == []


async def test_after_the_token_has_died(scene: Scene, bot: Bot) -> None:
    """A run may take longer than an interaction can be answered."""
    _, message = await started(bot, scene.admin)
    scene.fake.clock.advance(16 * 60)
    let_go(scene.data)
    await until(lambda: message.attachments, "the report")

    assert 50027 not in [entry.code for entry in scene.fake.log]


async def test_a_plan_starts_one_run(scene: Scene, bot: Bot) -> None:
    """However often its button is pressed, and if Discord says twice that it was; and not again when it has ended."""
    plan = await scene.admin.slash("retrain").reply()
    presses = [scene.admin.press(plan, "Start") for _ in range(2)]
    scene.fake.gateway.repeat_last()
    for press in presses:
        await press.acknowledged()
    await reaches(bot.studio.retrainer, 1)
    message = (await until(lambda: scene.shown))[0]
    await scene.admin.press(message, "Cancel").settled()
    await until(lambda: "cancelled" in message.text)
    again = await scene.admin.press_forged(plan, "retrain:start").settled()
    latest = await bot.studio.retrainer.latest(OPERATOR)

    assert [press.answer for press in presses] == [7, 7]
    assert again.answer == 7
    assert again.original is not None
    assert "cancelled" in again.original.text
    assert latest is not None
    assert latest.id == 1
    assert scene.shown == [message]


async def test_one_run_at_a_time(scene: Scene, bot: Bot) -> None:
    """Whoever asks meanwhile is shown how far it is and can cancel it there, but not start another one."""
    _, message = await started(bot, scene.admin)
    asked = await scene.admin.slash("retrain").reply()
    dry = await scene.admin.slash("retrain", {"dry_run": True}).reply()
    refused = await scene.admin.press_forged(scene.admin.post("mine"), "retrain:start").reply()
    shown = asked.text
    await scene.admin.press(asked, "Cancel").acknowledged()
    await until(lambda: "cancelled" in message.text)

    assert ["under way" in text for text in (shown, dry.text, refused.text)] == [True] * 3
    assert "▰▰▰" in shown
    assert "[✖️ Cancel]" in shown
    assert dry.buttons == []
    assert asked.buttons == []


async def test_too_few_votes(scene: Scene) -> None:
    """The plan says what is missing, and nothing can be started, not even by a forged button."""
    bot = await scene.start(retraining=slow_training(scene.data))
    plan = await scene.admin.slash("retrain").reply()
    forged = await scene.admin.press_forged(scene.admin.post("mine"), "retrain:start").reply()

    assert "too little to learn from" in plan.text
    assert plan.buttons == []
    assert "too little to learn from" in forged.text
    assert await bot.studio.retrainer.latest(OPERATOR) is None


async def test_a_listed_keeper_in_private(scene: Scene) -> None:
    """Everything works in a conversation with the bot, and nobody else hears of it."""
    await rated(scene.data)
    keeper = frozenset({f"discord:{scene.alice.id}"})
    bot = await scene.start(retraining=slow_training(scene.data), admins=keeper)
    _, message = await started(bot, scene.alice, scene.alice.private)
    let_go(scene.data)
    await until(lambda: message.attachments, "the report")
    rolled = await scene.alice.slash("model rollback", channel=scene.alice.private).reply()

    assert "fake-network" in rolled.text
    assert scene.shown == []


@pytest.mark.parametrize("mode", ["fail", "crash", "keep"])
async def test_ends_that_nobody_wishes_for(scene: Scene, mode: str) -> None:
    """They are told in a sentence, without the insides of the program; the network stays."""
    await rated(scene.data)
    bot = await scene.start(retraining=slow_training(scene.data, mode))
    _, message = await started(bot, scene.admin)
    let_go(scene.data)
    await until(lambda: not message.buttons, "the end")
    words = {"fail": "too few votes", "crash": "our side", "keep": "not clearly better"}

    assert words[mode] in message.text
    assert "Traceback" not in message.text
    assert "the fake has crashed" not in message.text
    assert bool(message.attachments) is (mode == "keep")
    assert (await bot.studio.retrainer.model(OPERATOR, None)).id == "fake-network"


async def test_a_start_that_cannot_be_acknowledged(scene: Scene, bot: Bot) -> None:
    """The run was begun, so it is told of all the same."""
    plan = await scene.admin.slash("retrain").reply()
    scene.fake.trouble.fail("POST", "/interactions/", errors.unknown_interaction(), times=1)
    scene.admin.press(plan, "Start")
    await until(lambda: scene.shown and scene.shown[-1].buttons, "its message")
    let_go(scene.data)
    await until(lambda: scene.shown[0].attachments, "the report")
    await is_told(bot)

    assert len(scene.shown) == 1


async def test_a_message_that_cannot_be_sent_at_once(scene: Scene, bot: Bot) -> None:
    """Where Discord refuses the message of a run at first, the report makes up for it."""
    plan = await scene.admin.slash("retrain").reply()
    scene.fake.trouble.fail("POST", r"/channels/\d+/messages", errors.ApiError(400, 0, "Something unheard of"), times=1)
    await scene.admin.press(plan, "Start").acknowledged()
    await reaches(bot.studio.retrainer, 1)
    let_go(scene.data)
    await until(lambda: scene.shown and scene.shown[-1].attachments, "the report")

    assert len(scene.shown) == 1


async def test_deleting_what_is_stored_in_mid_run(scene: Scene, bot: Bot) -> None:
    """Nothing of whoever has started a run is left, not even where to tell them of it."""
    scene.admin.channel.bot_permissions = EVERYDAY & ~SEND
    plan = await scene.admin.slash("retrain").reply()
    await scene.admin.press(plan, "Start").acknowledged()
    await reaches(bot.studio.retrainer, 1)
    asked = await scene.admin.slash("privacy delete").reply()
    await scene.admin.press(asked, "Delete").reply()
    let_go(scene.data)
    await reaches(bot.studio.retrainer, 1, RunState.PASSED)
    stored = b"".join(path.read_bytes() for path in scene.data.rglob("*") if path.is_file())

    assert scene.admin.id.encode() not in stored
    assert scene.admin.private.id.encode() not in stored


async def test_what_may_be_learnt_from(scene: Scene, bot: Bot) -> None:
    """Everybody says for themselves, wherever they are, and sees what holds in the report of what is stored."""
    held = [await learning_allowed(scene)]
    for allowed, place in (("on", None), ("off", scene.alice.private)):
        told = await scene.alice.slash("privacy training", {"allowed": allowed}, channel=place).reply()
        assert told.is_ephemeral
        assert ("from all your pieces" in told.text) is (allowed == "on")
        held.append(await learning_allowed(scene))
    await scene.alice.forged("privacy", subcommand("training", name="allowed", type=3, value="perhaps")).settled()
    held.append(await learning_allowed(scene))
    others = (await bot.studio.privacy_report(viewer_of(scene.bert)))["learning_allowed"]

    assert held == [None, True, False, False]
    assert others is None


async def learning_allowed(scene: Scene) -> bool | None:
    """What the report says of it that alice is given."""
    report = await scene.alice.slash("privacy show").reply()
    assert "/privacy training" in report.content
    allowed: bool | None = json.loads(report.attachments[0].content)["learning_allowed"]
    return allowed
