"""What every download of a stranger's file keeps to: known hosts only, no redirects, a limit on bytes and on time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from yarl import URL

from bot import wording
from bot.domain import ReplyError
from composer.midi.events import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Collection

    import aiohttp

SECONDS: Final = 15.0
"""For the whole of a download."""
PLAIN: Final = {"Accept-Encoding": "identity"}
"""Headers: a compressed answer could be small on the wire and huge here."""
_BLOCK: Final = 1 << 16
_GONE: Final = frozenset({401, 403, 404, 410})


def checked_address(text: str, hosts: Collection[str], api: URL | None) -> URL:
    """The address, if it leads to one of ``hosts`` by https, or to where ``api`` is.

    Args:
        text: as the platform gave it.
        hosts: where the platform keeps files.
        api: of a platform for tests, whose files lie beside it; None for the real one.

    Raises:
        ReplyError: it leads elsewhere.
    """
    try:
        url = URL(text)
        is_platform = url.scheme == "https" and url.host in hosts and url.explicit_port is None
        is_beside = api is not None and url.is_absolute() and url.origin() == api.origin()
    except (ValueError, TypeError) as error:
        raise ReplyError(wording.FILE_GONE) from error
    if not (is_platform or is_beside) or url.user is not None or url.password is not None:
        raise ReplyError(wording.FILE_GONE)
    return url


def is_gone(status: int) -> bool:
    """Whether there is no file to be had; a redirect is not followed, so it is one of these."""
    return status in _GONE or 300 <= status < 400


async def bounded(stream: aiohttp.StreamReader) -> bytes:
    """All bytes of an answer, however many were announced.

    Raises:
        ReplyError: they are more than a MIDI file may have.
    """
    received = bytearray()
    while block := await stream.read(_BLOCK):
        received += block
        if len(received) > MAX_BYTES:
            raise ReplyError(wording.FILE_TOO_LARGE)
    return bytes(received)
