"""Somebody's MIDI file becomes a primer: read once, in a limited child process, and never looked at again."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from bot import wording
from composer.errors import BadInputError
from composer.midi.limited import read_midi_limited_as_json

LARGEST_UPLOAD: Final = 1 << 20
"""Bytes; of 972 odd files from the wild 971 are smaller."""
_AT_ONCE: Final = 2
"""Files that are read at the same time: each takes a core and up to 512 MB for a moment."""


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

    async def read(self, data: bytes, name: str) -> Upload:
        """Understand a MIDI file.

        Raises:
            BadInputError: it cannot be used; the sentence says why.
        """
        if len(data) > LARGEST_UPLOAD:
            raise BadInputError(wording.FILE_TOO_LARGE)
        async with self._turns:
            return await asyncio.to_thread(_read, data, name)


def _read(data: bytes, name: str) -> Upload:
    primer, remarks = read_midi_limited_as_json(data)
    title = str(json.loads(primer)["title"]) or PurePath(wording.safe_name(name)).stem
    return Upload(primer, wording.safe_title(title), remarks)
