"""Who keeps the network: every kind of person, every command and button, checked on our side at each call."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from bot.retraining.domain import RunState
from bot.retraining.retrainer import OPERATOR
from bot.retraining.wording import KEEPERS_ONLY
from tests.bot.platforms.discord.test_rights import subcommand
from tests.fakes.discord import Person, until
from tests.fakes.discord.interacting import AUTOCOMPLETE
from tests.fakes.discord.model import ADMINISTRATOR, EVERYDAY, MANAGE_GUILD, MANAGE_MESSAGES
from tests.fakes.retraining import slow_training, with_a_trial

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.platforms.discord.conftest import Bot, Scene
    from tests.fakes.discord.model import Channel, Interaction

ALL = (1 << 50) - 1


@dataclass(frozen=True)
class Kind:
    """A kind of person.

    Attributes:
        keeps: whether they may do everything about the network, or nothing.
        where: they act: in the server ``here``, in ``private``, or on a ``second`` server or one ``without`` the bot.
        listed: who is named in the settings.
        loses: whether their right was taken away just before they act.
    """

    keeps: bool
    permissions: int = EVERYDAY
    where: str = "here"
    listed: str = "nobody"
    has_second_server: bool = False
    loses: bool = False
    is_bot: bool = False


KINDS = {
    "owner": Kind(True, ALL),
    "administrator": Kind(True, EVERYDAY | ADMINISTRATOR),
    "who may manage the server": Kind(True, EVERYDAY | MANAGE_GUILD),
    "moderator": Kind(False, EVERYDAY | MANAGE_MESSAGES),
    "member": Kind(False),
    "whose right was just taken away": Kind(False, EVERYDAY | MANAGE_GUILD, loses=True),
    "administrator in private": Kind(False, ALL, "private"),
    "stranger in private": Kind(False, EVERYDAY, "private"),
    "administrator beside a second server": Kind(False, ALL, has_second_server=True),
    "administrator of the second server": Kind(False, ALL, "second", has_second_server=True),
    "administrator of a server without the bot": Kind(False, ALL, "without"),
    "administrator where another is listed": Kind(False, ALL, listed="another"),
    "administrator where one of Slack is listed": Kind(True, ALL, listed="one of Slack"),
    "member whose id is listed for Slack": Kind(False, listed="them, but for Slack"),
    "bot that may manage the server": Kind(False, ALL, is_bot=True),
    "listed bot": Kind(False, listed="them", is_bot=True),
    "listed member": Kind(True, listed="them"),
    "listed in private": Kind(True, EVERYDAY, "private", "them"),
    "listed beside a second server": Kind(True, listed="them", has_second_server=True),
    "listed on a server without the bot": Kind(True, EVERYDAY, "without", "them"),
}


@dataclass
class Stage:
    """A bot with a network on trial, and somebody who acts."""

    bot: Bot
    person: Person
    place: Channel
    candidate: str

    def command(self, name: str, /, *names: str, **value: Any) -> Interaction:
        """Send a command, whatever a client would show this person."""
        options = subcommand(*names, **value) if names else [value] if value else []
        return self.person.forged(name, options, channel=self.place)

    def press(self, custom_id: str) -> Interaction:
        """Press a button that is not there."""
        return self.person.press_forged(self.person.post("mine", channel=self.place), custom_id)

    async def standing(self) -> tuple[object, ...]:
        """Everything that keepers can change."""
        retrainer = self.bot.studio.retrainer
        run = await retrainer.latest(OPERATOR)
        models = [(model.id, model.state, model.is_current) for model in await retrainer.models(OPERATOR)]
        return (*models, run and (run.id, run.state))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a network on trial, made once."""
    data = tmp_path_factory.mktemp("prepared") / "data"
    asyncio.run(with_a_trial(data))
    return data


async def set_up(scene: Scene, prepared: Path, kind: Kind) -> Stage:
    """A bot, and somebody of this kind."""
    fake, guilds = scene.fake, {"here": scene.guild}
    if kind.has_second_server:
        guilds["second"] = fake.add_guild("Second")
    if kind.where == "without":
        guilds["without"] = fake.add_guild("Without", bot_is_here=False)
    home = guilds.get(kind.where, scene.guild)
    person = Person(fake, "somebody", home, permissions=kind.permissions, is_bot=kind.is_bot)
    listed = {
        "them": f"discord:{person.id}",
        "them, but for Slack": f"slack:{person.id}",
        "another": f"discord:{scene.alice.id}",
        "one of Slack": "slack:U0123",
    }
    admins = frozenset({listed[kind.listed]} if kind.listed in listed else ())
    shutil.copytree(prepared, scene.data)
    bot = await scene.start(admins=admins, retraining=slow_training(scene.data))
    candidate = next(model.id for model in await bot.studio.retrainer.models(OPERATOR) if model.state == "on trial")
    if kind.loses:
        await person.slash("retrain").reply()
        person.members[0].permissions = EVERYDAY
    return Stage(bot, person, person.private if kind.where == "private" else person.channel, candidate)


async def answer(interaction: Interaction) -> str:
    """What they were told; an answer that others see fails the test."""
    reply = await interaction.reply()
    assert reply.is_ephemeral
    return reply.text.replace("\\", "")


async def obeyed(interaction: Interaction) -> bool:
    """Whether a press was obeyed rather than refused."""
    await interaction.acknowledged()
    return interaction.answer in {6, 7} or KEEPERS_ONLY not in await answer(interaction)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
async def test_commands(scene: Scene, prepared: Path, kind: Kind) -> None:
    """Keepers get what they ask for, alone; all others a sentence, and nothing changes."""
    stage = await set_up(scene, prepared, kind)
    network = {"name": "id", "type": 3, "value": stage.candidate}
    before = await stage.standing()
    told = {
        "retrain": await answer(stage.command("retrain")),
        "retrain dry_run": await answer(stage.command("retrain", name="dry_run", type=5, value=True)),
        "model list": await answer(stage.command("model", "list")),
        "model info": await answer(stage.command("model", "info")),
        "model info id": await answer(stage.command("model", "info", **network)),
    }
    unchanged = await stage.standing()
    told["model use"] = await answer(stage.command("model", "use", **network))
    used = await stage.standing()
    told["model rollback"] = await answer(stage.command("model", "rollback"))
    words = {"retrain": "Start", "retrain dry_run": "liked", "model list": stage.candidate, "model info": "the base"}

    assert unchanged == before
    assert (used != before) is kind.keeps
    assert {name for name, text in told.items() if KEEPERS_ONLY not in text} == (set(told) if kind.keeps else set())
    assert [name for name, part in words.items() if (part in told[name]) is not kind.keeps] == []
    assert "Start" not in told["retrain dry_run"]
    assert scene.shown == []


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
async def test_start(scene: Scene, prepared: Path, kind: Kind) -> None:
    """A forged button starts a run for keepers only; nobody else causes so much as a message."""
    stage = await set_up(scene, prepared, kind)
    before = await stage.standing()
    was_obeyed = await obeyed(stage.press("retrain:start"))
    after = await stage.standing()

    assert was_obeyed is kind.keeps
    assert (after[-1] == (2, RunState.RUNNING)) is kind.keeps
    assert (after == before) is not kind.keeps
    if kind.keeps:
        place = stage.person.private if kind.where == "without" else stage.place
        await until(lambda: any("▰" in message.content for message in place.shown), "a message with the progress")


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
async def test_cancel(scene: Scene, prepared: Path, kind: Kind) -> None:
    """Keepers end a run whoever has started it; for all others it goes on."""
    stage = await set_up(scene, prepared, kind)
    retrainer = stage.bot.studio.retrainer
    await retrainer.start(OPERATOR, key="the second", address="{}")
    before = await stage.standing()
    was_obeyed = await obeyed(stage.press("retrain:cancel:2"))
    if kind.keeps:
        # The press is answered at once; the run has ended when its process has.
        async with asyncio.timeout(20):
            while (await stage.standing())[-1] == (2, RunState.RUNNING):
                await asyncio.sleep(0.05)
    after = await stage.standing()

    assert was_obeyed is kind.keeps
    assert after[-1] == (2, RunState.CANCELLED if kind.keeps else RunState.RUNNING)
    assert (after == before) is not kind.keeps


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
async def test_suggestions(scene: Scene, prepared: Path, kind: Kind) -> None:
    """What networks there are is suggested to keepers only."""
    stage = await set_up(scene, prepared, kind)
    typed = {"name": "id", "type": 3, "value": stage.candidate[:4], "focused": True}
    asked = stage.person.forged("model", subcommand("use", **typed), channel=stage.place, kind=AUTOCOMPLETE)
    await asked.acknowledged()

    assert [choice["value"] for choice in asked.choices] == ([stage.candidate] if kind.keeps else [])


async def test_a_right_that_is_taken_away_while_the_plan_is_read(scene: Scene, prepared: Path) -> None:
    """The button of a plan means nothing in the hands of somebody who may not manage the server any more."""
    stage = await set_up(scene, prepared, KINDS["who may manage the server"])
    plan = await stage.person.slash("retrain").reply()
    stage.person.members[0].permissions = EVERYDAY
    before = await stage.standing()
    told = await answer(stage.person.press(plan, "Start"))

    assert told == KEEPERS_ONLY
    assert await stage.standing() == before
    assert scene.shown == []


async def test_a_second_server_takes_the_right_away(scene: Scene, prepared: Path) -> None:
    """From when the bot is invited elsewhere until it has left again, the network is not that of one server only."""
    stage = await set_up(scene, prepared, KINDS["owner"])
    alone = await answer(stage.command("model", "list"))
    second = scene.fake.add_guild("Second")
    beside = await answer(stage.command("model", "list"))
    scene.fake.gateway.dispatch("GUILD_DELETE", {"id": second.id, "unavailable": True})
    while_away = await answer(stage.command("model", "list"))
    scene.fake.gateway.dispatch("GUILD_DELETE", {"id": second.id})
    again = await answer(stage.command("model", "list"))

    assert [KEEPERS_ONLY in told for told in (alone, beside, while_away, again)] == [False, True, True, False]


@pytest.mark.parametrize(
    "custom_id",
    [
        "retrain:start:1",
        "retrain:start ",
        "retrain:cancel:",
        "retrain:cancel:-1",
        "retrain:cancel:99",
        "retrain:cancel:x",
    ],
)
async def test_forged_ids_mean_nothing(scene: Scene, prepared: Path, custom_id: str) -> None:
    """Not even for keepers; they are answered in a sentence."""
    stage = await set_up(scene, prepared, KINDS["owner"])
    before = await stage.standing()
    told = await answer(stage.press(custom_id))

    assert len(told) > 15
    assert "support id" not in told
    assert await stage.standing() == before


async def test_what_is_typed_is_left_to_commands(scene: Scene, prepared: Path) -> None:
    """In messages nothing about the network is said or done, as everybody would see the answer."""
    stage = await set_up(scene, prepared, KINDS["owner"])
    before = await stage.standing()
    said = ("retrain", "model rollback", "/model list")
    for text in said:
        stage.person.post(text, mentions_bot=True)
    await until(lambda: len(scene.shown) == 2 * len(said), "an answer to each")
    answers = [message.text for message in scene.shown if message.author is scene.fake.world.bot]

    assert ["Please use the command" in told for told in answers] == [True] * len(said)
    assert await stage.standing() == before
