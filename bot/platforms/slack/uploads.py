"""Putting files into a thread, once: their ids are written down before they appear there.

``files_upload_v2`` does the same three steps, but tells the ids when all is over: a bot that dies in between could not
know that the files are there already.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.platforms.slack.troubles import FILE_GONE, SlackError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.domain import MessageRef
    from bot.platforms.slack.web import Web


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file to put there."""

    name: str
    title: str
    data: bytes


async def upload(web: Web, enclosures: Sequence[Enclosure], message: MessageRef, thread: str) -> None:
    """Put files into the thread of a message."""
    await _complete(web, await _send(web, enclosures), message, thread)


async def upload_once(
    web: Web, enclosures: Sequence[Enclosure], message: MessageRef, thread: str, record: Path
) -> None:
    """Put files into the thread of a message, unless they are there already, as far as ``record`` can tell.

    Args:
        web: to call Slack.
        enclosures: the files.
        message: in whose channel they go.
        thread: the message at its head.
        record: a file that survives this process.
    """
    here = [message.channel_id, message.message_id]
    known = await asyncio.to_thread(_read, record)
    if known.get("message") == here and await _are_there(web, known["files"], message.channel_id):
        return
    files = await _send(web, enclosures)
    await asyncio.to_thread(record.write_text, json.dumps({"message": here, "files": [*files]}), encoding="utf-8")
    await _complete(web, files, message, thread)


async def _send(web: Web, enclosures: Sequence[Enclosure]) -> dict[str, str]:
    """Hand the bytes to Slack, which nobody sees yet: the titles by the files' ids."""
    titles: dict[str, str] = {}
    for enclosure in enclosures:
        address, file_id = await web.begin_upload(enclosure.name, len(enclosure.data))
        # The address is secret and for these bytes alone: no token goes along.
        how: dict[str, Any] = {"data": enclosure.data, "allow_redirects": False, "proxy": web.client.proxy}
        async with web.session.post(address, **how) as response:
            if response.status != 200:
                code = f"status {response.status} of an upload"
                raise SlackError(code)
        titles[file_id] = enclosure.title
    return titles


async def _complete(web: Web, files: dict[str, str], message: MessageRef, thread: str) -> None:
    await web.complete_upload(files, message.channel_id, thread)


async def _are_there(web: Web, file_ids: Sequence[str], channel_id: str) -> bool:
    """Whether files can be seen in a channel; they appear together or not at all."""
    try:
        return _is_shared(await web.file(file_ids[0]), channel_id)
    except SlackError as error:
        if error.code in FILE_GONE:
            return False
        raise


def _is_shared(file: dict[str, Any], channel_id: str) -> bool:
    listed = {*file.get("channels", ()), *file.get("groups", ()), *file.get("ims", ())}
    return channel_id in listed.union(*file.get("shares", {}).values())


def _read(record: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and found.get("files") else {}
