"""Who keeps the network: every kind of person, every command and button, with and without a list of keepers."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import pytest

from bot.platforms.slack import people
from bot.retraining.domain import RunState
from bot.retraining.retrainer import OPERATOR
from tests.fakes.retraining import reaches, slow_training, with_a_trial
from tests.fakes.slack import Person, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.platforms.slack.conftest import Bot, Scene
    from tests.fakes.slack.model import Message

KEEPERS = "Only the keepers"
ROLES: dict[str, bool] = {
    "owner": True,
    "admin": True,
    "admin in private": True,
    "member": False,
    "member in private": False,
    "former admin": False,
    "guest": False,
    "single_guest": False,
    "stranger": False,
    "admin of another workspace": False,
    "owner of another workspace": False,
    "bot": False,
    "listed member": True,
    "listed member in private": True,
    "listed guest": False,
    "listed bot": False,
    "owner, others being listed": False,
    "admin, others being listed": False,
    "admin, people of Discord being listed": True,
}
"""Kinds of people, and whether they keep the network."""
COMMANDS = {
    "retrain": "[Start]",
    "retrain dry_run:on": "liked",
    "model list": "fake-network",
    "model info": "fake-network",
    "model info note": "on trial",
    "model use note": "composes now",
    "model rollback": "fake-network",
    "retrain cancel": "already ended",
}
"""What keepers are told for each, after a first run; the button to start comes with the first."""


def kind_of(role: str) -> str:
    """What Slack says of such people."""
    words = role.replace("former admin", "admin").removeprefix("listed ").replace(",", "").split()
    return "" if words[0] in {"member", "stranger"} else words[0]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a network on trial, made once."""
    data = tmp_path_factory.mktemp("prepared") / "data"
    asyncio.run(with_a_trial(data))
    return data


async def begin(scene: Scene, prepared: Path, role: str) -> tuple[Bot, Person]:
    """A bot with a network on trial, and somebody of this kind, who is listed or not."""
    team = scene.fake.world.add_team("Elsewhere") if "stranger" in role or "another workspace" in role else None
    person = Person(scene.fake, "somebody", kind=kind_of(role), team=team)
    listed = {person.id} if role.startswith("listed") else {scene.bert.id} if "others being" in role else set[str]()
    admins = {f"slack:{name}" for name in listed} | ({"discord:123"} if "Discord" in role else set())
    shutil.copytree(prepared, scene.data)
    bot = await scene.start(admins=frozenset(admins), retraining=slow_training(scene.data))
    if role == "former admin":
        await person.slash("/schumann", "settings").reply()
        person.user.kind = ""
    return bot, person


async def standing(bot: Bot) -> tuple[object, ...]:
    """All that these commands can change."""
    retrainer = bot.studio.retrainer
    models = [(model.id, model.state, model.is_current) for model in await retrainer.models(OPERATOR)]
    latest = await retrainer.latest(OPERATOR)
    return (*models, latest and (latest.id, latest.state))


async def answer_after(scene: Scene, known: set[str]) -> Message:
    """The first message of the bot in the channel that is not known."""

    def found() -> list[Message]:
        new = (message for ts, message in scene.channel.messages.items() if ts not in known)
        return [message for message in new if message.author is scene.fake.world.bot]

    return (await until(found, "an answer"))[0]


def is_refusal(reply: Message, role: str) -> bool:
    """Whether somebody of this kind is told why not."""
    sentences = {"guest": "Guests", "single_guest": "Guests", "bot": "other bots"}
    elsewhere = "my own workspace only" if "stranger" in role or "another workspace" in role else KEEPERS
    return sentences.get(kind_of(role), elsewhere) in reply.words


@pytest.fixture(autouse=True)
def _asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute has passed between any two things that somebody does; ``test_units_people`` has the clock."""
    monkeypatch.setattr(people, "KEPT_SECONDS", 0.0)


@pytest.mark.parametrize("role", ROLES)
async def test_commands(scene: Scene, prepared: Path, role: str) -> None:
    """Keepers get what they ask for, alone; all others a sentence, and nothing changes."""
    bot, person = await begin(scene, prepared, role)
    place = person.private if "private" in role else person.channel
    before = await standing(bot)
    for command, words in COMMANDS.items():
        shown = set(place.messages)
        act = person.slash("/schumann", command, place)
        reply = await act.reply()
        assert is_refusal(reply, role) is not ROLES[role], (command, reply.words)
        assert (words in reply.words) is ROLES[role], (command, reply.words)
        assert reply.visible_to is person.user
        assert {ts for ts, message in place.messages.items() if message.is_public} <= shown
    after = await standing(bot)

    assert (after == before) is not ROLES[role]
    assert scene.shown == []


@pytest.mark.parametrize("role", [role for role in ROLES if "private" not in role])
async def test_mentions(scene: Scene, prepared: Path, role: str) -> None:
    """The same for what is said to the bot in a channel."""
    bot, person = await begin(scene, prepared, role)
    before = await standing(bot)
    for command in ("retrain", "model rollback"):
        known = set(scene.channel.messages)
        person.mention(command)
        if role in {"bot", "listed bot"}:
            continue  # what other bots write is not heard at all
        reply = await answer_after(scene, known)
        assert is_refusal(reply, role) is not ROLES[role], (command, reply.words)
        assert reply.visible_to is person.user
    await scene.fake.socket.settled()
    after = await standing(bot)

    assert (after == before) is not ROLES[role]


@pytest.mark.parametrize("role", ROLES)
async def test_buttons(scene: Scene, prepared: Path, role: str) -> None:
    """A forged button begins and ends a run for keepers only, whoever the plan was shown to."""
    bot, person = await begin(scene, prepared, role)
    retrainer = bot.studio.retrainer
    message = person.say("mine", person.private if "private" in role else person.channel)
    started = await person.press_forged(message, "start_run", "0123456789abcdef").reply()
    latest = await retrainer.latest(OPERATOR)
    assert latest is not None
    assert latest.id == (2 if ROLES[role] else 1)
    assert is_refusal(started, role) is not ROLES[role]
    if not ROLES[role]:
        await retrainer.start(OPERATOR, key="the second", address="{}")
    await reaches(retrainer, 2)
    cancelled = person.press_forged(message, "cancel_run", "2")
    if ROLES[role]:
        await cancelled.acknowledged()
        await reaches(retrainer, 2, RunState.CANCELLED)
    else:
        assert is_refusal(await cancelled.reply(), role)
        assert is_refusal(await person.slash("/schumann", "retrain cancel", message.channel).reply(), role)
        await reaches(retrainer, 2)


async def test_a_right_that_is_lost_between_plan_and_start(scene: Scene, prepared: Path) -> None:
    """The button of a plan means nothing in the hands of somebody who is an admin no longer."""
    bot, person = await begin(scene, prepared, "admin")
    plan = await person.slash("/schumann", "retrain").reply()
    person.user.kind = ""
    reply = await person.press(plan, "Start").reply()
    latest = await bot.studio.retrainer.latest(OPERATOR)

    assert KEEPERS in reply.words
    assert latest is not None
    assert latest.id == 1


async def test_forged_values_mean_nothing(scene: Scene, prepared: Path) -> None:
    """Not even for keepers."""
    bot, person = await begin(scene, prepared, "owner")
    message = person.say("mine")
    forged = [("start_run", "x"), ("start_run", "0123456789ABCDEF"), ("start_run", "1" * 2000), ("start_run", None)]
    for action_id, value in [*forged, ("cancel_run", "x"), ("cancel_run", "99"), ("cancel_run", "-1")]:
        reply = await person.press_forged(message, action_id, value).reply()
        assert len(reply.words) > 15
        assert "support id" not in reply.words
    latest = await bot.studio.retrainer.latest(OPERATOR)

    assert latest is not None
    assert latest.id == 1
