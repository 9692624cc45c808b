"""What every handler of an event needs."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Hashable

    from bot.domain import MessageRef
    from bot.platforms.slack.people import People
    from bot.platforms.slack.web import Identity, Web
    from bot.studio import Studio

_REMEMBERED: Final = 2000


class Memory:
    """What has been seen lately, so that nothing is done twice."""

    def __init__(self) -> None:
        self._seen: OrderedDict[Hashable, None] = OrderedDict()

    def is_new(self, thing: Hashable) -> bool:
        """Whether it is seen for the first time; from now on it is not."""
        if thing in self._seen:
            return False
        self._seen[thing] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def __contains__(self, thing: Hashable) -> bool:
        return thing in self._seen

    def forget(self, thing: Hashable) -> None:
        """It may be done again."""
        self._seen.pop(thing, None)


@dataclass
class Workspace:
    """The workspace that the bot is in.

    Attributes:
        placed: requests whose message was posted, or is about to be.
        shown: progress that stands in a message already, as the request and its words.
        files: files that came with a message which was heard, with their channel.
        watched: the message whose votes are being looked through; None as soon as one of them changes.
    """

    studio: Studio
    web: Web
    me: Identity
    people: People
    placed: Memory = field(default_factory=Memory)
    shown: Memory = field(default_factory=Memory)
    files: Memory = field(default_factory=Memory)
    watched: MessageRef | None = None

    def key(self, *parts: str) -> str:
        """What makes two requests the same."""
        return ":".join(("slack", self.me.team_id, *parts))
