"""Answering an interaction: in time, once, and with a sentence whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

import discord
from discord import app_commands

from bot import wording
from bot.domain import MessageRef, RefusedError, ReplyError
from bot.patience import until_stored
from bot.platforms.discord.addressing import address_of_interaction
from bot.platforms.discord.letters import Letter, shown
from bot.platforms.discord.posting import put_if_possible
from bot.platforms.discord.troubles import NETWORK_TROUBLE
from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.domain import Ticket
    from bot.platforms.discord.client import SchumannClient

    Asked: TypeAlias = discord.Interaction[SchumannClient]

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
PATIENCE: Final = 0.7
"""Seconds after which an interaction is acknowledged even if nothing is certain yet: people should not wait longer."""
_LIFE_SECONDS: Final = 3.0
"""What Discord gives us to acknowledge an interaction."""
_STALE: Final = (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)


async def timely(
    interaction: Asked, work: Coroutine[Any, Any, Result], *, thinking: bool = False, ephemeral: bool = False
) -> Result:
    """What ``work`` gives; should it take long, Discord is told meanwhile that an answer will come."""
    task = asyncio.create_task(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        if not done:
            await _defer(interaction, thinking=thinking, ephemeral=ephemeral)
        return await task
    except Exception:
        if thinking and not ephemeral:
            await _take_back(interaction)
        raise
    finally:
        task.cancel()


async def _defer(interaction: Asked, *, thinking: bool, ephemeral: bool) -> None:
    """Say that an answer will come; where that fails, the work goes on all the same."""
    try:
        await interaction.response.defer(thinking=thinking, ephemeral=ephemeral)
    except NETWORK_TROUBLE as trouble:
        logger.warning("an interaction could not be deferred: %s", type(trouble).__name__)


async def _take_back(interaction: Asked) -> None:
    """Withdraw a deferral that everybody sees: what takes its place would be seen by everybody too."""
    if interaction.response.is_done():
        with contextlib.suppress(*NETWORK_TROUBLE):
            await interaction.delete_original_response()


async def take_on(
    interaction: Asked,
    ask: Callable[[str, str], Coroutine[Any, Any, Ticket]],
    attachment: discord.Attachment | None = None,
) -> None:
    """Have a request taken on, acknowledge it, and say which message shows its progress.

    ``ask`` makes the request, from its key and its address; refusals are raised before anything is acknowledged.
    """
    address = address_of_interaction(interaction, attachment).to_json()
    ticket = await timely(interaction, ask(f"discord:{interaction.id}", address), thinking=True)
    message = await _acknowledge(interaction, ticket)
    if message is not None:
        await until_stored(partial(interaction.client.studio.placed, ticket.id, message))


async def _acknowledge(interaction: Asked, ticket: Ticket) -> MessageRef | None:
    """The message that will show the progress; None if there can be none yet, as the piece then comes in a new one."""
    try:
        async with asyncio.timeout(_LIFE_SECONDS):
            return MessageRef(str(interaction.channel_id), str(await _message_id(interaction)))
    except NETWORK_TROUBLE:
        logger.warning("request %d could not be acknowledged in time; it is answered by a message", ticket.id)
        return await put_if_possible(interaction.client, ticket, Letter(shown(ticket.request.seed.title)))


async def _message_id(interaction: Asked) -> int:
    """Id of the message that answers the interaction, which is made now unless it is there already."""
    if not interaction.response.is_done():
        acknowledged = await interaction.response.defer(thinking=True)
        if acknowledged is not None and acknowledged.message_id is not None:
            return acknowledged.message_id
    return (await interaction.original_response()).id


async def answer(interaction: Asked, content: str | None = None, *, ephemeral: bool = True, **parts: Any) -> None:
    """Answer with a message, in whichever way is still open; if ephemeral, for the asker's eyes only.

    ``parts`` are ``embed``, ``file``, ``files`` and ``view``.
    """
    if content is not None:
        parts["content"] = content
    if interaction.response.is_done():
        await interaction.followup.send(ephemeral=ephemeral, **parts)
    else:
        await interaction.response.send_message(ephemeral=ephemeral, **parts)


async def change(interaction: Asked, **parts: Any) -> None:
    """Change the message that holds the button, in whichever way is still open; what is not named stays."""
    if interaction.response.is_done():
        await interaction.edit_original_response(**parts)
    else:
        await interaction.response.edit_message(**parts)


async def explain(interaction: Asked, error: BaseException) -> None:
    """Tell the person why there is nothing; what is our fault is logged under the id that they are given."""
    try:
        await answer(interaction, sentence(error))
    except NETWORK_TROUBLE as trouble:
        logger.warning("a refusal could not be sent: %s", type(trouble).__name__)


def sentence(error: BaseException) -> str:
    """What a person is told of an error, as Discord shows it; errors of ours are logged."""
    error = _cause(error)
    if isinstance(error, ReplyError | BadInputError):
        text = shown(wording.sentence_of(error))
        if isinstance(error, RefusedError) and error.retry_at is not None:
            return f"{text} {wording.AGAIN_POSSIBLE} {discord.utils.format_dt(error.retry_at, 'R')}."
        return text
    support_id = wording.support_id()
    logger.error("something asked on Discord failed (support id %s)", support_id, exc_info=error)
    return shown(wording.sentence_of(error, support_id))


def _cause(error: BaseException) -> BaseException:
    if isinstance(error, app_commands.CommandInvokeError):
        return error.original
    return ReplyError(wording.STALE_COMMAND) if isinstance(error, _STALE) else error
