"""What is told of a retraining run arrives: edited as it goes, sent anew where its message is gone, never twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import pytest

from bot.platforms.discord.announcing import RunAddress, announce_if_possible
from bot.platforms.discord.embeds import letter_of
from bot.platforms.discord.letters import LONGEST_CONTENT, LONGEST_DESCRIPTION
from bot.platforms.platform import UndeliverableError
from bot.retraining.domain import Notice
from tests.fakes.discord import errors
from tests.fakes.discord.model import EVERYDAY, FILES

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain import MessageRef
    from tests.bot.platforms.discord.conftest import Bot, Scene
    from tests.fakes.discord import Person

PROGRESS = Notice("Retraining run 7\n▰▱▱▱▱▱▱▱▱▱ training", 7, cancellable=True)
FURTHER = Notice("Retraining run 7\n▰▰▱▱▱▱▱▱▱▱ training", 7, cancellable=True)
MESSAGES = r"/channels/\d+/messages"


@pytest.fixture
def report(tmp_path: Path) -> Notice:
    """The end of a run, with its two samples."""
    for name in ("a.mp3", "b.mp3"):
        (tmp_path / name).write_bytes(b"ID3" + name.encode() * 100)
    return Notice("Retraining run 7: on trial.", 7, files=(tmp_path / "a.mp3", tmp_path / "b.mp3"))


def address(person: Person) -> str:
    """Of a run that somebody has started in their channel."""
    return RunAddress(person.channel.id, person.id, "123456789012345678").to_json()


async def told(bot: Bot, person: Person, notice: Notice, message: MessageRef | None = None) -> MessageRef:
    """The message that holds a notice now."""
    found = await bot.platform.announce(address(person), notice, message)
    assert found is not None
    return found


async def test_one_message_from_the_beginning_to_the_report(scene: Scene, bot: Bot, report: Notice) -> None:
    """Progress has a button to cancel; the report has none, but both samples, named so that nobody knows which."""
    message = await told(bot, scene.admin, PROGRESS)
    shown = scene.shown[-1]
    labels = [button["label"] for button in shown.buttons]
    assert await told(bot, scene.admin, FURTHER, message) == message
    progress = shown.content
    await told(bot, scene.admin, report, message)

    assert labels == ["Cancel"]
    assert progress == FURTHER.text
    assert shown.content == report.text
    assert [file.filename for file in shown.attachments] == ["a.mp3", "b.mp3"]
    assert shown.buttons == []
    assert scene.shown == [shown]


async def test_what_is_sent_twice_is_there_once(scene: Scene, bot: Bot, report: Notice) -> None:
    """A bot that ended before it wrote down which message it had sent finds it again, and brings it up to date."""
    first = await told(bot, scene.admin, PROGRESS)
    second = await told(bot, scene.admin, report)

    assert second == first
    assert len(scene.shown) == 1
    assert scene.shown[0].file("a.mp3")
    assert scene.shown[0].buttons == []


async def test_the_first_sign_does_not_undo_the_report(scene: Scene, bot: Bot, report: Notice) -> None:
    """Where the end of a run was quicker than its beginning, what was sent under the same nonce stays as it is."""
    message = await told(bot, scene.admin, report)
    first = await announce_if_possible(bot.platform._client, address(scene.admin), PROGRESS)

    assert first == message
    assert scene.shown[0].content == report.text
    assert len(scene.shown[0].attachments) == 2


async def test_a_message_that_was_deleted(scene: Scene, bot: Bot, report: Notice) -> None:
    """It is replaced by a new one, once, however often it is told before that is written down."""
    lost = await told(bot, scene.admin, PROGRESS)
    scene.moderator.delete(scene.shown[-1])
    again = [await told(bot, scene.admin, notice, lost) for notice in (FURTHER, report, report)]

    assert len(set(again)) == 1
    assert [message.id for message in scene.shown] == [again[0].message_id]
    assert scene.shown[0].content == report.text
    assert len(scene.shown[0].attachments) == 2


async def test_after_hours_and_a_restart(scene: Scene, bot: Bot, report: Notice) -> None:
    """No interaction is needed: another process edits the old message when every token has died."""
    message = await told(bot, scene.admin, PROGRESS)
    await bot.stop()
    scene.fake.clock.advance(3 * 3600)
    new = await scene.start()

    assert await told(new, scene.admin, report, message) == message
    assert len(scene.shown) == 1
    assert scene.shown[0].content == report.text


async def test_a_channel_that_was_closed_to_the_bot(scene: Scene, bot: Bot, report: Notice) -> None:
    """Whoever has started the run is told in private, samples and all."""
    message = await told(bot, scene.admin, PROGRESS)
    scene.admin.channel.bot_permissions = 0
    private = await told(bot, scene.admin, report, message)

    assert private.channel_id == scene.admin.private.id
    assert [len(shown.attachments) for shown in scene.admin.private.shown] == [2]


async def test_nobody_can_be_told(scene: Scene, bot: Bot, report: Notice) -> None:
    """Where the person does not take messages either, there is no hope."""
    scene.admin.channel.bot_permissions = scene.admin.private.bot_permissions = 0
    with pytest.raises(UndeliverableError, match="neither the channel nor the person"):
        await told(bot, scene.admin, report)


@pytest.mark.parametrize("trouble", ["no permission for files", "files too large"])
async def test_samples_that_cannot_be_attached(scene: Scene, bot: Bot, report: Notice, trouble: str) -> None:
    """The report comes in the same message without them, and says so."""
    message = await told(bot, scene.admin, PROGRESS)
    if trouble == "files too large":
        scene.guild.file_limit = 100
    else:
        scene.admin.channel.bot_permissions = EVERYDAY & ~FILES
    assert await told(bot, scene.admin, report, message) == message

    assert scene.shown[0].attachments == []
    assert scene.shown[0].content.startswith(report.text)
    assert "samples cannot be attached" in scene.shown[0].content


async def test_samples_that_are_gone(scene: Scene, bot: Bot, report: Notice) -> None:
    """A report does not wait for files that somebody has deleted from the disk."""
    report.files[0].unlink()
    await told(bot, scene.admin, report)

    assert [file.filename for file in scene.shown[0].attachments] == ["b.mp3"]


async def test_trouble_at_discords_end(scene: Scene, bot: Bot, report: Notice) -> None:
    """What may pass is raised, so that it is tried again; nothing is sent elsewhere meanwhile."""
    message = await told(bot, scene.admin, PROGRESS)
    scene.fake.trouble.fail("PATCH", MESSAGES, errors.ApiError(400, 0, "Something unheard of"), times=1)
    with pytest.raises(discord.HTTPException):
        await told(bot, scene.admin, report, message)
    assert await told(bot, scene.admin, report, message) == message

    assert len(scene.shown) == 1


async def test_what_is_told_pings_nobody(scene: Scene, bot: Bot) -> None:
    """Sentences may quote what people wrote."""
    await told(bot, scene.admin, Notice(f"@everyone <@{scene.alice.id}> `code`", 7))

    assert scene.shown[0].pings == []
    assert "`" not in scene.shown[0].content.replace("\\`", "")


@pytest.mark.parametrize("lines", [1, 30, 70, 500])
async def test_reports_of_any_length(scene: Scene, bot: Bot, lines: int) -> None:
    """Short ones are text, longer ones a card, and what is too long even for that is there in full as a file."""
    text = "\n".join(
        f"{number:3} *surprise* at unseen music: 2.551 → 2.553, as good as before" for number in range(lines)
    )
    await told(bot, scene.admin, Notice(text, 7))
    shown = scene.shown[0]

    if shown.attachments:
        assert shown.attachments[0].content.decode() == text
    else:
        assert shown.text.replace("\\", "") == text
    assert bool(shown.content) is (lines == 1)
    assert bool(shown.attachments) is (lines >= 70)


@pytest.mark.parametrize("length", [1, LONGEST_CONTENT, LONGEST_CONTENT + 1, LONGEST_DESCRIPTION, 5000, 20_000])
@pytest.mark.parametrize("letter", ["a", "*", "\n", "é"])
def test_text_always_fits(length: int, letter: str) -> None:
    """Whatever is escaped in it, a text is never longer than Discord takes, and never lost."""
    made = letter_of(letter * length)
    card = (made.embed.description or "") if made.embed else ""
    assert len(made.content or "") <= LONGEST_CONTENT
    assert len(card) <= LONGEST_DESCRIPTION
    whole = (made.content or card).replace("\\", "")
    assert whole == letter * length or made.enclosures[0].data.decode() == letter * length
