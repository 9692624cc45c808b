"""Thumbs below pieces: votes, whatever the age of the message, and also if they changed while the bot was away."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Final

import discord

from bot.domain import MessageRef, PlatformName, Vote
from bot.patience import until_stored
from bot.platforms.discord.troubles import MESSAGE_GONE
from bot.platforms.discord.viewers import user_ref

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain import Piece, UserRef
    from bot.platforms.discord.client import SchumannClient

logger = logging.getLogger(__name__)

_THUMBS: Final = {"👍": Vote.UP, "👎": Vote.DOWN}
_SKIN_TONES: Final = dict.fromkeys((*range(0x1F3FB, 0x1F400), 0xFE0F))
"""Also the sign that asks for a coloured picture."""
_PAUSE: Final = 0.5
"""Seconds between two messages that are looked through at the start: there is no hurry, and Discord limits requests."""
_MOST_VOTERS: Final = 1000
_MOST_LOOKS: Final = 5
"""At a message below which votes come and go all the time; what comes and goes is heard of anyway."""


def vote_of(emoji: discord.PartialEmoji | discord.Emoji | str) -> Vote | None:
    """What a reaction says of a piece, whatever the colour of its skin."""
    if isinstance(emoji, discord.Emoji) or (isinstance(emoji, discord.PartialEmoji) and emoji.is_custom_emoji()):
        return None
    return _THUMBS.get(str(emoji).translate(_SKIN_TONES))


async def added(client: SchumannClient, event: discord.RawReactionActionEvent) -> None:
    """Somebody has put a reaction below a message."""
    is_bot = event.member is not None and event.member.bot
    vote = vote_of(event.emoji)
    if vote is None or is_bot or _is_own(client, event):
        return
    if piece := await _piece_of(client, event.channel_id, event.message_id):
        await until_stored(partial(client.studio.reaction_added, piece.id, user_ref(event.user_id), vote))


async def removed(client: SchumannClient, event: discord.RawReactionActionEvent) -> None:
    """Somebody's reaction has gone."""
    vote = vote_of(event.emoji)
    if vote is None or _is_own(client, event):
        return
    if piece := await _piece_of(client, event.channel_id, event.message_id):
        await until_stored(partial(client.studio.reaction_removed, piece.id, user_ref(event.user_id), vote))


async def cleared(
    client: SchumannClient, event: discord.RawReactionClearEvent | discord.RawReactionClearEmojiEvent
) -> None:
    """A moderator has taken away all reactions of a message, or all of one emoji."""
    vote = vote_of(event.emoji) if isinstance(event, discord.RawReactionClearEmojiEvent) else None
    if vote is None and isinstance(event, discord.RawReactionClearEmojiEvent):
        return
    if piece := await _piece_of(client, event.channel_id, event.message_id):
        await until_stored(partial(client.studio.reactions_cleared, piece.id, vote))


async def deleted(client: SchumannClient, channel_id: int, message_ids: Iterable[int]) -> None:
    """Messages are gone."""
    for message_id in message_ids:
        # Reading first: most messages that are deleted anywhere are none of ours, and need no writing.
        if await _piece_of(client, channel_id, message_id):
            message = _ref(channel_id, message_id)
            await until_stored(partial(client.studio.message_deleted, PlatformName.DISCORD, message))


async def reconcile(client: SchumannClient) -> None:
    """Look through the messages of recent pieces: what happened while the bot was away is never told."""
    for piece_id, message in await client.studio.messages_to_reconcile(PlatformName.DISCORD):
        try:
            await _reconcile_one(client, piece_id, message)
        except discord.NotFound as error:
            if error.code == MESSAGE_GONE:
                await client.studio.message_deleted(PlatformName.DISCORD, message)
        except discord.HTTPException as error:
            logger.info("the votes on piece %d could not be looked through: %d", piece_id, error.status)
        await asyncio.sleep(_PAUSE)


async def _reconcile_one(client: SchumannClient, piece_id: int, message: MessageRef) -> None:
    """Make the votes those that stand below the message; looked at again if they change meanwhile."""
    for _ in range(_MOST_LOOKS):
        client.watched = message
        marks = await _marks_below(client, message)
        if client.watched is not None:
            client.watched = None
            await client.studio.reactions_are(piece_id, marks)
            return


async def _marks_below(client: SchumannClient, message: MessageRef) -> set[tuple[UserRef, Vote]]:
    channel = client.get_partial_messageable(int(message.channel_id))
    found = await channel.get_partial_message(int(message.message_id)).fetch()
    marks: set[tuple[UserRef, Vote]] = set()
    for reaction in found.reactions:
        vote = vote_of(reaction.emoji)
        if vote is not None:
            users = [user async for user in reaction.users(limit=_MOST_VOTERS)]
            marks.update((user_ref(user.id), vote) for user in users if not user.bot)
    return marks


def _is_own(client: SchumannClient, event: discord.RawReactionActionEvent) -> bool:
    return client.user is not None and event.user_id == client.user.id


async def _piece_of(client: SchumannClient, channel_id: int, message_id: int) -> Piece | None:
    message = _ref(channel_id, message_id)
    if message == client.watched:
        client.watched = None
    return await until_stored(partial(client.studio.piece_of_message, PlatformName.DISCORD, message))


def _ref(channel_id: int, message_id: int) -> MessageRef:
    return MessageRef(str(channel_id), str(message_id))
