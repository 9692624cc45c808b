"""What happens when a button is pressed; whose it is, and whether it still means anything, is asked of the studio."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from bot import wording
from bot.domain import ReplyError
from bot.platforms.slack.answers import take_on
from bot.platforms.slack.buttons import (
    ACTIONS,
    BACK,
    CANCEL,
    CANCEL_RUN,
    FORGET,
    ID,
    NEXT,
    PAGE,
    PLAN,
    START_RUN,
    VOTES,
)
from bot.platforms.slack.cards import piece_card
from bot.platforms.slack.letters import note
from bot.platforms.slack.pages import page_of
from bot.platforms.slack.retraining import start

if TYPE_CHECKING:
    from bot.domain import Action, Ticket, Viewer, Vote
    from bot.platforms.slack.answers import Asked


async def press(asked: Asked, action_id: str, value: str) -> None:
    """Do what a button is for.

    Raises:
        ReplyError: it means nothing any more, or this person may not.
    """
    if action_id in {BACK, NEXT} and (match := PAGE.fullmatch(value)):
        letter = await page_of(asked.workspace, await asked.viewer(), match[1], int(match[2]))
        await asked.replace(letter)
    elif action_id == FORGET:
        gone = await asked.workspace.studio.forget(await asked.viewer())
        await asked.replace(note(wording.forgotten(gone.pieces, gone.votes)))
    elif action_id == START_RUN and PLAN.fullmatch(value):
        await start(asked, value)
    elif not ID.fullmatch(value):
        raise ReplyError(wording.STALE_BUTTON)
    elif action_id == CANCEL:
        await asked.workspace.studio.cancel(int(value), await asked.viewer())
    elif action_id == CANCEL_RUN:
        await asked.workspace.studio.retrainer.cancel(int(value), await asked.viewer())
    elif action_id in VOTES:
        await _rate(asked, int(value), VOTES[action_id])
    elif action_id in ACTIONS:
        await take_on(asked, partial(_follow_up, asked, ACTIONS[action_id], int(value)))
    else:
        raise ReplyError(wording.STALE_BUTTON)


async def _follow_up(asked: Asked, action: Action, piece_id: int, viewer: Viewer) -> Ticket:
    studio = asked.workspace.studio
    return await studio.follow_up(action, piece_id, viewer, key=asked.key, address=asked.address())


async def _rate(asked: Asked, piece_id: int, vote: Vote) -> None:
    """Count the vote, or take it back, and show the new numbers in place."""
    viewer = await asked.viewer()
    tally, _ = await asked.workspace.studio.rate(piece_id, viewer, vote)
    view = await asked.workspace.studio.piece(piece_id, viewer)
    await asked.replace(piece_card(view.piece, tally))
