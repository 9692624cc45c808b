"""Pieces over the API: their files, and the votes on them."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain import Place, PlatformName, UserRef, Viewer
from tests.bot.platforms.web.api_client import OWN, check

if TYPE_CHECKING:
    from tests.bot.platforms.web.api_client import ApiClient
    from tests.bot.platforms.web.conftest import Chat


@pytest.mark.parametrize(
    ("file", "media_type", "suffix", "beginning"),
    [
        ("midi", "audio/midi", ".mid", b"MThd"),
        ("mp3", "audio/mpeg", ".mp3", b"\xff\xfb"),
        ("picture", "image/png", ".png", b"\x89PNG"),
        ("roll", "application/json", ".json", b"{"),
    ],
)
async def test_files_are_served(person: ApiClient, file: str, media_type: str, suffix: str, beginning: bytes) -> None:
    """Every file of a piece comes with its type, and with a name when it is downloaded."""
    url = (await person.piece())["urls"][file]

    shown, saved, headers = [
        await person.raw(method, url + query) for method, query in (("GET", ""), ("GET", "?download=1"), ("HEAD", ""))
    ]

    assert shown.content.startswith(beginning)
    assert shown.content == saved.content
    assert shown.headers["Content-Type"] == media_type
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert saved.headers["Content-Disposition"] == f'attachment; filename="schumann-traumerei-1{suffix}"'
    assert (headers.content, headers.headers["Content-Length"]) == (b"", str(len(shown.content)))


async def test_the_roll_is_as_described(person: ApiClient) -> None:
    """What is drawn has the described shape."""
    reply = await person.raw("GET", (await person.piece())["urls"]["roll"])

    check(reply.body, {"$ref": "#/components/schemas/Roll"})
    assert reply.body["notes_seconds"]


@pytest.mark.parametrize(
    ("asked", "expected"), [("bytes=0-99", (0, 100)), ("bytes=100-", (100, None)), ("bytes=-50", (-50, None))]
)
async def test_a_part_of_a_recording(person: ApiClient, asked: str, expected: tuple[int, int | None]) -> None:
    """Players get the part of a recording that they ask for, so that people can jump about in it."""
    url = (await person.piece())["urls"]["mp3"]
    whole = (await person.raw("GET", url)).content

    part = await person.raw("GET", url, headers={"Range": asked})

    assert part.status == HTTPStatus.PARTIAL_CONTENT
    assert part.content == whole[slice(*expected)]
    assert part.headers["Content-Range"].endswith(f"/{len(whole)}")


async def test_an_impossible_part_is_refused(person: ApiClient) -> None:
    """A part beyond the end is refused as HTTP wants it."""
    reply = await person.raw("GET", (await person.piece())["urls"]["mp3"], headers={"Range": "bytes=999999999-"})

    assert reply.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE


async def test_an_unchanged_file_is_not_sent_again(person: ApiClient) -> None:
    """A browser that has a file already is told that it is still good."""
    url = (await person.piece())["urls"]["mp3"]
    first = await person.raw("GET", url)

    second = await person.raw("GET", url, headers={"If-None-Match": first.headers["ETag"]})

    assert (second.status, second.content) == (304, b"")
    assert first.headers["Cache-Control"] == "private, no-cache"


async def test_votes_are_set(chat: Chat) -> None:
    """A vote is given, changed, repeated without effect and taken back; everybody sees the sum."""
    piece = await chat.person.piece()
    other = await chat.somebody_else()

    seen = []
    for voter, vote in [
        (chat.person, "up"),
        (chat.person, "up"),
        (other, "down"),
        (chat.person, "down"),
        (chat.person, None),
        (chat.person, None),
    ]:
        body = (await voter.call("PUT", piece["urls"]["rating"], {"vote": vote})).body["piece"]
        seen.append((body["up"], body["down"], body["my_vote"]))

    assert seen == [(1, 0, "up"), (1, 0, "up"), (1, 1, "down"), (0, 2, "down"), (0, 1, None), (0, 1, None)]


async def test_the_same_vote_many_times_at_once_is_one(person: ApiClient) -> None:
    """However often somebody clicks, they have one vote."""
    url = (await person.piece())["urls"]["rating"]

    await asyncio.gather(*(person.call("PUT", url, {"vote": "up"}) for _ in range(7)))

    shown = (await person.call("GET", "/api/pieces/1")).body["piece"]
    assert (shown["up"], shown["my_vote"]) == (1, "up")


@pytest.mark.parametrize("body", [{}, {"vote": "maybe"}, {"vote": 1}, {"vote": ["up"]}, {"vote": {}}])
async def test_a_vote_that_is_none_is_refused(person: ApiClient, body: dict[str, Any]) -> None:
    """Anything but up, down and null is refused with a sentence."""
    url = (await person.piece())["urls"]["rating"]

    reply = await person.call("PUT", url, body)

    assert (reply.status, reply.body["error"]) == (400, 'A vote is "up", "down" or null.')


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/midi"),
        ("GET", "/mp3"),
        ("GET", "/picture"),
        ("GET", "/roll"),
        ("POST", "/again"),
        ("POST", "/variation"),
        ("POST", "/longer"),
        ("PUT", "/rating"),
    ],
)
@pytest.mark.parametrize("piece_id", ["5", "9007199254740991"])
async def test_a_piece_that_is_not_there(person: ApiClient, method: str, path: str, piece_id: str) -> None:
    """Whatever is asked of a piece that does not exist, the answer says that it does not."""
    reply = await person.raw(method, f"/api/pieces/{piece_id}{path}", json={"vote": "up"}, headers=OWN)

    assert (reply.status, f"no piece {piece_id}" in reply.body["error"]) == (404, True)


@pytest.mark.parametrize("piece_id", ["0", "9007199254740993", "1" * 400, "%D9%A1", "-1", "1.0", "x", ""])
async def test_an_impossible_number_leads_nowhere(person: ApiClient, piece_id: str) -> None:
    """What cannot be the number of a piece is no address."""
    reply = await person.raw("GET", f"/api/pieces/{piece_id}")

    assert (reply.status, reply.body["error"]) == (404, "There is nothing at this address.")


async def test_a_file_that_is_gone(chat: Chat) -> None:
    """A file that somebody has deleted from the disk is answered like a piece that is not there."""
    piece = await chat.person.piece()
    viewer = Viewer(UserRef(PlatformName.WEB, "x"), Place(PlatformName.WEB, "web", None))
    (await chat.house.studio.piece(1, viewer)).files.mp3.unlink()

    reply = await chat.person.raw("GET", piece["urls"]["mp3"])

    assert (reply.status, "no piece 1" in reply.body["error"]) == (404, True)


async def test_a_form_is_no_vote(person: ApiClient) -> None:
    """A vote is sent as JSON."""
    url = (await person.piece())["urls"]["rating"]

    reply = await person.raw("PUT", url, data=json.dumps({"vote": "up"}), headers={**OWN, "Content-Type": "text/plain"})

    assert reply.status == HTTPStatus.BAD_REQUEST
