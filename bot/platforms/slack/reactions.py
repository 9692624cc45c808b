"""Thumbs below pieces: votes, whatever the age of the message, and also if they changed while the bot was away."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from bot.domain import MessageRef, PlatformName, Vote
from bot.patience import until_stored
from bot.platforms.slack.troubles import NETWORK_TROUBLE, SlackError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain import Piece, UserRef
    from bot.platforms.slack.workspace import Workspace

logger = logging.getLogger(__name__)

_THUMBS: Final = {"+1": Vote.UP, "thumbsup": Vote.UP, "-1": Vote.DOWN, "thumbsdown": Vote.DOWN}
_GONE: Final = "message_not_found"
PAUSE: Final = 1.2
"""Seconds between two messages that are looked through at the start: Slack allows about fifty a minute."""
_MOST_LOOKS: Final = 5
"""At a message below which votes come and go all the time; what comes and goes is heard of anyway."""


def vote_of(name: str) -> Vote | None:
    """What a reaction says of a piece, whatever the colour of its skin: ``+1::skin-tone-3``."""
    return _THUMBS.get(name.partition("::")[0])


async def hear(workspace: Workspace, event: Mapping[str, Any]) -> None:
    """Somebody's reaction has appeared or gone."""
    item, user_id = event.get("item", {}), event.get("user")
    vote = vote_of(event.get("reaction", ""))
    if vote is None or item.get("type") != "message" or not user_id or user_id == workspace.me.user_id:
        return
    piece = await _piece_of(workspace, MessageRef(item["channel"], item["ts"]))
    if piece is None:
        return
    user, studio = workspace.people.ref(user_id), workspace.studio
    if event["type"] == "reaction_removed":
        await until_stored(partial(studio.reaction_removed, piece.id, user, vote))
    elif await workspace.people.may_vote(user_id):
        await until_stored(partial(studio.reaction_added, piece.id, user, vote))


async def reconcile(workspace: Workspace) -> None:
    """Look through the messages of recent pieces: what happened while the bot was away is never told."""
    for piece_id, message in await workspace.studio.messages_to_reconcile(PlatformName.SLACK):
        try:
            await _reconcile_one(workspace, piece_id, message)
        except SlackError as error:
            if error.code == _GONE:
                await workspace.studio.message_deleted(PlatformName.SLACK, message)
            else:
                logger.info("the votes on piece %d could not be looked through: %s", piece_id, error.code)
        except NETWORK_TROUBLE as trouble:
            logger.info("the votes on piece %d could not be looked through: %s", piece_id, type(trouble).__name__)
        await asyncio.sleep(PAUSE)


async def _reconcile_one(workspace: Workspace, piece_id: int, message: MessageRef) -> None:
    """Make the votes those that stand below the message; looked at again if they change meanwhile."""
    for _ in range(_MOST_LOOKS):
        workspace.watched = message
        marks = await _marks_below(workspace, message)
        if workspace.watched is not None:
            workspace.watched = None
            await workspace.studio.reactions_are(piece_id, marks)
            return


async def _marks_below(workspace: Workspace, message: MessageRef) -> set[tuple[UserRef, Vote]]:
    marks: set[tuple[UserRef, Vote]] = set()
    for reaction in await workspace.web.reactions(message):
        vote = vote_of(reaction.get("name", ""))
        voters = reaction.get("users", ()) if vote is not None else ()
        for user_id in voters:
            if vote is not None and user_id != workspace.me.user_id and await workspace.people.may_vote(user_id):
                marks.add((workspace.people.ref(user_id), vote))
    return marks


async def _piece_of(workspace: Workspace, message: MessageRef) -> Piece | None:
    if message == workspace.watched:
        workspace.watched = None
    return await until_stored(partial(workspace.studio.piece_of_message, PlatformName.SLACK, message))
