"""Which addresses attachments are fetched from, and how much of what comes back is read."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web

from bot.domain import ReplyError
from bot.platforms.discord import downloads
from bot.platforms.discord.addressing import Attached
from bot.platforms.discord.downloads import checked_url, download
from composer.midi.events import MAX_BYTES
from tests.fakes.discord.patching import patched

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

API = "http://127.0.0.1:8099"
REAL = "https://cdn.discordapp.com/attachments/1/2/a.mid?ex=1&is=2&hm=3"
TRICKS = Path(__file__).with_name("url_tricks.txt").read_text(encoding="utf-8").split()


@pytest.mark.parametrize("url", TRICKS)
def test_no_trick_leads_elsewhere(url: str) -> None:
    """Whatever is not exactly one of Discord's hosts, by https, is refused in a sentence, also beside a local API."""
    for base in ("https://discord.com", API):
        with patched(base), pytest.raises(ReplyError, match="send it again"):
            checked_url(url)


@pytest.mark.parametrize(
    "url", [REAL, "https://media.discordapp.net/attachments/1/2/a.mid", "HTTPS://CDN.discordapp.com/a"]
)
def test_discords_own_hosts_are_asked(url: str) -> None:
    """Attachments lie on these hosts."""
    assert checked_url(url).host in downloads.HOSTS


def test_files_beside_a_local_api_are_fetched_only_in_tests() -> None:
    """The loopback is an address of attachments only while the API itself is there."""
    with patched(API):
        assert checked_url(f"{API}/attachments/1/2/a.mid").port == 8099
    with pytest.raises(ReplyError):
        checked_url(f"{API}/attachments/1/2/a.mid")


@pytest.fixture
async def site() -> AsyncIterator[str]:
    """A server of attachments, of which some are too much."""
    application = web.Application()
    application.router.add_get("/endless", _endless)
    application.router.add_get("/{what}", _serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    with patched(base):
        yield base
    await runner.cleanup()


async def _serve(request: web.Request) -> web.Response:
    if request.path == "/silent":
        await asyncio.sleep(60)
    asked_with = f"{request.headers.get('Authorization')} {request.headers['Accept-Encoding']}"
    answers: dict[str, dict[str, Any]] = {
        "/good": {"text": asked_with},
        "/full": {"body": b"x" * MAX_BYTES},
        "/moved": {"status": 302, "headers": {"Location": "/good"}},
        "/trouble": {"status": 503},
        "/squeezed": {"body": b"not gzip", "headers": {"Content-Encoding": "gzip"}},
    }
    return web.Response(**answers.get(request.path, {"status": 404}))


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65536)


async def test_no_token_goes_along(site: str) -> None:
    """A file is asked for without the bot's token, and uncompressed."""
    assert await download(Attached(f"{site}/good", "a.mid", 4)) == b"None identity"


async def test_as_much_as_is_allowed_is_read(site: str) -> None:
    """A file of just the largest size is fetched whole."""
    assert len(await download(Attached(f"{site}/full", "a.mid", 4))) == MAX_BYTES


@pytest.mark.parametrize(
    ("path", "size", "reason"),
    [
        ("endless", 4, "larger than 1 MiB"),
        ("good", MAX_BYTES + 1, "larger than 1 MiB"),
        ("moved", 4, "send it again"),
        ("gone", 4, "send it again"),
    ],
)
async def test_what_cannot_be_had_is_said(site: str, path: str, size: int, reason: str) -> None:
    """Too large (as declared, or as it comes), moved or gone: one sentence."""
    with pytest.raises(ReplyError, match=reason):
        await download(Attached(f"{site}/{path}", "a.mid", size))


async def test_compressed_answers_stay_compressed(site: str) -> None:
    """A server that compresses all the same cannot blow a file up here."""
    assert await download(Attached(f"{site}/squeezed", "a.mid", 4)) == b"not gzip"


async def test_trouble_at_their_end_may_be_tried_again(site: str) -> None:
    """A server in trouble is no fault of the person's, so it is no sentence for them."""
    with pytest.raises(aiohttp.ClientResponseError):
        await download(Attached(f"{site}/trouble", "a.mid", 4))


async def test_a_download_ends_in_time(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that says nothing is not waited for."""
    monkeypatch.setattr(downloads, "SECONDS", 0.05)
    with pytest.raises(TimeoutError):
        await download(Attached(f"{site}/silent", "a.mid", 4))
