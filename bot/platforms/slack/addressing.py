"""What Slack needs to answer a request later, as the JSON that the core keeps for it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain import MessageRef


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes.

    Attributes:
        thread: of the message that began the thread in which was asked, if it was in one.
        file_id: of the MIDI file to continue. Where it lies is asked of Slack when it is fetched: addresses in
            messages are not trusted.
        user_id: who is written to where the channel cannot be; of a request for a piece it is known anyway.
    """

    channel_id: str
    thread: str | None = None
    file_id: str | None = None
    user_id: str | None = None

    def thread_of(self, message: MessageRef) -> str:
        """The thread that a message which answers here belongs to, or begins."""
        return self.thread if self.thread and self.channel_id == message.channel_id else message.message_id

    def to_json(self) -> str:
        """As compact JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Address:
        """The address that ``to_json`` was called on."""
        return cls(**json.loads(text))
