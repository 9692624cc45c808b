"""What pages of other sites, other people and guessed tokens cannot do."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.platforms.web import access
from tests.bot.platforms.web.api_client import OWN, ApiClient
from tests.bot.platforms.web.conftest import running_chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.bot.platforms.web.conftest import Chat

TOKEN = "correct-horse-battery"  # noqa: S105 (a test's)
ASKED = {"seed": "schumann", "length": 10}


# --- pages elsewhere


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost.evil.example:{port}",
        "127.0.0.1:{port}.evil.example",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/about", "/page/app.js", "/api/events", "/nothing"])
async def test_another_name_for_this_computer_is_refused(person: ApiClient, host: str, path: str) -> None:
    """A page elsewhere that points its own name at this computer (DNS rebinding) reads nothing."""
    port = person.url.rpartition(":")[2]

    reply = await person.raw("GET", path, headers={"Host": host.format(port=port)})

    assert (reply.status, b"not one of mine" in reply.content) == (403, True)


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        "http://127.0.0.1",
        "file://",
        "",
        "http://[",
        "{url}.evil.example",
        "http://evil.example@{host}",
        "chrome-extension://abc",
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/requests"), ("GET", "/api/events"), ("DELETE", "/api/privacy")]
)
async def test_another_origin_is_refused(person: ApiClient, method: str, path: str, origin: str) -> None:
    """What a page elsewhere asks for is refused, whatever else it sends along."""
    headers = {**OWN, "Origin": origin.format(url=person.url, host=person.url.removeprefix("http://"))}

    reply = await person.raw(method, path, json=ASKED, headers=headers)

    assert (reply.status, "Another site" in reply.body["error"]) == (403, True)


async def test_the_own_origin_is_welcome(person: ApiClient) -> None:
    """The chat's own page is known by its origin."""
    reply = await person.call("POST", "/api/requests", ASKED, Origin=person.url, Sec_Fetch_Site="same-origin")

    assert reply.status == HTTPStatus.ACCEPTED


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/pieces/1/mp3"),
        ("GET", "/api/history"),
        ("GET", "/page/app.js"),
        ("POST", "/api/requests"),
        ("GET", "/"),
    ],
)
async def test_what_is_embedded_elsewhere_is_refused(person: ApiClient, site: str, method: str, path: str) -> None:
    """Pictures, sound, scripts and frames of this chat cannot be embedded by a page elsewhere, or on another port."""
    headers = {**OWN, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "iframe"}

    reply = await person.raw(method, path, headers=headers, json=ASKED if method == "POST" else None)

    assert reply.status == HTTPStatus.FORBIDDEN


async def test_a_link_to_the_chat_may_be_followed(person: ApiClient) -> None:
    """A link elsewhere opens the chat, which opens itself once more so that the person's cookie comes along."""
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}

    first = await person.raw("GET", "/?token=abc", headers=link)
    again = first.headers["Refresh"].partition("url=")[2]
    home = await person.raw("GET", again, headers={**link, "Sec-Fetch-Site": "same-origin"})
    stubborn = await person.raw("GET", again, headers=link)

    assert (first.status, again.startswith("/?token=abc&")) == (200, True)
    assert "Set-Cookie" not in first.headers
    assert (home.status, stubborn.status) == (200, 403)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=b"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/command"),
        ("POST", "/api/requests"),
        ("POST", "/api/pieces/1/again"),
        ("DELETE", "/api/requests/1"),
        ("PATCH", "/api/settings"),
    ],
)
async def test_what_a_form_elsewhere_can_send_is_refused(person: ApiClient, method: str, path: str, kind: str) -> None:
    """What browsers send anywhere without asking needs a header that they do not send without asking."""
    reply = await person.raw(method, path, data=b"seed=schumann", headers={"Content-Type": kind})

    assert (reply.status, "X-SchumaNN" in reply.body["error"]) == (403, True)


async def test_nobody_else_gets_permission(person: ApiClient) -> None:
    """A browser that asks whether a page elsewhere may do something gets no permission."""
    headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}

    reply = await person.raw("OPTIONS", "/api/requests", headers=headers)

    assert reply.status >= HTTPStatus.BAD_REQUEST
    assert not [name for name in reply.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("path", ["/", "/api/about", "/page/nothing.js", "/api/pieces/1/mp3", "/api/pieces/9"])
async def test_every_answer_has_the_headers(person: ApiClient, path: str) -> None:
    """Every answer, refusals among them, says that it is not to be framed, guessed at, or told of to others."""
    await person.piece()

    headers = (await person.raw("GET", path)).headers

    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] in {"no-store", "no-cache", "private, no-cache"}


# --- other people


async def test_the_cookie_is_kept_from_scripts_and_other_sites(person: ApiClient) -> None:
    """The cookie is random, hidden from scripts, never sent by other sites' pages, and given once."""
    first = await person.raw("GET", "/")
    second = await person.raw("GET", "/api/history")

    cookie = first.headers["Set-Cookie"]
    assert len(cookie.partition(";")[0]) == len("schumann=") + 32
    for attribute in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=31536000"):
        assert attribute in cookie
    assert "Secure" not in cookie
    assert "Set-Cookie" not in second.headers


async def test_the_cookie_stays_on_https(person: ApiClient) -> None:
    """Behind a proxy that speaks https the cookie is not sent in the clear."""
    reply = await person.raw("GET", "/", headers={"X-Forwarded-Proto": "https"})

    assert "Secure" in reply.headers["Set-Cookie"]


@pytest.mark.parametrize("cookie", ["", "x", "' or 1=1", "0" * 31, "0" * 33, "G" * 32, "\u0661" * 32])
async def test_an_odd_cookie_is_replaced(person: ApiClient, cookie: str) -> None:
    """A cookie that we did not make makes nobody of anybody."""
    reply = await person.raw("GET", "/api/history", headers={"Cookie": f"schumann={cookie}"})

    assert "schumann=" in reply.headers["Set-Cookie"]


async def test_people_do_not_see_each_others_requests(tmp_path: Path) -> None:
    """Where others can get in, nobody sees or cancels what others have asked for; finished pieces are shared."""
    async with running_chat(tmp_path, token=TOKEN, host="0.0.0.0") as chat:  # noqa: S104 (what is tested)
        other = await chat.somebody_else()
        for somebody in (chat.person, other):
            await somebody.raw("GET", f"/?token={TOKEN}")
        piece = await chat.person.piece()
        chat.pool.hold()
        ticket = await chat.person.ticket()

        seen = await other.call("GET", ticket["url"])
        cancelled = await other.call("DELETE", ticket["url"])
        listed = await other.call("GET", "/api/requests")
        settings = await other.call("PATCH", "/api/settings", {"per_user_hour": 1})
        shared = await other.call("GET", f"/api/pieces/{piece['id']}")
        report = await other.call("GET", "/api/privacy")

        assert (seen.status, cancelled.status, settings.status) == (404, 403, 403)
        assert listed.body["requests"] == []
        assert (shared.status, shared.body["piece"]["mine"]) == (200, False)
        assert report.body["report"]["pieces"] == []
        assert (await chat.person.call("GET", ticket["url"])).body["ticket"]["state"] in {"queued", "running"}


# --- the token


@pytest.fixture
async def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Chat]:
    """A chat with a token; who shows a wrong one does not wait long."""
    monkeypatch.setattr(access, "WRONG_TOKEN_SECONDS", 0.01)
    async with running_chat(tmp_path, token=TOKEN) as chat:
        yield chat


@pytest.mark.parametrize("path", ["/", "/api/about", "/page/app.js", "/api/events", "/api/openapi.json", "/nothing"])
async def test_without_the_token_nothing_is_served(locked: Chat, path: str) -> None:
    """Without the token there is nothing but a sentence."""
    reply = await locked.person.raw("GET", path)

    assert (reply.status, b"needs its token" in reply.content) == (401, True)
    assert "Set-Cookie" not in reply.headers


async def test_people_read_the_sentence_itself(locked: Chat) -> None:
    """Who opens the page in a browser without the token reads a sentence, not the JSON that programs get."""
    page, api = [await locked.person.raw("GET", path) for path in ("/", "/api/about")]

    assert (page.headers["Content-Type"], page.content[:9]) == ("text/plain; charset=utf-8", b"This chat")
    assert api.body["error"] == page.content.decode().strip()


async def test_the_token_in_the_address_opens_the_page(locked: Chat) -> None:
    """The token is shown once in the address, which it leaves at once; a cookie that is not the token does the rest."""
    opened = await locked.person.raw("GET", f"/?token={TOKEN}")

    page = await locked.person.raw("GET", opened.headers["Location"])

    assert (opened.status, opened.headers["Location"], page.status) == (303, "/", 200)
    cookie = opened.headers["Set-Cookie"]
    assert TOKEN not in cookie
    assert ("HttpOnly" in cookie, "SameSite=Strict" in cookie) == (True, True)
    assert (await locked.person.call("GET", "/api/about")).status == HTTPStatus.OK


@pytest.mark.parametrize("shown", ["", "x", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\u00e9", "%FF"])
async def test_a_wrong_token_opens_nothing(locked: Chat, shown: str) -> None:
    """A wrong token is refused in the address, in the header and in the cookie."""
    address = await locked.person.raw("GET", f"/?token={shown}")
    header = await locked.person.raw("GET", "/api/about", headers={"Authorization": f"Bearer {shown}"})
    cookie = await locked.person.raw("GET", "/api/about", headers={"Cookie": f"schumann_access={shown}"})

    assert [reply.status for reply in (address, header, cookie)] == [401, 401, 401]
    assert "Set-Cookie" not in address.headers


async def test_the_token_itself_is_no_cookie(locked: Chat) -> None:
    """The token opens nothing as a cookie."""
    reply = await locked.person.raw("GET", "/api/about", headers={"Cookie": f"schumann_access={TOKEN}"})

    assert reply.status == HTTPStatus.UNAUTHORIZED


async def test_programs_show_the_token(locked: Chat) -> None:
    """Programs that send the token need no cookies: all of them are one person."""
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        async with session.post(f"{locked.person.url}/api/requests", json=ASKED, headers=bearer) as response:
            assert response.status == HTTPStatus.ACCEPTED
            assert "Set-Cookie" not in response.headers
            ticket = (await response.json())["ticket"]
        async with session.get(locked.person.url + ticket["url"], headers=bearer) as response:
            assert (await response.json())["ticket"]["id"] == ticket["id"]


async def test_the_token_does_not_excuse_another_origin(locked: Chat) -> None:
    """With the token, too, a page elsewhere is refused."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Origin": "http://evil.example"}

    reply = await locked.person.raw("POST", "/api/requests", json=ASKED, headers=headers)

    assert reply.status == HTTPStatus.FORBIDDEN


async def test_the_log_holds_no_secret(
    locked: Chat, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when something breaks the log holds neither token nor cookie nor what was typed."""
    await locked.person.raw("GET", f"/?token={TOKEN}")
    await locked.person.call("GET", "/api/about")

    async def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(locked.house.studio, "compose", broken)
    with caplog.at_level("DEBUG"):
        reply = await locked.person.call("POST", "/api/command", {"text": "/compose C5q E5q G5h"})

    assert reply.status == HTTPStatus.INTERNAL_SERVER_ERROR
    support_id = reply.body["error"].partition("support id ")[2].partition(")")[0]
    assert f"{support_id}: POST /api/command" in caplog.text
    secrets = [TOKEN, "C5q", *(cookie.value for cookie in locked.person.session.cookie_jar)]
    assert [secret for secret in secrets if secret in caplog.text] == []
