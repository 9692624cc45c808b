"""Somebody's MIDI file becomes a primer: read once, in a limited child process, and never looked at again."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from bot import wording
from bot.domain import ReplyError
from composer.errors import BadInputError
from composer.midi.limited import read_midi_limited_as_json

if TYPE_CHECKING:
    from bot.domain import Ticket
    from bot.platforms.platform import Platform

logger = logging.getLogger(__name__)

LARGEST_UPLOAD: Final = 1 << 20
"""Bytes; of 972 odd files from the wild 971 are smaller."""
_AT_ONCE: Final = 2
"""Files that are read at the same time: each takes a core and up to 512 MB for a moment."""
_FETCHED_AT_ONCE: Final = 8
"""Files that are fetched at the same time, and kept in memory until they are read."""
_FETCHING_SECONDS: Final = 30.0
FETCHING_PAUSES: Final = (0.0, 2.0, 10.0)
"""Seconds before each attempt to fetch a file."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was understood.

    Attributes:
        primer: the Score as ``composer.score_json`` text; checked again by the worker that uses it.
        title: the file's own, or its name.
        remarks: what was left out or mended, in sentences.
    """

    primer: str
    title: str
    remarks: tuple[str, ...]


class UploadReader:
    """Reads uploads, a few at a time, without holding up the event loop."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._fetching = asyncio.Semaphore(_FETCHED_AT_ONCE)

    async def fetch(self, ticket: Ticket, platform: Platform) -> Upload:
        """Get the file that a request waits for, and understand it.

        Raises:
            ReplyError, BadInputError: it cannot be had or used; the sentence says why.
            Exception: whatever a platform's network may raise, after several attempts.
        """
        async with self._fetching:
            return await self.read(await _fetched(ticket, platform), ticket.request.seed.text)

    async def read(self, data: bytes, name: str) -> Upload:
        """Understand a MIDI file.

        Raises:
            BadInputError: it cannot be used; the sentence says why.
        """
        if len(data) > LARGEST_UPLOAD:
            raise BadInputError(wording.FILE_TOO_LARGE)
        async with self._turns:
            return await asyncio.to_thread(_read, data, name)


async def _fetched(ticket: Ticket, platform: Platform) -> bytes:
    for pause in FETCHING_PAUSES[:-1]:
        await asyncio.sleep(pause)
        try:
            return await _fetched_now(ticket, platform)
        except ReplyError:
            raise
        except Exception as error:  # noqa: BLE001 (networks fail in many ways; each is worth another attempt)
            logger.info("the file of request %d cannot be had yet: %s", ticket.id, type(error).__name__)
    await asyncio.sleep(FETCHING_PAUSES[-1])
    return await _fetched_now(ticket, platform)


async def _fetched_now(ticket: Ticket, platform: Platform) -> bytes:
    async with asyncio.timeout(_FETCHING_SECONDS):
        return await platform.fetch_file(ticket)


def _read(data: bytes, name: str) -> Upload:
    primer, remarks = read_midi_limited_as_json(data)
    title = str(json.loads(primer)["title"]) or PurePath(wording.safe_name(name)).stem
    return Upload(primer, wording.safe_title(title), remarks)
