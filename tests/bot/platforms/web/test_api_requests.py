"""Asking for pieces over the API."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.domain import Engine, GuildSettings, Limits
from composer.controls import Controls
from composer.midi.writer import write_midi
from composer.notation import parse_notation
from tests.bot.platforms.web.api_client import OWN
from tests.bot.platforms.web.conftest import running_chat
from tests.fakes.pool import ROLL_ID

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.platforms.web.api_client import ApiClient
    from tests.bot.platforms.web.conftest import Chat

SONG = write_midi(parse_notation("C5q E5q G5h C5q E5q G5h C5q E5q G5h C5q E5q G5h"))
"""A MIDI file."""


async def test_a_request_becomes_a_piece(person: ApiClient) -> None:
    """A request is taken on with its address, and ends with a piece as it was asked for."""
    reply = await person.call(
        "POST", "/api/requests", {"seed": "schumann", "length": "0:12", "tempo": 70, "random_seed": 7}
    )

    assert (reply.status, reply.headers["Location"]) == (HTTPStatus.ACCEPTED, reply.body["ticket"]["url"])
    done = await person.finished(reply.body["ticket"])
    assert done["sentence"] is None
    options = {"length_seconds": 12.0, "tempo": 70.0, "temperature": 1.0, "random_seed": 7, "engine": "notes"}
    options |= dict.fromkeys(("key", "mode", "density", "register", "dynamics", "creativity", "style"))
    assert done["piece"]["options"] == options
    assert (done["piece"]["seed"]["text"], done["piece"]["mine"]) == ("schumann:traumerei", True)


async def test_a_typed_command_becomes_a_piece(person: ApiClient) -> None:
    """The command that people type does the same as the request that programs send."""
    reply = await person.call("POST", "/api/command", {"text": "/compose seed:schumann length:12 random_seed:7"})

    assert reply.status == HTTPStatus.ACCEPTED
    assert (await person.finished(reply.body["ticket"]))["piece"]["random_seed"] == 7


async def test_the_roll_engine_can_be_asked_for(person: ApiClient, chat: Chat) -> None:
    """By JSON, by a typed command and in a form; the piece says so, and what grows from it is made by the same."""
    first = await person.piece(engine="roll")
    reply = await person.call("POST", "/api/command", {"text": "/compose schumann engine:roll length:12"})
    second = (await person.finished(reply.body["ticket"]))["piece"]
    third = (await person.finished((await person.upload(SONG, engine="roll")).body["ticket"]))["piece"]
    grown = await person.finished((await person.call("POST", first["urls"]["variation"])).body["ticket"])

    for piece in (first, second, third, grown["piece"]):
        assert piece["options"]["engine"] == "roll"
        assert ["Engine", "roll"] in piece["facts"]
        assert piece["headline"].endswith(" by the roll engine")
        assert piece["checkpoint"] == ROLL_ID
    assert {job.options.engine for job in chat.pool.jobs} == {Engine.ROLL}


async def test_controls_can_be_asked_for(person: ApiClient, chat: Chat) -> None:
    """By JSON and by a typed command; the piece tells them, and what grows from it keeps them."""
    first = await person.piece(key="fis-moll", density=4.5, dynamics="soft", style="Bach")
    text = '/compose schumann key:"F# minor" density:4.5 dynamics:p style:bach length:12'
    reply = await person.call("POST", "/api/command", {"text": text})
    second = (await person.finished(reply.body["ticket"]))["piece"]
    grown = await person.finished((await person.call("POST", first["urls"]["longer"])).body["ticket"])

    for piece in (first, second, grown["piece"]):
        assert {name: piece["options"][name] for name in ("key", "mode", "density", "dynamics", "style")} == {
            "key": "F# minor",
            "mode": None,
            "density": 4.5,
            "dynamics": "p",
            "style": "bach",
        }
        assert ["Style", "bach"] in piece["facts"]
    assert {job.options.controls for job in chat.pool.jobs} == {
        Controls(key="F# minor", density=4.5, dynamics="p", style="bach")
    }
    assert [job.primer_key for job in chat.pool.jobs] == [None, None, first["key"]]


async def test_notes_are_a_seed(person: ApiClient) -> None:
    """A line of notes is continued."""
    piece = await person.piece(seed="C5q E5q G5h")

    assert piece["seed"]["kind"] == "notes"


async def test_a_file_is_a_seed(person: ApiClient) -> None:
    """An uploaded MIDI file is continued, with the options of its form."""
    reply = await person.upload(SONG, "my song.mid", length="20")

    assert reply.status == HTTPStatus.ACCEPTED
    piece = (await person.finished(reply.body["ticket"]))["piece"]
    assert (piece["seed"]["kind"], piece["seed"]["text"]) == ("upload", "my song.mid")
    assert piece["options"]["length_seconds"] == 20


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("one.mid", "one.mid"),
        ("op. 1; no. 2; slow.mid", "op. 1; no. 2; slow.mid"),
        ("Sonata %22Path\u00e9tique%22.mid", 'Sonata "Path\u00e9tique".mid'),
        ("two%0Alines.mid", "two lines.mid"),
    ],
)
async def test_names_of_files_are_read_as_browsers_write_them(person: ApiClient, sent: str, shown: str) -> None:
    """Semicolons, quotation marks and line ends in a file's name are no reason to refuse it."""
    reply = await person.raw(
        "POST",
        "/api/requests",
        data=_form((f'Content-Disposition: form-data; name="midi"; filename="{sent}"', SONG)),
        headers={**OWN, "Content-Type": "multipart/form-data; boundary=b"},
    )

    assert reply.status == HTTPStatus.ACCEPTED, reply.body
    assert reply.body["ticket"]["seed"]["text"] == shown


@pytest.mark.parametrize("action", ["again", "variation", "longer"])
async def test_a_piece_leads_to_others(person: ApiClient, action: str) -> None:
    """A finished piece can be made again, varied and made longer."""
    piece = await person.piece()

    reply = await person.call("POST", piece["urls"][action])

    assert reply.status == HTTPStatus.ACCEPTED
    child = (await person.finished(reply.body["ticket"]))["piece"]
    assert (child["action"], child["parent_id"]) == (action, piece["id"])


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "tell me what to continue"),
        ({"seed": "  "}, "tell me what to continue"),
        ({"seed": None}, "tell me what to continue"),
        ({"seed": 5}, "tell me what to continue"),
        ({"seed": ["schumann"]}, "tell me what to continue"),
        ({"seed": "nobody:nothing"}, "opener"),
        ({"seed": "x" * 5000}, "notes"),
        ({"seed": "schumann", "length": 4}, "length"),
        ({"seed": "schumann", "length": 1e300}, "length"),
        ({"seed": "schumann", "length": 10**400}, "length"),
        ({"seed": "schumann", "random_seed": 10**4000}, "random_seed"),
        ({"seed": "schumann", "length": True}, "length"),
        ({"seed": "schumann", "length": [10]}, "length"),
        ({"seed": "schumann", "tempo": "presto"}, "tempo"),
        ({"seed": "schumann", "temperature": {"deep": 1}}, "temperature"),
        ({"seed": "schumann", "random_seed": -1}, "random_seed"),
        ({"seed": "schumann", "engine": "steam"}, "engine"),
        ({"seed": "schumann", "engine": True}, "engine"),
        ({"seed": "schumann", "style": "elvis"}, "style"),
        ({"seed": "schumann", "key": "J major"}, "key"),
        ({"seed": "schumann", "engine": "roll", "dynamics": "pp"}, "dynamics"),
        ({"seed": "schumann", "lenght": 10}, "lenght"),
    ],
)
async def test_what_makes_no_sense_is_refused(person: ApiClient, body: dict[str, Any], word: str) -> None:
    """A request that cannot be understood is refused with a sentence that names what is wrong."""
    reply = await person.call("POST", "/api/requests", body)

    assert reply.status == HTTPStatus.BAD_REQUEST
    assert word in reply.body["error"].lower()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"', b'{"seed": NaN}', b"[" * 50_000, b"\xff\xfe"])
async def test_what_is_no_object_is_refused(person: ApiClient, body: bytes) -> None:
    """A body that is not a JSON object is refused with a sentence."""
    headers = {**OWN, "Content-Type": "application/json"}

    reply = await person.raw("POST", "/api/requests", data=body, headers=headers)

    assert (reply.status, reply.body["error"]) == (400, "This must be a JSON object (application/json).")


async def test_too_much_text_is_refused(person: ApiClient) -> None:
    """A JSON body of more than 64 KiB is refused."""
    reply = await person.call("POST", "/api/requests", {"seed": "C5q " * 20_000})

    assert reply.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert "64 KiB" in reply.body["error"]


async def test_another_content_type_is_refused(person: ApiClient) -> None:
    """What is neither JSON nor a form is refused with a sentence."""
    reply = await person.raw("POST", "/api/requests", data=b"seed=schumann", headers=OWN)

    assert (reply.status, reply.body["error"]) == (400, "This must be a JSON object (application/json).")


async def test_a_bad_file_is_refused_with_its_reason(person: ApiClient) -> None:
    """A file that is no MIDI file is refused at once, with the reason."""
    reply = await person.upload(b"GIF89a and so on", "cat.mid")

    assert reply.status == HTTPStatus.BAD_REQUEST
    assert "MIDI" in reply.body["error"]
    assert (await person.call("GET", "/api/requests")).body["requests"] == []


async def test_a_file_and_a_seed_are_one_too_many(person: ApiClient) -> None:
    """Who gives both a seed and a file is told to give one of them."""
    reply = await person.upload(SONG, seed="schumann")

    assert (reply.status, reply.body["error"]) == (400, "Give me a seed or a MIDI file, not both.")


@pytest.mark.parametrize("size", [(1 << 20) + 1, 3 << 20])
async def test_a_huge_file_is_refused(person: ApiClient, size: int) -> None:
    """A file larger than 1 MiB is refused, whether or not its form fits."""
    reply = await person.upload(b"MThd" + bytes(size - 4))

    assert (reply.status, "1 MiB" in reply.body["error"]) == (413, True)


async def test_a_huge_file_in_chunks_is_refused(person: ApiClient) -> None:
    """A form that does not say how long it is, is read only as far as it may be."""

    async def endless() -> Any:
        yield b'--b\r\nContent-Disposition: form-data; name="midi"; filename="a.mid"\r\n\r\n'
        for _ in range(64):
            yield bytes(1 << 16)

    headers = {**OWN, "Content-Type": "multipart/form-data; boundary=b"}
    reply = await person.raw("POST", "/api/requests", data=endless(), headers=headers)

    assert reply.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


async def test_a_form_without_a_file_needs_a_seed(person: ApiClient) -> None:
    """A form without a file may name a seed instead, and needs to."""
    with_seed = aiohttp.FormData({"seed": "schumann", "length": "10"}, default_to_multipart=True)
    without = aiohttp.FormData({"length": "10"}, default_to_multipart=True)

    taken = await person.raw("POST", "/api/requests", data=with_seed, headers=OWN)
    refused = await person.raw("POST", "/api/requests", data=without, headers=OWN)

    assert (taken.status, refused.status) == (202, 400)
    assert "MIDI file" in refused.body["error"]


def _form(*parts: tuple[str, bytes]) -> bytes:
    """A form with parts of these headers and contents."""
    return b"".join(b"--b\r\n" + head.encode() + b"\r\n\r\n" + body + b"\r\n" for head, body in parts) + b"--b--\r\n"


FILE = 'Content-Disposition: form-data; name="midi"; filename="a.mid"'
FIELD = 'Content-Disposition: form-data; name="%s"'


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (_form((FILE, SONG), (FILE, SONG)), "Please send one file at a time."),
        (_form((FIELD % "length", b"10"), (FIELD % "length", b"12"), (FILE, SONG)), "Please send length once."),
        (_form((FIELD % "length", b"1" * 5000), (FILE, SONG)), "The field length is too long."),
        (_form((FIELD % "evil", b"1")), "There is no option called evil"),
        (_form((FIELD % "<b>@everyone</b>", b"1")), "There is no option called"),
        (_form(*[(FIELD % f"length{number}", b"1") for number in range(50)]), "There is no option called"),
        (_form(("Content-Type: text/plain", b"1")), "This form cannot be read"),
        (_form((FIELD % "length", b"\xff\xfe"), (FILE, SONG)), "This form cannot be read"),
        (_form(("Content-Type: multipart/mixed; boundary=c", b"--c--")), "This form cannot be read"),
        (b"--b\r\nContent-Disposition", "This form cannot be read"),
        (b"--b\r\n" + FILE.encode() + b"\r\n\r\nMThd", "This form cannot be read"),
        (b"no form at all", "This form cannot be read"),
        (b"", "This form cannot be read"),
    ],
)
async def test_a_hostile_form_is_refused(person: ApiClient, body: bytes, sentence: str) -> None:
    """A form that is broken, ambiguous or made up is refused with a sentence."""
    headers = {**OWN, "Content-Type": "multipart/form-data; boundary=b"}

    reply = await person.raw("POST", "/api/requests", data=body, headers=headers)

    assert (reply.status, sentence in reply.body["error"]) == (400, True), reply.body


async def test_a_form_without_boundary_is_refused(person: ApiClient) -> None:
    """A form that does not say where its parts end is refused with a sentence."""
    headers = {**OWN, "Content-Type": "multipart/form-data"}

    reply = await person.raw("POST", "/api/requests", data=_form((FILE, SONG)), headers=headers)

    assert reply.status == HTTPStatus.BAD_REQUEST
    assert "This form cannot be read" in reply.body["error"]


async def test_a_file_name_is_only_a_name(person: ApiClient) -> None:
    """Of a file's name no folders are kept, and nothing that formats or mentions."""
    reply = await person.upload(SONG, "../../etc/<img src=x>@everyone.mid")

    seed = reply.body["ticket"]["seed"]
    assert not set("/<>@") & set(seed["text"] + seed["title"])


async def test_the_same_key_is_the_same_request(chat: Chat) -> None:
    """Asking twice with one key is one request, for each person."""
    body = {"seed": "schumann", "length": 10}
    first, second = [await chat.person.call("POST", "/api/requests", body, Idempotency_Key="one") for _ in range(2)]
    other = await (await chat.somebody_else()).call("POST", "/api/requests", body, Idempotency_Key="one")

    ids = [reply.body["ticket"]["id"] for reply in (first, second, other)]
    assert ids[0] == ids[1] != ids[2]


async def test_the_same_key_at_the_same_moment_is_the_same_request(person: ApiClient) -> None:
    """Even ten requests with one key at once are one."""
    await person.call("GET", "/api/about")  # brings the cookie

    replies = await asyncio.gather(
        *(person.call("POST", "/api/command", {"text": "compose schumann"}, Idempotency_Key="one") for _ in range(10))
    )

    assert len({reply.body["ticket"]["id"] for reply in replies}) == 1


@pytest.mark.parametrize("key", ["with space", "é", "x" * 101])
async def test_an_odd_key_is_refused(person: ApiClient, key: str) -> None:
    """A key is 1 to 100 plain characters."""
    reply = await person.call("POST", "/api/requests", {"seed": "schumann"}, Idempotency_Key=key)

    assert reply.status == HTTPStatus.BAD_REQUEST
    assert "Idempotency-Key" in reply.body["error"]


async def test_the_hourly_limit_says_when_to_try_again(tmp_path: Path) -> None:
    """Who has had their share of an hour is refused, in the answer, its header and in words."""
    limits = Limits(default_guild=GuildSettings(per_user_hour=2))
    async with running_chat(tmp_path, limits=limits) as chat:
        for _ in range(2):
            await chat.person.piece()

        reply = await chat.person.call("POST", "/api/command", {"text": "/compose schumann"})

        assert reply.status == HTTPStatus.TOO_MANY_REQUESTS
        assert 3500 < int(reply.headers["Retry-After"]) <= 3600
        assert reply.body["retry_at"] is not None
        assert "within an hour" in reply.body["error"]


async def test_too_many_at_once_are_refused(tmp_path: Path) -> None:
    """Who has as many requests under way as they may is refused until one is finished; others are not."""
    async with running_chat(tmp_path, limits=Limits(per_user_open=1)) as chat:
        chat.pool.hold()
        ticket = await chat.person.ticket()

        refused = await chat.person.call("POST", "/api/requests", {"seed": "schumann"})
        other = await (await chat.somebody_else()).call("POST", "/api/requests", {"seed": "schumann"})

        assert (refused.status, other.status) == (429, 202)
        chat.pool.let_go()
        await chat.person.finished(ticket)
        assert (await chat.person.call("POST", "/api/requests", {"seed": "schumann"})).status == HTTPStatus.ACCEPTED


async def test_open_requests_are_listed(chat: Chat) -> None:
    """The list of requests holds what is under way, with its place in the queue, and what belongs to this person."""
    chat.pool.hold()
    running = await chat.person.ticket()
    waiting = await chat.person.ticket()
    other = await chat.somebody_else()

    mine = (await chat.person.call("GET", "/api/requests")).body["requests"]
    theirs = (await other.call("GET", "/api/requests")).body["requests"]

    assert [ticket["id"] for ticket in mine] == [running["id"], waiting["id"]]
    assert theirs == []


async def test_cancelling_ends_a_request(chat: Chat) -> None:
    """A cancelled request says so; cancelling it once more is refused."""
    chat.pool.hold()
    ticket = await chat.person.ticket()

    cancelled = await chat.person.call("DELETE", ticket["url"])
    again = await chat.person.call("DELETE", ticket["url"])

    assert (cancelled.status, cancelled.body["ticket"]["state"]) == (200, "cancelled")
    assert cancelled.body["ticket"]["sentence"] == "Cancelled."
    assert (again.status, again.body["error"]) == (409, "It is too late to cancel this: it has already ended.")


async def test_a_failure_says_why(chat: Chat) -> None:
    """A request that failed tells so in a sentence, without a trace of the inside."""
    chat.pool.faults.append(RuntimeError("secret inside"))

    failed = await chat.person.finished(await chat.person.ticket())

    assert (failed["state"], failed["piece"]) == ("failed", None)
    assert "went wrong on our side" in failed["sentence"]
    assert "secret" not in failed["sentence"]
