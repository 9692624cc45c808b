"""Asking for pieces: from the acknowledgement to the files in the thread and the votes on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain import Engine, GuildSettings, Limits
from tests.bot.platforms.slack.conftest import COMPOSE
from tests.fakes.slack import Person, until

if TYPE_CHECKING:
    from tests.bot.platforms.slack.conftest import Bot, Scene


async def test_the_whole_round(scene: Scene, bot: Bot) -> None:
    """Command, progress, files in the thread, thumbs up, stored; thumbs down instead: one vote."""
    bot.pool.hold()
    await scene.alice.slash("/compose", "seed:schumann length:30").acknowledged()
    message = await scene.begun()
    await until(lambda: "▰▰▰▰▰" in message.words, "half a bar")
    shown = message.words
    bot.pool.let_go()
    await scene.piece()
    await scene.bert.press(message, "👍").acknowledged()
    await scene.tally_is(1, 0)
    await scene.bert.press(message, "👎").acknowledged()
    await scene.tally_is(0, 1)
    await until(lambda: "👎 1" in message.words, "the new count")

    assert "Träumerei" in shown
    assert "Cancel" in shown
    assert sorted(file.name.rpartition(".")[2] for file in message.thread_files) == ["mid", "mp3", "png"]
    for fact in ("Träumerei", "0:30", "C major", "120", "fake-network", "Again", "Variation", "Longer", "👍"):
        assert fact in message.words
    assert "Cancel" not in message.words
    assert scene.shown == [message]
    assert (await bot.studio.about()).votes == 1


async def test_the_same_for_a_mention_in_a_thread(scene: Scene, bot: Bot) -> None:
    """Where commands do not work a mention does: progress, piece and files come in that thread, and are rated there."""
    root = scene.bert.say("shall we have some music?")
    scene.alice.mention("compose seed:schumann length:30", thread=root)
    message = await scene.piece()
    scene.bert.react(message, "+1")
    await scene.tally_is(1, 0)
    scene.bert.unreact(message, "+1")
    scene.bert.react(message, "-1")
    await scene.tally_is(0, 1)
    again = scene.bert.press(message, "Again")
    await again.acknowledged()
    second = await scene.piece(2)

    assert message.parent_ts == second.parent_ts == root.ts
    assert scene.shown == []
    assert len(root.thread_files) == 6
    assert bot.pool.jobs[0].options.length_seconds == 30


async def test_in_private(scene: Scene, bot: Bot) -> None:
    """Words and commands in a direct message are answered there; bare words are a seed."""
    scene.alice.direct_message(COMPOSE)
    first = await scene.piece()
    scene.alice.direct_message("satie")
    second = await scene.piece(2)
    await scene.alice.slash("/compose", COMPOSE, scene.alice.private).acknowledged()
    third = await scene.piece(3)

    assert {message.channel for message in (first, second, third)} == {scene.alice.private}
    assert scene.shown == []
    assert len(bot.pool.jobs) == 3


async def test_everything_is_acknowledged_while_all_workers_are_busy(scene: Scene, bot: Bot) -> None:
    """With one worker held up, ten requests of ten people are acknowledged, and shown with their place."""
    bot.pool.hold()
    people = [Person(scene.fake, f"person{number}") for number in range(10)]
    for person in people:
        await person.slash("/compose", COMPOSE).acknowledged()
    messages = [await scene.begun(number) for number in range(1, 11)]
    await until(lambda: any("No. 9 in the queue" in message.words for message in messages), "the last one's place")
    bot.pool.let_go()
    for number in range(1, 11):
        await scene.piece(number)

    assert len(bot.pool.jobs) == 10
    assert len(scene.shown) == 10


@pytest.mark.parametrize(
    "text",
    [
        "seed:“C4q E4q G4q” length:12 tempo:70",
        'seed="C4q E4q G4q" length=12 tempo=70',
        "seed:\u00a0'C4q E4q G4q'\u00a0length:\u00a012s tempo: 70 bpm",
        "C4q E4q G4q length:12 tempo:70",
    ],
    ids=["smart quotes", "equals signs", "no-break spaces", "no name"],
)
async def test_options_are_understood_as_people_write_them(scene: Scene, bot: Bot, text: str) -> None:
    """One tolerant parser for commands and mentions."""
    await scene.alice.slash("/compose", text).acknowledged()
    scene.bert.mention(f"compose {text}")
    await scene.piece()
    await scene.piece(2)

    for job in bot.pool.jobs:
        assert job.seed.text == "C4q E4q G4q"
        assert (job.options.length_seconds, job.options.tempo) == (12, 70)


async def test_the_roll_engine_can_be_asked_for(scene: Scene, bot: Bot) -> None:
    """By command and by mention; the card says so, and what grows from the piece is made by it."""
    await scene.alice.slash("/compose", "seed:schumann length:12 engine:roll").acknowledged()
    message = await scene.piece()
    await scene.alice.press(message, "Again").acknowledged()
    await scene.piece(2)
    scene.bert.mention("compose satie --engine=notes")
    usual = await scene.piece(3)

    assert [job.options.engine for job in bot.pool.jobs] == [Engine.ROLL, Engine.ROLL, Engine.NOTES]
    assert "by the roll engine" in message.words
    assert "Engine: roll" in message.words
    assert "roll" not in usual.words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Tell me what to continue"),
        ("help", "/compose"),
        ("lenght:30 seed:schumann", "length"),
        ("seed:schuman", "schumann"),
        ("seed:schumann length:900", "600"),
        ("seed:schumann length:300", "180"),
        ("schumann midi:song.mid", "attach"),
        ("schumann engine:steam", "notes or roll"),
    ],
    ids=["nothing", "help", "misspelt option", "misspelt opener", "endless", "too long here", "file by name", "engine"],
)
async def test_what_cannot_be_composed_is_said_at_once(scene: Scene, bot: Bot, text: str, words: str) -> None:
    """One answer for the asker alone, and no request is kept."""
    reply = await scene.alice.slash("/compose", text).reply()

    assert words in reply.words
    assert reply.visible_to is scene.alice.user
    assert scene.shown == []
    assert bot.pool.jobs == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "/compose"),
        ("help", "Compose from this MIDI"),
        ("openers", "albeniz:asturias"),
        ("openers satie", "satie"),
        ("history", "Träumerei"),
        ("top", "Träumerei"),
        ("settings", "Longest piece"),
        ("about", "fake-network"),
        ("hisotry", "history"),
        ("piece", "which piece"),
        ("piece 99", "no piece 99"),
        ("privacy", "direct message"),
    ],
)
async def test_everything_else_is_under_one_command(scene: Scene, bot: Bot, text: str, words: str) -> None:
    """``/schumann ...`` and ``@SchumaNN ...`` answer the same."""
    message = await scene.composed()
    scene.bert.react(message, "+1")
    await scene.tally_is(1, 0)
    reply = await scene.alice.slash("/schumann", text).reply()
    before = set(scene.channel.messages)
    scene.alice.mention(text)
    answers = await until(lambda: [m for ts, m in scene.channel.messages.items() if ts not in before][1:])

    assert words.lower() in reply.words.lower()
    assert words.lower() in answers[0].words.lower()
    assert len(bot.pool.jobs) == 1


async def test_a_piece_is_shown_again(scene: Scene, bot: Bot) -> None:
    """With its files, in private."""
    await scene.composed()
    reply = await scene.bert.slash("/schumann", "piece 1").reply()
    await until(lambda: any(m.thread_file(".mp3") for m in scene.bert.private.shown), "the files")

    assert "direct message" in reply.words
    assert len(bot.pool.jobs) == 1


async def test_again_variation_and_longer(scene: Scene, bot: Bot) -> None:
    """Each begins a request of whoever presses, in a message of its own."""
    message = await scene.composed()
    for number, name in enumerate(("Again", "Variation", "Longer"), 2):
        await scene.bert.press(message, name).acknowledged()
        assert await scene.piece(number) is not message
    lengths = [job.options.length_seconds for job in bot.pool.jobs]
    owner = (await bot.ticket(4)).request.user.id

    assert lengths[:3] == [10, 10, 10]
    assert lengths[3] > 10
    assert owner.endswith(scene.bert.id)
    assert len(scene.shown) == 4


async def test_cancel(scene: Scene, bot: Bot) -> None:
    """The owner ends a request, worker and all; a stranger is refused alone, and it goes on."""
    bot.pool.hold()
    await scene.alice.slash("/compose", COMPOSE).acknowledged()
    message = await scene.begun()
    await until(lambda: bot.pool.busy, "a worker")
    refusal = await scene.bert.press(message, "Cancel").reply()
    was_busy = bot.pool.busy
    await scene.alice.press(message, "Cancel").acknowledged()
    await until(lambda: "Cancelled" in message.words, "the end")

    assert refusal.visible_to is scene.bert.user
    assert was_busy == 1
    assert bot.pool.busy == 0
    assert message.buttons == []
    assert message.thread_files == []


async def test_limits_say_when_to_come_again(scene: Scene) -> None:
    """One request too many under way, or in the hour, is refused for the asker alone, with the time to wait."""
    hourly = GuildSettings(per_user_hour=2)
    bot = await scene.start(limits=Limits(per_user_open=1, default_guild=hourly))
    bot.pool.hold()
    await scene.alice.slash("/compose", COMPOSE).acknowledged()
    await scene.begun()
    crowded = await scene.alice.slash("/compose", COMPOSE).reply()
    bot.pool.let_go()
    await scene.piece()
    await scene.composed()
    late = await scene.alice.slash("/compose", COMPOSE).reply()

    assert "under way already" in crowded.words
    assert "in about 60 min" in late.words
    assert {crowded.visible_to, late.visible_to} == {scene.alice.user}
    assert len(bot.pool.jobs) == 2


async def test_lists_are_turned(scene: Scene, bot: Bot) -> None:
    """Next and Back change the answer in place, for the one who sees it."""
    reply = await scene.alice.slash("/schumann", "openers").reply()
    first = reply.words
    await scene.alice.press(reply, "Next").reply()
    second = reply.words
    await scene.alice.press(reply, "Back").reply()

    assert first != second
    assert reply.words == first
    assert bot.pool.jobs == []


async def test_everything_about_a_person_is_shown_and_deleted(scene: Scene, bot: Bot) -> None:
    """The report comes in private; deleting is confirmed by a button that only the person sees."""
    await scene.composed()
    await scene.alice.slash("/schumann", "privacy show").reply()
    await until(lambda: any(m.thread_file(".json") for m in scene.alice.private.shown), "the report")
    asked = await scene.alice.slash("/schumann", "privacy delete").reply()
    done = await scene.alice.press(asked, "Delete everything").reply()
    about = await bot.studio.about()

    assert asked.visible_to is scene.alice.user
    assert "deleted" in done.words.lower()
    assert about.pieces == 0
    assert scene.alice.id.encode() not in b"".join(path.read_bytes() for path in scene.data.glob("schumann.db*"))
