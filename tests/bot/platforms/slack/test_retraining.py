"""Retraining from Slack: plan, start, progress, report, cancel; through restarts, lost messages and closed channels."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.platforms.slack import platform
from bot.retraining import teller
from bot.retraining.domain import Notice, RunState
from bot.retraining.retrainer import OPERATOR
from tests.fakes.retraining import let_go, rated, reaches, slow_training
from tests.fakes.slack import until

if TYPE_CHECKING:
    from tests.bot.platforms.slack.conftest import Bot, Scene
    from tests.fakes.slack.model import Channel, Message

SAMPLES = ["a.mp3", "b.mp3"]


async def again(scene: Scene) -> Bot:
    """A bot over the same data, which has enough votes."""
    return await scene.start(retraining=slow_training(scene.data))


@pytest.fixture
async def bot(scene: Scene) -> Bot:
    """A running bot with enough votes to retrain."""
    await rated(scene.data)
    return await again(scene)


async def begun(scene: Scene) -> Message:
    """Start a run as the admin; its message, as soon as it shows how far the run is."""
    plan = await scene.admin.slash("/schumann", "retrain").reply()
    await scene.admin.press(plan, "Start").reply()
    await reaches(scene.bot.studio.retrainer, 1)
    await until(lambda: scene.shown and "training" in scene.shown[-1].words, "progress")
    return scene.shown[-1]


async def first_in(channel: Channel) -> Message:
    """The first message that everybody sees, of the bot's, as soon as there is one."""
    return (await until(lambda: [m for m in channel.shown if m.author.kind == "bot"], "a message"))[0]


def files_below(message: Message) -> list[str]:
    """Names of what is in the thread of a message."""
    return sorted(file.name for file in message.thread_files)


async def test_the_whole_way(scene: Scene, bot: Bot) -> None:
    """The plan is for the admin's eyes; the message shows progress, then the report, with two samples in its thread."""
    plan = await scene.admin.slash("/schumann", "retrain").reply()
    words = plan.words
    done = await scene.admin.press(plan, "Start").reply()
    message = await first_in(scene.channel)
    await until(lambda: "▰▰▰▰▰▰" in message.words, "progress")
    progress = message.words
    let_go(scene.data)
    await until(lambda: message.thread_file("b.mp3"), "the samples")
    run = await reaches(bot.studio.retrainer, 1, RunState.PASSED)

    assert plan.visible_to is scene.admin.user
    assert "30 pieces liked" in words
    assert done is plan
    assert done.buttons == []
    assert "[Cancel]" in progress
    assert "training" in progress
    assert "2.551 → 2.553" in message.words
    assert "on trial" in message.words
    assert message.buttons == []
    assert files_below(message) == SAMPLES
    assert run.message is not None
    assert run.message.message_id == message.ts
    assert scene.shown == [message]


async def test_in_a_thread_and_in_private(scene: Scene, bot: Bot) -> None:
    """A mention in a thread is answered there, for the admin's eyes; the run is shown and reported there."""
    root = scene.bert.say("shall we teach it?")
    scene.admin.mention("retrain", thread=root)
    plan = await until(
        lambda: [m for m in scene.channel.messages.values() if m.visible_to is scene.admin.user], "a plan"
    )
    await scene.admin.press(plan[0], "Start").acknowledged()
    message = (await until(lambda: [m for m in root.thread if "Retraining" in m.words], "the message"))[-1]
    await reaches(bot.studio.retrainer, 1)
    let_go(scene.data)
    await until(lambda: any(file.name == "b.mp3" for file in root.thread_files), "the samples")
    scene.admin.direct_message("model list")
    answer = await until(lambda: [m for m in scene.admin.private.shown if "fake-network" in m.words], "the networks")

    assert plan[0].parent_ts == root.ts
    assert message.parent_ts == root.ts
    assert "on trial" in message.words
    assert scene.shown == []
    assert "on trial" in answer[0].words


async def test_a_dry_run_offers_nothing(scene: Scene, bot: Bot) -> None:
    """It says the same as the plan, without a button."""
    plan = await scene.admin.slash("/schumann", "retrain").reply()
    dry = await scene.admin.slash("/schumann", "retrain dry_run").reply()

    assert plan.words.replace("\n[Start]", "") == dry.words
    assert dry.buttons == []
    assert await bot.studio.retrainer.latest(OPERATOR) is None


async def test_too_few_votes(scene: Scene) -> None:
    """Where there is too little to learn from, the plan says what is missing, and has no button."""
    await scene.start(retraining=slow_training(scene.data))
    plan = await scene.admin.slash("/schumann", "retrain").reply()
    cancel = await scene.admin.slash("/schumann", "retrain cancel").reply()

    assert "too little to learn from" in plan.words
    assert plan.buttons == []
    assert "not been retrained yet" in cancel.words


async def test_one_plan_is_one_run(scene: Scene, bot: Bot) -> None:
    """Pressed twice, also after the end, a plan's button begins one run; a second plan's is refused meanwhile."""
    other = await scene.admin.slash("/schumann", "retrain").reply()
    plan = await scene.admin.slash("/schumann", "retrain").reply()
    button = plan.buttons[0]
    for _ in range(3):
        await scene.admin.press_forged(plan, button["action_id"], button["value"]).reply()
    refusal = await scene.admin.press(other, "Start").reply()
    late_plan = await scene.admin.slash("/schumann", "retrain").reply()
    await reaches(bot.studio.retrainer, 1)
    let_go(scene.data)
    await reaches(bot.studio.retrainer, 1, RunState.PASSED)
    await scene.admin.press_forged(plan, button["action_id"], button["value"]).reply()
    latest = await bot.studio.retrainer.latest(OPERATOR)

    assert "under way already" in refusal.words
    assert "under way already" in late_plan.words
    assert late_plan.buttons == []
    assert latest is not None
    assert latest.id == 1
    assert len(scene.shown) == 1


@pytest.mark.parametrize("way", ["button", "command"])
async def test_cancel(scene: Scene, bot: Bot, way: str) -> None:
    """The run ends at once, and its message says so."""
    message = await begun(scene)
    if way == "button":
        await scene.admin.press(message, "Cancel").acknowledged()
    else:
        await scene.admin.slash("/schumann", "retrain cancel").reply()
    await until(lambda: "cancelled" in message.words.lower(), "the end")
    late = await scene.admin.press_forged(message, "cancel_run", "1").reply()

    assert (await reaches(bot.studio.retrainer, 1, RunState.CANCELLED)).checkpoint_id is None
    assert message.buttons == []
    assert files_below(message) == []
    assert "already ended" in late.words
    assert scene.shown == [message]


async def test_a_restart_in_the_middle(scene: Scene, bot: Bot) -> None:
    """The message of a run that ended with the bot says so, and the next run has one of its own."""
    message = await begun(scene)
    await bot.stop()
    new = await again(scene)
    await until(lambda: "stopped" in message.words, "the end")
    plan = await scene.admin.slash("/schumann", "retrain").reply()
    await scene.admin.press(plan, "Start").reply()
    await reaches(new.studio.retrainer, 2)

    assert message.buttons == []
    assert len(scene.shown) == 2
    assert (await new.studio.retrainer.run(1, OPERATOR)).state is RunState.STOPPED


async def test_a_death_before_the_message_is_known(scene: Scene, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run is committed before its message is posted; after a restart the message comes once, with the end."""
    monkeypatch.setattr(teller, "_PLACING_SECONDS", 0.1)
    plan = await scene.admin.slash("/schumann", "retrain").reply()
    scene.fake.trouble.stall("chat.postMessage", 30)
    await scene.admin.press(plan, "Start").acknowledged()
    await reaches(bot.studio.retrainer, 1)
    await bot.stop()
    await again(scene)
    message = await first_in(scene.channel)
    await asyncio.sleep(0.1)

    assert "stopped" in message.words
    assert scene.shown == [message]


@pytest.mark.parametrize("lost", ["files.completeUploadExternal", "chat.update", "upload"])
async def test_a_death_while_it_reports(scene: Scene, bot: Bot, lost: str) -> None:
    """Wherever in the report the bot dies, after the restart everything is there once."""
    message = await begun(scene)
    done = asyncio.Event()
    act = scene.fake.trouble.arrives

    def arrives(method: str) -> bool:
        """The bot is gone before it hears the answer to this call."""
        if method == lost and "on trial" in message.words:
            done.set()
            return False
        return act(method)

    scene.fake.trouble.arrives = arrives  # type: ignore[method-assign]  # a power cut cannot be planned otherwise
    let_go(scene.data)
    await asyncio.wait_for(done.wait(), 20)
    await bot.stop()
    scene.fake.trouble.arrives = act  # type: ignore[method-assign]  # as it was
    await asyncio.sleep(0.1)  # no bot is back before Slack has done what it was asked for
    await again(scene)
    await until(lambda: message.thread_file("b.mp3"), "the samples")
    await asyncio.sleep(0.1)

    assert files_below(message) == SAMPLES
    assert scene.shown == [message]


async def test_a_message_that_is_deleted(scene: Scene, bot: Bot) -> None:
    """How the run ends is told in a new one."""
    message = await begun(scene)
    scene.admin.delete(message)
    let_go(scene.data)
    await until(lambda: scene.shown and scene.shown[-1].thread_file("b.mp3"), "the report")

    assert len(scene.shown) == 1
    assert "on trial" in scene.shown[0].words
    assert scene.bot is bot


async def test_a_channel_that_is_closed(scene: Scene, bot: Bot) -> None:
    """The report goes to whoever has started the run."""
    await begun(scene)
    scene.channel.is_archived = True
    let_go(scene.data)
    await until(lambda: any(m.thread_file("b.mp3") for m in scene.admin.private.shown), "the report")
    told = [message for message in scene.admin.private.shown if "on trial" in message.words]

    assert len(told) == 1
    assert files_below(told[0]) == SAMPLES
    assert scene.bot is bot


async def test_a_channel_without_the_bot(scene: Scene, bot: Bot) -> None:
    """A run that is started where the bot cannot write is shown in private."""
    other = scene.fake.world.add_channel("other", bot_is_in=False)
    plan = await scene.admin.slash("/schumann", "retrain", other).reply()
    await scene.admin.press(plan, "Start").reply()
    message = await first_in(scene.admin.private)
    await reaches(bot.studio.retrainer, 1)
    let_go(scene.data)
    await until(lambda: message.thread_file("b.mp3"), "the samples")

    assert other.shown == []
    assert len(scene.admin.private.shown) == 1


async def test_progress_keeps_to_the_pace(scene: Scene, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress that comes too soon after other progress is left out; the end never is."""
    message = await begun(scene)
    monkeypatch.setattr(platform, "SHORTEST_PAUSE", 1000.0)
    run = await bot.studio.retrainer.run(1, OPERATOR)
    before = message.words
    for text in ("first", "second"):
        assert await bot.platform.announce(run.address, Notice(text, 1, cancellable=True), run.message) == run.message
    soon = message.words
    await bot.platform.announce(run.address, Notice("the end", 1), run.message)

    assert soon == before
    assert message.words == "the end"


async def test_networks(scene: Scene, bot: Bot) -> None:
    """Listed, shown, chosen and left again, by the beginning of their id."""
    await begun(scene)
    let_go(scene.data)
    made = (await reaches(bot.studio.retrainer, 1, RunState.PASSED)).checkpoint_id
    assert made is not None
    replies = {
        command: (await scene.admin.slash("/schumann", f"model {command}").reply()).words
        for command in ("list", f"info {made}", f"use {made[:14]}", "list ", "rollback", "info", "use nowhere", "use")
    }
    current = (await bot.studio.retrainer.model(OPERATOR, None)).id

    assert made in replies["list"]
    assert f"• {made}: on trial" in replies["list"]
    assert "2.551 → 2.553" in replies[f"info {made}"]
    assert f"{made}: composes now" in replies[f"use {made[:14]}"]
    assert f"▶ {made}" in replies["list "]
    assert "fake-network" in replies["rollback"]
    assert replies["info"] == replies["rollback"]
    assert "nowhere" in replies["use nowhere"]
    assert "Say which network" in replies["use"]
    assert current == "fake-network"


async def test_consent(scene: Scene, bot: Bot) -> None:
    """Everybody says for themselves whether the network may learn from their pieces."""
    allowed = await scene.alice.slash("/schumann", "privacy training on").reply()
    forbidden = await scene.alice.slash("/schumann", "privacy training off").reply()
    unclear = await scene.alice.slash("/schumann", "privacy training maybe").reply()

    assert "I may learn from all your pieces" in allowed.words
    assert "I learn from none of your pieces" in forbidden.words
    assert "on or off" in unclear.words
    assert {reply.visible_to for reply in (allowed, forbidden, unclear)} == {scene.alice.user}
    assert bot.pool.jobs == []
