"""Handing pieces over: the card in the message of the request, the files in its thread, and nothing of it twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot import wording
from bot.domain import MessageRef, RequestState, Tally
from bot.patience import until_stored
from bot.platforms.platform import UndeliverableError
from bot.platforms.slack.addressing import Address
from bot.platforms.slack.cards import piece_card
from bot.platforms.slack.letters import note
from bot.platforms.slack.troubles import MESSAGE_GONE, OUT_OF_REACH, SlackError
from bot.platforms.slack.uploads import Enclosure, upload_once

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain import Piece, Ticket
    from bot.piece_files import PieceFiles
    from bot.platforms.slack.letters import Letter
    from bot.platforms.slack.workspace import Workspace

_RECORD = "slack.json"
"""File name, beside the piece's own; it goes when they go."""


async def hand_over(workspace: Workspace, ticket: Ticket, piece: Piece, files: PieceFiles) -> MessageRef:
    """Post a piece, or whatever of it is not there yet.

    Raises:
        UndeliverableError: neither the channel nor the person can be written to.
        SlackError: anything else that Slack has against it.
    """
    card, enclosures = piece_card(piece, Tally(), ticket.remarks), await enclosures_of(piece, files)
    message = await put(workspace, ticket, card)
    record = files.folder / _RECORD
    try:
        thread = Address.from_json(ticket.request.address).thread_of(message)
        await upload_once(workspace.web, enclosures, message, thread, record)
    except SlackError as error:
        if error.code not in OUT_OF_REACH:
            raise
        message = await _post_privately(workspace, ticket, card)
        await upload_once(workspace.web, enclosures, message, message.message_id, record)
    return message


async def tell(workspace: Workspace, ticket: Ticket, sentence: str) -> None:
    """Turn the request's message into why there is no piece."""
    if ticket.message is None and ticket.state is RequestState.CANCELLED:
        return  # nobody has seen anything of it
    title = wording.safe_title(ticket.request.seed.title, wording.LONGEST_FACT)
    await put(workspace, ticket, note(f"{title}\n{sentence}"))


async def put(workspace: Workspace, ticket: Ticket, letter: Letter) -> MessageRef:
    """Turn the message of a request into ``letter``; without one, send it to the channel, or else to the person."""
    if ticket.message is not None:
        try:
            await workspace.web.update(ticket.message, letter)
        except SlackError as error:
            if error.code not in MESSAGE_GONE | OUT_OF_REACH:
                raise
        else:
            return ticket.message
    elif ticket.id in workspace.placed:
        message = "its message is about to be there"
        raise SlackError(message)
    message_ref = await _post_anew(workspace, ticket, letter)
    # At once: a bot that ends before the rest is done must not post it again.
    await until_stored(lambda: workspace.studio.placed(ticket.id, message_ref))
    return message_ref


async def _post_anew(workspace: Workspace, ticket: Ticket, letter: Letter) -> MessageRef:
    address = Address.from_json(ticket.request.address)
    try:
        return await workspace.web.post(address.channel_id, letter, address.thread)
    except SlackError as error:
        if error.code not in OUT_OF_REACH:
            raise
    return await _post_privately(workspace, ticket, letter)


async def _post_privately(workspace: Workspace, ticket: Ticket, letter: Letter) -> MessageRef:
    try:
        return await workspace.web.post(ticket.request.user.id.rpartition("/")[2], letter)
    except SlackError as error:
        if error.code not in OUT_OF_REACH:
            raise
        message = "neither the channel nor the person can be written to"
        raise UndeliverableError(message) from error


async def enclosures_of(piece: Piece, files: PieceFiles) -> list[Enclosure]:
    """The recording, the MIDI file and the picture."""
    stem = wording.file_stem(piece)
    parts = {f"{stem}.mp3": files.mp3, f"{stem}.mid": files.midi, f"{stem}.png": files.picture}
    return [Enclosure(name, name, await _data(path)) for name, path in parts.items()]


async def _data(path: Path) -> bytes:
    return await asyncio.to_thread(path.read_bytes)
