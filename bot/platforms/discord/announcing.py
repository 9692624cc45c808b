"""Telling how a retraining goes: in one message that needs no interaction, so that it outlives tokens and restarts."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import discord

from bot.domain import MessageRef
from bot.platforms.discord.embeds import letter_of
from bot.platforms.discord.letters import Enclosure
from bot.platforms.discord.posting import edit_by_id
from bot.platforms.discord.run_buttons import cancel_run_button
from bot.platforms.discord.troubles import MESSAGE_GONE, NETWORK_TROUBLE, OUT_OF_REACH, is_too_large
from bot.platforms.platform import UndeliverableError
from bot.retraining import wording

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bot.platforms.discord.letters import Letter
    from bot.retraining.domain import Notice

logger = logging.getLogger(__name__)

_PATIENCE_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class RunAddress:
    """Where a run is told of.

    Attributes:
        channel_id: in which it was started.
        user_id: of whoever started it, to whom the bot writes where the channel is closed to it.
        nonce: by which Discord knows the message again if it is sent twice.
    """

    channel_id: str
    user_id: str
    nonce: str

    def to_json(self) -> str:
        """As compact JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> RunAddress:
        """The address that ``to_json`` was called on."""
        return cls(**json.loads(text))


async def announce(
    client: discord.Client,
    address: str,
    notice: Notice,
    message: MessageRef | None,
    *,
    is_first_sign: bool = False,
) -> MessageRef:
    """Turn ``message`` into a notice; where there is none, or none any more, send it to the channel or to the person.

    Samples that Discord does not take there are left out. If this is the first sign of a run, a later one that was sent
    meanwhile under the same nonce stays.

    Raises:
        UndeliverableError: neither is open to the bot.
        discord.HTTPException: anything else that Discord has against it, or trouble at their end.
    """
    place = RunAddress.from_json(address)
    letters = [await _letter(notice)]
    if notice.files:
        text = f"{notice.text}\n{wording.SAMPLES_LEFT_OUT}"
        letters.append(await _letter(replace(notice, text=text, files=())))
    for letter in letters:
        try:
            return await _put(client, place, letter, message, is_first_sign=is_first_sign)
        except discord.HTTPException as error:
            if error.code not in OUT_OF_REACH and not is_too_large(error):
                raise
    return await _send_privately(client, place, letters[0], is_first_sign=is_first_sign)


async def announce_if_possible(client: discord.Client, address: str, notice: Notice) -> MessageRef | None:
    """Give the first sign of a run, but None where that fails or takes long: its end is told all the same."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await announce(client, address, notice, None, is_first_sign=True)
    except (*NETWORK_TROUBLE, UndeliverableError) as trouble:
        logger.warning("retraining run %d has no message yet: %s", notice.run_id, type(trouble).__name__)
        return None


async def _put(
    client: discord.Client, place: RunAddress, letter: Letter, message: MessageRef | None, *, is_first_sign: bool
) -> MessageRef:
    if message is not None:
        try:
            return await edit_by_id(client, message, letter)
        except discord.HTTPException as error:
            if error.code != MESSAGE_GONE and error.code not in OUT_OF_REACH:
                raise
    # A message that was deleted must not come back by its nonce, and what takes its place must not come twice.
    nonce = place.nonce if message is None else message.message_id
    channel = client.get_partial_messageable(int(place.channel_id))
    return await _send(channel, letter, nonce, is_first_sign=is_first_sign)


async def _send_privately(
    client: discord.Client, place: RunAddress, letter: Letter, *, is_first_sign: bool
) -> MessageRef:
    try:
        private = await client.create_dm(discord.Object(int(place.user_id)))
        return await _send(private, letter, place.nonce, is_first_sign=is_first_sign)
    except (discord.Forbidden, discord.NotFound) as error:
        sentence = "neither the channel nor the person can be written to"
        raise UndeliverableError(sentence) from error


async def _send(channel: discord.abc.Messageable, letter: Letter, nonce: str, *, is_first_sign: bool) -> MessageRef:
    sent = await channel.send(nonce=nonce, **letter.as_new())
    if not is_first_sign and not _holds(sent, letter):
        await sent.edit(**letter.as_edit())
    return MessageRef(str(sent.channel.id), str(sent.id))


def _holds(message: discord.Message, letter: Letter) -> bool:
    """Whether a message is the letter, and not an earlier one that was sent under the same nonce."""
    held: tuple[Any, ...] = (message.content, len(message.embeds), len(message.attachments), bool(message.components))
    return held == (letter.content or "", int(bool(letter.embed)), len(letter.enclosures), bool(letter.buttons))


async def _letter(notice: Notice) -> Letter:
    letter = letter_of(notice.text)
    enclosures = (*await asyncio.to_thread(_read, notice.files), *letter.enclosures)
    buttons = cancel_run_button(notice.run_id) if notice.cancellable else None
    return replace(letter, enclosures=enclosures, buttons=buttons)


def _read(paths: Iterable[Path]) -> list[Enclosure]:
    """The files that are still there: a report must not wait for ever for samples that somebody has deleted."""
    found = []
    for path in paths:
        try:
            found.append(Enclosure(path.name, path.read_bytes()))
        except OSError as error:
            logger.warning("a sample cannot be attached: %s", type(error).__name__)
    return found
