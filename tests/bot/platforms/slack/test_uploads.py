"""MIDI files by every way in, good and bad; each is one job, however often Slack tells of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot import intake
from bot.domain import RequestState
from bot.platforms.slack import downloads
from tests.bot.platforms.slack.conftest import COMPOSE, SHORTCUT, SONG
from tests.fakes.slack import Person, Upload, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bot.platforms.slack.conftest import Bot, Scene

MIDI_BOMB = b"MThd\x00\x00\x00\x06\x00\x01\xff\xff\x01\xe0" + b"MTrk\x7f\xff\xff\xff"
BAD_FILES = {
    "empty": (Upload("empty.mid", b""), ""),
    "not MIDI": (Upload("page.mid", b"not a MIDI file at all"), "MIDI"),
    "cut off": (Upload("cut.mid", SONG.content[:30]), ""),
    "bomb": (Upload("bomb.mid", MIDI_BOMB), ""),
    "huge": (Upload("huge.mid", bytes(2 << 20)), "1 MiB"),
    "endless": (Upload("endless.mid", b"", announced_size=100, manner="endless"), "1 MiB"),
    "redirected": (Upload("moved.mid", SONG.content, manner="redirect"), "again"),
    "gone": (Upload("gone.mid", SONG.content, manner="gone"), "again"),
    "page to sign in": (Upload("login.mid", SONG.content, manner="login"), "again"),
    "external": (Upload("ext.mid", SONG.content, mode="external", url="https://evil.example/a.mid"), "upload"),
    "remote": (Upload("remote.mid", SONG.content, mode="remote", url="https://evil.example/a.mid"), "upload"),
    "snippet": (Upload("text.mid", b"MThd", mode="snippet"), "again"),
}


async def quiet(scene: Scene) -> None:
    """Wait until the bot has done everything that it was told of, and would have done more by now."""
    await scene.fake.socket.settled()
    await asyncio.sleep(0.3)


@pytest.mark.parametrize("files_first", [True, False], ids=["file_shared first", "message first"])
async def test_a_file_with_a_mention_is_one_job(scene: Scene, bot: Bot, *, files_first: bool) -> None:
    """Mention and ``file_shared`` of one upload do one job; the piece continues the file, with the options given."""
    scene.fake.events.file_events_first = files_first
    scene.alice.upload(SONG, "length:15")
    message = await scene.piece()
    await quiet(scene)
    job = bot.pool.jobs[0]

    assert len(bot.pool.jobs) == 1
    assert job.primer is not None
    assert '"notes":[[0.0,60' in job.primer
    assert (job.title, job.options.length_seconds) == ("song", 15)
    assert "song" in message.words
    assert scene.shown == [message]
    assert [file.name for file in message.thread_files if file.name.startswith("song")]


@pytest.mark.parametrize("files_first", [True, False], ids=["file_shared first", "message first"])
@pytest.mark.parametrize("words", ["", "length:12"])
async def test_a_file_in_private_is_one_job(scene: Scene, bot: Bot, words: str, *, files_first: bool) -> None:
    """``file_share`` and ``file_shared`` of one upload do one job; neither words nor mention are needed."""
    scene.fake.events.file_events_first = files_first
    scene.alice.direct_message(words, [SONG])
    message = await scene.piece()
    await quiet(scene)

    assert len(bot.pool.jobs) == 1
    assert bot.pool.jobs[0].primer is not None
    assert bot.pool.jobs[0].options.length_seconds == (12 if words else 30)
    assert scene.messages_of_bot(scene.alice.private)[0] is message
    assert len(scene.alice.private.shown) == 2


async def test_the_bots_own_files_are_not_continued(scene: Scene, bot: Bot) -> None:
    """The MIDI files that it puts into threads come back as events, and are left alone, also in private."""
    await scene.admin.slash("/schumann", "settings files:on").reply()
    scene.alice.direct_message(COMPOSE)
    await scene.piece()
    await scene.composed()
    await quiet(scene)

    assert len(bot.pool.jobs) == 2
    assert len(scene.messages_of_bot(scene.alice.private)) == 2


async def test_files_dropped_in_a_channel_are_left_alone_by_default(scene: Scene, bot: Bot) -> None:
    """Only where an admin wants that, they are continued, once."""
    scene.alice.upload(SONG, "no words", mention=False)
    await quiet(scene)
    before = len(bot.pool.jobs)
    await scene.admin.slash("/schumann", "settings files:on").reply()
    scene.alice.upload(SONG, "no words", mention=False)
    scene.alice.upload(Upload("picture.png", b"\x89PNG", "image/png"), mention=False)
    await scene.piece()
    await quiet(scene)

    assert before == 0
    assert len(bot.pool.jobs) == 1
    assert len(scene.shown) == 1


async def test_the_shortcut_continues_the_file_of_a_message(scene: Scene, bot: Bot) -> None:
    """Anybody has a file continued that somebody else sent; without one they are told, alone."""
    posted = scene.bert.upload(SONG, "listen", mention=False)
    await scene.alice.shortcut(SHORTCUT, posted).acknowledged()
    message = await scene.piece()
    reply = await scene.alice.shortcut(SHORTCUT, scene.bert.say("just words")).reply()
    ticket = await bot.ticket(1)

    assert "song" in message.words
    assert ticket.request.user.id.endswith(scene.alice.id)
    assert "No MIDI file" in reply.words
    assert reply.visible_to is scene.alice.user


async def test_a_file_in_a_channel_shared_with_another_workspace(scene: Scene, bot: Bot) -> None:
    """There events say of files only that they are there; what they are is asked of Slack."""
    shared = scene.fake.world.add_channel("shared", is_shared=True)
    scene.alice.upload(SONG, "compose length:12", shared)
    message = await scene.piece()
    posted = scene.bert.upload(SONG, channel=shared, mention=False)
    await scene.bert.shortcut(SHORTCUT, posted).acknowledged()
    await scene.piece(2)

    assert message.channel is shared
    assert [job.title for job in bot.pool.jobs] == ["song", "song"]


@pytest.mark.parametrize(("upload", "words"), BAD_FILES.values(), ids=BAD_FILES)
@pytest.mark.parametrize("way", ["mention", "private", "shortcut"])
async def test_bad_files_are_refused_in_a_sentence(
    scene: Scene, bot: Bot, upload: Upload, words: str, way: str
) -> None:
    """Whatever is wrong with a file, by whichever way it came: one answer, no job, nothing fetched elsewhere."""
    seen = await _sent(scene, upload, way)
    await until(lambda: any(words in text and len(text) > 30 and "▱" not in text for text in seen()), "a sentence")
    await quiet(scene)
    answers = [text for text in seen() if len(text) > 30]

    assert bot.pool.jobs == []
    assert len(answers) == 1
    assert "Traceback" not in answers[0]
    assert scene.fake.elsewhere.visits == []


async def _sent(scene: Scene, upload: Upload, way: str) -> Callable[[], list[str]]:
    """Send a file by one of the ways in; what can be read of the bot since then."""
    if way == "private":
        scene.alice.direct_message(files=[upload])
    elif way == "mention":
        scene.alice.upload(upload)
    else:
        await scene.alice.shortcut(SHORTCUT, scene.alice.upload(upload, mention=False)).acknowledged()
    channel = scene.alice.private if way == "private" else scene.channel
    return lambda: [m.words for m in channel.messages.values() if m.author is scene.fake.world.bot]


async def test_an_endless_file_is_not_read_to_its_end(scene: Scene, bot: Bot) -> None:
    """Little more than what is allowed is read, whatever Slack says of its size."""
    upload = Upload("endless.mid", b"", announced_size=100, manner="endless")
    posted = scene.alice.upload(upload)
    await bot.reaches(1, RequestState.FAILED)

    assert posted.files[0].endless_bytes < 32 << 20


async def test_a_download_that_hangs(scene: Scene, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that does not come is given up in time, and the person is told."""
    monkeypatch.setattr(downloads, "SECONDS", 0.05)
    monkeypatch.setattr(intake, "FETCHING_PAUSES", (0.0, 0.05, 0.05))
    scene.alice.upload(Upload("slow.mid", SONG.content, manner="stall"))
    await bot.reaches(1, RequestState.FAILED)
    message = await scene.begun()
    await until(lambda: not message.buttons, "the sentence")

    assert bot.pool.jobs == []


async def test_names_of_files_are_shown_as_they_are(scene: Scene, bot: Bot) -> None:
    """Unicode both ways; what looks like markup stays text."""
    name = "Ääkkösiä <!channel> *x* & ピアノ.mid"
    scene.alice.upload(Upload(name, SONG.content))
    message = await scene.piece()

    assert "Ääkkösiä" in message.words
    assert "ピアノ" in message.words
    assert bot.pool.finished == [1]


async def test_a_guests_file_is_not_continued(scene: Scene, bot: Bot) -> None:
    """By none of the ways."""
    await scene.admin.slash("/schumann", "settings files:on").reply()
    guest = Person(scene.fake, "gus", kind="guest")
    guest.upload(SONG)
    guest.upload(SONG, mention=False)
    guest.direct_message(files=[SONG])
    reply = await guest.shortcut(SHORTCUT, scene.alice.say("x")).reply()
    await quiet(scene)

    assert "No MIDI" in reply.words or "Guests" in reply.words
    assert bot.pool.jobs == []
    assert scene.shown == []
    assert len(scene.messages_of_bot(guest.private)) == 1
