"""Getting a letter to where its request was made, whatever has become of token, message and channel meanwhile."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.domain import MessageRef
from bot.platforms.discord.addressing import Address
from bot.platforms.discord.letters import shown
from bot.platforms.discord.troubles import MESSAGE_GONE, NETWORK_TROUBLE, OUT_OF_REACH
from bot.platforms.platform import UndeliverableError

if TYPE_CHECKING:
    from bot.domain import Ticket
    from bot.platforms.discord.letters import Letter

logger = logging.getLogger(__name__)

_PATIENCE_SECONDS: Final = 3.0
_ORIGINAL: Final[Any] = "@original"
"""The answer to an interaction, in place of a message's id."""
_TOKEN_DEAD: Final = frozenset({10015, 10062, 50027})
_NO_HISTORY: Final = 160002
"""A reply needs a permission that a plain message does not."""


async def edit(client: discord.Client, ticket: Ticket, letter: Letter) -> MessageRef | None:
    """Turn the message of a request into ``letter``; None if there is no such message any more.

    While the interaction's token lives no permission in the channel is needed; after that the message's id is.
    """
    address = Address.from_json(ticket.request.address)
    if address.is_token_alive():
        try:
            return await _edit_by_token(client, address, letter)
        except discord.HTTPException as error:
            if error.code == MESSAGE_GONE:
                return None
            if error.code not in _TOKEN_DEAD:
                raise
    if ticket.message is None:
        return None
    try:
        return await edit_by_id(client, ticket.message, letter)
    except discord.HTTPException as error:
        if error.code == MESSAGE_GONE or error.code in OUT_OF_REACH:
            return None
        raise


async def put(client: discord.Client, ticket: Ticket, letter: Letter) -> MessageRef:
    """Turn the message of a request into ``letter``; without one, send it to the channel, or else to the person.

    Raises:
        UndeliverableError: none of these is open to the bot.
        discord.HTTPException: anything else that Discord has against it, or trouble at their end.
    """
    return await edit(client, ticket, letter) or await _send_anew(client, ticket, letter)


async def put_if_possible(client: discord.Client, ticket: Ticket, letter: Letter) -> MessageRef | None:
    """Like ``put``, but None where it fails or takes long: for a first sign, in text, that can be given later as well.

    Should the piece itself have been sent meanwhile, under the same nonce, it stays.
    """
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await edit(client, ticket, letter) or await _send_anew(client, ticket, letter, is_first_sign=True)
    except (*NETWORK_TROUBLE, UndeliverableError) as trouble:
        logger.warning("request %d has no message yet: %s", ticket.id, type(trouble).__name__)
        return None


async def _edit_by_token(client: discord.Client, address: Address, letter: Letter) -> MessageRef:
    webhook = discord.Webhook.partial(int(address.application_id or 0), address.token or "", client=client)
    message = await webhook.edit_message(_ORIGINAL, **letter.as_edit())
    return MessageRef(address.channel_id, str(message.id))


async def edit_by_id(client: discord.Client, message: MessageRef, letter: Letter) -> MessageRef:
    """Turn a message into ``letter`` by the bot's own right, which needs no interaction."""
    channel = client.get_partial_messageable(int(message.channel_id))
    await channel.get_partial_message(int(message.message_id)).edit(**letter.as_edit())
    return message


async def _send_anew(
    client: discord.Client, ticket: Ticket, letter: Letter, *, is_first_sign: bool = False
) -> MessageRef:
    channel = client.get_partial_messageable(int(Address.from_json(ticket.request.address).channel_id))
    try:
        return await _send(channel, ticket, letter, is_first_sign=is_first_sign)
    except discord.HTTPException as error:
        if error.code not in OUT_OF_REACH:
            raise
    try:
        private = await client.create_dm(discord.Object(int(ticket.request.user.id)))
        return await _send(private, ticket, letter, is_first_sign=is_first_sign)
    except (discord.Forbidden, discord.NotFound) as error:
        message = "neither the channel nor the person can be written to"
        raise UndeliverableError(message) from error


async def _send(channel: discord.abc.Messageable, ticket: Ticket, letter: Letter, *, is_first_sign: bool) -> MessageRef:
    """Send the text under a nonce, so that it is not there twice after a crash; then make it the whole letter."""
    text = letter.content or shown(ticket.request.seed.title)
    message = await _send_text(channel, ticket, text, letter.buttons)
    if not is_first_sign and (letter.embed or letter.enclosures or message.content != letter.content):
        await message.edit(**letter.as_edit())
    return MessageRef(str(message.channel.id), str(message.id))


async def _send_text(
    channel: discord.abc.Messageable, ticket: Ticket, text: str, buttons: discord.ui.View | None
) -> discord.Message:
    # A message that was deleted must not come back by its nonce.
    nonce = f"{ticket.id}-{ticket.created_at.timestamp():.0f}-{'a' if ticket.message is None else 'b'}"
    parts: dict[str, Any] = {"nonce": nonce, "view": buttons} if buttons else {"nonce": nonce}
    reference = _reference(ticket)
    if reference is not None:
        try:
            return await channel.send(text, reference=reference, **parts)
        except discord.HTTPException as error:
            if error.code != _NO_HISTORY:
                raise
    return await channel.send(text, **parts)


def _reference(ticket: Ticket) -> discord.MessageReference | None:
    """The message to answer below: the one that asked, or the one that showed the progress."""
    address = Address.from_json(ticket.request.address)
    message_id = address.asked_in
    if message_id is None:
        if ticket.message is None:
            return None
        message_id = ticket.message.message_id
    return discord.MessageReference(
        message_id=int(message_id), channel_id=int(address.channel_id), fail_if_not_exists=False
    )
