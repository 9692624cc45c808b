"""Messages over a pipe: four bytes of length, then so many bytes of JSON."""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import BinaryIO

LONGEST_MESSAGE: Final = 32 << 20
"""Bytes; the longest primer takes 2 MiB."""
_LENGTH = struct.Struct(">I")


class BrokenFrameError(Exception):
    """The other side broke off in the middle of a message, or sent something that is none."""


def framed(message: bytes) -> bytes:
    """The message as it goes over the pipe."""
    if len(message) > LONGEST_MESSAGE:
        text = f"a message of {len(message)} bytes is too long"
        raise ValueError(text)
    return _LENGTH.pack(len(message)) + message


def read_frame(stream: BinaryIO) -> bytes | None:
    """Wait for the next message; None where the other side has closed the pipe.

    Raises:
        BrokenFrameError: the pipe holds no whole message.
    """
    head = stream.read(_LENGTH.size)
    if not head:
        return None
    message = stream.read(_length_in(head))
    if len(message) < _length_in(head):
        text = "the pipe was closed in the middle of a message"
        raise BrokenFrameError(text)
    return message


async def receive_frame(stream: asyncio.StreamReader) -> bytes:
    """Wait for the next message without blocking.

    Raises:
        BrokenFrameError: the pipe was closed, or holds no message.
    """
    try:
        return await stream.readexactly(_length_in(await stream.readexactly(_LENGTH.size)))
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        text = "the pipe was closed"
        raise BrokenFrameError(text) from error


def _length_in(head: bytes) -> int:
    if len(head) < _LENGTH.size:
        text = "the pipe was closed in the middle of a length"
        raise BrokenFrameError(text)
    length: int = _LENGTH.unpack(head)[0]
    if length > LONGEST_MESSAGE:
        text = f"{length} is not the length of a message"
        raise BrokenFrameError(text)
    return length
