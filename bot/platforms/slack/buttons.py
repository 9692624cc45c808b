"""The buttons below requests, pieces and lists. They know an id only, which is looked up when they are pressed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bot.domain import Action, Vote
from bot.platforms.slack.letters import actions, button

if TYPE_CHECKING:
    from bot.domain import Tally
    from bot.platforms.slack.letters import Block

CANCEL, FORGET, BACK, NEXT = "cancel", "forget", "page_back", "page_next"
START_RUN, CANCEL_RUN = "start_run", "cancel_run"
ACTIONS: Final = {str(action): action for action in (Action.AGAIN, Action.VARIATION, Action.LONGER)}
VOTES: Final = {"up": Vote.UP, "down": Vote.DOWN}
ID: Final = re.compile(r"[0-9]{1,18}")
"""The id of a request or a piece, within what the database can hold."""
PAGE: Final = re.compile(r"(openers|history|top):([0-9]{1,4})")
PLAN: Final = re.compile(r"[0-9a-f]{16}")
"""Tells the plans apart that were shown: each begins one retraining run, however often its button is pressed."""
_LABELS: Final = {Action.AGAIN: "🔁 Again", Action.VARIATION: "🎲 Variation", Action.LONGER: "⏩ Longer"}
_THUMBS: Final = {"up": "👍", "down": "👎"}


def cancel_button(ticket_id: int) -> Block:
    """Ends a request that is under way."""
    return button("Cancel", CANCEL, str(ticket_id))


def start_run_button(plan: str) -> Block:
    """Begins the retraining that a plan is about."""
    return button("Start", START_RUN, plan, style="primary")


def cancel_run_button(run_id: int) -> Block:
    """Ends a retraining run that is under way."""
    return button("Cancel", CANCEL_RUN, str(run_id))


def forget_button() -> Block:
    """Confirms that everything about the person who presses it is to be deleted."""
    return button("Delete everything", FORGET, "me", style="danger")


def piece_buttons(piece_id: int, tally: Tally) -> Block:
    """What stands below a piece."""
    counts = {"up": tally.up, "down": tally.down}
    return actions(
        *(button(_LABELS[action], name, str(piece_id)) for name, action in ACTIONS.items()),
        *(button(f"{_THUMBS[name]} {counts[name] or ''}".rstrip(), name, str(piece_id)) for name in VOTES),
    )


def page_buttons(list_name: str, page: int, *, has_more: bool) -> list[Block]:
    """Turn to the pages before and behind one."""
    back = [button("Back", BACK, f"{list_name}:{page - 1}")] if page else []
    following = [button("Next", NEXT, f"{list_name}:{page + 1}")] if has_more else []
    return [*back, *following]
