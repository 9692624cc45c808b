"""Which addresses files are fetched from, who sees the token, and how much of what comes back is read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bot.domain import ReplyError
from bot.platforms.slack import downloads
from bot.platforms.slack.downloads import HOSTS, checked_url, download
from bot.platforms.slack.troubles import SlackError
from composer.midi.events import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SLACK = "https://slack.com/api/"
LOCAL = "http://127.0.0.1:8099/api/"
TOKEN = "xoxb-1-abc"  # noqa: S105 (opens nothing)
_DISCORDS = Path(__file__).parents[1] / "discord" / "url_tricks.txt"
TRICKS = _DISCORDS.read_text(encoding="utf-8").replace("cdn.discordapp.com", "files.slack.com").split()
MORE_TRICKS = [
    "https://slack.com/files-pri/T1-F1/a.mid",
    "https://files.slack-files.com/a.mid",
    "https://evil.slack.com/a.mid",
    "https://slack-files.com.evil.example/a.mid",
    "https://slack-files.com@evil.example/",
    "https://files.slack.com:443x/a.mid",
    "",
]


@pytest.mark.parametrize("url", [*TRICKS, *MORE_TRICKS])
def test_no_trick_leads_elsewhere(url: str) -> None:
    """Whatever is not exactly one of Slack's file hosts, by https, is refused, also beside a local API."""
    for api in (SLACK, LOCAL):
        with pytest.raises(ReplyError, match="send it again"):
            checked_url(url, api)


@pytest.mark.parametrize("url", ["https://files.slack.com/files-pri/T1-F1/download/a.mid", "https://slack-files.com/a"])
def test_slacks_own_hosts_are_asked(url: str) -> None:
    """Files lie on these hosts."""
    assert checked_url(url, SLACK).host in HOSTS


def test_files_beside_a_local_api_are_fetched_only_in_tests() -> None:
    """The loopback holds files only while the API itself is there."""
    url = "http://127.0.0.1:8099/files-pri/a.mid"

    assert checked_url(url, LOCAL).port == 8099
    with pytest.raises(ReplyError):
        checked_url(url, SLACK)
    with pytest.raises(ReplyError):
        checked_url("https://slack.com/files-pri/a.mid", SLACK)


@pytest.fixture
async def site() -> AsyncIterator[str]:
    """A server of files, of which some are not what was asked for."""
    application = web.Application()
    application.router.add_get("/endless", _endless)
    application.router.add_get("/{what}", _serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def _serve(request: web.Request) -> web.Response:
    if request.path == "/silent":
        await asyncio.sleep(60)
    asked_with = f"{request.headers.get('Authorization')} {request.headers['Accept-Encoding']}"
    page = "  <!DOCTYPE html><html>Sign in</html>"
    answers: dict[str, dict[str, Any]] = {
        "/good": {"text": asked_with},
        "/full": {"body": b"x" * MAX_BYTES},
        "/moved": {"status": 302, "headers": {"Location": "/good"}},
        "/sign-in": {"text": page, "content_type": "text/html"},
        "/disguised": {"text": page, "content_type": "audio/midi"},
        "/forbidden": {"status": 403},
        "/trouble": {"status": 503},
        "/squeezed": {"body": b"not gzip", "headers": {"Content-Encoding": "gzip"}},
    }
    return web.Response(**answers.get(request.path, {"status": 404}))


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65536)


async def test_the_token_goes_along(site: str) -> None:
    """Without it Slack hands no file over; what comes is not compressed."""
    assert await download(f"{site}/good", TOKEN, f"{site}/api/") == f"Bearer {TOKEN} identity".encode()


async def test_as_much_as_is_allowed_is_read(site: str) -> None:
    """A file of just the largest size is fetched whole."""
    assert len(await download(f"{site}/full", TOKEN, f"{site}/api/")) == MAX_BYTES


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("endless", "larger than 1 MiB"),
        ("moved", "send it again"),
        ("gone", "send it again"),
        ("forbidden", "send it again"),
        ("sign-in", "send it again"),
        ("disguised", "send it again"),
    ],
)
async def test_what_cannot_be_had_is_said(site: str, path: str, reason: str) -> None:
    """Too large, moved, gone, or the page to sign in that comes as if all were well: one sentence."""
    with pytest.raises(ReplyError, match=reason):
        await download(f"{site}/{path}", TOKEN, f"{site}/api/")


async def test_compressed_answers_stay_compressed(site: str) -> None:
    """A server that compresses all the same cannot blow a file up here."""
    assert await download(f"{site}/squeezed", TOKEN, f"{site}/api/") == b"not gzip"


async def test_trouble_at_their_end_may_be_tried_again(site: str) -> None:
    """A server in trouble is no fault of the person's; what is logged of it does not hold the address."""
    with pytest.raises(SlackError) as trouble:
        await download(f"{site}/trouble", TOKEN, f"{site}/api/")
    assert str(trouble.value) == "status 503 of a download"


async def test_a_download_ends_in_time(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that says nothing is not waited for."""
    monkeypatch.setattr(downloads, "SECONDS", 0.05)
    with pytest.raises(TimeoutError):
        await download(f"{site}/silent", TOKEN, f"{site}/api/")
