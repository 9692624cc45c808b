"""Who is asking: what Slack says of a person, asked again after a minute; guests, strangers and bots are refused."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bot import wording
from bot.domain import ForbiddenError, Place, PlatformName, UserRef, Viewer
from bot.rights import is_keeper

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from bot.platforms.slack.web import Identity, Web

KEPT_SECONDS: Final = 60.0
"""Whoever loses their rights loses them here after that time at the latest."""
_MOST_KEPT: Final = 2000
_SLACKBOT: Final = "USLACKBOT"


@dataclass(frozen=True, slots=True)
class _Known:
    is_admin: bool
    is_keeper: bool
    refusal: str | None
    until: float


class People:
    """The people of a workspace.

    Args:
        web: to ask Slack.
        me: the bot's own workspace.
        admins: who may change the settings all the same, as ``slack:`` and the id; they alone keep the network.
        clock: seconds that never run backwards.
    """

    def __init__(
        self, web: Web, me: Identity, admins: Collection[str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._web, self._me, self._admins, self._clock = web, me, frozenset(admins), clock
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def ref(self, user_id: str) -> UserRef:
        """A person of this workspace."""
        return UserRef(PlatformName.SLACK, f"{self._me.team_id}/{user_id}")

    async def viewer(self, user_id: str, channel_id: str) -> Viewer:
        """A person, looking from a channel.

        Raises:
            ForbiddenError: a guest, somebody of another workspace, or a bot.
        """
        known = await self._know(user_id)
        if known.refusal is not None:
            raise ForbiddenError(known.refusal)
        guild_id = None if is_private(channel_id) else self._me.team_id
        place = Place(PlatformName.SLACK, guild_id, channel_id)
        return Viewer(
            self.ref(user_id),
            place,
            is_moderator=known.is_admin,
            is_admin=known.is_admin,
            is_keeper=known.is_keeper,
        )

    async def may_vote(self, user_id: str) -> bool:
        """Whether a person's reactions count."""
        return (await self._know(user_id)).refusal is None

    async def _know(self, user_id: str) -> _Known:
        known = self._known.get(user_id)
        if known is None or known.until <= self._clock():
            # From before the question on: what changes while Slack answers must not be kept longer.
            until = self._clock() + KEPT_SECONDS
            found = await self._web.user(user_id)
            known = _Known(*self._rights(user_id, found), self._refusal(user_id, found), until)
            self._keep(user_id, known)
        return known

    def _keep(self, user_id: str, known: _Known) -> None:
        self._known[user_id] = known
        self._known.move_to_end(user_id)
        if len(self._known) > _MOST_KEPT:
            self._known.popitem(last=False)

    def _rights(self, user_id: str, found: dict[str, Any]) -> tuple[bool, bool]:
        """Whether somebody is an admin, and a keeper of the network."""
        names = (user_id, f"{self._me.team_id}/{user_id}")
        is_listed = not self._admins.isdisjoint(f"slack:{name}" for name in names)
        manages = any(found.get(flag) for flag in ("is_admin", "is_owner", "is_primary_owner"))
        return is_listed or manages, is_keeper(self._admins, PlatformName.SLACK, names, by_default=manages)

    def _refusal(self, user_id: str, found: dict[str, Any]) -> str | None:
        if found.get("is_bot") or found.get("is_workflow_bot") or user_id == _SLACKBOT:
            return wording.NO_BOTS
        if found.get("deleted") or found.get("is_stranger") or self._me.team_id not in _teams(found):
            return wording.NO_STRANGERS
        if found.get("is_restricted") or found.get("is_ultra_restricted"):
            return wording.NO_GUESTS
        return None


def is_private(channel_id: str) -> bool:
    """Whether a channel is the conversation of one person with the bot."""
    return channel_id.startswith("D")


def _teams(found: dict[str, Any]) -> set[Any]:
    """The workspaces that somebody belongs to; several in a company with more than one."""
    return {found.get("team_id"), *found.get("enterprise_user", {}).get("teams", ())}
