"""Messages to the bot: a mention or a direct message, with a file or with words; and files dropped in a channel."""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import TYPE_CHECKING

import discord

from bot import wording
from bot.asking import request_of, seed_of
from bot.domain import ReplyError
from bot.options import parse_command, to_options
from bot.patience import until_stored
from bot.platforms.discord.addressing import address_of_message, midi_among
from bot.platforms.discord.answers import sentence
from bot.platforms.discord.buttons import cancel_button
from bot.platforms.discord.commands import help_text
from bot.platforms.discord.letters import Letter, shown
from bot.platforms.discord.pages import page_of
from bot.platforms.discord.posting import put_if_possible
from bot.platforms.discord.troubles import NETWORK_TROUBLE
from bot.platforms.discord.viewers import viewer_of_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain import Viewer
    from bot.options import Command
    from bot.platforms.discord.client import SchumannClient

logger = logging.getLogger(__name__)


async def hear(client: SchumannClient, message: discord.Message) -> None:
    """Do what a message asks for, if it is meant for the bot; whatever goes wrong is said below it."""
    is_from_machine = message.author.bot or message.webhook_id is not None or message.is_system()
    is_nowhere = message.guild is None and not isinstance(message.channel, discord.DMChannel)
    if is_from_machine or is_nowhere or client.user is None:
        # Nowhere is a guild of which Discord has told us nothing yet, or a private group that the bot is not part of.
        return
    said = _said_to(client.user.id, message)
    try:
        if said is None:
            await _hear_dropped_file(client, message)
        else:
            await _obey(client, message, said)
    except Exception as error:  # noqa: BLE001 (whatever went wrong, the person gets a sentence and the log a trace)
        await _reply(message, Letter(sentence(error)))


def _said_to(bot_id: int, message: discord.Message) -> str | None:
    """What is said to the bot, without the mention; None if the message is for others.

    A reply to the bot mentions it as well, without the mention in its text: people who only say thanks are left alone.
    """
    mention = re.compile(rf"<@!?{bot_id}>")
    if message.guild is None or mention.search(message.content):
        return mention.sub(" ", message.content).strip()
    return None


async def _obey(client: SchumannClient, message: discord.Message, said: str) -> None:
    if not message.attachments:
        await _follow(client, message, parse_command(said))
        return
    if midi_among(message.attachments) is None:
        raise ReplyError(wording.NO_MIDI_HERE)
    command = parse_command(said or "compose")
    await _compose(client, message, command.options if command.name == "compose" else {})


async def _hear_dropped_file(client: SchumannClient, message: discord.Message) -> None:
    """Continue a file that nobody asked to continue, where the guild's admins want that."""
    if midi_among(message.attachments) is None:
        return
    held = await client.studio.guild_settings(viewer_of_message(client, message))
    if held.listens_to_files:
        await _compose(client, message, {})


async def _follow(client: SchumannClient, message: discord.Message, command: Command) -> None:
    """Answer a command that was typed; private matters are left to slash commands, which answer privately."""
    viewer = viewer_of_message(client, message)
    if command.name == "compose":
        await _compose(client, message, command.options)
    elif command.name == "help":
        await _reply(message, Letter(help_text()))
    elif command.name == "about":
        await _reply(message, Letter(shown(wording.about_text(await client.studio.about()))))
    elif command.name in {"openers", "top"}:
        embed, buttons = await page_of(client.studio, viewer, command.name, 0)
        await _reply(message, Letter(embed=embed, buttons=buttons))
    else:
        raise ReplyError(wording.slash_only(command.name))


async def _compose(client: SchumannClient, message: discord.Message, values: Mapping[str, str]) -> None:
    """Take the request on and answer below the message; asking twice by one message is one request."""
    viewer: Viewer = viewer_of_message(client, message)
    attachment = midi_among(message.attachments)
    text = values.get("seed")
    seed = seed_of(client.studio, text, attachment.filename if attachment else None)
    options = to_options({name: value for name, value in values.items() if name != "seed"})
    address = address_of_message(message, attachment).to_json()
    request = request_of(viewer, seed, options, key=f"discord:{message.id}", address=address)
    ticket = await client.studio.compose(request, viewer)
    if ticket.message is None:
        progress = await client.studio.progress(ticket.id)
        letter = Letter(shown(wording.progress_text(progress, seed.title)), buttons=cancel_button(ticket.id))
        placed = await put_if_possible(client, ticket, letter)
        if placed is not None:
            await until_stored(partial(client.studio.placed, ticket.id, placed))


async def _reply(message: discord.Message, letter: Letter) -> None:
    """Answer below a message, or privately where the bot may not write there."""
    below = message.to_reference(fail_if_not_exists=False)
    try:
        try:
            await message.channel.send(reference=below, **letter.as_new())
        except discord.Forbidden:
            await message.author.send(**letter.as_new())
    except NETWORK_TROUBLE as trouble:
        logger.warning("a message could not be answered: %s", type(trouble).__name__)
