"""People on the fake Slack: what they type, send, press, react and delete."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.fakes.slack import payloads
from tests.fakes.slack.model import Act, Message, Upload, with_emoji

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.slack.model import Channel, File, Json, Team, User
    from tests.fakes.slack.server import FakeSlack


class Person:
    """Somebody who uses the bot, by default in the first channel.

    What a real client would not let them do fails the test at once; ``press_forged`` is for what it does not check.

    Args:
        kind: see ``User``.
        team: of somebody from another workspace.
    """

    def __init__(self, fake: FakeSlack, name: str, *, kind: str = "", team: Team | None = None) -> None:
        self._fake, self._world = fake, fake.world
        self.user: User = fake.world.add_user(name, team, kind)
        self.channel: Channel = next(iter(fake.world.channels.values()))

    @property
    def id(self) -> str:
        """Their id."""
        return self.user.id

    @property
    def private(self) -> Channel:
        """Their conversation with the bot."""
        return self._world.private_channel(self.user)

    # --- what is sent to the app wherever it is

    def slash(self, command: str, text: str = "", channel: Channel | None = None) -> Act:
        """Use a slash command; there is none in threads."""
        assert command in self._fake.rights.commands, f"{command} is not among {self._fake.rights.commands}"
        channel = channel or self.channel
        payload = {
            "command": command,
            "text": text.strip(),
            "channel_id": channel.id,
            "channel_name": "directmessage" if channel.kind == "im" else channel.name,
            "user_id": self.id,
            "user_name": self.user.name,
            "team_id": self._world.team.id,
            "team_domain": self._world.team.domain,
            "is_enterprise_install": "false",
        }
        return self._send("slash_commands", channel, payload)

    def shortcut(self, name: str, message: Message) -> Act:
        """Use a shortcut from the menu of a message."""
        shortcuts = self._fake.rights.shortcuts
        assert name in shortcuts, f"{name} is not among {sorted(shortcuts)}"
        payload = {
            "type": "message_action",
            "callback_id": shortcuts[name],
            "message_ts": message.ts,
            "message": payloads.message(message, self._world),
        }
        return self._send("interactive", message.channel, payload)

    def press(self, message: Message, label: str) -> Act:
        """Press the button whose label begins so, or whose action id is so."""
        found = [button for button in message.buttons if label in {_label(button), button["action_id"]}]
        found = found or [button for button in message.buttons if label in _label(button)]
        assert found, f"no button {label!r} among {[_label(button) for button in message.buttons]}"
        assert message.visible_to in {None, self.user}, "nobody presses what they do not see"
        button = found[0]
        return self.press_forged(message, button["action_id"], button.get("value"))

    def press_forged(self, message: Message, action_id: str, value: str | None = None) -> Act:
        """Press a button that is not there."""
        action: Json = {"action_id": action_id, "block_id": "b1", "type": "button", "action_ts": self._world.ts()}
        action["text"] = {"type": "plain_text", "text": "x", "emoji": True}
        if value is not None:
            action["value"] = value
        container: Json = {"type": "message", "message_ts": message.ts, "channel_id": message.channel.id}
        container["is_ephemeral"] = message.visible_to is not None
        if message.parent_ts:
            container["thread_ts"] = message.parent_ts
        payload: Json = {"type": "block_actions", "container": container, "state": {"values": {}}, "actions": [action]}
        if message.visible_to is None:
            payload["message"] = payloads.message(message, self._world)
        return self._send("interactive", message.channel, payload)

    def _send(self, kind: str, channel: Channel, payload: Json) -> Act:
        world = self._world
        key = world.mint("R")
        url = f"{self._fake.base_url}/response/{key}"
        common: Json = {"token": "verification", "api_app_id": world.app_id, "response_url": url}
        common["trigger_id"] = f"{world.ts()}.{world.mint('X')}"
        if kind == "interactive":
            user = {"id": self.id, "username": self.user.name, "name": self.user.name, "team_id": self.user.team.id}
            place = {"id": channel.id, "name": "directmessage" if channel.kind == "im" else channel.name}
            team = {"id": world.team.id, "domain": world.team.domain}
            common |= {"user": user, "channel": place, "team": team, "enterprise": None, "is_enterprise_install": False}
        act = Act(kind, self.user, channel, world.clock.now(), url, common | payload)
        world.acts[key] = act
        self._fake.socket.send(kind, act.payload, act)
        return act

    # --- what everybody in a channel sees

    def say(
        self,
        text: str = "",
        channel: Channel | None = None,
        *,
        thread: Message | None = None,
        files: Sequence[Upload] = (),
        is_raw: bool = False,
    ) -> Message:
        """Write a message, perhaps below another, perhaps with files; it is escaped as clients do, unless it is raw."""
        channel = thread.channel if thread else channel or self.channel
        message = Message(self._world.ts(), channel, self.user, text if is_raw else escaped(text))
        message.parent_ts = (thread.parent_ts or thread.ts) if thread else None
        message.files = [self._keep(file) for file in files]
        self._fake.events.publish(message)
        return message

    def mention(self, text: str = "", channel: Channel | None = None, **more: Any) -> Message:
        """Write a message that begins with the bot's name."""
        return self.say(f"<@{self._world.bot.id}> {escaped(text)}".strip(), channel, is_raw=True, **more)

    def direct_message(self, text: str = "", files: Sequence[Upload] = ()) -> Message:
        """Write to the bot in private."""
        return self.say(text, self.private, files=files)

    def upload(
        self, file: Upload, text: str = "", channel: Channel | None = None, *, mention: bool = True, **more: Any
    ) -> Message:
        """Send a file, with the bot's name and some words if so wanted."""
        write = self.mention if mention else self.say
        return write(text, channel, files=[file], **more)

    def _keep(self, upload: Upload) -> File:
        return self._world.add_file(upload.name, self.user, base_url=self._fake.base_url, upload=upload)

    def react(self, message: Message, name: str) -> None:
        """Put a reaction under a message."""
        assert self._fake.events.add_reaction(message, name, self.user), "it is there already"

    def unreact(self, message: Message, name: str) -> None:
        """Take a reaction back."""
        assert self._fake.events.remove_reaction(message, name, self.user), "it is not there"

    def delete(self, message: Message) -> None:
        """As its author or an admin, delete a message."""
        self._fake.events.remove(message)


def escaped(text: str) -> str:
    """What Slack makes of the characters that its markup is written in."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _label(button: Json) -> str:
    text = re.sub(r"\s+", " ", button["text"]["text"])
    return with_emoji(text).strip()
