"""The stream of news: live, after a reload, after a restart, and for the right person only."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from bot.platforms.web import events
from bot.store import StoreError
from tests.bot.platforms.web.conftest import running_chat

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    import pytest

    from tests.bot.platforms.web.api_client import ApiClient
    from tests.bot.platforms.web.conftest import Chat


async def _until(stream: AsyncGenerator[tuple[str, Any]], *names: str) -> list[tuple[str, Any]]:
    """The events up to and with the first one of these names."""
    found = []
    async with asyncio.timeout(20):
        async for name, content in stream:
            found.append((name, content))
            if name in names:
                return found
    message = f"the stream ended without {' or '.join(names)}"
    raise AssertionError(message)


async def test_a_request_is_followed_to_its_end(person: ApiClient) -> None:
    """The page hears hello, then how far its request is, then of the piece, once."""
    async with aclosing(person.events()) as stream:
        hello = await _until(stream, "hello")
        ticket = await person.ticket()
        news = await _until(stream, "done")

    assert hello[0][1]["open"] == []
    assert {content["id"] for _, content in news} == {ticket["id"]}
    assert [name for name, _ in news].count("done") == 1
    assert news[-1][1]["piece"] == (await person.call("GET", "/api/pieces/1")).body["piece"]


async def test_progress_comes_live(chat: Chat) -> None:
    """While a piece is being made the page hears how far it is, and of the place of what waits behind it."""
    chat.pool.hold()
    async with aclosing(chat.person.events()) as stream:
        await _until(stream, "hello")
        first, second = await chat.person.ticket(), await chat.person.ticket()
        seen: dict[int, Any] = {}
        async with asyncio.timeout(20):
            async for _, content in stream:
                seen[content["id"]] = content["progress"]
                running, waiting = seen.get(first["id"], {}), seen.get(second["id"], {})
                if running.get("share") == 0.5 and waiting.get("place") == 1:
                    break

    assert (running["state"], running["stage"]) == ("running", "composing")
    assert (waiting["state"], waiting["text"].startswith("No. 1 in the queue")) == ("queued", True)


async def test_a_broken_database_ends_the_stream(
    chat: Chat, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A stream that cannot go on ends in good order, and a page that comes back hears everything."""
    look = chat.house.store.open_tickets

    async def fail_once(*_: object) -> None:
        monkeypatch.setattr(chat.house.store, "open_tickets", look)
        message = "The disk is broken."
        raise StoreError(message)

    monkeypatch.setattr(chat.house.store, "open_tickets", fail_once)
    async with aclosing(chat.person.events()) as stream:
        heard = [name async for name, _ in stream]
    async with aclosing(chat.person.events()) as stream:
        await _until(stream, "hello")

    assert heard == []
    assert caplog.text == ""


async def test_a_failure_is_told(chat: Chat) -> None:
    """The page hears that a request failed, and why."""
    chat.pool.faults.append(RuntimeError("boom"))
    async with aclosing(chat.person.events()) as stream:
        await chat.person.ticket()
        news = await _until(stream, "failed", "done")

    assert news[-1][0] == "failed"
    assert "went wrong on our side" in news[-1][1]["sentence"]


async def test_a_cancellation_is_told(chat: Chat) -> None:
    """Other open pages of the same person hear that a request was cancelled."""
    chat.pool.hold()
    async with aclosing(chat.person.events()) as stream:
        ticket = await chat.person.ticket()
        await chat.person.call("DELETE", ticket["url"])
        news = await _until(stream, "cancelled", "done")

    assert (news[-1][0], news[-1][1]["sentence"]) == ("cancelled", "Cancelled.")


async def test_others_hear_nothing(chat: Chat) -> None:
    """News of a request go to the person who made it only."""
    other = await chat.somebody_else()
    async with aclosing(other.events()) as stream:
        await _until(stream, "hello")
        await chat.person.piece()
        await other.ticket()
        news = await _until(stream, "done")

    assert all(content["piece"] is None or content["piece"]["mine"] for _, content in news)
    assert {content["id"] for _, content in news} == {2}


async def test_a_reloaded_page_hears_of_what_is_under_way(chat: Chat) -> None:
    """A page that comes back is told how everything that is open stands."""
    chat.pool.hold()
    ticket = await chat.person.ticket()

    async with aclosing(chat.person.events()) as stream:
        news = await _until(stream, "progress")
        chat.pool.let_go()
        rest = await _until(stream, "done")

    assert news[0][1]["open"] == [ticket["id"]]
    assert (news[1][1]["id"], rest[-1][1]["id"]) == (ticket["id"], ticket["id"])


async def test_a_page_that_was_away_hears_of_ends(chat: Chat) -> None:
    """What ended while nobody listened is told when somebody does again."""
    chat.pool.faults.append(RuntimeError("boom"))
    await chat.person.finished(await chat.person.ticket())
    await asyncio.sleep(0)

    async with aclosing(chat.person.events()) as stream:
        news = await _until(stream, "failed")

    assert news[0][1]["open"] == []
    assert news[-1][1]["id"] == 1


async def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    """When the bot stops, streams end; when it is back, the page hears of the request it waits for, and of its end."""
    async with running_chat(tmp_path) as chat:
        chat.pool.hold()
        cookies = chat.person.session.cookie_jar
        async with aclosing(chat.person.events()) as stream:
            ticket = await chat.person.ticket()
            await _until(stream, "progress")
            first_start = chat.house.studio.started_at
            await chat.web.close()
            async with asyncio.timeout(20):
                async for _ in stream:
                    pass
        secrets = {cookie.key: cookie.value for cookie in cookies}

    async with running_chat(tmp_path) as chat:
        chat.person.session.cookie_jar.update_cookies(secrets)
        async with aclosing(chat.person.events()) as stream:
            news = await _until(stream, "done")

    assert news[0][1]["open"] == [ticket["id"]]
    assert news[0][1]["started_at"] != first_start.isoformat()
    assert news[-1][1]["id"] == ticket["id"]


async def test_the_fifth_page_replaces_the_first(person: ApiClient) -> None:
    """A person has so many streams that their browser can still ask for something else; the oldest page is told."""
    first, *others = [person.events() for _ in range(events.STREAMS_A_PERSON + 1)]
    for stream in (first, *others):
        await _until(stream, "hello")

    news = await _until(first, "replaced")

    assert news[-1] == ("replaced", {})
    assert [name async for name, _ in first] == []
    await person.ticket()
    for stream in others:
        await _until(stream, "done")
        await stream.aclose()


async def test_silence_is_broken(person: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment comes now and then, so that proxies keep the connection and dead ones are noticed."""
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.05)

    async with person.session.get(f"{person.url}/api/events") as response, asyncio.timeout(20):
        line = b""
        while not line.startswith(b":"):
            line = await response.content.readline()

    assert line == b": still here\n"


async def test_too_many_pages_are_refused(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what the server bears a page is refused with a sentence."""
    monkeypatch.setattr(events, "MOST_STREAMS", 1)
    async with aclosing(chat.person.events()) as stream:
        await _until(stream, "hello")

        reply = await (await chat.somebody_else()).raw("GET", "/api/events")

    assert (reply.status, "try again in a minute" in reply.body["error"]) == (429, True)
