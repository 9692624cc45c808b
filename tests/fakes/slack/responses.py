"""Response addresses: five answers in 30 minutes to what a person did, wherever they did it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.model import Message
from tests.fakes.slack.posting import fill, parent_of

if TYPE_CHECKING:
    from tests.fakes.slack.model import Act, Json
    from tests.fakes.slack.server import FakeSlack

_MOST_USES = 5
_SECONDS = 30 * 60


class Responses:
    """Takes what is posted to response addresses."""

    def __init__(self, fake: FakeSlack) -> None:
        self._fake = fake

    def take(self, path: str, arguments: Json) -> Any:
        """Do what an answer asks for.

        Raises:
            ApiError: the address is used up, too old, or was never given out.
        """
        act = self._fake.world.acts.get(path)
        if act is None or self._fake.clock.now() - act.created_at > _SECONDS:
            error = "expired_url"
            raise ApiError(error, status=404)
        if act.uses >= _MOST_USES:
            error = "used_url"
            raise ApiError(error, status=404)
        act.uses += 1
        self.show(act, arguments)
        return "ok"

    def show(self, act: Act, arguments: Json) -> None:
        """Let the person see an answer, or everybody, in place of the message that they acted on if so wanted.

        Raises:
            ApiError: the message would break a rule.
        """
        target = _target(self._fake, act)
        if arguments.get("delete_original") and target is not None:
            target.channel.messages.pop(target.ts, None)
            target.is_deleted = True
        elif arguments.get("replace_original") and target is not None:
            fill(self._fake, target, arguments)
            target.edits += 1
            act.replies.append(target)
        else:
            self._new(act, arguments)

    def _new(self, act: Act, arguments: Json) -> None:
        message = Message(self._fake.world.ts(), act.channel, self._fake.world.bot)
        message.parent_ts = parent_of(self._fake, act.channel, arguments.get("thread_ts"))
        fill(self._fake, message, arguments)
        if arguments.get("response_type") == "in_channel":
            self._fake.events.publish(message)
        else:
            message.visible_to = act.user
            act.channel.messages[message.ts] = message
        act.replies.append(message)


def _target(fake: FakeSlack, act: Act) -> Message | None:
    """The message that a button belongs to."""
    container = act.payload.get("container") or {}
    channel = fake.world.channels.get(container.get("channel_id", ""))
    return channel.messages.get(container["message_ts"]) if channel else None
