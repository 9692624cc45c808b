"""The web chat as a platform: starting, stopping, and serving the page."""

from __future__ import annotations

import socket
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from yarl import URL

from bot.domain import PlatformName, ReplyError
from bot.platforms.platform import PlatformStartError
from bot.platforms.web import WebPlatform, page

if TYPE_CHECKING:
    from tests.bot.platforms.web.api_client import ApiClient
    from tests.bot.platforms.web.conftest import Chat


async def test_says_where_it_is(chat: Chat) -> None:
    """The address holds the port that was found, and answers."""
    assert chat.web.url.startswith("http://127.0.0.1:")
    assert not chat.web.url.endswith(":0/")
    assert (chat.web.name, chat.web.answers_in_messages) == (PlatformName.WEB, False)


async def test_a_taken_port_is_said(chat: Chat) -> None:
    """Where another program listens, the sentence names the port and the setting."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        web = WebPlatform(chat.house.studio, port=port)

        with pytest.raises(PlatformStartError, match=rf"Port {port} is in use.*SCHUMANN_WEB_PORT"):
            await web.start()


async def test_an_impossible_address_is_said(chat: Chat) -> None:
    """An address that this computer does not have is refused with a sentence."""
    web = WebPlatform(chat.house.studio, host="192.0.2.1", port=0, token="0123456789abcdef")  # noqa: S106 (a test's)

    with pytest.raises(PlatformStartError, match=r"cannot listen on 192\.0\.2\.1"):
        await web.start()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104 (that it is refused)
async def test_others_need_a_token(chat: Chat, host: str) -> None:
    """The chat does not listen where others can reach it without a token."""
    with pytest.raises(PlatformStartError, match="SCHUMANN_WEB_TOKEN"):
        await WebPlatform(chat.house.studio, host=host, port=0).start()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80/"),
        ("localhost", "http://localhost:80/"),
        ("::1", "http://[::1]:80/"),
        ("0.0.0.0", "http://127.0.0.1:80/"),  # noqa: S104 (only its name)
        ("chat.example.org", "http://chat.example.org:80/"),
    ],
)
async def test_the_address_can_be_opened(chat: Chat, host: str, url: str) -> None:
    """Whatever the chat listens on, its address is one that a browser on this computer opens."""
    assert WebPlatform(chat.house.studio, host=host, port=80).url == url


async def test_a_short_token_is_refused(chat: Chat) -> None:
    """A token that can be guessed is refused; the sentence does not hold it."""
    with pytest.raises(PlatformStartError, match="at least 16 characters") as caught:
        await WebPlatform(chat.house.studio, port=0, token="hunter2").start()  # noqa: S106 (a test's)

    assert "hunter2" not in str(caught.value)


async def test_closing_ends_everything(chat: Chat) -> None:
    """After closing nobody is answered any more; closing twice is harmless."""
    await chat.web.close()
    await chat.web.close()

    with pytest.raises(aiohttp.ClientConnectionError):
        await chat.person.raw("GET", "/api/about")


async def test_starts_again_at_once(chat: Chat) -> None:
    """The port is free again as soon as the chat is closed, even where somebody was connected."""
    await chat.person.piece()
    port = int(chat.web.url.rstrip("/").rpartition(":")[2])
    await chat.web.close()

    web = WebPlatform(chat.house.studio, port=port)
    await web.start()
    try:
        assert (await chat.person.call("GET", "/api/about")).status == HTTPStatus.OK
    finally:
        await web.close()


async def test_there_is_no_file_to_fetch(chat: Chat) -> None:
    """The studio is told in a sentence that files come together with their requests here."""
    await chat.person.ticket()
    ticket = await chat.house.store.ticket(1)

    with pytest.raises(ReplyError, match="send it again"):
        await chat.web.fetch_file(ticket)


async def test_loopback_has_three_names(chat: Chat) -> None:
    """The chat answers to all names of this computer."""
    port = chat.web.url.rstrip("/").rpartition(":")[2]
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", f"LOCALHOST:{port}"):
        reply = await chat.person.raw("GET", "/api/about", headers={"Host": host})
        assert reply.status == HTTPStatus.OK, host


async def test_serves_the_page(person: ApiClient) -> None:
    """The page and each of its parts are served with their types."""
    index = await person.raw("GET", "/")

    assert (index.status, index.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert index.content == (page.PAGE / "index.html").read_bytes()
    for path in page.PAGE.rglob("*.*"):
        part = await person.raw("GET", f"/page/{path.relative_to(page.PAGE).as_posix()}")
        assert (part.status, part.content) == (200, path.read_bytes()), path
        assert part.headers["Cache-Control"] == "no-cache"


async def test_a_page_without_changes_is_not_sent_again(person: ApiClient) -> None:
    """A browser that has the page is told that it is still good."""
    first = await person.raw("GET", "/")

    second = await person.raw("GET", "/", headers={"If-None-Match": first.headers["ETag"]})

    assert second.status == HTTPStatus.NOT_MODIFIED


@pytest.mark.parametrize(
    "path",
    [
        "/page/../server.py",
        "/page/%2e%2e/server.py",
        "/page/..%2fserver.py",
        "/page/..%5cserver.py",
        "/page//etc/passwd",
        "/page/%2fetc%2fpasswd",
        "/page/./index.html/../../server.py",
        "/page/",
        "/page",
        "/page/nothing.js",
        "/page/index.html%00.js",
        "/api/pieces/1/../../../schumann.db",
        "/api/pieces/1/%2e%2e%2f%2e%2e%2fschumann.db",
        "/api/pieces/1/score",
        "/data/schumann.db",
        "/openapi.json",
    ],
)
async def test_no_way_leads_elsewhere(person: ApiClient, path: str) -> None:
    """Whatever the address, nothing but the page and the files of pieces is served."""
    await person.piece()
    async with aiohttp.ClientSession() as session, session.get(URL(person.url + path, encoded=True)) as response:
        assert response.status == HTTPStatus.NOT_FOUND
        assert (await response.json())["error"] == "There is nothing at this address."


async def test_a_wrong_method_is_said(person: ApiClient) -> None:
    """A method that an address does not know is refused with a sentence."""
    reply = await person.raw("PUT", "/api/about", json={})

    assert (reply.status, reply.body["error"]) == (405, "This cannot be done at this address.")


def test_page_lies_beside_the_server() -> None:
    """The page is part of this package, wherever the bot is started from."""
    assert Path(page.__file__).parent == page.PAGE.parent
