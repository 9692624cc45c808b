"""What comes over a broken connection, or breaks one, is refused quietly."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING

import pytest
from yarl import URL

from bot.platforms.web import bodies

if TYPE_CHECKING:
    from tests.bot.platforms.web.api_client import ApiClient

POST = b"POST /api/requests HTTP/1.1\r\nHost: %s\r\nX-SchumaNN: 1\r\n"
JSON, FORM = b"Content-Type: application/json\r\n", b"Content-Type: multipart/form-data; boundary=b\r\n"
BOMB = gzip.compress(bytes(64 << 20))


async def _exchange(person: ApiClient, sent: bytes, *, hang_up: bool = False) -> bytes:
    """What comes back for bytes that no client of HTTP would send."""
    address = URL(person.url)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        writer.write(sent.replace(b"%s", address.authority.encode()))
        await writer.drain()
        if hang_up:
            return b""
        async with asyncio.timeout(20):
            return await reader.readuntil(b"\r\n")
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.mark.parametrize(
    "sent",
    [
        POST + JSON + b"Transfer-Encoding: chunked\r\n\r\nsecret\r\n",
        POST + FORM + b"Transfer-Encoding: chunked\r\n\r\n5\r\n--b\r\n\r\nsecret\r\n",
        POST + JSON + b"Content-Encoding: gzip\r\nContent-Length: 6\r\n\r\nsecret",
        POST + FORM + b"Content-Encoding: gzip\r\nContent-Length: 6\r\n\r\nsecret",
        POST + JSON + b"Content-Length: -5\r\n\r\nsecret",
        POST + JSON + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}secret",
        POST + JSON + b"Host: secret\r\nContent-Length: 2\r\n\r\n{}",
        b"GET /secret HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01secret\r\n\r\n",
    ],
)
async def test_broken_http_is_refused(person: ApiClient, sent: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A body or a head that breaks the rules of HTTP is refused; the log does not repeat it."""
    assert b" 400 " in await _exchange(person, sent)

    assert "secret" not in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("kind", [JSON, FORM])
async def test_a_bomb_is_not_unpacked(person: ApiClient, kind: bytes) -> None:
    """A small body that unpacks to 64 MiB is read only as far as any other."""
    sent = POST + kind + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB)

    assert (await _exchange(person, sent + BOMB)).split()[1] in {b"400", b"413"}


@pytest.mark.parametrize("kind", [JSON, FORM])
async def test_who_hangs_up_is_not_missed(person: ApiClient, kind: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that breaks in the middle of a request leaves no trace."""
    await _exchange(person, POST + kind + b"Content-Length: 5000\r\n\r\n--b\r\n", hang_up=True)
    await person.call("GET", "/api/about")

    assert caplog.text == ""


@pytest.mark.parametrize("kind", [JSON, FORM])
async def test_slowness_has_an_end(person: ApiClient, kind: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends too slowly is not waited for any longer."""
    monkeypatch.setattr(bodies, "READING_SECONDS", 0.05)

    assert b" 400 " in await _exchange(person, POST + kind + b"Content-Length: 5000\r\n\r\n--b\r\n")
