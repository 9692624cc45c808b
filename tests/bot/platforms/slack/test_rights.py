"""Who may do what: every kind of person, every command and button, checked on our side at each call."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.platforms.slack import people
from tests.bot.platforms.slack.conftest import COMPOSE, SHORTCUT, SONG, viewer_of
from tests.fakes.slack import Person, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.bot.platforms.slack.conftest import Bot, Scene
    from tests.fakes.slack.model import Channel

NOBODY: frozenset[str] = frozenset()
ROLES: dict[str, frozenset[str]] = {
    "owner of the piece": frozenset({"ask", "see", "cancel"}),
    "member": frozenset({"ask", "see"}),
    "admin": frozenset({"ask", "see", "cancel", "set"}),
    "owner": frozenset({"ask", "see", "cancel", "set"}),
    "bot's admin": frozenset({"ask", "see", "cancel", "set"}),
    "member in private": frozenset({"ask"}),
    "admin in private": frozenset({"ask"}),
    "guest": NOBODY,
    "single_guest": NOBODY,
    "stranger": NOBODY,
    "admin of another workspace": NOBODY,
    "bot": NOBODY,
}
"""Kinds of people, and what they may do with alice's request, her piece, and the settings of the workspace."""
COMMANDS = (
    "openers",
    "history",
    "top",
    "piece 1",
    "settings",
    "privacy show",
    "privacy delete",
    "privacy training on",
    "about",
    "help",
)


@pytest.fixture
async def running(scene: Scene) -> AsyncIterator[Bot]:
    """A bot that knows its admins; alice has a piece, and a request that waits in the worker."""
    bot = await scene.start(admins=frozenset({f"slack:{scene.bert.id}"}))
    await scene.composed()
    bot.pool.hold()
    await scene.alice.slash("/compose", COMPOSE).acknowledged()
    await scene.begun(2)
    await until(lambda: bot.pool.busy, "a worker")
    yield bot
    bot.pool.let_go()


def person_of(scene: Scene, role: str) -> Person:
    """Somebody of this kind."""
    fake = scene.fake
    if role in {"owner of the piece", "bot's admin"}:
        return scene.alice if role == "owner of the piece" else scene.bert
    if role in {"stranger", "admin of another workspace"}:
        kind = "admin" if role.startswith("admin") else ""
        return Person(fake, "sue", kind=kind, team=fake.world.add_team("Elsewhere"))
    kind = role.partition(" ")[0]
    return Person(fake, "somebody", kind="" if kind == "member" else kind)


def place_of(person: Person, role: str) -> Channel:
    """Where such people act."""
    return person.private if "private" in role else person.channel


def refused(role: str, words: str) -> bool:
    """Whether somebody of this kind is told why the bot does nothing for them."""
    reasons = {"guest": "Guests", "single_guest": "Guests", "bot": "other bots"}
    return reasons.get(role, "my own workspace only") in words


@pytest.mark.parametrize("role", ROLES)
async def test_asking(scene: Scene, running: Bot, role: str) -> None:
    """Members ask for pieces by command, mention, file, shortcut and button; nobody else does."""
    person, posted = person_of(scene, role), scene.alice.upload(SONG, mention=False)
    place, piece = place_of(person, role), await scene.begun(1)
    act = await person.slash("/compose", COMPOSE, place).acknowledged()
    if "ask" in ROLES[role]:
        message = await scene.begun(3)
        assert message.channel is place
        return
    acts = [act, person.shortcut(SHORTCUT, posted), *(person.press(piece, name) for name in ("Again", "Longer"))]
    replies = [await act.reply() for act in acts]
    person.mention(COMPOSE)
    person.upload(SONG)
    if role != "bot":
        person.direct_message(COMPOSE)
        await until(lambda: scene.messages_of_bot(person.private), "a refusal in private")
    await scene.fake.socket.settled()

    assert all(refused(role, reply.words) and reply.visible_to is person.user for reply in replies)
    assert (await running.studio.about()).queued == 0
    assert len(running.pool.jobs) == 2


@pytest.mark.parametrize("role", ROLES)
async def test_every_command(scene: Scene, running: Bot, role: str) -> None:
    """Those who may not ask get no other answer either; the others get theirs, alone unless it is for everybody."""
    person = person_of(scene, role)
    place = place_of(person, role)
    for command in COMMANDS:
        if command == "privacy show" and place is person.private:
            person.slash("/schumann", command, place)
            await until(lambda: any(message.thread_file(".json") for message in place.shown), "the report")
            continue
        reply = await person.slash("/schumann", command, place).reply()
        assert refused(role, reply.words) is ("ask" not in ROLES[role])
        if command not in {"top", "help"}:
            assert reply.visible_to is person.user
    assert len(running.pool.jobs) == 2


@pytest.mark.parametrize("role", ROLES)
async def test_cancel(scene: Scene, running: Bot, role: str) -> None:
    """The owner and admins of the workspace end a request; for everybody else it goes on, and they are told alone."""
    person = person_of(scene, role)
    place = place_of(person, role)
    act = person.press_forged(person.say("mine", place), "cancel", "2")
    if "cancel" in ROLES[role]:
        await until(lambda: not running.pool.busy, "the end of the work")
    else:
        assert (await act.reply()).visible_to is person.user
        assert running.pool.busy == 1


@pytest.mark.parametrize("role", ROLES)
async def test_pieces(scene: Scene, running: Bot, role: str) -> None:
    """A piece is seen and rated where it was made and by whom it was made for, and by nobody else."""
    person = person_of(scene, role)
    place, may = place_of(person, role), "see" in ROLES[role]
    act = await person.slash("/schumann", "piece 1", place).acknowledged()
    reply = await act.reply()
    await person.press_forged(person.say("mine", place), "up", "1").acknowledged()
    if may:
        await scene.tally_is(1, 0)
        await until(lambda: any(message.thread_file(".mid") for message in person.private.shown), "the files")
    else:
        assert refused(role, reply.words) or "no piece 1" in reply.words
        assert all(message.thread_files == [] for message in person.private.shown)
    await scene.fake.socket.settled()

    assert (await running.studio.about()).votes == int(may)


@pytest.mark.parametrize("role", ROLES)
async def test_settings(scene: Scene, running: Bot, role: str) -> None:
    """Only admins of the workspace, and those named in the settings, change what holds there."""
    person = person_of(scene, role)
    place = place_of(person, role)
    for text in ("length:20", "files:on", "user_hour:7"):
        reply = await person.slash("/schumann", f"settings {text}", place).reply()
        assert reply.visible_to is person.user
    held = await running.studio.guild_settings(viewer_of(scene.admin))
    changed = (held.longest_seconds, held.listens_to_files, held.per_user_hour) == (20, True, 7)
    unchanged = (held.longest_seconds, held.listens_to_files, held.per_user_hour) == (180, False, 30)

    assert (changed, unchanged) == ("set" in ROLES[role], "set" not in ROLES[role])


async def test_rights_are_lost_within_a_minute(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Slack says of a person is asked once, and again when it is too old."""
    monkeypatch.setattr(people, "KEPT_SECONDS", 0.5)
    bot = await scene.start()
    for seconds in (20, 30):
        await scene.admin.slash("/schumann", f"settings length:{seconds}").reply()
    asked = len(scene.fake.log.of("users.info", user=scene.admin.id))
    scene.admin.user.kind = ""
    await asyncio.sleep(0.6)
    reply = await scene.admin.slash("/schumann", "settings length:40").reply()
    held = await bot.studio.guild_settings(viewer_of(scene.admin))

    assert asked == 1
    assert "manage this workspace" in reply.words
    assert held.longest_seconds == 30


def test_a_minute_is_the_longest() -> None:
    """What the test above has shortened."""
    assert people.KEPT_SECONDS <= 60


async def test_buttons_that_mean_nothing(scene: Scene, running: Bot) -> None:
    """Forged ids and values are refused in a sentence."""
    message = scene.bert.say("mine")
    forged = [("up", "x"), ("up", "99"), ("cancel", "99"), ("again", "-1"), ("bogus", "1"), ("page_next", "top:x")]
    for action_id, value in [*forged, ("again", "9" * 18), ("up", "1" * 2000), ("up", None)]:
        reply = await scene.bert.press_forged(message, action_id, value).reply()
        assert len(reply.words) > 15
        assert "support id" not in reply.words
        assert reply.visible_to is scene.bert.user
    assert (await running.studio.about()).votes == 0


async def test_a_channel_for_pieces(scene: Scene, running: Bot) -> None:
    """Where pieces are composed in one channel only, it is named."""
    other = scene.fake.world.add_channel("other")
    reply = await scene.admin.slash("/schumann", f"settings channel:<#{other.id}|other>").reply()
    refusal = await scene.alice.slash("/compose", COMPOSE).reply()
    await scene.alice.slash("/compose", COMPOSE, other).acknowledged()
    message = await scene.begun(3)

    assert other.id in reply.words
    assert other.id in refusal.words
    assert message.channel is other
    assert running.pool.busy == 1
