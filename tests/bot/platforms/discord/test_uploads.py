"""MIDI files by every way in, good and bad."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot import intake
from bot.domain import RequestState
from bot.platforms.discord import downloads
from bot.platforms.discord.commands import MENU_NAME
from tests.bot.platforms.discord.conftest import SONG, delivered, viewer_of
from tests.fakes.discord import Person, Upload, until
from tests.fakes.discord.gateway import MESSAGE_CONTENT

if TYPE_CHECKING:
    from tests.bot.platforms.discord.conftest import Bot, Scene
    from tests.fakes.discord.model import Message

MIDI_BOMB = b"MThd\x00\x00\x00\x06\x00\x01\xff\xff\x01\xe0" + b"MTrk\x7f\xff\xff\xff"
BAD_FILES = {
    "empty": Upload("empty.mid", b""),
    "not MIDI": Upload("page.mid", b"<html>hello</html>"),
    "cut off": Upload("cut.mid", SONG.content[:30]),
    "bomb": Upload("bomb.mid", MIDI_BOMB),
    "huge": Upload("huge.mid", bytes(2 << 20)),
    "endless": Upload("endless.mid", b"", announced_size=100, manner="endless"),
    "redirected": Upload("moved.mid", SONG.content, manner="redirect"),
    "gone": Upload("gone.mid", SONG.content, manner="gone"),
}


async def reply_to(person: Person, asked: Message) -> Message:
    """The bot's answer below a message, once it holds a piece."""
    channel = person.channel
    await until(lambda: len(channel.shown) == 2 and channel.shown[1].file(".mid"), "a piece below the message")
    assert channel.shown[0] is asked
    return channel.shown[1]


async def test_a_file_given_to_the_command_is_continued(scene: Scene, bot: Bot) -> None:
    """The music of the file is the primer; its name is the title."""
    message = await delivered(scene.alice.slash("compose", {"midi": SONG, "length": 20}))
    job = bot.pool.jobs[0]

    assert job.primer is not None
    assert '"notes":[[0.0,60' in job.primer
    assert job.title == "song"
    assert "song" in message.text
    assert message.attachments[0].filename.startswith("song-")


async def test_the_menu_of_a_message_continues_its_file(scene: Scene, bot: Bot) -> None:
    """Anybody can have a file continued that somebody else posted; the answer is the menu's."""
    posted = scene.bert.post("listen to this", [SONG])
    message = await delivered(scene.alice.context_menu(MENU_NAME, posted))
    report = await bot.studio.ticket(1, viewer_of(scene.alice))

    assert "song" in message.text
    assert report.request.user.id == scene.alice.id


async def test_the_menu_of_a_message_without_file(scene: Scene, bot: Bot) -> None:
    """One is told that there is none."""
    reply = await scene.alice.context_menu(MENU_NAME, scene.bert.post("just words")).reply()

    assert "No MIDI file" in reply.text
    assert bot.pool.jobs == []


async def test_a_mention_with_a_file_is_answered_below_it(scene: Scene, bot: Bot) -> None:
    """The file is continued with the options of the text, in a reply that pings nobody."""
    asked = scene.alice.post("length:15", [SONG], mentions_bot=True)
    message = await reply_to(scene.alice, asked)

    assert message.reference is not None
    assert message.reference["message_id"] == asked.id
    assert bot.pool.jobs[0].options.length_seconds == 15


async def test_a_mention_with_words_is_a_command(scene: Scene, bot: Bot) -> None:
    """What one can type elsewhere can be typed after a mention, smart quotes and no-break spaces included."""
    asked = scene.alice.post("compose seed:\u201cC4q E4q G4q\u201d\u00a0length:8", mentions_bot=True)
    await reply_to(scene.alice, asked)

    assert bot.pool.jobs[0].seed.text == "C4q E4q G4q"
    assert bot.pool.jobs[0].options.length_seconds == 8


async def test_words_that_are_no_command_are_answered(scene: Scene, bot: Bot) -> None:
    """A bare mention brings help, a misspelt option a suggestion, below the message."""
    scene.alice.post("", mentions_bot=True)
    await until(lambda: len(scene.shown) == 2)
    scene.alice.post("compose sed:schumann", mentions_bot=True)
    await until(lambda: len(scene.shown) == 4)

    assert "/compose" in scene.shown[1].text
    assert "seed" in scene.shown[3].text
    assert bot.pool.jobs == []


async def test_bots_are_not_listened_to(scene: Scene, bot: Bot) -> None:
    """Another bot's mention is ignored, so that two bots cannot keep each other busy."""
    robot = Person(scene.fake, "robot", scene.guild, is_bot=True)
    robot.post("compose seed:schumann", [SONG], mentions_bot=True)
    await delivered(scene.alice.slash("compose", {"seed": "schumann:traumerei"}))

    assert len(bot.pool.jobs) == 1
    assert len(scene.shown) == 2


async def test_files_dropped_in_a_channel_are_left_alone_by_default(scene: Scene) -> None:
    """Even with the intent, a guild must ask for it; then the file is continued below its message."""
    scene.fake.gateway.allowed_intents = MESSAGE_CONTENT
    bot = await scene.start(message_content=True)
    scene.alice.post("no words", [SONG])
    await scene.admin.slash("settings set files", {"listen": True}).reply()
    scene.alice.post("no words", [SONG])
    await until(lambda: any(message.file(".mid") for message in scene.shown if message.author.is_bot))

    assert len(bot.pool.jobs) == 1


@pytest.mark.parametrize("name", BAD_FILES)
async def test_bad_files_are_refused_in_a_sentence(scene: Scene, bot: Bot, name: str) -> None:
    """Whatever is wrong with a file, the message says so in the end, and no worker hears of it."""
    interaction = scene.alice.slash("compose", {"midi": BAD_FILES[name]})
    await interaction.acknowledged()
    await bot.reaches(1, RequestState.FAILED)
    message = interaction.original
    assert message is not None
    await until(lambda: not message.is_loading and "Cancel" not in message.text)

    assert "wrong on our side" not in message.text
    assert len(message.text) > 30
    assert bot.pool.jobs == []
    assert message.buttons == []


async def test_an_endless_file_is_not_read_to_its_end(scene: Scene, bot: Bot) -> None:
    """What is larger than announced is broken off, after what the network has on its way at the most."""
    await scene.alice.slash("compose", {"midi": BAD_FILES["endless"]}).acknowledged()
    await bot.reaches(1, RequestState.FAILED)
    read = [item.endless_bytes for item in scene.fake.world.attachments.values()]

    assert 1 << 20 < sum(read) < 32 << 20


async def test_bad_files_by_mention_and_menu(scene: Scene, bot: Bot) -> None:
    """The other ways in refuse the same."""
    asked = scene.alice.post("", [BAD_FILES["not MIDI"]], mentions_bot=True)
    await until(lambda: len(scene.shown) == 2 and "MIDI" in scene.shown[1].text and not scene.shown[1].buttons)
    await scene.alice.context_menu(MENU_NAME, asked).acknowledged()
    await bot.reaches(2, RequestState.FAILED)
    await until(lambda: len(scene.shown) == 3 and "MIDI" in scene.shown[2].text and not scene.shown[2].buttons)

    assert bot.pool.jobs == []


async def test_a_file_that_does_not_come_is_given_up(scene: Scene, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A download that stalls ends in a sentence, too."""
    monkeypatch.setattr(downloads, "SECONDS", 0.2)
    monkeypatch.setattr(intake, "FETCHING_PAUSES", (0.0, 0.0))
    interaction = scene.alice.slash("compose", {"midi": Upload("slow.mid", SONG.content, manner="stall")})
    await interaction.acknowledged()
    await bot.reaches(1, RequestState.FAILED)
    message = interaction.original
    assert message is not None
    await until(lambda: "longer than it may" in message.text, "the sentence")


async def test_files_elsewhere_are_not_fetched(scene: Scene, bot: Bot) -> None:
    """An address that is not Discord's, as a forged payload could hold, is never asked."""
    message = scene.alice.post("", [SONG])
    message.attachments[0].url = message.attachments[0].url.replace("127.0.0.1", "localhost")
    await scene.alice.context_menu(MENU_NAME, message).acknowledged()
    ticket = await bot.reaches(1, RequestState.FAILED)

    assert ticket.fault is not None
    assert "cannot be fetched" in ticket.fault


async def test_names_of_files_keep_their_letters_and_lose_their_tricks(scene: Scene, bot: Bot) -> None:
    """Unicode survives; mentions, markdown and paths do not, neither in text nor in the names of our files."""
    nasty = Upload("../../@everyone **Träumerei** № 1 <@&123> 夢.mid", SONG.content)
    message = await delivered(scene.alice.slash("compose", {"midi": nasty}))
    name = message.attachments[0].filename

    assert "Träumerei" in message.text
    assert "夢" in message.text
    for trick in ("@everyone", "**", "<@&", "../"):
        assert trick not in message.text
    assert name.isascii()
    assert "/" not in name
    assert "traumerei" in name
    assert bot.pool.jobs[0].title


async def test_no_request_allows_mentions(scene: Scene, bot: Bot) -> None:
    """Whatever the bot writes, nobody is pinged by it."""
    everyone = Upload("@everyone.mid", SONG.content)
    await reply_to(scene.alice, scene.alice.post("", [everyone], mentions_bot=True))
    await scene.alice.slash("compose", {"seed": "@everyone"}).reply()
    assert bot.pool.jobs
    written = [entry for entry in scene.fake.log if isinstance(entry.body, dict) and "content" in entry.body]

    assert written
    for entry in written:
        assert entry.body.get("allowed_mentions", {}).get("parse") == [], f"{entry.method} {entry.path}"
