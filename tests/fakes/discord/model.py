"""What there is on the fake Discord: people, guilds, channels, messages, interactions."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord.waiting import PATIENCE_SECONDS, until

Json = dict[str, Any]
MEBIBYTE = 1 << 20
VIEW, SEND, FILES, HISTORY, REACT, MANAGE_MESSAGES, MANAGE_GUILD, ADMINISTRATOR = (
    1 << bit for bit in (10, 11, 15, 16, 6, 13, 5, 3)
)
EVERYDAY = VIEW | SEND | FILES | HISTORY | REACT
EPHEMERAL, LOADING = 1 << 6, 1 << 7


@dataclass(eq=False)
class User:
    """Somebody with an account; the bot is one too."""

    id: str
    name: str
    is_bot: bool = False


@dataclass(eq=False)
class Role:
    """A role of a guild."""

    id: str
    name: str


@dataclass(eq=False)
class Member:
    """Somebody in a guild, with their permissions in all its channels."""

    user: User
    permissions: int
    role_ids: list[str]
    joined_at: float


@dataclass(eq=False)
class Guild:
    """A guild.

    Attributes:
        bot_is_here: False where people only have the bot installed for themselves.
        file_limit: what the API really takes, in bytes a file.
        announced_limit: what interactions say that it takes.
    """

    id: str
    name: str
    members: dict[str, Member] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    bot_is_here: bool = True
    file_limit: int = 10 * MEBIBYTE
    announced_limit: int = 10 * MEBIBYTE


@dataclass(eq=False)
class Channel:
    """A text channel of a guild, a thread of one, or (without a guild) a private conversation with the bot."""

    id: str
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    parent: Channel | None = None
    bot_permissions: int = EVERYDAY
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def shown(self) -> list[Message]:
        """The messages that everybody here sees, oldest first."""
        return [message for message in self.messages.values() if not message.flags & EPHEMERAL]


@dataclass(eq=False)
class Attachment:
    """A file of a message or of a slash command.

    Attributes:
        announced_size: what the payloads say; may be a lie.
        manner: how it is served: ``plain``, or ``redirect``, ``endless``, ``stall``, ``gone``.
        endless_bytes: how many were read of an endless one.
    """

    id: str
    filename: str
    content: bytes
    content_type: str
    url: str
    announced_size: int
    manner: str = "plain"
    endless_bytes: int = 0


@dataclass(eq=False)
class Message:
    """A message.

    Attributes:
        reactions: for each emoji, who reacted with it, in order.
        pings: whom it has notified: ids of people and roles, or "everyone".
    """

    id: str
    channel: Channel
    author: User
    created_at: float
    kind: int = 0
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    reactions: dict[str, dict[str, User]] = field(default_factory=dict)
    mentions: list[User] = field(default_factory=list)
    pings: list[str] = field(default_factory=list)
    flags: int = 0
    nonce: str | int | None = None
    reference: Json | None = None
    edited_at: float | None = None
    webhook_id: str | None = None
    interaction: Json | None = None
    edits: int = 0
    is_deleted: bool = False

    @property
    def buttons(self) -> list[Json]:
        """All its buttons, row by row."""
        return [button for row in self.components for button in row.get("components", []) if button["type"] == 2]

    @property
    def text(self) -> str:
        """Everything that one can read in it: content, embeds and the labels of buttons."""
        parts = [self.content]
        for embed in self.embeds:
            parts += [str(embed.get(key, "")) for key in ("title", "description")]
            parts += [f"{entry['name']}: {entry['value']}" for entry in embed.get("fields", [])]
            parts.append(embed.get("footer", {}).get("text", ""))
        for button in self.buttons:
            emoji = (button.get("emoji") or {}).get("name", "")
            parts.append(f"[{' '.join(part for part in (emoji, button.get('label', '')) if part)}]")
        return "\n".join(part for part in parts if part)

    def file(self, suffix: str) -> Attachment | None:
        """Its first file whose name ends so."""
        return next((item for item in self.attachments if item.filename.endswith(suffix)), None)

    @property
    def is_ephemeral(self) -> bool:
        """Only the person who acted sees it."""
        return bool(self.flags & EPHEMERAL)

    @property
    def is_loading(self) -> bool:
        """Discord still shows "thinking"."""
        return bool(self.flags & LOADING)


@dataclass(eq=False)
class Interaction:
    """Something a person did with the bot, and what came of it.

    Attributes:
        answer: type of the one acknowledgement.
        original: the message that ``@original`` means.
        replies: every message that the bot made for it, the original too if it is one.
        took: seconds up to the acknowledgement.
    """

    id: str
    token: str
    kind: int
    user: User
    channel: Channel
    created_at: float
    data: Json
    file_limit: int
    is_user_install: bool = False
    target: Message | None = None
    answer: int | None = None
    took: float | None = None
    original: Message | None = None
    replies: list[Message] = field(default_factory=list)
    choices: list[Json] = field(default_factory=list)
    modal: Json | None = None
    followups: int = 0

    async def acknowledged(self, seconds: float = PATIENCE_SECONDS) -> Interaction:
        """Wait for the acknowledgement."""
        await until(lambda: self.answer is not None, f"the acknowledgement of {self.data.get('name')}", seconds)
        return self

    async def reply(self, seconds: float = PATIENCE_SECONDS) -> Message:
        """Wait for a message that is no longer "thinking", and return the last of them."""
        await until(
            lambda: [m for m in self.replies if not m.is_loading], f"a reply to {self.data.get('name')}", seconds
        )
        return next(message for message in reversed(self.replies) if not message.is_loading)

    async def settled(self) -> Interaction:
        """Wait for the acknowledgement, and a moment more for what may follow it."""
        await self.acknowledged()
        await asyncio.sleep(0.05)
        return self
