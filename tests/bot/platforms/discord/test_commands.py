"""The other commands: lists, settings, about, help, and registering them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.platforms.discord import sync_commands
from bot.platforms.platform import PlatformStartError
from tests.bot.platforms.discord.conftest import COMPOSE, delivered, viewer_of
from tests.fakes.discord import Person, until
from tests.fakes.discord.model import EVERYDAY, MANAGE_GUILD

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.bot.platforms.discord.conftest import Bot, Scene
    from tests.fakes.discord.model import Message

    Compose = Callable[..., Awaitable[Message]]

_SUBCOMMAND, _GROUP, _NUMBER = 1, 2, 10


async def test_registering_twice_leaves_one_of_each(scene: Scene) -> None:
    """Again everywhere, then for one guild as well and cleared there: people see every command once."""
    token, names = scene.fake.token, _names(scene)
    await sync_commands(token)
    assert _names(scene) == names
    await sync_commands(token, guild_id=int(scene.guild.id))
    assert len(_names(scene)) == 2 * len(names)
    await sync_commands(token, guild_id=int(scene.guild.id), clear_guild=True)

    assert _names(scene) == names
    assert len(set(names)) == len(names)


async def test_commands_are_offered_where_they_mean_something(scene: Scene) -> None:
    """Settings belong to a guild that the bot is in; the network is kept from there or in private, by few people."""
    commands = {command["name"]: command for command in scene.fake.world.commands[None]}
    offered = {name: commands[name]["contexts"] for name in ("compose", "settings", "retrain", "model")}
    hidden = [name for name, command in commands.items() if command["default_member_permissions"] == str(MANAGE_GUILD)]

    assert offered == {"compose": [0, 1, 2], "settings": [0], "retrain": [0, 1], "model": [0, 1]}
    assert commands["settings"]["integration_types"] == [0]
    assert sorted(hidden) == ["model", "retrain", "settings"]


async def test_starting_registers_nothing(scene: Scene, bot: Bot) -> None:
    """Commands are registered by the sync command only."""
    assert bot.platform.is_connected
    assert scene.fake.world.registrations == 1


async def test_a_wrong_token_is_said_in_a_sentence(scene: Scene) -> None:
    """Nobody needs to read a traceback to learn that a token is wrong."""
    with pytest.raises(PlatformStartError, match="DISCORD_TOKEN"):
        await sync_commands("wrong")
    with pytest.raises(PlatformStartError, match="guild"):
        await sync_commands(scene.fake.token, guild_id=1)
    scene.fake.token = "changed"  # noqa: S105 (opens nothing but this fake)
    with pytest.raises(PlatformStartError, match="DISCORD_TOKEN"):
        await sync_commands("fake.bot.token", guild_id=1)


async def test_the_message_content_intent_must_be_granted(scene: Scene) -> None:
    """The start says what to switch on, or off."""
    with pytest.raises(PlatformStartError, match="Message Content"):
        await scene.start(message_content=True)


async def test_lists(scene: Scene, bot: Bot, compose: Compose) -> None:
    """One's own pieces, the best rated ones of the guild, and all openers, page by page."""
    for person in (scene.alice, scene.bert, scene.alice):
        message = await compose(person)
    await scene.bert.press(message, "👍").settled()
    mine = await scene.alice.slash("history").reply()
    best = await scene.bert.slash("top").reply()
    openers = await scene.bert.slash("openers").reply()
    first_page = openers.text
    await scene.bert.press(openers, "Next").settled()

    assert (mine.is_ephemeral, openers.is_ephemeral) == (True, True)
    assert ["`3`" in mine.text, "`2`" in mine.text, "`1`" in mine.text] == [True, False, True]
    assert "`3`" in best.text
    assert "`1`" not in best.text
    assert "schumann" in first_page.lower() or "bach" in first_page.lower()
    assert openers.text != first_page
    assert (await bot.studio.about()).pieces == 3


async def test_lists_with_nothing_in_them(scene: Scene, bot: Bot) -> None:
    """Somebody new is told how to begin."""
    assert bot.platform.is_connected
    for name in ("history", "top"):
        assert "/compose" in (await scene.bert.slash(name).reply()).text


async def test_a_piece_is_shown_again(scene: Scene, bot: Bot, compose: Compose) -> None:
    """With card, files and buttons, to whoever may see it, alone."""
    await compose()
    shown = await scene.bert.slash("piece", {"id": 1}).reply()
    await until(lambda: shown.file(".mp3"), "the piece")
    await scene.bert.press(shown, "👍").settled()
    outsider = Person(scene.fake, "outsider", scene.fake.add_guild("Elsewhere"))
    refused = await outsider.slash("piece", {"id": 1}).reply()

    assert shown.is_ephemeral
    assert shown.file(".mid")
    assert (await bot.studio.about()).votes == 1
    assert "no piece 1" in refused.text
    assert not refused.attachments


async def test_about_and_help(scene: Scene, bot: Bot) -> None:
    """What the bot is, and how to use it; the menu of messages is mentioned, or nobody would find it."""
    assert bot.platform.is_connected
    about, helped = await scene.alice.slash("about").reply(), await scene.alice.slash("help").reply()

    assert "fake-network" in about.text.replace("\\", "")
    assert "Compose from this MIDI" in helped.text


async def test_settings_of_two_guilds_stay_apart(scene: Scene, bot: Bot) -> None:
    """What one guild's admin sets holds there only."""
    other = scene.fake.add_guild("Elsewhere")
    boss = Person(scene.fake, "boss", other, permissions=EVERYDAY | MANAGE_GUILD)
    await scene.admin.slash("settings set length", {"seconds": 20}).reply()
    await boss.slash("settings set length", {"seconds": 60}).reply()
    here = await scene.alice.slash("compose", {**COMPOSE, "length": 30}).reply()
    there = await delivered(boss.slash("compose", {**COMPOSE, "length": 30}))
    shown = [await person.slash("settings show").reply() for person in (scene.admin, boss)]

    assert "5 to 20" in here.text
    assert there.file(".mp3")
    assert ["0:20" in shown[0].text, "1:00" in shown[1].text] == [True, True]
    assert len(bot.pool.jobs) == 1


async def test_channel_and_role(scene: Scene, bot: Bot) -> None:
    """Pieces are composed only in the channel and its threads, and only for the role, that the admins named."""
    studio_channel = scene.fake.add_channel(scene.guild, "studio")
    pianists = scene.fake.add_role(scene.guild, "pianists")
    await scene.admin.slash("settings set channel", {"channel": studio_channel}).reply()
    await scene.admin.slash("settings set role", {"role": pianists}).reply()
    wrong_channel = await scene.alice.slash("compose", COMPOSE).reply()
    no_role = await scene.alice.slash("compose", COMPOSE, channel=studio_channel).reply()
    scene.alice.give_role(pianists)
    await delivered(scene.alice.slash("compose", COMPOSE, channel=studio_channel))

    thread = scene.fake.add_thread(studio_channel, "sonatas")
    await delivered(scene.alice.slash("compose", COMPOSE, channel=thread))

    assert studio_channel.id in wrong_channel.text
    assert "role" in no_role.text
    assert len(bot.pool.jobs) == 2


@pytest.mark.parametrize("who", ["alice", "moderator", "private"])
async def test_only_admins_change_settings(scene: Scene, bot: Bot, who: str) -> None:
    """Whatever a client shows or sends, the right to manage the guild is checked at every call."""
    person: Person = getattr(scene, "alice" if who == "private" else who)
    channel = person.private if who == "private" else None
    change = {"name": "length", "type": _SUBCOMMAND, "options": [{"name": "seconds", "type": _NUMBER, "value": 600}]}
    forged = [{"name": "set", "type": _GROUP, "options": [change]}]
    reply = await person.forged("settings", forged, channel=channel).reply()

    assert reply.is_ephemeral
    assert "server" in reply.text
    assert (await bot.studio.guild_settings(viewer_of(scene.admin))).longest_seconds == 180


async def test_admins_of_the_bot(scene: Scene) -> None:
    """Whom the settings name may change settings in every guild."""
    bot = await scene.start(admins=frozenset({f"discord:{scene.alice.id}"}))
    change = {"name": "length", "type": _SUBCOMMAND, "options": [{"name": "seconds", "type": _NUMBER, "value": 60}]}
    await scene.alice.forged("settings", [{"name": "set", "type": _GROUP, "options": [change]}]).reply()

    assert (await bot.studio.guild_settings(viewer_of(scene.admin))).longest_seconds == 60


async def test_a_command_that_was_changed_since(scene: Scene, bot: Bot) -> None:
    """Commands registered by another version are answered in a sentence, not with silence."""
    commands = scene.fake.world.commands[None]
    commands.append({**commands[0], "id": "1", "name": "improvise", "options": []})
    reply = await scene.alice.slash("improvise").reply()

    assert "sync" in reply.text
    assert bot.pool.jobs == []


async def test_an_error_in_a_command(scene: Scene, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw ends in a sentence with a support id."""

    async def broken(*_: object, **__: object) -> None:
        message = "unforeseen"
        raise RuntimeError(message)

    monkeypatch.setattr(bot.studio, "about", broken)
    reply = await scene.alice.slash("about").reply()

    assert "support id" in reply.text
    assert "unforeseen" not in reply.text


async def test_showing_and_deleting_what_is_stored(scene: Scene, bot: Bot, compose: Compose) -> None:
    """The report holds the person's requests; after the deletion no file holds the id, and their work has stopped."""
    await compose(scene.bert)
    await compose()
    report = await scene.alice.slash("privacy show").reply()
    bot.pool.hold()
    running = scene.alice.slash("compose", COMPOSE)
    await running.acknowledged()
    await until(lambda: len(bot.pool.jobs) == 3)
    asked = await scene.alice.slash("privacy delete").reply()
    done = await scene.alice.press(asked, "Delete").reply()
    again = await scene.alice.slash("history").reply()
    stored = b"".join(path.read_bytes() for path in scene.data.rglob("*") if path.is_file())

    assert report.is_ephemeral
    content = json.loads(report.attachments[0].content)
    assert "schumann:traumerei" in json.dumps(content)
    assert scene.bert.id not in json.dumps(content)
    assert "deleted" in done.text
    assert "/compose" in again.text
    assert scene.alice.id.encode() not in stored
    assert scene.bert.id.encode() in stored
    assert bot.pool.busy == 0
    assert len(list((scene.data / "pieces").iterdir())) == 1


def _names(scene: Scene) -> list[str]:
    return [command["name"] for command in scene.fake.world.visible_commands(scene.guild)]
