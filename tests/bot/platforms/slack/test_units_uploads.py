"""Files come into a thread once, wherever the bot was interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.platforms.slack.letters import note
from bot.platforms.slack.troubles import SlackError
from bot.platforms.slack.uploads import Enclosure, upload_once
from bot.platforms.slack.web import Web
from tests.fakes.slack import FakeSlack, until
from tests.fakes.slack.checking import checked_fake

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.domain import MessageRef

FILES = [Enclosure("a.mp3", "a.mp3", b"sound"), Enclosure("a.mid", "a.mid", b"MThd")]


class Interrupted(Web):
    """A bot that dies before or after its files appear."""

    dies_before = dies_after = False

    async def complete_upload(self, files: dict[str, str], channel_id: str, thread: str) -> None:
        """Perhaps."""
        if self.dies_before:
            raise KeyboardInterrupt
        await super().complete_upload(files, channel_id, thread)
        if self.dies_after:
            raise KeyboardInterrupt


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    """Slack."""
    async with checked_fake() as fake:
        yield fake


@pytest.fixture
async def bot(fake: FakeSlack) -> AsyncIterator[Interrupted]:
    """The bot's calls."""
    async with aiohttp.ClientSession() as session:
        yield Interrupted(fake.bot_token, fake.api, session)


async def _post(bot: Web, fake: FakeSlack) -> MessageRef:
    return await bot.post(next(iter(fake.world.channels)), note("a piece"))


async def _appeared(fake: FakeSlack) -> list[list[str]]:
    (parent,) = next(iter(fake.world.channels.values())).shown
    await until(lambda: parent.thread, "files in the thread")
    return [[file.name for file in reply.files] for reply in parent.thread]


async def test_files_come_once(fake: FakeSlack, bot: Interrupted, tmp_path: Path) -> None:
    """All together, and not again when asked again."""
    head = await _post(bot, fake)
    await upload_once(bot, FILES, head, head.message_id, tmp_path / "record")
    assert await _appeared(fake) == [["a.mp3", "a.mid"]]

    await upload_once(bot, FILES, head, head.message_id, tmp_path / "record")
    assert await _appeared(fake) == [["a.mp3", "a.mid"]]


@pytest.mark.parametrize("moment", ["dies_before", "dies_after"])
async def test_files_come_once_though_the_bot_dies(
    fake: FakeSlack, bot: Interrupted, tmp_path: Path, moment: str
) -> None:
    """A moment before they appear, or a moment after."""
    head = await _post(bot, fake)
    setattr(bot, moment, True)
    with pytest.raises(KeyboardInterrupt):
        await upload_once(bot, FILES, head, head.message_id, tmp_path / "record")
    if bot.dies_after:
        await _appeared(fake)

    setattr(bot, moment, False)
    await upload_once(bot, FILES, head, head.message_id, tmp_path / "record")
    assert await _appeared(fake) == [["a.mp3", "a.mid"]]


async def test_another_message_gets_files_of_its_own(fake: FakeSlack, bot: Interrupted, tmp_path: Path) -> None:
    """Where the first message was deleted, the files come again with the new one."""
    first, second = await _post(bot, fake), await _post(bot, fake)
    for head in (first, second):
        await upload_once(bot, FILES, head, head.message_id, tmp_path / "record")

    heads = next(iter(fake.world.channels.values())).shown
    await until(lambda: all(head.thread for head in heads), "files in both threads")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": []}', "\x00"])
async def test_a_record_that_makes_no_sense_is_none(
    fake: FakeSlack, bot: Interrupted, tmp_path: Path, text: str
) -> None:
    """As after a power cut in the middle of writing it."""
    (tmp_path / "record").write_text(text, encoding="utf-8")
    head = await _post(bot, fake)

    await upload_once(bot, FILES, head, head.message_id, tmp_path / "record")
    assert await _appeared(fake) == [["a.mp3", "a.mid"]]


async def test_an_upload_that_is_refused_can_be_tried_again(fake: FakeSlack, bot: Interrupted, tmp_path: Path) -> None:
    """Nothing appears, and nothing is written down."""
    head = await _post(bot, fake)
    address, _ = await bot.begin_upload("a.mid", 4)

    async def wrong_address(name: str, length: int) -> tuple[str, str]:
        return f"{address}x", f"{name}{length}"

    bot.begin_upload = wrong_address  # type: ignore[method-assign]  # Slack at fault
    with pytest.raises(SlackError, match="status 400 of an upload"):
        await upload_once(bot, FILES, head, head.message_id, tmp_path / "record")
    assert not (tmp_path / "record").exists()
