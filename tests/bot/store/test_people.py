"""People see what is stored about them, and can have every byte of it deleted."""

from __future__ import annotations

import json
import logging
import random
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from bot.domain import GuildSettings, Place, PlatformName, Tally, UserRef, Vote, VoteSource
from bot.store import Forgotten, Store, StoreError, opening
from bot.store.database import Database
from tests.bot.store.samples import HERE, NO_LIMITS, NOON, add, make_delivered, make_piece, message, person, request

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

CLARA = person("id-of-clara-2718281828")


def traces(folder: Path, text: str) -> list[str]:
    """The files that hold a text."""
    return [path.name for path in folder.iterdir() if text.encode() in path.read_bytes()]


async def leave_rows_of_every_kind(store: Store, user: UserRef) -> list[int]:
    """Requests in every state, with the id wherever it may stand; the ids of the tickets."""
    mine = {"key": f"discord:{user.id}:1", "address": f'{{"user": "{user.id}"}}'}
    piece = await make_delivered(store, 1, user, **mine)
    await store.mark(piece.id, user, Vote.UP, VoteSource.REACTION, NOON)
    await store.press(piece.id, user, Vote.DOWN, NOON)
    waiting = await add(store, user, awaits_file=True)
    failed = await add(store, user)
    await store.fail(failed.id, f"The file of {user.id} is gone.")
    uploaded = await store.add_request(request(user), NO_LIMITS, NOON, primer=f'{{"by": "{user.id}"}}')
    await store.cancel(uploaded.id)
    private = Place(PlatformName.DISCORD, None, channel_id=f"private-{user.id}")
    placed = await add(store, user, place=private)
    await store.placed(placed.id, message(5))
    return [piece.ticket_id, waiting.id, failed.id, uploaded.id, placed.id]


async def test_forgetting_deletes_everything(store: Store) -> None:
    """Requests, pieces and votes of a person go, and votes of others on their pieces; others keep theirs."""
    tickets = await leave_rows_of_every_kind(store, CLARA)
    await store.mark(1, person("robert"), Vote.UP, VoteSource.BUTTON, NOON)
    await store.cancel(tickets[-1])
    other = await make_piece(store, person("robert"))
    await store.mark(other.id, CLARA, Vote.UP, VoteSource.BUTTON, NOON)
    await store.mark(other.id, person("robert"), Vote.UP, VoteSource.BUTTON, NOON)

    forgotten = await store.forget(CLARA)

    assert forgotten == Forgotten(ticket_ids=tuple(tickets), pieces=1, votes=2)
    assert (await store.report(CLARA))["requests"] == []
    assert await store.tally(other.id) == Tally(1)
    assert await store.history(person("robert"), limit=9, offset=0) == [(other, Tally(1))]
    assert await store.forget(CLARA) == Forgotten((), 0, 0)


async def test_no_byte_of_the_id_is_left(store: Store, tmp_path: Path) -> None:
    """Neither the database nor the files beside it hold the id of a person who was forgotten."""
    await leave_rows_of_every_kind(store, CLARA)
    assert traces(tmp_path, CLARA.id) != []

    await store.forget(CLARA)

    assert traces(tmp_path, CLARA.id) == []


async def test_those_who_only_voted_go_with_the_piece(store: Store, tmp_path: Path) -> None:
    """Of somebody whose only vote was on a deleted piece nothing is known any more, not even that they exist."""
    piece = await make_piece(store, person("robert"))
    await store.mark(piece.id, CLARA, Vote.UP, VoteSource.BUTTON, NOON)

    await store.forget(person("robert"))

    assert traces(tmp_path, CLARA.id) == []


async def test_reactions_of_before_are_not_noted_again(store: Store, tmp_path: Path) -> None:
    """Thumbs still stand in the chat after the deletion; looking through it brings nothing back, new ones count."""
    robert = person("robert")
    old = await make_piece(store, robert)
    marks = {(CLARA, Vote.UP), (robert, Vote.UP)}
    await store.set_reactions(old.id, marks, NOON)
    await store.forget(CLARA)

    assert await store.set_reactions(old.id, marks, NOON) == Tally(1, 0)
    assert traces(tmp_path, CLARA.id) == []

    new = await make_piece(store, robert)
    assert await store.set_reactions(new.id, marks, NOON) == Tally(2, 0)
    await store.mark(old.id, CLARA, Vote.DOWN, VoteSource.REACTION, NOON)
    assert await store.set_reactions(old.id, {*marks, (CLARA, Vote.DOWN)} - {(CLARA, Vote.UP)}, NOON) == Tally(1, 1)


async def test_those_who_took_everything_back_are_gone_after_a_restart(tmp_path: Path) -> None:
    """An id that nothing hangs on is deleted at the next start."""
    store = await Store.open(tmp_path / "schumann.db")
    piece = await make_piece(store, person("robert"))
    await store.mark(piece.id, CLARA, Vote.UP, VoteSource.BUTTON, NOON)
    await store.unmark(piece.id, CLARA, Vote.UP, VoteSource.BUTTON)
    await store.close()

    store = await Store.open(tmp_path / "schumann.db")

    assert traces(tmp_path, CLARA.id) == []
    await store.close()


async def test_rows_that_moved_leave_no_copies(store: Store, tmp_path: Path) -> None:
    """SQLite moves rows about as tables grow; of each of many people every copy goes."""
    randomness = random.Random(1)  # noqa: S311 (a test repeats itself, and keeps no secrets)
    people = [person(f"id-of-somebody-{number}-{randomness.getrandbits(40)}") for number in range(120)]
    for _ in range(900):
        user = randomness.choice(people)
        address = json.dumps({"user": user.id, "token": "x" * randomness.randrange(900)})
        await add(store, user, key=f"discord:{randomness.random()}:{user.id}", address=address)

    for user in people:
        await store.forget(user)
        assert traces(tmp_path, user.id) == []


async def test_an_interrupted_deletion_is_completed_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the files could not be written anew, the person is forgotten all the same, and the traces go later."""

    async def full(_: Database) -> bool:
        message = "The disk is full."
        raise StoreError(message)

    store = await Store.open(tmp_path / "schumann.db")
    tickets = await leave_rows_of_every_kind(store, CLARA)
    with monkeypatch.context() as patched:
        patched.setattr(Database, "scrub", full)
        assert (await store.forget(CLARA)).ticket_ids == tuple(tickets)
    assert await store._must_scrub()
    await store.close()

    store = await Store.open(tmp_path / "schumann.db")

    assert not await store._must_scrub()
    assert traces(tmp_path, CLARA.id) == []
    await store.close()


async def test_another_reader_delays_only_the_traces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A program that looks into the database meanwhile keeps the log from being emptied: that is done later."""
    monkeypatch.setattr(opening, "_BUSY_SECONDS", 0.1)
    store = await Store.open(tmp_path / "schumann.db")
    await leave_rows_of_every_kind(store, CLARA)
    with closing(sqlite3.connect(tmp_path / "schumann.db", isolation_level=None)) as other:
        other.execute("BEGIN")
        assert other.execute("SELECT count(*) FROM people").fetchone() == (1,)
        assert (await store.forget(CLARA)).pieces == 1
    assert "another program reads" in caplog.text
    assert await store._must_scrub()

    await store.forget(person("robert"))

    assert traces(tmp_path, CLARA.id) == []
    await store.close()


async def test_a_report_shows_everything(store: Store) -> None:
    """Requests, pieces and votes are there with options and times; the platform's secrets are not."""
    await leave_rows_of_every_kind(store, CLARA)
    await leave_rows_of_every_kind(store, person("robert"))

    report = json.loads(json.dumps(await store.report(CLARA)))

    assert (report["platform"], report["user_id"]) == ("discord", CLARA.id)
    first, *_, private = report["requests"]
    assert (first["seed_text"], first["random_seed"], first["created_at"]) == (
        "schumann:traumerei",
        7,
        "2026-11-24T12:00:00+00:00",
    )
    assert (first["state"], first["message_id"]) == ("delivered", "message-1")
    assert (private["channel_id"], private["guild_id"]) == (f"private-{CLARA.id}", None)
    assert [request["primer"] for request in report["requests"] if request["primer"]] == [{"by": CLARA.id}]
    assert [piece["remarks"] for piece in report["pieces"]] == [["Two notes were moved by an octave."]]
    assert [(vote["vote"], vote["source"]) for vote in report["votes"]] == [(1, "reaction"), (-1, "button")]
    assert "address" not in first


async def test_a_stranger_has_an_empty_report(store: Store) -> None:
    """Looking does not make one known."""
    report = await store.report(CLARA)

    assert report["requests"] == report["pieces"] == report["votes"] == []


async def test_nothing_is_logged_of_people(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """Even where everything is logged, the log of the database holds no id."""
    with caplog.at_level(logging.DEBUG):
        await leave_rows_of_every_kind(store, CLARA)
        await store.change_guild_settings(HERE, GuildSettings())
        await store.forget(CLARA)

    assert CLARA.id not in caplog.text
