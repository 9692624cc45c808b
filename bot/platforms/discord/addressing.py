"""What Discord needs to answer a request later, as the JSON that the core keeps for it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from bot import wording
from bot.asking import calls_itself_midi
from bot.domain import ReplyError

if TYPE_CHECKING:
    import discord

FILE_LIMIT: Final = 10 << 20
"""Bytes of a file that may be posted where Discord has not said how many."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that somebody attached; its address is signed and works for a day."""

    url: str
    filename: str
    size: int


@dataclass(frozen=True, slots=True)
class Address:
    """Where an answer goes.

    Attributes:
        application_id: of the bot, for answers to an interaction.
        token: of the interaction, if there was one.
        expires_at: when the token dies, in seconds since 1970.
        asked_in: id of the message in which the request was made, to answer below it.
        file_limit: bytes of a file that may be posted there.
        attached: the MIDI file to continue.
    """

    channel_id: str
    application_id: str | None = None
    token: str | None = None
    expires_at: float = 0.0
    asked_in: str | None = None
    file_limit: int = FILE_LIMIT
    attached: Attached | None = None

    def to_json(self) -> str:
        """As compact JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Address:
        """The address that ``to_json`` was called on."""
        fields: dict[str, Any] = json.loads(text)
        attached = fields.pop("attached")
        return cls(**fields, attached=Attached(**attached) if attached else None)

    def is_token_alive(self, now: datetime | None = None) -> bool:
        """Whether the interaction can still be answered as such."""
        return self.token is not None and (now or datetime.now(UTC)).timestamp() < self.expires_at


def address_of_interaction(
    interaction: discord.Interaction[Any], attachment: discord.Attachment | None = None
) -> Address:
    """How to answer a slash command, a button or a context menu.

    Raises:
        ReplyError: it comes from a kind of channel that discord.py does not know.
    """
    if interaction.channel_id is None:
        raise ReplyError(wording.UNKNOWN_CHANNEL)
    return Address(
        channel_id=str(interaction.channel_id),
        application_id=str(interaction.application_id),
        token=interaction.token,
        expires_at=interaction.expires_at.timestamp(),
        file_limit=interaction.filesize_limit,
        attached=_attached(attachment),
    )


def address_of_message(message: discord.Message, attachment: discord.Attachment | None = None) -> Address:
    """How to answer a message."""
    return Address(
        channel_id=str(message.channel.id),
        asked_in=str(message.id),
        file_limit=message.guild.filesize_limit if message.guild else FILE_LIMIT,
        attached=_attached(attachment),
    )


def midi_among(attachments: list[discord.Attachment]) -> discord.Attachment | None:
    """The first attachment that calls itself MIDI."""
    return next((one for one in attachments if calls_itself_midi(one.filename, one.content_type)), None)


def _attached(attachment: discord.Attachment | None) -> Attached | None:
    if attachment is None:
        return None
    return Attached(attachment.url, attachment.filename, attachment.size)
