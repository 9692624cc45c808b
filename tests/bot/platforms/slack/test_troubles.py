"""Whatever Slack does: the piece arrives, and nobody is left without a word."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from bot import courier
from bot.domain import Limits, RequestState
from bot.house import House
from bot.platforms.platform import PlatformStartError
from bot.platforms.slack import SlackPlatform
from bot.workers import JobFailedError, JobRefusedError
from tests.bot.platforms.slack.conftest import COMPOSE, SONG
from tests.fakes.pool import FakePool
from tests.fakes.slack import Person, until
from tests.fakes.slack.errors import ApiError, in_trouble
from tests.fakes.slack.limits import TIERS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.platforms.slack.conftest import Bot, Scene
    from tests.fakes.slack.model import Message


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deliveries that failed are tried again at once."""
    monkeypatch.setattr(courier, "PAUSES", (0.0, *(0.1 for _ in range(40))))


async def begun(scene: Scene, bot: Bot) -> Message:
    """A request of alice's that waits in the worker, and its message."""
    bot.pool.hold()
    await scene.alice.slash("/compose", COMPOSE).acknowledged()
    message = await scene.begun()
    await until(lambda: bot.pool.jobs, "a worker")
    return message


@pytest.mark.parametrize("kind", ["channel", "group"])
async def test_where_the_bot_is_not(scene: Scene, bot: Bot, kind: str) -> None:
    """Asked in a channel that it is not in, it tells the person to invite it, and composes nothing."""
    closed = scene.fake.world.add_channel("closed", kind=kind, bot_is_in=False)
    reply = await scene.alice.slash("/compose", COMPOSE, closed).reply()
    await bot.reaches(1, RequestState.CANCELLED)
    await asyncio.sleep(0.1)
    closed.bot_is_in = True
    await scene.alice.slash("/compose", COMPOSE, closed).acknowledged()
    message = await scene.piece(2)

    assert "/invite @schumann" in reply.words
    assert reply.visible_to is scene.alice.user
    assert message.channel is closed
    assert closed.shown == [message]


async def test_a_bot_that_is_thrown_out(scene: Scene, bot: Bot) -> None:
    """The piece comes in private."""
    message = await begun(scene, bot)
    scene.channel.bot_is_in = False
    bot.pool.let_go()
    await until(lambda: any(found.thread_file(".mid") for found in scene.alice.private.shown), "a private message")
    await bot.reaches(1, RequestState.DELIVERED)

    assert message.thread_files == []
    assert len(scene.alice.private.shown) == 1


async def test_a_message_that_was_deleted(scene: Scene, bot: Bot) -> None:
    """The piece comes in a new one, once."""
    message = await begun(scene, bot)
    scene.admin.delete(message)
    bot.pool.let_go()
    new = await scene.piece()

    assert new is not message
    assert scene.shown == [new]
    assert len(new.thread_files) == 3


async def test_a_message_that_was_deleted_after_somebody_wrote_below_it(scene: Scene, bot: Bot) -> None:
    """What remains of it is no message any more."""
    message = await begun(scene, bot)
    scene.bert.say("what is this?", thread=message)
    scene.admin.delete(message)
    bot.pool.let_go()
    new = await scene.piece()

    assert new is not message
    assert scene.shown == [new]


async def test_where_even_private_messages_fail(scene: Scene, bot: Bot) -> None:
    """There is an end to trying: the piece is kept, and the person finds it in their list."""
    await begun(scene, bot)
    scene.channel.is_archived = True
    scene.fake.trouble.fail("chat.(postMessage|update)", "account_inactive")
    bot.pool.let_go()
    await bot.reaches(1, RequestState.DELIVERED)
    scene.fake.trouble.calm()
    reply = await scene.alice.slash("/schumann", "history").reply()

    assert "Träumerei" in reply.words


async def test_a_storm_of_429(scene: Scene, bot: Bot) -> None:
    """However often progress is refused, the result arrives; the time that Slack asks to wait is waited for."""
    message = await begun(scene, bot)
    scene.fake.trouble.storm("chat.update", times=2)
    scene.fake.trouble.storm("files.getUploadURLExternal", times=2)
    bot.pool.let_go()
    await scene.piece()
    calls = scene.fake.log.of("files.getUploadURLExternal")
    pauses = [later.at - entry.at for entry, later in pairwise(calls) if entry.status == 429]

    assert scene.shown == [message]
    assert len(message.thread_files) == 3
    assert len(pauses) == 2
    assert min(pauses) >= 0.9


async def test_slacks_own_limits_are_kept(scene: Scene, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """With progress at its true pace and ten requests under way, Slack has nothing to complain of."""
    monkeypatch.undo()
    scene.fake.trouble.a_minute = dict(TIERS)
    people = [Person(scene.fake, f"person{number}") for number in range(10)]
    for person in people:
        await person.slash("/compose", COMPOSE).acknowledged()
    for number in range(1, 11):
        await scene.piece(number)

    assert [entry for entry in scene.fake.log if entry.status == 429] == []
    assert bot.pool.finished == [*range(1, 11)]


@pytest.mark.parametrize(
    "lost", ["chat.update", "files.getUploadURLExternal", "upload", "files.completeUploadExternal"]
)
async def test_answers_that_get_lost(scene: Scene, bot: Bot, lost: str) -> None:
    """What was done, but not answered, is not done twice."""
    message = await begun(scene, bot)
    await asyncio.sleep(0.2)
    scene.fake.trouble.lose(lost)
    bot.pool.let_go()
    await scene.piece()
    await asyncio.sleep(0.2)

    assert scene.shown == [message]
    assert len(message.thread_files) == 3


async def test_a_first_message_whose_answer_gets_lost(scene: Scene, bot: Bot) -> None:
    """The piece comes all the same, with its files once."""
    scene.fake.trouble.lose("chat.postMessage")
    await scene.alice.slash("/compose", COMPOSE).acknowledged()
    message = await scene.piece()

    assert len(message.thread_files) == 3
    assert len(scene.shown) <= 2
    assert bot.pool.finished == [1]


@pytest.mark.parametrize(
    "method", ["chat.update", "files.getUploadURLExternal", "files.completeUploadExternal", "upload"]
)
async def test_trouble_at_slacks_end(scene: Scene, bot: Bot, method: str) -> None:
    """Server errors in the midst of a delivery are tried again until it works, and nothing comes twice."""
    message = await begun(scene, bot)
    scene.fake.trouble.fail(method, in_trouble(), times=3)
    bot.pool.let_go()
    await scene.piece()
    await asyncio.sleep(0.2)

    assert scene.shown == [message]
    assert len(message.thread_files) == 3


async def test_progress_that_hangs(scene: Scene, bot: Bot) -> None:
    """An edit that Slack does not answer does not keep the piece."""
    bot.pool.seconds = 1.0
    scene.fake.trouble.stall("chat.update", 30)
    await scene.alice.slash("/compose", COMPOSE).acknowledged()
    await until(lambda: scene.fake.trouble.stalled, "an edit that hangs")
    message = await scene.piece()

    assert scene.shown == [message]


async def test_acknowledged_while_slack_hangs(scene: Scene, bot: Bot) -> None:
    """The acknowledgement waits for nothing: neither for who somebody is, nor for the message."""
    scene.fake.trouble.stall("users.info", 1.5, times=1)
    begin = time.monotonic()
    await scene.alice.slash("/compose", COMPOSE).acknowledged()
    took = time.monotonic() - begin
    scene.alice.mention(COMPOSE)
    await scene.piece(1)

    assert took < 1.5
    assert scene.fake.socket.slowest < 1.5
    assert bot.pool.finished


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (JobRefusedError("This music has no notes; send another."), "no notes"),
        (JobFailedError("The soundfont cannot be read."), ""),
        (RuntimeError("list index out of range"), "support id"),
    ],
    ids=["refused", "failed", "unforeseen"],
)
async def test_failures_are_told(scene: Scene, bot: Bot, error: Exception, words: str) -> None:
    """In the request's message, in a sentence, without the insides of the program."""
    bot.pool.faults.append(error)
    await scene.alice.slash("/compose", COMPOSE).acknowledged()
    await bot.reaches(1, RequestState.FAILED)
    message = await scene.begun()
    await until(lambda: not message.buttons, "the sentence")

    assert words in message.words
    assert "list index" not in message.words
    assert message.thread_files == []


async def test_a_response_address_that_does_not_work(scene: Scene, bot: Bot) -> None:
    """A refusal that cannot be sent there comes in private."""
    scene.fake.trouble.fail("response", ApiError("expired_url", status=404))
    await scene.alice.slash("/compose", "seed:schuman").acknowledged()
    await until(lambda: scene.alice.private.shown, "a private message")

    assert "schumann" in scene.alice.private.shown[0].words
    assert bot.pool.jobs == []


async def refused_start(scene: Scene, **tokens: str) -> str:
    """What a start with wrong tokens says."""
    house = await House.open(scene.data, FakePool(), limits=Limits(), workers=1)
    right = {"bot_token": scene.fake.bot_token, "app_token": scene.fake.app_token}
    given = {**right, **tokens}
    platform = SlackPlatform(
        house.studio, bot_token=given["bot_token"], app_token=given["app_token"], base_url=scene.fake.api
    )
    try:
        with pytest.raises(PlatformStartError) as caught:
            await platform.start()
    finally:
        await platform.close()
        await house.close(0)
    return str(caught.value)


@pytest.mark.parametrize(("token", "name"), [("bot_token", "SLACK_BOT_TOKEN"), ("app_token", "SLACK_APP_TOKEN")])
async def test_tokens_that_are_wrong(scene: Scene, token: str, name: str) -> None:
    """The start fails with a sentence that names the setting, and repeats no token."""
    said = await refused_start(scene, **{token: "xoxb-wrong-one"})

    assert name in said
    assert "xoxb" not in said.replace("xoxb-...", "")


async def test_slack_that_cannot_be_reached_at_the_start(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot starts all the same, and listens as soon as Slack is there."""
    monkeypatch.setattr("bot.platforms.slack.platform._PATIENCE", 0.3)
    scene.fake.trouble.is_cut_off = True
    bot = await scene.start()
    was_connected = bot.platform.is_connected
    scene.fake.trouble.calm()
    await until(lambda: bot.platform.is_connected, "the connection")
    await scene.composed()

    assert not was_connected


async def test_logs_hold_nothing_of_people(
    scene: Scene, bot: Bot, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """Neither ids nor tokens, texts, file names or addresses, whatever goes wrong."""
    caplog.set_level("DEBUG")
    for method in ("users.info", "chat.postMessage", "files.info", "response"):
        scene.fake.trouble.fail(method, in_trouble(), times=2)
        scene.fake.trouble.fail(method, "unheard_of", times=1)
    scene.alice.mention("compose seed:nonsense")
    scene.alice.slash("/compose", "seed:nonsense")
    scene.alice.upload(SONG)
    await scene.fake.socket.drop()
    await scene.fake.socket.settled()
    await asyncio.sleep(0.5)
    scene.fake.trouble.calm()
    text = "\n".join(record.getMessage() + (record.exc_text or "") for record in caplog.records if _ours(record.name))

    assert bot.platform is not None
    for secret in (scene.alice.id, scene.fake.bot_token, scene.fake.app_token, "nonsense", "song.mid", str(tmp_path)):
        assert secret not in text


def _ours(name: str) -> bool:
    return name.startswith(("bot", "slack"))
