"""The slash commands and the context menu. Each only reads what was given and passes it on."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any, Literal

import discord
from discord import app_commands

from bot import wording
from bot.asking import request_of, seed_of, seed_of_file
from bot.domain import ReplyError
from bot.options import to_options
from bot.platforms.discord.addressing import midi_among
from bot.platforms.discord.answers import answer, take_on, timely
from bot.platforms.discord.buttons import forget_button
from bot.platforms.discord.delivery import hand_over
from bot.platforms.discord.keeper_commands import model, retrain
from bot.platforms.discord.letters import shown
from bot.platforms.discord.pages import page_of
from bot.platforms.discord.settings_commands import settings
from bot.platforms.discord.viewers import viewer_of_interaction
from composer.control_words import DENSITIES, KEY_NAMES, REGISTERS, STYLES

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable

    from bot.domain import Options, Seed, Ticket
    from bot.options import Value
    from bot.platforms.discord.answers import Asked
    from bot.platforms.discord.letters import Letter

logger = logging.getLogger(__name__)

MENU_NAME = "Compose from this MIDI"
_MOST_CHOICES = 25
"""Discord takes no more."""


@app_commands.command(description=wording.COMMANDS["compose"])
@app_commands.describe(**wording.OPTIONS)
async def compose(  # noqa: PLR0917 (each is an option of the command)
    interaction: Asked,
    seed: str | None = None,
    length: app_commands.Range[float, 5.0, 600.0] | None = None,
    tempo: app_commands.Range[float, 20.0, 300.0] | None = None,
    temperature: app_commands.Range[float, 0.1, 2.0] | None = None,
    random_seed: app_commands.Range[int, 0, 2_147_483_647] | None = None,
    key: str | None = None,
    mode: Literal["major", "minor"] | None = None,
    density: str | None = None,
    register: str | None = None,
    dynamics: Literal["pp", "p", "mp", "mf", "f", "ff"] | None = None,
    creativity: app_commands.Range[int, 0, 100] | None = None,
    style: str | None = None,
    engine: Literal["notes", "roll"] | None = None,
    midi: discord.Attachment | None = None,
) -> None:
    """Continue an opener, notes or a file."""
    values: dict[str, Value] = {"length": length, "tempo": tempo, "temperature": temperature}
    values |= {"random_seed": random_seed, "engine": engine, "key": key, "mode": mode, "density": density}
    values |= {"register": register, "dynamics": dynamics, "creativity": creativity, "style": style}
    chosen = seed_of(interaction.client.studio, seed, midi.filename if midi else None)
    await _ask(interaction, chosen, to_options(values), midi)


@compose.autocomplete("seed")
async def suggest_seed(interaction: Asked, current: str) -> list[app_commands.Choice[str]]:
    """Openers that fit what was typed so far; any other text may be sent as well."""
    try:
        found = interaction.client.studio.suggest_openers(current, 25)
    except Exception:
        # discord.py would log the ids of the person and the guild.
        logger.exception("openers could not be suggested")
        return []
    return [app_commands.Choice(name=title[:100], value=slug[:100]) for title, slug in found]


@compose.autocomplete("key")
async def suggest_key(_interaction: Asked, current: str) -> list[app_commands.Choice[str]]:
    """Keys that fit what was typed so far."""
    return _choices(KEY_NAMES, current)


@compose.autocomplete("density")
async def suggest_density(_interaction: Asked, current: str) -> list[app_commands.Choice[str]]:
    """Words for it; notes a second may be sent as well."""
    return _choices(DENSITIES, current)


@compose.autocomplete("register")
async def suggest_register(_interaction: Asked, current: str) -> list[app_commands.Choice[str]]:
    """Words for it; a shift in semitones may be sent as well."""
    return _choices((*REGISTERS, "-12", "+12"), current)


@compose.autocomplete("style")
async def suggest_style(_interaction: Asked, current: str) -> list[app_commands.Choice[str]]:
    """Eras and composers that fit what was typed so far."""
    return _choices(STYLES, current)


def _choices(names: Iterable[str], current: str) -> list[app_commands.Choice[str]]:
    fitting = [name for name in names if current.strip().lower() in name.lower()]
    return [app_commands.Choice(name=name, value=name) for name in fitting[:_MOST_CHOICES]]


async def compose_from_message(interaction: Asked, message: discord.Message) -> None:
    """Continue the MIDI file that is attached to a message."""
    attachment = midi_among(message.attachments)
    if attachment is None:
        raise ReplyError(wording.NO_MIDI_HERE)
    await _ask(interaction, seed_of_file(attachment.filename), to_options({}), attachment)


async def _ask(interaction: Asked, seed: Seed, options: Options, attachment: discord.Attachment | None) -> None:
    client = interaction.client
    viewer = viewer_of_interaction(interaction)

    def ask(key: str, address: str) -> Coroutine[Any, Any, Ticket]:
        return client.studio.compose(request_of(viewer, seed, options, key=key, address=address), viewer)

    await take_on(interaction, ask, attachment)


@app_commands.command(description=wording.COMMANDS["openers"])
async def openers(interaction: Asked) -> None:
    """List the openers."""
    await _show_page(interaction, "openers", ephemeral=True)


@app_commands.command(description=wording.COMMANDS["history"])
async def history(interaction: Asked) -> None:
    """List the asker's own pieces."""
    await _show_page(interaction, "history", ephemeral=True)


@app_commands.command(description=wording.COMMANDS["top"])
async def top(interaction: Asked) -> None:
    """List the best rated pieces of this guild."""
    await _show_page(interaction, "top", ephemeral=False)


async def _show_page(interaction: Asked, list_name: str, *, ephemeral: bool) -> None:
    client = interaction.client
    viewer = viewer_of_interaction(interaction)
    work = page_of(client.studio, viewer, list_name, 0)
    embed, buttons = await timely(interaction, work, thinking=True, ephemeral=ephemeral)
    parts: dict[str, Any] = {"view": buttons} if buttons else {}
    await answer(interaction, embed=embed, ephemeral=ephemeral, **parts)


@app_commands.command(name="piece", description=wording.COMMANDS["piece"])
@app_commands.describe(number="The piece's number, as /history shows it")
@app_commands.rename(number="id")
async def show_piece(interaction: Asked, number: app_commands.Range[int, 1, 2**53 - 1]) -> None:
    """Show a piece again, to the asker alone."""
    client = interaction.client
    work = client.studio.piece(number, viewer_of_interaction(interaction))
    view = await timely(interaction, work, thinking=True, ephemeral=True)
    if not interaction.response.is_done():
        await interaction.response.defer(thinking=True, ephemeral=True)

    async def post(letter: Letter) -> None:
        await interaction.edit_original_response(**letter.as_edit())

    await hand_over(
        client.studio,
        view.piece,
        view.files,
        tally=view.tally,
        remarks=(),
        limit=interaction.filesize_limit,
        post=post,
    )


privacy = app_commands.Group(name="privacy", description=wording.COMMANDS["privacy"])


@privacy.command(name="show", description=wording.SHOW_MINE)
async def show_mine(interaction: Asked) -> None:
    """Hand the asker everything that is stored about them, as a file."""
    client = interaction.client
    work = client.studio.privacy_report(viewer_of_interaction(interaction))
    report = await timely(interaction, work, thinking=True, ephemeral=True)
    text = json.dumps(report, indent=2, ensure_ascii=False, default=str)
    file = discord.File(io.BytesIO(text.encode()), "schumann.json")
    await answer(interaction, f"{wording.HERE_IS_YOURS} {wording.SAY_LEARNING}", file=file)


@privacy.command(name="delete", description=wording.DELETE_MINE)
async def delete_mine(interaction: Asked) -> None:
    """Ask whether the person means it."""
    await answer(interaction, wording.FORGET_FIRST, view=forget_button())


@privacy.command(name="training", description=wording.SET_LEARNING)
@app_commands.describe(allowed="on: from all of them, your files too; off: from none; unsaid: not from files")
async def set_learning(interaction: Asked, allowed: Literal["on", "off"]) -> None:
    """Note whether the network may learn from what the asker has composed and uploaded."""
    may_learn = allowed == "on"
    work = interaction.client.studio.training_consent(viewer_of_interaction(interaction), may_learn)
    await timely(interaction, work, thinking=True, ephemeral=True)
    await answer(interaction, wording.LEARNING_ALLOWED if may_learn else wording.LEARNING_FORBIDDEN)


@app_commands.command(description=wording.COMMANDS["about"])
async def about(interaction: Asked) -> None:
    """Version, checkpoint, uptime and queue."""
    facts = await timely(interaction, interaction.client.studio.about(), thinking=True, ephemeral=True)
    await answer(interaction, shown(wording.about_text(facts)))


@app_commands.command(name="help", description=wording.COMMANDS["help"])
async def show_help(interaction: Asked) -> None:
    """Say how to ask for a piece."""
    await answer(interaction, help_text())


def help_text() -> str:
    """How to use the bot, on Discord."""
    return f"{wording.HELP}\n\n{wording.menu_hint(MENU_NAME)}"


def add_commands(tree: app_commands.CommandTree[Any]) -> None:
    """Make every command known to ``tree``."""
    pieces: tuple[Any, ...] = (compose, openers, history, top, show_piece)
    for command in (*pieces, settings, privacy, retrain, model, about, show_help):
        tree.add_command(command)
    tree.add_command(app_commands.ContextMenu(name=MENU_NAME, callback=compose_from_message))
