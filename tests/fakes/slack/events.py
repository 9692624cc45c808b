"""What happens in channels, and which events tell the bot of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.fakes.slack import payloads

if TYPE_CHECKING:
    from tests.fakes.slack.model import Channel, File, Json, Message, User
    from tests.fakes.slack.server import FakeSlack


class Events:
    """Changes the world, and sends events to the bot where it is a member and has subscribed to them.

    Attributes:
        file_events_first: whether ``file_shared`` comes before the message that the file is in.
    """

    def __init__(self, fake: FakeSlack) -> None:
        self._fake, self._world = fake, fake.world
        self.file_events_first = True

    def publish(self, message: Message) -> None:
        """Put a new message into its channel; everything that it causes follows."""
        message.channel.messages[message.ts] = message
        shown = payloads.message(message, self._world)
        shared = [self._share(item, message) for item in message.files]
        if self.file_events_first:
            self._all(message.channel, shared)
        if message.files:
            shown["subtype"] = "file_share"
        self._all(message.channel, [self._message_event(message.channel, shown)])
        if self._mentions_bot(message):
            mention = {key: value for key, value in shown.items() if key != "subtype"}
            event = {**mention, "type": "app_mention", "channel": message.channel.id, "event_ts": message.ts}
            self._all(message.channel, [event])
        if not self.file_events_first:
            self._all(message.channel, shared)

    def changed(self, message: Message) -> None:
        """Tell that a message was changed."""
        shown = payloads.message(message, self._world)
        event = {"type": "message", "subtype": "message_changed", "hidden": True, "message": shown}
        self._all(message.channel, [self._message_event(message.channel, event | {"ts": self._world.ts()})])

    def remove(self, message: Message) -> None:
        """Delete a message; what is below it remains, under a tombstone."""
        message.is_deleted = True
        if not message.parent_ts and message.thread:
            message.is_tombstone = True
            self.changed(message)
            return
        del message.channel.messages[message.ts]
        event: Json = {"type": "message", "subtype": "message_deleted", "hidden": True, "deleted_ts": message.ts}
        event |= {"ts": self._world.ts(), "previous_message": payloads.message(message, self._world)}
        self._all(message.channel, [self._message_event(message.channel, event)])

    def add_reaction(self, message: Message, name: str, user: User) -> bool:
        """Put a reaction under a message; False if it is there already."""
        people = message.reactions.setdefault(name, [])
        if user in people:
            return False
        people.append(user)
        self._reaction("reaction_added", message, name, user)
        return True

    def remove_reaction(self, message: Message, name: str, user: User) -> bool:
        """Take a reaction back; False if there is none."""
        people = message.reactions.get(name, [])
        if user not in people:
            return False
        people.remove(user)
        self._reaction("reaction_removed", message, name, user)
        return True

    def send(self, event: Json, event_id: str | None = None) -> None:
        """Send an event to the bot, whatever has happened."""
        world = self._world
        payload = {
            "token": "verification",
            "team_id": world.team.id,
            "context_team_id": world.team.id,
            "api_app_id": world.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": event_id or world.mint("Ev"),
            "event_time": int(world.clock.now()),
            "authorizations": [
                {"enterprise_id": None, "team_id": world.team.id, "user_id": world.bot.id, "is_bot": True}
            ],
            "is_ext_shared_channel": False,
            "event_context": "4-fake",
        }
        self._fake.socket.send("events_api", payload)

    def _all(self, channel: Channel, events: list[Json]) -> None:
        for event in events:
            if channel.bot_is_in and self._fake.rights.hears(event):
                self.send(event)

    def _message_event(self, channel: Channel, shown: Json) -> Json:
        return {**shown, "channel": channel.id, "channel_type": channel.kind, "event_ts": shown["ts"]}

    def _share(self, item: File, message: Message) -> Json:
        item.shares.setdefault(message.channel.id, []).append(message)
        return {
            "type": "file_shared",
            "file_id": item.id,
            "user_id": item.owner.id,
            "file": {"id": item.id},
            "channel_id": message.channel.id,
            "event_ts": message.ts,
        }

    def _mentions_bot(self, message: Message) -> bool:
        is_conversation = message.channel.kind == "im" or message.author is self._world.bot
        return not is_conversation and re.search(rf"<@{self._world.bot.id}(\|[^>]*)?>", message.text) is not None

    def _reaction(self, kind: str, message: Message, name: str, user: User) -> None:
        item: dict[str, Any] = {"type": "message", "channel": message.channel.id, "ts": message.ts}
        event = {"type": kind, "user": user.id, "reaction": name, "item": item, "event_ts": self._world.ts()}
        self._all(message.channel, [event | {"item_user": message.author.id}])
