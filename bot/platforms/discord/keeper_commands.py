"""``/retrain`` and ``/model``: what keepers can do with the network. The core checks at each call whether one calls."""

from __future__ import annotations

import contextlib
import logging
import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import discord
from discord import app_commands

from bot import wording as general
from bot.domain import ForbiddenError, ReplyError
from bot.patience import until_stored
from bot.platforms.discord.announcing import RunAddress, announce_if_possible
from bot.platforms.discord.answers import answer, change, timely
from bot.platforms.discord.embeds import letter_of
from bot.platforms.discord.pressing import Pressable, view_of
from bot.platforms.discord.run_buttons import cancel_run_button
from bot.platforms.discord.troubles import NETWORK_TROUBLE
from bot.platforms.discord.viewers import viewer_of_interaction
from bot.retraining import wording
from bot.retraining.domain import Notice, RunState

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from bot.domain import Viewer
    from bot.platforms.discord.answers import Asked
    from bot.retraining.domain import Plan, Run
    from bot.retraining.retrainer import Retrainer

logger = logging.getLogger(__name__)

# The permission only decides who is shown the commands, and in guilds alone; Discord lets admins change that.
_SHOWN_TO: Final = discord.Permissions(manage_guild=True)
_MOST_CHOICES: Final = 25
_LONGEST_CHOICE: Final = 100


@dataclass(frozen=True)
class StartButton(Pressable):
    """Begins a retraining run."""

    template = re.compile("retrain:start")

    @classmethod
    def from_id(cls, _parts: Mapping[str, str]) -> StartButton:
        """The button."""
        return cls()

    def as_button(self) -> discord.ui.Button[Any]:
        """What Discord shows."""
        return discord.ui.Button(label="Start", style=discord.ButtonStyle.primary, custom_id="retrain:start")

    async def press(self, interaction: Asked) -> None:
        """Start a run, once for each plan that was shown, and tell of it in a message that everybody there sees."""
        address = _address(interaction)
        retrainer, viewer = _keeping(interaction)
        work = retrainer.start(viewer, key=f"discord:{address.nonce}", address=address.to_json())
        run = await timely(interaction, work)
        is_running = run.state is RunState.RUNNING
        with contextlib.suppress(*NETWORK_TROUBLE):
            await change(interaction, **letter_of(wording.STARTED if is_running else wording.run_text(run)).as_edit())
        if run.message is None and is_running:
            notice = Notice(wording.run_text(run), run.id, cancellable=True)
            message = await announce_if_possible(interaction.client, address.to_json(), notice)
            if message is not None:
                await until_stored(partial(retrainer.placed, run.id, message))


def _address(interaction: Asked) -> RunAddress:
    """Where to tell of the run that a plan leads to; the plan's own id tells it apart."""
    if interaction.channel_id is None or interaction.message is None:
        raise ReplyError(general.UNKNOWN_CHANNEL)
    return RunAddress(str(interaction.channel_id), str(interaction.user.id), str(interaction.message.id))


@app_commands.command(name="retrain", description=general.COMMANDS["retrain"])
@app_commands.describe(dry_run=wording.OPTIONS["dry_run"])
@app_commands.default_permissions(_SHOWN_TO)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def retrain(interaction: Asked, *, dry_run: bool = False) -> None:
    """Say what a run would learn from, and offer to start it; where one is under way, how far it is."""
    plan, running = await timely(interaction, _plan(interaction), thinking=True, ephemeral=True)
    text, buttons = wording.plan_text(plan), None
    if running is not None:
        text = f"{text}\n\n{wording.run_text(running)}"
        buttons = None if dry_run else cancel_run_button(running.id)
    elif plan.refusal is None and not dry_run:
        text = f"{text}\n\n{wording.RETRAIN_FIRST}"
        buttons = view_of(StartButton())
    await answer(interaction, **replace(letter_of(text), buttons=buttons).as_new())


async def _plan(interaction: Asked) -> tuple[Plan, Run | None]:
    """The plan, and the run that is under way."""
    retrainer, viewer = _keeping(interaction)
    plan, latest = await retrainer.plan(viewer), await retrainer.latest(viewer)
    return plan, latest if latest is not None and latest.state is RunState.RUNNING else None


model = app_commands.Group(
    name="model",
    description=general.COMMANDS["model"],
    default_permissions=_SHOWN_TO,
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
)


@model.command(name="list", description=general.LIST_MODELS)
async def list_models(interaction: Asked) -> None:
    """List every network that may compose."""

    async def work() -> str:
        retrainer, viewer = _keeping(interaction)
        return wording.models_text(await retrainer.models(viewer))

    await _answer(interaction, work())


@model.command(name="info", description=general.SHOW_MODEL)
@app_commands.describe(model_id=wording.OPTIONS["model"])
@app_commands.rename(model_id="id")
async def show_model(interaction: Asked, model_id: str | None = None) -> None:
    """Say everything about one network, by default the one that composes."""

    async def work() -> str:
        retrainer, viewer = _keeping(interaction)
        return wording.model_text(await retrainer.model(viewer, model_id))

    await _answer(interaction, work())


@model.command(name="use", description=general.USE_MODEL)
@app_commands.describe(model_id=wording.OPTIONS["model"])
@app_commands.rename(model_id="id")
async def use_model(interaction: Asked, model_id: str) -> None:
    """Let another network compose."""

    async def work() -> str:
        retrainer, viewer = _keeping(interaction)
        return wording.model_text(await retrainer.use(viewer, model_id))

    await _answer(interaction, work())


@model.command(name="rollback", description=general.ROLL_BACK)
async def roll_back(interaction: Asked) -> None:
    """Let the network compose that did so before."""

    async def work() -> str:
        retrainer, viewer = _keeping(interaction)
        return wording.model_text(await retrainer.rollback(viewer))

    await _answer(interaction, work())


@show_model.autocomplete("model_id")
@use_model.autocomplete("model_id")
async def suggest_model(interaction: Asked, current: str) -> list[app_commands.Choice[str]]:
    """Networks whose id contains what was typed so far; for keepers only, as everything about them."""
    retrainer, viewer = _keeping(interaction)
    try:
        found = await retrainer.models(viewer)
    except ForbiddenError:
        return []
    except Exception:
        # discord.py would log the ids of the person and the guild.
        logger.exception("networks could not be suggested")
        return []
    typed = current.strip().lower()
    choices = [(wording.model_line(one)[:_LONGEST_CHOICE], one.id) for one in found if typed in one.id.lower()]
    return [app_commands.Choice(name=name, value=value) for name, value in choices[:_MOST_CHOICES]]


async def _answer(interaction: Asked, work: Coroutine[Any, Any, str]) -> None:
    text = await timely(interaction, work, thinking=True, ephemeral=True)
    await answer(interaction, **letter_of(text).as_new())


def _keeping(interaction: Asked) -> tuple[Retrainer, Viewer]:
    """What keeps the network, and who is asking it."""
    return interaction.client.studio.retrainer, viewer_of_interaction(interaction)
