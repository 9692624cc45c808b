"""Methods about messages and reactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.slack import payloads
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.posting import fill, new_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.slack.model import Json, Message
    from tests.fakes.slack.server import FakeSlack

_PAGE = 100


class ChatMethods:
    """``chat.*``, ``reactions.*``, and reading what is in a conversation."""

    def __init__(self, fake: FakeSlack) -> None:
        self._fake, self._world = fake, fake.world

    def table(self) -> dict[str, Callable[[Json], Json]]:
        """Each method and what does it."""
        return {
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "reactions.get": self._reactions,
            "reactions.add": self._react,
            "reactions.remove": self._unreact,
            "conversations.replies": self._replies,
            "conversations.history": self._history,
        }

    def _post(self, arguments: Json) -> Json:
        channel = self._world.channel_for_bot(arguments.get("channel"))
        message = new_message(self._fake, channel, arguments)
        self._fake.events.publish(message)
        return {"channel": channel.id, "ts": message.ts, "message": payloads.message(message, self._world)}

    def _post_ephemeral(self, arguments: Json) -> Json:
        channel = self._world.channel_for_bot(arguments.get("channel"))
        message = new_message(self._fake, channel, arguments)
        message.visible_to = self._world.users.get(str(arguments.get("user")))
        if message.visible_to is None:
            error = "user_not_in_channel"
            raise ApiError(error)
        channel.messages[message.ts] = message
        return {"message_ts": message.ts}

    def _update(self, arguments: Json) -> Json:
        message = self._own_message(arguments, "cant_update_message")
        fill(self._fake, message, arguments)
        message.edits += 1
        self._fake.events.changed(message)
        shown = payloads.message(message, self._world)
        return {"channel": message.channel.id, "ts": message.ts, "text": message.text, "message": shown}

    def _delete(self, arguments: Json) -> Json:
        message = self._own_message(arguments, "cant_delete_message")
        self._fake.events.remove(message)
        return {"channel": message.channel.id, "ts": message.ts}

    def _own_message(self, arguments: Json, error: str) -> Message:
        message = self._world.message_for_bot(arguments.get("channel"), arguments.get("ts"))
        if message.author is not self._world.bot:
            raise ApiError(error)
        return message

    def _reactions(self, arguments: Json) -> Json:
        message = self._world.message_for_bot(arguments.get("channel"), arguments.get("timestamp"))
        is_full = str(arguments.get("full", "")).lower() in {"1", "true"}
        shown = payloads.message(message, self._world, all_people=is_full)
        return {"type": "message", "channel": message.channel.id, "message": shown}

    def _react(self, arguments: Json) -> Json:
        message = self._world.message_for_bot(arguments.get("channel"), arguments.get("timestamp"))
        if not self._fake.events.add_reaction(message, str(arguments.get("name")), self._world.bot):
            error = "already_reacted"
            raise ApiError(error)
        return {}

    def _unreact(self, arguments: Json) -> Json:
        message = self._world.message_for_bot(arguments.get("channel"), arguments.get("timestamp"))
        if not self._fake.events.remove_reaction(message, str(arguments.get("name")), self._world.bot):
            error = "no_reaction"
            raise ApiError(error)
        return {}

    def _replies(self, arguments: Json) -> Json:
        channel = self._world.channel_for_bot(arguments.get("channel"))
        parent = channel.messages.get(str(arguments.get("ts")))
        if parent is None:
            error = "thread_not_found"
            raise ApiError(error)
        return self._page([parent, *parent.thread], arguments)

    def _history(self, arguments: Json) -> Json:
        channel = self._world.channel_for_bot(arguments.get("channel"))
        lowest, highest = str(arguments.get("oldest", "0")), str(arguments.get("latest", "9" * 17))
        is_inclusive = str(arguments.get("inclusive", "")).lower() in {"1", "true"}
        found = [
            entry
            for entry in reversed(channel.shown)
            if lowest < entry.ts < highest or (is_inclusive and entry.ts in {lowest, highest})
        ]
        return self._page(found, arguments)

    def _page(self, messages: list[Message], arguments: Json) -> Json:
        most = int(arguments.get("limit", _PAGE))
        wants_metadata = str(arguments.get("include_all_metadata", "")).lower() in {"1", "true"}
        shown = [payloads.message(entry, self._world, metadata=wants_metadata) for entry in messages[:most]]
        return {"messages": shown, "has_more": len(messages) > most}
