"""Lists, settings, privacy and typed commands over the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from composer.openers import list_openers

if TYPE_CHECKING:
    from tests.bot.platforms.web.api_client import ApiClient
    from tests.bot.platforms.web.conftest import Chat


async def _typed(person: ApiClient, line: str) -> Any:
    reply = await person.call("POST", "/api/command", {"text": line})
    assert reply.status == HTTPStatus.OK, reply.body
    return reply.body


async def test_history_is_ones_own_newest_first(chat: Chat) -> None:
    """The history holds one's own pieces, newest first, by address and by command; others have their own."""
    for _ in range(2):
        await chat.person.piece()
    other = await chat.somebody_else()

    mine = (await chat.person.call("GET", "/api/history")).body
    theirs = (await other.call("GET", "/api/history")).body

    assert [piece["id"] for piece in mine["pieces"]] == [2, 1]
    assert (theirs["pieces"], theirs["more"]) == ([], False)
    assert await _typed(chat.person, "/history") == mine


async def test_long_histories_have_pages(chat: Chat) -> None:
    """A history goes on on the next page, and says so."""
    for _ in range(11):
        await chat.person.piece()

    first = (await chat.person.call("GET", "/api/history?page=1")).body
    second = (await chat.person.call("GET", "/api/history?page=2")).body

    assert (len(first["pieces"]), first["more"], first["page"]) == (10, True, 1)
    assert ([piece["id"] for piece in second["pieces"]], second["more"], second["page"]) == ([1], False, 2)
    assert (await _typed(chat.person, "/history page:2")) == second


@pytest.mark.parametrize("page", ["0", "-1", "x", "1e3", "99999999999999999999", "2.5"])
@pytest.mark.parametrize("path", ["/api/history", "/api/top"])
async def test_an_impossible_page_is_refused(person: ApiClient, path: str, page: str) -> None:
    """What is no number of a page is refused with a sentence."""
    reply = await person.call("GET", f"{path}?page={page}")

    assert reply.status == HTTPStatus.BAD_REQUEST
    assert "page" in reply.body["error"].lower()


async def test_the_best_rated_come_first(chat: Chat) -> None:
    """The top list holds what others rated, best first."""
    pieces = [await chat.person.piece() for _ in range(3)]
    other = await chat.somebody_else()
    await other.call("PUT", pieces[0]["urls"]["rating"], {"vote": "down"})
    await other.call("PUT", pieces[2]["urls"]["rating"], {"vote": "up"})

    top = (await chat.person.call("GET", "/api/top")).body

    assert [piece["id"] for piece in top["pieces"]] == [3, 1]
    assert await _typed(chat.person, "/top") == top


async def test_openers_are_listed_and_found(person: ApiClient) -> None:
    """Without a text all openers are listed, with one those that fit."""
    everything = (await person.call("GET", "/api/openers")).body["openers"]
    found = (await person.call("GET", "/api/openers?text=schum")).body["openers"]

    assert {opener["slug"] for opener in everything} == {opener.slug for opener in list_openers()}
    assert found[0]["slug"] == "schumann:traumerei"
    assert await _typed(person, "/openers schum") == {"kind": "openers", "openers": found}


async def test_about_tells_what_runs(person: ApiClient) -> None:
    """The bot says which network plays and how busy it is."""
    await person.piece()

    about = (await person.call("GET", "/api/about")).body

    assert (about["about"]["checkpoint_id"], about["about"]["pieces"]) == ("fake-network", 1)
    assert (await _typed(person, "/about"))["kind"] == "about"


async def test_help_is_there(person: ApiClient) -> None:
    """Help names the commands; asking for nothing is asking for help."""
    assert "/compose" in (await _typed(person, "/help"))["text"]
    assert (await _typed(person, ""))["kind"] == "help"


async def test_a_piece_by_command(person: ApiClient) -> None:
    """A piece can be shown again by its number; one that is not there is not."""
    piece = await person.piece()

    shown = await _typed(person, "/piece 1")
    missing = await person.call("POST", "/api/command", {"text": "/piece 2"})

    assert (shown["kind"], shown["piece"]) == ("piece", piece)
    assert (missing.status, "no piece 2" in missing.body["error"]) == (404, True)


@pytest.mark.parametrize("text", ["/compsoe schumann", "/compose seed:schumann lenght:10", "/privacy burn", "/piece x"])
async def test_a_line_that_makes_no_sense_is_refused(person: ApiClient, text: str) -> None:
    """A line that cannot be understood is refused with a sentence."""
    reply = await person.call("POST", "/api/command", {"text": text})

    assert reply.status == HTTPStatus.BAD_REQUEST
    assert reply.body["error"].endswith((".", "?"))


@pytest.mark.parametrize("body", [{}, {"text": None}, {"text": 5}, {"text": ["/help"]}, {"txt": "/help"}])
async def test_a_command_is_a_text(person: ApiClient, body: dict[str, Any]) -> None:
    """What is sent to be done must be a line of text."""
    reply = await person.call("POST", "/api/command", body)

    assert reply.status == HTTPStatus.BAD_REQUEST


async def test_settings_are_changed(person: ApiClient) -> None:
    """Who runs the chat changes what holds in it, by address and by command, and it holds."""
    changed = await person.call("PATCH", "/api/settings", {"longest_seconds": 20, "per_user_hour": 5})
    typed = await _typed(person, "/settings guild_hour:50")
    refused = await person.call("POST", "/api/requests", {"seed": "schumann", "length": 30})

    assert changed.body["settings"] == {"longest_seconds": 20, "per_user_hour": 5, "per_guild_hour": 300}
    assert typed == {**changed.body, "settings": {**changed.body["settings"], "per_guild_hour": 50}}
    assert (await person.call("GET", "/api/settings")).body == typed == await _typed(person, "/settings")
    assert "5 to 20 seconds" in refused.body["error"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"longest_seconds": 1},
        {"longest_seconds": "long"},
        {"longest_seconds": True},
        {"per_user_hour": 1e9},
        {"channel_id": "5"},
        {"role_ids": []},
        {"unknown": 1},
    ],
)
async def test_impossible_settings_are_refused(person: ApiClient, body: dict[str, Any]) -> None:
    """Values out of range and settings that mean nothing here are refused, and change nothing."""
    before = (await person.call("GET", "/api/settings")).body

    reply = await person.call("PATCH", "/api/settings", body)

    assert reply.status == HTTPStatus.BAD_REQUEST
    assert (await person.call("GET", "/api/settings")).body == before


@pytest.mark.parametrize("line", ["/settings channel:5", "/settings roles:5", "/settings files:on"])
async def test_settings_of_other_platforms_are_refused(person: ApiClient, line: str) -> None:
    """There are no channels, roles or dropped files to set on the web."""
    reply = await person.call("POST", "/api/command", {"text": line})

    assert reply.status == HTTPStatus.BAD_REQUEST
    assert "web chat" in reply.body["error"]


async def test_privacy_shows_and_deletes(chat: Chat) -> None:
    """What is stored is shown; deleting it needs a yes, and leaves nothing, while others keep what is theirs."""
    piece = await chat.person.piece(seed="C5q E5q G5h")
    other = await chat.somebody_else()
    theirs = await other.piece()

    shown = (await chat.person.call("GET", "/api/privacy")).body
    typed = await _typed(chat.person, "/privacy")
    asked = await _typed(chat.person, "/privacy delete")
    unconfirmed = await chat.person.call("DELETE", "/api/privacy", {"confirm": "yes"})
    still_there = await chat.person.call("GET", f"/api/pieces/{piece['id']}")
    deleted = await chat.person.call(asked["method"], asked["url"], asked["body"])

    assert "C5q E5q G5h" in str(shown["report"])
    assert typed == shown
    assert (unconfirmed.status, still_there.status) == (400, 200)
    assert (deleted.status, deleted.body["pieces"]) == (200, 1)
    assert (await chat.person.call("GET", f"/api/pieces/{piece['id']}")).status == HTTPStatus.NOT_FOUND
    assert (await chat.person.call("GET", "/api/history")).body["pieces"] == []
    assert (await other.call("GET", f"/api/pieces/{theirs['id']}")).status == HTTPStatus.OK


async def test_privacy_report_opens_no_door(person: ApiClient) -> None:
    """The secret in the cookie is stored nowhere: the report does not hold it."""
    await person.piece()
    cookies = {cookie.key: cookie.value for cookie in person.session.cookie_jar}

    report = (await person.call("GET", "/api/privacy")).body["report"]

    assert cookies["schumann"] not in str(report)
