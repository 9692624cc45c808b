"""What there is on the fake Slack: workspaces, people, channels, messages, files, and what people did."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord.waiting import PATIENCE_SECONDS, until

Json = dict[str, Any]
MIDI = "audio/midi"


@dataclass(eq=False)
class Team:
    """A workspace."""

    id: str
    name: str
    domain: str


@dataclass(eq=False)
class User:
    """Somebody with an account in a workspace; the bot is one too.

    Attributes:
        kind: what is special about them: ``admin``, ``owner``, ``guest`` (some channels), ``single_guest`` (one
            channel), ``bot``, or nothing.
    """

    id: str
    name: str
    team: Team
    kind: str = ""


@dataclass(eq=False)
class Channel:
    """A channel, or (with a partner) somebody's conversation with the bot.

    Attributes:
        kind: ``channel``, ``group`` (private) or ``im``.
        bot_is_in: whether the bot is a member.
        is_shared: with another workspace, whose members are in it.
    """

    id: str
    name: str
    team: Team
    kind: str = "channel"
    partner: User | None = None
    bot_is_in: bool = True
    is_shared: bool = False
    is_archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def shown(self) -> list[Message]:
        """What everybody sees in it outside of threads, oldest first."""
        return [message for message in self.messages.values() if not message.parent_ts and message.is_public]

    def thread(self, parent: Message) -> list[Message]:
        """What everybody sees below a message."""
        below = (message for message in self.messages.values() if message.parent_ts == parent.ts)
        return [message for message in below if message.is_public]


@dataclass(frozen=True)
class Upload:
    """A file that somebody sends.

    Attributes:
        manner: how it is served, see ``File``.
        mode: ``hosted`` by Slack, or ``external``: somewhere else, at ``url``.
        url: where Slack says that it lies, if not at its own host.
    """

    name: str
    content: bytes
    content_type: str = MIDI
    announced_size: int | None = None
    manner: str = "plain"
    mode: str = "hosted"
    url: str | None = None


@dataclass(eq=False)
class File:
    """A file.

    Attributes:
        announced_size: what the API says of it; may be a lie.
        manner: how it is served: ``plain``, or ``redirect``, ``endless``, ``stall``, ``gone``, ``login``.
        upload_url: where its bytes are waited for, until they came.
        is_complete: whether it was said that all is there.
        shares: the messages that it is in, by channel.
        endless_bytes: how many were read of an endless one.
    """

    id: str
    name: str
    title: str
    content: bytes
    content_type: str
    owner: User
    url: str
    announced_size: int
    mode: str = "hosted"
    manner: str = "plain"
    upload_url: str = ""
    is_complete: bool = True
    shares: dict[str, list[Message]] = field(default_factory=dict)
    endless_bytes: int = 0


@dataclass(eq=False)
class Message:
    """A message.

    Attributes:
        parent_ts: of the message whose thread it is in.
        reactions: for each name, who reacted with it, in order.
        visible_to: only this person sees it.
        edits: how often it was changed.
        is_tombstone: deleted, but its thread remains.
    """

    ts: str
    channel: Channel
    author: User
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    parent_ts: str | None = None
    reactions: dict[str, list[User]] = field(default_factory=dict)
    metadata: Json | None = None
    visible_to: User | None = None
    edits: int = 0
    is_deleted: bool = False
    is_tombstone: bool = False

    @property
    def is_public(self) -> bool:
        """Everybody in the channel sees it."""
        return self.visible_to is None and not self.is_tombstone

    @property
    def buttons(self) -> list[Json]:
        """All its buttons."""
        elements = [element for block in self.blocks for element in block.get("elements", [])]
        elements += [block["accessory"] for block in self.blocks if "accessory" in block]
        return [element for element in elements if element.get("type") == "button"]

    @property
    def words(self) -> str:
        """Everything that one can read in it: blocks, or the text where there are none, and labels of buttons."""
        shown = "\n".join(_words(block) for block in self.blocks) if self.blocks else self.text
        return html.unescape(shown)

    def file(self, suffix: str) -> File | None:
        """Its first file whose name ends so."""
        return next((file for file in self.files if file.name.endswith(suffix)), None)

    @property
    def thread(self) -> list[Message]:
        """What is below it; of a thread that it is in itself, what came later."""
        if self.parent_ts is None:
            return self.channel.thread(self)
        root = self.channel.messages[self.parent_ts]
        return [message for message in self.channel.thread(root) if message.ts > self.ts]

    @property
    def thread_files(self) -> list[File]:
        """All files below it."""
        return [file for message in self.thread for file in message.files]

    def thread_file(self, suffix: str) -> File | None:
        """The first file below it whose name ends so."""
        return next((file for file in self.thread_files if file.name.endswith(suffix)), None)


def _words(node: Any) -> str:
    """All texts in a block, each in a line; buttons in brackets."""
    if isinstance(node, list):
        return "\n".join(filter(None, map(_words, node)))
    if not isinstance(node, dict):
        return ""
    if node.get("type") == "button":
        return f"[{with_emoji(node['text']['text'])}]"
    if node.get("type") in {"mrkdwn", "plain_text"}:
        return with_emoji(node["text"])
    return "\n".join(filter(None, (_words(value) for value in node.values())))


def with_emoji(text: str) -> str:
    """Thumbs as people see them."""
    return re.sub(":(?:thumbsup|[+]1):", "👍", re.sub(":(?:thumbsdown|-1):", "👎", text))


@dataclass(eq=False)
class Act:
    """Something that a person did with the bot, and what came of it.

    Attributes:
        kind: of the envelope.
        response_url: where the bot may answer.
        created_at: Slack's time.
        is_acknowledged: by the bot, in time.
        fault: what Slack tells the person instead, where there was no acknowledgement.
        uses: how often the response address was used.
        replies: what the person got to see for it, in order.
        payload: what the bot was sent.
    """

    kind: str
    user: User
    channel: Channel
    created_at: float
    response_url: str
    payload: Json
    is_acknowledged: bool = False
    fault: str = ""
    uses: int = 0
    replies: list[Message] = field(default_factory=list)

    async def acknowledged(self, seconds: float = PATIENCE_SECONDS) -> Act:
        """Wait for the acknowledgement."""
        await until(lambda: self.is_acknowledged or self.fault, f"the acknowledgement of {self.kind}", seconds)
        assert not self.fault, f"{self.kind} was not acknowledged: {self.fault}"
        return self

    async def reply(self, seconds: float = PATIENCE_SECONDS) -> Message:
        """Wait for an answer that the person alone sees, or that came by the response address."""
        await until(lambda: self.replies, f"a reply to {self.kind}", seconds)
        return self.replies[-1]
