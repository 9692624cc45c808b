"""What the app may do and hear, by its manifest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.fakes.slack.errors import missing_scope

if TYPE_CHECKING:
    from tests.fakes.slack.model import Channel, Json

READING: Final = {"channel": "channels", "group": "groups", "im": "im"}
"""What scopes about conversations of a kind begin with."""
METHODS: Final[dict[str, str]] = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "files.delete": "files:write",
    "files.info": "files:read",
    "users.info": "users:read",
    "reactions.get": "reactions:read",
    "reactions.add": "reactions:write",
    "reactions.remove": "reactions:write",
    "conversations.open": "im:write",
    "conversations.info": "{kind}:read",
    "conversations.history": "{kind}:history",
    "conversations.replies": "{kind}:history",
}
"""The scope that each method needs; the others need none."""
EVENTS: Final[dict[str, str]] = {
    "app_mention": "app_mentions:read",
    "file_shared": "files:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "app_home_opened": "",
    "app_uninstalled": "",
    "tokens_revoked": "",
}
"""The scope that Slack wants for each event."""


@dataclass(frozen=True)
class Rights:
    """Read from a manifest.

    Attributes:
        scopes: of the bot.
        events: that it hears.
        commands: with their slash.
        shortcuts: callback ids of message shortcuts, by name.
    """

    scopes: list[str]
    events: list[str]
    commands: list[str]
    shortcuts: dict[str, str]

    @classmethod
    def of(cls, manifest: dict[str, Any]) -> Rights:
        """What a manifest asks for.

        Raises:
            ValueError: Slack would not take it.
        """
        features, settings = manifest["features"], manifest["settings"]
        shortcuts = [entry for entry in features.get("shortcuts", []) if entry["type"] == "message"]
        rights = cls(
            manifest["oauth_config"]["scopes"]["bot"],
            settings["event_subscriptions"]["bot_events"],
            [command["command"] for command in features.get("slash_commands", [])],
            {entry["name"]: entry["callback_id"] for entry in shortcuts},
        )
        missing = {EVENTS[event] for event in rights.events} - {"", *rights.scopes}
        if rights.commands or rights.shortcuts:
            missing |= {"commands"} - set(rights.scopes)
        if missing or not settings.get("socket_mode_enabled") or not features.get("bot_user"):
            message = f"Slack would not take this manifest; scopes that are missing: {sorted(missing)}"
            raise ValueError(message)
        return rights

    def check_method(self, method: str, channel: Channel | None) -> None:
        """Whether a method may be called.

        Raises:
            ApiError: ``missing_scope``.
        """
        needed = METHODS.get(method, "").format(kind=READING[channel.kind if channel else "channel"])
        if needed and needed not in self.scopes:
            raise missing_scope(needed, self.scopes)

    def hears(self, event: Json) -> bool:
        """Whether this event is subscribed to."""
        name: str = event["type"]
        if name == "message":
            name = f"message.{'im' if event['channel_type'] == 'im' else event['channel_type'] + 's'}"
        return name in self.events
