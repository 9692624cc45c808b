"""What Slack needs to answer a request later, as the JSON that the core keeps for it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes.

    Attributes:
        thread: of the message that began the thread in which was asked, if it was in one.
        file_id: of the MIDI file to continue. Where it lies is asked of Slack when it is fetched: addresses in
            messages are not trusted.
    """

    channel_id: str
    thread: str | None = None
    file_id: str | None = None

    def to_json(self) -> str:
        """As compact JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Address:
        """The address that ``to_json`` was called on."""
        return cls(**json.loads(text))
