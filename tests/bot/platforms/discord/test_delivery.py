"""The piece arrives, whatever Discord does meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot import courier
from bot.domain import RequestState
from bot.workers import JobFailedError, JobRefusedError, WorkerDiedError
from tests.bot.platforms.discord.conftest import COMPOSE, begun, delivered
from tests.fakes.discord import errors, until
from tests.fakes.discord.model import EVERYDAY, FILES, SEND, VIEW

if TYPE_CHECKING:
    from tests.bot.platforms.discord.conftest import Bot, Scene

MESSAGES = r"/channels/\d+/messages"
ORIGINAL = r"/webhooks/\d+/[^/]+/messages/@original"
CALLBACK = r"/interactions/"


async def test_after_15_minutes_the_message_is_edited_all_the_same(scene: Scene, bot: Bot) -> None:
    """When the interaction's token has died meanwhile, the bot's own token reaches the message."""
    _, message = await begun(scene, bot)
    scene.fake.clock.advance(16 * 60)
    bot.pool.let_go()
    await until(lambda: message.file(".mid"), "the piece")

    assert 50027 in [entry.code for entry in scene.fake.log]
    assert scene.shown == [message]


async def test_after_15_minutes_without_its_message(scene: Scene, bot: Bot) -> None:
    """Where the message is gone as well, the piece comes in a new one, which names the asker's request."""
    _, message = await begun(scene, bot)
    scene.fake.clock.advance(16 * 60)
    scene.alice.delete(message)
    bot.pool.let_go()
    await until(lambda: scene.shown and scene.shown[-1].file(".mid"), "a new message")

    assert len(scene.shown) == 1
    assert "👍" in scene.shown[0].text


async def test_the_progress_message_is_deleted_in_mid_job(scene: Scene, bot: Bot) -> None:
    """The bot stops editing it, and posts the piece anew, once."""
    _, message = await begun(scene, bot)
    scene.alice.delete(message)
    bot.pool.let_go()
    await until(lambda: scene.shown and scene.shown[-1].file(".mid"), "a new message")
    ticket = await bot.reaches(1, RequestState.DELIVERED)

    assert len(scene.shown) == 1
    assert ticket.message is not None
    assert ticket.message.message_id == scene.shown[0].id


@pytest.mark.parametrize(
    "error",
    [errors.unknown_interaction(), errors.already_acknowledged()],
    ids=["too late (10062)", "acknowledged before (40060)"],
)
async def test_an_acknowledgement_that_fails(scene: Scene, bot: Bot, error: errors.ApiError) -> None:
    """The request was kept; progress and piece come in a message of the channel."""
    scene.fake.trouble.fail("POST", CALLBACK, error, times=1)
    scene.alice.slash("compose", COMPOSE)
    await until(lambda: scene.shown and scene.shown[-1].file(".mid"), "a message of the channel")
    await bot.reaches(1, RequestState.DELIVERED)

    assert len(scene.shown) == 1


async def test_an_interaction_that_comes_too_late(scene: Scene, bot: Bot) -> None:
    """Discord's own 3 seconds are over before the bot hears of it: the piece comes all the same."""
    scene.alice.slash("compose", COMPOSE)
    scene.fake.clock.advance(3.5)
    await until(lambda: scene.shown and scene.shown[-1].file(".mid"), "a message of the channel")
    await bot.reaches(1, RequestState.DELIVERED)

    assert 10062 in [entry.code for entry in scene.fake.log]


async def test_a_storm_of_429_on_progress(scene: Scene, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often progress is refused, the result arrives when the storm is over."""
    monkeypatch.setattr(courier, "PAUSES", (0.0, 0.05, 0.05, 0.05))
    bot.pool.hold()
    interaction = scene.alice.slash("compose", COMPOSE)
    await interaction.acknowledged()
    scene.fake.trouble.storm("PATCH", ORIGINAL, times=12, retry_after=0.02)
    bot.pool.let_go()
    message = await delivered(interaction)

    assert message.file(".mp3")
    assert len(scene.fake.log.invalid) == 12
    assert scene.shown == [message]


async def test_progress_that_hangs(scene: Scene, bot: Bot) -> None:
    """An edit of the progress that Discord does not answer does not keep the piece."""
    bot.pool.hold()
    interaction = scene.alice.slash("compose", COMPOSE)
    await interaction.acknowledged()
    scene.fake.trouble.stall("PATCH", ORIGINAL, seconds=15)
    await until(lambda: scene.fake.trouble.stalled, "an edit that hangs")
    bot.pool.let_go()
    message = await delivered(interaction)

    assert message.file(".mp3")
    assert scene.shown == [message]


async def test_trouble_at_discords_end(scene: Scene, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Server errors in the midst of a delivery are tried again until it works, and nothing comes twice."""
    monkeypatch.setattr(courier, "PAUSES", (0.0, 0.05, 0.05, 0.05))
    _, message = await begun(scene, bot)
    scene.fake.trouble.fail("PATCH", ORIGINAL, errors.ApiError(400, 0, "Something unheard of"), times=2)
    bot.pool.let_go()
    await until(lambda: message.file(".mid"), "the piece")
    await bot.reaches(1, RequestState.DELIVERED)

    assert scene.shown == [message]


async def test_a_recording_that_is_too_large_is_made_smaller(scene: Scene, bot: Bot) -> None:
    """On 413, although the announced limit was larger, a lower bit rate is sent, and the message says so."""
    bot.pool.recording_seconds = None
    scene.guild.file_limit = 100_000
    message = await delivered(scene.alice.slash("compose", {**COMPOSE, "length": 5}))
    recording = message.file(".mp3")

    assert 40005 in [entry.code for entry in scene.fake.log]
    assert recording is not None
    assert len(recording.content) < 100_000
    assert [job.kilobits for job in bot.pool.reduced] == [128]
    assert "128 kb/s" in message.text


async def test_the_announced_limit_is_heeded(scene: Scene, bot: Bot) -> None:
    """What Discord says it takes is not tried with more."""
    bot.pool.recording_seconds = None
    scene.guild.file_limit = scene.guild.announced_limit = 50_000
    message = await delivered(scene.alice.slash("compose", {**COMPOSE, "length": 5}))

    assert 40005 not in [entry.code for entry in scene.fake.log]
    assert "64 kb/s" in message.text


async def test_where_no_recording_fits_the_midi_file_comes_alone(scene: Scene, bot: Bot) -> None:
    """The last resort, saying so."""
    bot.pool.recording_seconds = None
    scene.guild.file_limit = 10_000
    message = await delivered(scene.alice.slash("compose", {**COMPOSE, "length": 5}))

    assert message.file(".mp3") is None
    assert message.file(".png")
    assert "too large for this place" in message.text


async def test_a_channel_that_the_bot_may_not_write_in(scene: Scene, bot: Bot) -> None:
    """The interaction's token needs no permission."""
    scene.alice.channel.bot_permissions = VIEW
    message = await delivered(scene.alice.slash("compose", COMPOSE))

    assert bot.pool.finished == [1]
    assert message.file(".mp3")


async def test_a_channel_that_was_closed_to_the_bot(scene: Scene, bot: Bot) -> None:
    """When the token has died and the channel is out of reach, the piece comes in private."""
    _, message = await begun(scene, bot)
    scene.fake.clock.advance(16 * 60)
    scene.alice.channel.bot_permissions = 0
    bot.pool.let_go()
    await until(lambda: scene.alice.private.shown and scene.alice.private.shown[-1].file(".mid"), "a private message")

    assert not message.attachments
    assert len(scene.alice.private.shown) == 1


async def test_a_mention_where_the_bot_cannot_reply(scene: Scene, bot: Bot) -> None:
    """Without the permission to read history the answer comes without reference."""
    scene.alice.channel.bot_permissions = VIEW | SEND | FILES
    scene.alice.post("compose seed:schumann", mentions_bot=True)
    await until(lambda: scene.shown[-1].file(".mid"), "the piece")

    assert bot.pool.finished == [1]
    assert len(scene.shown) == 2
    assert scene.shown[1].reference is None


async def test_a_mention_in_a_channel_that_is_read_only(scene: Scene, bot: Bot) -> None:
    """Where the bot may not write at all, it answers in private."""
    scene.alice.channel.bot_permissions = EVERYDAY & ~SEND
    scene.alice.post("compose seed:schumann", mentions_bot=True)
    await until(lambda: scene.alice.private.shown and scene.alice.private.shown[-1].file(".mid"), "a private message")

    assert len(scene.shown) == 1
    assert bot.pool.finished == [1]


async def test_a_storm_on_the_acknowledgement(scene: Scene, bot: Bot) -> None:
    """Even the deferral may be refused for a moment."""
    scene.fake.trouble.storm("POST", CALLBACK, times=3, retry_after=0.02)
    message = await delivered(scene.alice.slash("compose", COMPOSE))

    assert message.file(".mp3")
    assert bot.pool.finished == [1]


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
    interaction = scene.alice.slash("compose", COMPOSE)
    await interaction.acknowledged()
    await bot.reaches(1, RequestState.FAILED)
    message = interaction.original
    assert message is not None
    await until(lambda: message.content and not message.buttons and "▰" not in message.text, "the sentence")

    assert words in message.text
    assert "list index" not in message.text
    assert message.embeds == []


async def test_a_dead_worker_is_replaced(scene: Scene, bot: Bot) -> None:
    """One death is made up for by another attempt; nobody notices."""
    bot.pool.faults.append(WorkerDiedError("killed"))
    message = await delivered(scene.alice.slash("compose", COMPOSE))

    assert message.file(".mp3")
    assert len(bot.pool.jobs) == 2


async def test_failures_are_told_after_15_minutes_too(scene: Scene, bot: Bot) -> None:
    """A sentence needs no live token either."""
    _, message = await begun(scene, bot)
    scene.fake.clock.advance(16 * 60)
    bot.pool.faults.append(JobFailedError("The soundfont cannot be read."))
    bot.pool.let_go()
    await until(lambda: not message.buttons, "the sentence")

    assert message.file(".mid") is None
    assert scene.shown == [message]
