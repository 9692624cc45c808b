"""Who may do what: every kind of person, every command and button, checked on our side at each call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.domain import Place, PlatformName, UserRef, Viewer
from tests.bot.platforms.discord.conftest import COMPOSE, delivered
from tests.fakes.discord import Person, until
from tests.fakes.discord.model import EVERYDAY, MANAGE_GUILD, MANAGE_MESSAGES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.bot.platforms.discord.conftest import Bot, Scene
    from tests.fakes.discord.model import Channel, Interaction, Message

ALL = (1 << 50) - 1
ROLES: dict[str, frozenset[str]] = {
    "owner": frozenset({"see", "cancel"}),
    "stranger": frozenset({"see"}),
    "moderator": frozenset({"see", "cancel"}),
    "admin": frozenset({"see", "set"}),
    "owner of the guild": frozenset({"see", "cancel", "set"}),
    "admin elsewhere": frozenset(),
    "in private": frozenset(),
    "owner in private": frozenset({"see", "cancel"}),
    "in a guild without the bot": frozenset(),
    "bot's admin": frozenset({"see", "set"}),
    "bot's admin elsewhere": frozenset(),
}
"""Kinds of people, and what they may do with alice's request, her piece, and the settings of her guild."""


@pytest.fixture
async def running(scene: Scene) -> AsyncIterator[Bot]:
    """A bot that knows its admins; alice has a piece, and a request that waits in the worker."""
    people = {"bot's admin": scene.guild, "bot's admin elsewhere": scene.fake.add_guild("Elsewhere")}
    named = {name: Person(scene.fake, name, guild) for name, guild in people.items()}
    bot = await scene.start(admins=frozenset(f"discord:{person.id}" for person in named.values()))
    scene.extras = named
    await delivered(scene.alice.slash("compose", COMPOSE))
    bot.pool.hold()
    asked = scene.alice.slash("compose", COMPOSE)
    await asked.acknowledged()
    await until(lambda: asked.original is not None and asked.original.buttons, "the Cancel button")
    yield bot
    bot.pool.let_go()


def person_of(scene: Scene, role: str) -> Person:
    """Somebody of this kind."""
    fake, guild = scene.fake, scene.guild
    if role in scene.extras:
        return scene.extras[role]
    if role.startswith("owner") and role != "owner of the guild":
        return scene.alice
    makers = {
        "stranger": lambda: Person(fake, "stranger", guild),
        "moderator": lambda: Person(fake, "moderator", guild, permissions=EVERYDAY | MANAGE_MESSAGES),
        "admin": lambda: Person(fake, "admin", guild, permissions=EVERYDAY | MANAGE_GUILD),
        "owner of the guild": lambda: Person(fake, "boss", guild, permissions=ALL),
        "admin elsewhere": lambda: Person(fake, "elsewhere", fake.add_guild("Their own"), permissions=ALL),
        "in private": lambda: Person(fake, "private"),
        "in a guild without the bot": lambda: Person(
            fake, "foreign", fake.add_guild("Foreign", bot_is_here=False), permissions=ALL
        ),
    }
    return makers[role]()


def place_of(person: Person, role: str) -> Channel:
    """Where such people act."""
    return person.private if "private" in role else person.channel


def subcommand(*names: str, **value: Any) -> list[dict[str, Any]]:
    """The options of ``/settings set length seconds:20`` and the like, as a forged client would send them."""
    options: list[dict[str, Any]] = [value] if value else []
    for number, name in enumerate(reversed(names)):
        options = [{"name": name, "type": 1 if number == 0 else 2, "options": options}]
    return options


async def answered(interaction: Interaction) -> Message | None:
    """What the person was told, if anything; without it the press was simply obeyed."""
    await interaction.acknowledged()
    if interaction.answer in {4, 5}:
        return await interaction.reply()
    return None


@pytest.mark.parametrize("role", ROLES)
async def test_cancel(scene: Scene, running: Bot, role: str) -> None:
    """Owner and moderators of the place end a request; for everybody else it goes on, and they are told alone."""
    person = person_of(scene, role)
    told = await answered(person.press_forged(person.post("mine", channel=place_of(person, role)), "cancel:2"))
    is_running = running.pool.busy == 1

    assert is_running is ("cancel" not in ROLES[role])
    assert (told is None) is ("cancel" in ROLES[role])
    assert told is None or told.is_ephemeral


@pytest.mark.parametrize("role", ROLES)
async def test_pieces(scene: Scene, running: Bot, role: str) -> None:
    """A piece is seen, rated and continued where it was made and by whom it was made for, and by nobody else."""
    person = person_of(scene, role)
    place = place_of(person, role)
    may = "see" in ROLES[role]
    option = {"name": "id", "type": 4, "value": 1}
    shown = await person.forged("piece", [option], channel=place).reply()
    for custom_id in ("rate:1:up", "longer:1", "variation:1", "again:1"):
        interaction = person.press_forged(person.post("mine", channel=place), custom_id)
        await interaction.acknowledged()
        told = None if may else await interaction.reply()
        assert told is None or (told.is_ephemeral and "no piece 1" in told.text)
    about = await running.studio.about()

    assert shown.is_ephemeral
    assert (shown.file(".mid") is not None) is may
    assert about.votes == int(may)
    assert about.queued == (3 - (person is scene.alice) if may else 0)


@pytest.mark.parametrize("role", ROLES)
async def test_settings(scene: Scene, running: Bot, role: str) -> None:
    """Only those who may manage a guild change what holds there; a forged command does no more than a sentence."""
    person = person_of(scene, role)
    place = place_of(person, role)
    changes = {
        "length": {"name": "seconds", "type": 10, "value": 20},
        "files": {"name": "listen", "type": 5, "value": True},
        "limits": {"name": "per_person", "type": 4, "value": 7},
    }
    for name, value in changes.items():
        reply = await person.forged("settings", subcommand("set", name, **value), channel=place).reply()
        assert reply.is_ephemeral
    viewer = Viewer(UserRef(PlatformName.DISCORD, "1"), Place(PlatformName.DISCORD, scene.guild.id, None))
    held = await running.studio.guild_settings(viewer)
    changed = (held.longest_seconds, held.listens_to_files, held.per_user_hour) == (20, True, 7)
    unchanged = (held.longest_seconds, held.listens_to_files, held.per_user_hour) == (180, False, 30)

    assert (changed, unchanged) == ("set" in ROLES[role], "set" not in ROLES[role])


@pytest.mark.parametrize("role", ROLES)
async def test_private_matters(scene: Scene, running: Bot, role: str) -> None:
    """Everybody sees and deletes what is theirs, wherever they are, and nothing else."""
    person = person_of(scene, role)
    place = place_of(person, role)
    report = await person.forged("privacy", subcommand("show"), channel=place).reply()
    content = report.attachments[0].content.decode()
    history = await person.forged("history", [], channel=place).reply()
    await answered(person.press_forged(person.post("mine", channel=place), "forget:me"))
    pieces = (await running.studio.about()).pieces

    assert report.is_ephemeral
    assert history.is_ephemeral
    assert ("schumann:traumerei" in content) is (person is scene.alice)
    assert ("`1`" in history.text) is (person is scene.alice)
    assert pieces == int(person is not scene.alice)


@pytest.mark.parametrize("role", ROLES)
async def test_open_commands(scene: Scene, running: Bot, role: str) -> None:
    """What is for everybody works everywhere, and the list of the best shows only what was made there."""
    await scene.bert.press(scene.shown[0], "👍").settled()
    person = person_of(scene, role)
    place = place_of(person, role)
    for name in ("openers", "about", "help"):
        assert (await person.forged(name, [], channel=place).reply()).is_ephemeral
    top = await person.forged("top", [], channel=place).reply()

    assert ("`1`" in top.text) is (place.guild is scene.guild)
    assert running.pool.busy == 1
