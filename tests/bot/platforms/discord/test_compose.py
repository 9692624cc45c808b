"""Asking for pieces by the slash command, from the deferral to the message that holds the piece."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain import Engine, Limits, RequestState
from composer.controls import Controls
from tests.bot.platforms.discord.conftest import COMPOSE, SONG, delivered
from tests.fakes.discord import Person, until

if TYPE_CHECKING:
    from tests.bot.platforms.discord.conftest import Bot, Scene

_STRING, _NUMBER = 3, 10


async def test_a_piece_comes_in_the_message_that_showed_its_progress(scene: Scene, bot: Bot) -> None:
    """Deferred, progress with a Cancel button, then recording, MIDI file, picture, facts and buttons in one message."""
    bot.pool.hold()
    interaction = scene.alice.slash("compose", COMPOSE)
    await interaction.acknowledged()
    message = interaction.original
    assert message is not None
    await until(lambda: "▰▰▰▰▰" in message.text, "half a bar")
    shown = message.text
    bot.pool.let_go()
    await delivered(interaction)

    assert interaction.answer == 5
    assert "Träumerei" in shown
    assert "Cancel" in shown
    assert [item.filename.rpartition(".")[2] for item in message.attachments] == ["mp3", "mid", "png"]
    for fact in ("Träumerei", "schumann:traumerei", "0:10", "C major", "120", "fake-network"):
        assert fact in message.text
    for button in ("Again", "Variation", "Longer", "👍", "👎"):
        assert button in message.text
    assert "Cancel" not in message.text
    assert scene.shown == [message]


async def test_everything_is_acknowledged_while_all_workers_are_busy(scene: Scene, bot: Bot) -> None:
    """With one worker held up, ten requests of ten people are deferred at once, and shown with their place."""
    bot.pool.hold()
    people = [Person(scene.fake, f"person {number}", scene.guild) for number in range(10)]
    asked = [person.slash("compose", COMPOSE) for person in people]
    for interaction in asked:
        await interaction.acknowledged()
    last = asked[-1].original
    assert last is not None
    await until(lambda: "No. 9 in the queue" in last.text, "the last one's place")
    bot.pool.let_go()
    for interaction in asked:
        await delivered(interaction)

    assert len(bot.pool.jobs) == 10


async def test_options_reach_the_worker(scene: Scene, bot: Bot) -> None:
    """Length, tempo, temperature and random seed are passed on as they were given."""
    wanted = {"length": 12.5, "tempo": 70, "temperature": 1.5, "random_seed": 42}
    message = await delivered(scene.alice.slash("compose", {"seed": "C4q E4q G4q C5h", **wanted}))
    options = bot.pool.jobs[0].options

    assert (options.length_seconds, options.tempo) == (12.5, 70.0)
    assert (options.temperature, options.random_seed) == (1.5, 42)
    assert "42" in message.text


async def test_controls_reach_the_worker(scene: Scene, bot: Bot) -> None:
    """Key, mode, density, register, dynamics, creativity and style are passed on, told, and kept by what grows."""
    wanted = {
        "key": "fis-moll",
        "density": "4.5",
        "register": "+12",
        "dynamics": "pp",
        "creativity": 80,
        "style": "bach",
    }
    message = await delivered(scene.alice.slash("compose", {**COMPOSE, **wanted}))
    await scene.alice.press(message, "Variation").settled()
    await bot.reaches(2, RequestState.DELIVERED)

    asked = Controls(key="F# minor", density=4.5, register=12, dynamics="pp", creativity=80, style="bach")
    assert [job.options.controls for job in bot.pool.jobs] == [asked, asked]
    assert "4.5 notes a second" in message.text


async def test_the_roll_engine_can_be_chosen(scene: Scene, bot: Bot) -> None:
    """The command offers both engines; the card says which one it was, and what grows from the piece is made by it."""
    [command] = [known for known in scene.fake.world.commands[None] if known["name"] == "compose"]
    [engine] = [option for option in command["options"] if option["name"] == "engine"]
    message = await delivered(scene.alice.slash("compose", {**COMPOSE, "engine": "roll"}))
    usual = await delivered(scene.alice.slash("compose", COMPOSE))
    await scene.alice.press(message, "Longer").settled()
    await bot.reaches(3, RequestState.DELIVERED)

    assert [choice["value"] for choice in engine["choices"]] == ["notes", "roll"]
    assert not engine.get("required")
    assert [job.options.engine for job in bot.pool.jobs] == [Engine.ROLL, Engine.NOTES, Engine.ROLL]
    assert "by the roll engine" in message.text
    assert "roll" not in usual.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "opener"),
        ({"seed": "schuman"}, "schumann"),
        ({"seed": "X9q !!"}, "no opener"),
        ({"seed": "schumann:traumerei", "midi": SONG}, "not both"),
        ({"seed": "schumann:traumerei", "length": 600}, "180"),
    ],
    ids=["nothing", "misspelt", "no notes", "seed and file", "too long for the guild"],
)
async def test_what_cannot_be_composed_is_refused_at_once(
    scene: Scene, bot: Bot, values: dict[str, object], words: str
) -> None:
    """One sentence for the asker alone, and no request is kept."""
    reply = await scene.alice.slash("compose", values).reply()

    assert words in reply.text
    assert reply.is_ephemeral
    assert "Traceback" not in reply.text
    assert (await bot.studio.about()).queued == 0
    assert scene.shown == []


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("length", _NUMBER, 1e9),
        ("length", _NUMBER, -1),
        ("tempo", _NUMBER, 5000),
        ("engine", _STRING, "steam"),
        ("seed", _STRING, "x" * 5000),
    ],
    ids=["endless", "negative", "breakneck", "engine", "novel"],
)
async def test_options_are_checked_on_our_side_too(scene: Scene, bot: Bot, name: str, kind: int, value: object) -> None:
    """Values that no client of Discord would send are refused in a sentence, or at least never composed."""
    options = {"seed": {"name": "seed", "type": _STRING, "value": "schumann:traumerei"}}
    options[name] = {"name": name, "type": kind, "value": value}
    reply = await scene.alice.forged("compose", list(options.values())).reply()

    assert reply.is_ephemeral
    assert len(reply.text) > 20
    assert bot.pool.jobs == []


async def test_openers_are_suggested_while_typing(scene: Scene, bot: Bot) -> None:
    """What was typed so far brings openers that fit, at most 25, and any nonsense brings none."""
    assert bot.platform.is_connected
    for typed, expected in (("träum", "schumann:traumerei"), ("Satie", "satie:gymnopedie-1"), ("\0 qqq", None)):
        interaction = await scene.alice.autocomplete("compose", "seed", typed).acknowledged()
        slugs = [choice["value"] for choice in interaction.choices]
        assert (expected in slugs) if expected else (slugs == [])
    interaction = await scene.alice.autocomplete("compose", "seed", "").acknowledged()
    assert len(interaction.choices) == 25


async def test_a_flood_is_refused_politely(scene: Scene) -> None:
    """Beyond their limit people are told so, alone, and others are served meanwhile."""
    bot = await scene.start(limits=Limits(per_user_open=2))
    bot.pool.hold()
    taken = [scene.alice.slash("compose", COMPOSE) for _ in range(2)]
    for interaction in taken:
        await interaction.acknowledged()
    refused = await scene.alice.slash("compose", COMPOSE).reply()
    other = scene.bert.slash("compose", COMPOSE)
    bot.pool.let_go()
    for interaction in (*taken, other):
        await delivered(interaction)

    assert "2 pieces under way" in refused.text
    assert refused.is_ephemeral


async def test_the_hourly_limit_says_when_to_come_again(scene: Scene, bot: Bot) -> None:
    """The refusal holds a time that Discord shows as "in ... minutes"."""
    await scene.admin.slash("settings set limits", {"per_person": 1}).reply()
    await delivered(scene.alice.slash("compose", COMPOSE))
    refused = await scene.alice.slash("compose", COMPOSE).reply()

    assert "<t:" in refused.text
    assert ":R>" in refused.text
    assert len(bot.pool.jobs) == 1


async def test_one_interaction_is_one_request(scene: Scene, bot: Bot) -> None:
    """An event that the gateway brings twice makes one piece."""
    interaction = scene.alice.slash("compose", COMPOSE)
    scene.fake.gateway.repeat_last()
    await delivered(interaction)
    await bot.reaches(1, RequestState.DELIVERED)

    assert len(bot.pool.jobs) == 1
    assert len(scene.shown) == 1


async def test_composing_in_private(scene: Scene, bot: Bot) -> None:
    """In a direct conversation everything works as in a guild."""
    carol = Person(scene.fake, "carol")
    message = await delivered(carol.slash("compose", COMPOSE))
    await carol.press(message, "👍").settled()

    assert message.channel is carol.private
    assert (await bot.studio.about()).votes == 1


async def test_composing_where_the_bot_is_no_member(scene: Scene, bot: Bot) -> None:
    """People who installed the bot for themselves get pieces in guilds that do not have it."""
    foreign = scene.fake.add_guild("Elsewhere", bot_is_here=False)
    dora = Person(scene.fake, "dora", foreign)
    message = await delivered(dora.slash("compose", COMPOSE))

    assert message.channel.guild is foreign
    assert len(bot.pool.jobs) == 1
