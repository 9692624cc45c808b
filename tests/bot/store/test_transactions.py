"""Every method of the store is done whole or not at all, whatever happens in the middle of it."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain import GuildSettings, NotFoundError, PlatformName, RequestState, Tally, Vote, VoteSource
from bot.retraining.domain import RunState
from bot.store import Store, StoreError
from tests.bot.store.samples import (
    HERE,
    MUSIC,
    NO_LIMITS,
    NOON,
    add,
    make_delivered,
    make_piece,
    message,
    person,
    request,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from pathlib import Path

    import aiosqlite

    from bot.domain import Ticket

    Action = Callable[[Store], Awaitable[Any]]


def contents(path: Path) -> list[str]:
    """Everything in a database, as another program sees it."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


class Saboteur:
    """Stands before the writing connection, and lets its n-th statement fail, or all from that on."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self._connection: aiosqlite.Connection = store._database._writer._connection
        self._run = self._connection.execute_fetchall
        self._countdown = 0
        self._lasting = False
        self._error: BaseException = sqlite3.OperationalError()
        monkeypatch.setattr(self._connection, "execute_fetchall", self._maybe)

    def strike(self, number: int, error: BaseException, *, lasting: bool) -> None:
        """Fail at this statement."""
        self._countdown, self._error, self._lasting = number, error, lasting

    async def _maybe(self, sql: str, values: Iterable[Any] = ()) -> Iterable[sqlite3.Row]:
        self._countdown -= 1
        if self._countdown == 0 or (self._lasting and self._countdown < 0):
            raise self._error
        return await self._run(sql, values)

    def rest(self) -> bool:
        """Fail no more; whether there was a failure."""
        struck = self._countdown <= 0
        self._countdown, self._lasting = 0, False
        return struck


def disk_error() -> sqlite3.OperationalError:
    """What sqlite3 raises when the disk fails."""
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_WRITE"
    return error


ACTIONS: dict[str, Action] = {
    "add_request": lambda store: store.add_request(
        request(person("new"), parent_id=1), NO_LIMITS, NOON, primer="{}", remarks=("No drums.",)
    ),
    "provide_primer": lambda store: store.provide_primer(2, primer="{}", title="Mine", remarks=()),
    "claim": lambda store: store.claim(NOON),
    "release": lambda store: store.release(4),
    "recover": lambda store: store.recover(),
    "finish": lambda store: store.finish(4, MUSIC, NOON),
    "fail": lambda store: store.fail(3, "Out of tune."),
    "cancel": lambda store: store.cancel(4),
    "placed": lambda store: store.placed(3, message(7)),
    "delivered": lambda store: store.delivered(5, message(7)),
    "told": lambda store: store.told(6),
    "mark": lambda store: store.mark(1, person("new"), Vote.UP, VoteSource.REACTION, NOON),
    "press": lambda store: store.press(1, person("robert"), Vote.UP, NOON),
    "unmark": lambda store: store.unmark(1, person("robert"), Vote.UP, VoteSource.REACTION),
    "clear_reactions": lambda store: store.clear_reactions(1, None),
    "set_reactions": lambda store: store.set_reactions(1, {(person("new"), Vote.UP)}, NOON),
    "message_deleted": lambda store: store.message_deleted(PlatformName.DISCORD, message(1)),
    "change_guild_settings": lambda store: store.change_guild_settings(HERE, GuildSettings(per_user_hour=3)),
    "set_base": lambda store: store.set_base("another base"),
    "put_on_trial": lambda store: put_on_trial(store, "third network"),
    "end_trial": lambda store: store.end_trial(),
    "make_current": lambda store: store.make_current("second network"),
    "go_back": lambda store: store.go_back(),
    "mark_damaged": lambda store: store.mark_damaged("first network"),
    "drop_checkpoints": lambda store: store.drop_checkpoints(["first network", "second network"]),
    "forget": lambda store: store._delete(person("clara")),
    "set_training_consent": lambda store: store.set_training_consent(person("clara"), allowed=False),
    "add_run": lambda store: begin_run(store, "2"),
    "end_run": lambda store: store.end_run(2, RunState.KEPT, "No better.", NOON, report={"passed": False}),
    "recover_runs": lambda store: store.recover_runs(NOON),
    "run_placed": lambda store: store.run_placed(2, message(8)),
    "run_told": lambda store: store.run_told(1),
}
NEED_A_RUN = {"end_run", "recover_runs", "run_placed"}
"""They work on a run that is under way, and there is one at a time."""


async def begin_run(store: Store, key: str) -> None:
    """Somebody retrains the network."""
    await store.add_run(person(f"keeper {key}"), key=key, address="{}", now=NOON)


async def put_on_trial(store: Store, checkpoint_id: str) -> None:
    """A network that was made from the base."""
    await store.put_on_trial(checkpoint_id, "00", NOON, parent_id="base", run_id=None, report={"passed": True})


async def furnish(store: Store) -> None:
    """Something for every action to work on."""
    await store.set_base("base")
    await put_on_trial(store, "first network")
    await store.make_current("first network")
    await put_on_trial(store, "second network")
    await begin_run(store, "1")
    await store.end_run(1, RunState.FAILED, "The disk is full.", NOON)
    piece = await make_delivered(store, 1)
    await store.mark(piece.id, person("robert"), Vote.UP, VoteSource.REACTION, NOON)
    await add(store, awaits_file=True)
    running, composed, failed = [person(name) for name in ("anna", "berta", "carla")]
    await make_three(store, running, composed, failed)


async def make_three(store: Store, *people: Any) -> None:
    """A request that waits, one that is worked on, one composed, one failed: with the ids 3, 4, 5, 6."""
    waiting = await add(store, person("zora"), awaits_file=True)
    running, composed, failed = [await add(store, user) for user in people]
    for _ in (running, composed):
        await store.claim(NOON)
    await store.finish(composed.id, MUSIC, NOON)
    await store.fail(failed.id, "Out of tune.")
    await store.provide_primer(waiting.id, primer="{}", title="Yours", remarks=())


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("error", [disk_error(), asyncio.CancelledError()], ids=["disk", "cancelled"])
@pytest.mark.parametrize("name", ACTIONS)
async def test_all_or_nothing(  # noqa: PLR0917 (pytest gives them by name)
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException, lasting: bool
) -> None:
    """Whichever statement of a method fails, nothing is changed, and when the trouble is over the method works."""
    await furnish(store)
    if name in NEED_A_RUN:
        await begin_run(store, "2")
    before = contents(tmp_path / "schumann.db")
    saboteur = Saboteur(store, monkeypatch)
    for number in range(1, 100):
        saboteur.strike(number, error, lasting=lasting)
        with contextlib.suppress(StoreError if isinstance(error, sqlite3.Error) else asyncio.CancelledError):
            await ACTIONS[name](store)
        if not saboteur.rest():
            break
        assert contents(tmp_path / "schumann.db") == before
    assert number > 3
    assert contents(tmp_path / "schumann.db") != before


def test_every_writing_method_is_tried() -> None:
    """No method that changes something is missing above."""
    reading = {"ticket", "primer", "untold", "open_tickets", "queue", "piece", "piece_of_message", "history", "top"}
    reading |= {"ticket_ids_with_pieces", "delivered_messages", "vote_of", "tally", "guild_settings", "report"}
    reading |= {"stored_run", "run_with_key", "latest_run", "is_run_told", "untold_runs", "rated", "silent"}
    reading |= {"pieces_with_music_of", "checkpoints", "trial_of", "trial_votes", "votes_by_checkpoint"}
    others = {"open", "close", "counts", "inspect", "integrity_problems", "scrub_if_due"}

    methods = {name for name in dir(Store) if not name.startswith("_")}

    assert methods - reading - others == set(ACTIONS)


@pytest.mark.parametrize("steps", range(1, 12))
async def test_the_end_of_a_caller_ends_no_transaction(store: Store, steps: int) -> None:
    """A request whose caller is cancelled at any point is stored whole, and others' writes are unharmed."""
    caller = asyncio.create_task(add(store, person("clara")))
    other = asyncio.create_task(add(store, person("robert")))
    for _ in range(steps):
        await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    ticket = await other
    await add(store, person("robert"))  # all that was begun before is done now

    assert len(await store.open_tickets(person("clara"))) == 1
    assert ticket in await store.open_tickets(person("robert"))


async def test_failures_of_one_leave_the_others_alone(store: Store) -> None:
    """Among many tasks at once each gets its own success or failure, and exactly the successes are stored."""
    wanted = [request(person(f"{number % 7}"), parent_id=9 if number % 3 == 0 else None) for number in range(60)]

    results = await asyncio.gather(*(store.add_request(one, NO_LIMITS, NOON) for one in wanted), return_exceptions=True)

    assert [isinstance(result, NotFoundError) for result in results] == [number % 3 == 0 for number in range(60)]
    assert len(await store.queue()) == 40


async def test_readers_see_whole_transactions(store: Store) -> None:
    """Many readers and writers at once: a piece that is there has its request in the right state."""
    seen: set[RequestState] = set()

    async def compose(number: int) -> None:
        await add(store, person(f"{number}"))
        if ticket := await store.claim(NOON):
            await store.finish(ticket.id, MUSIC, NOON)

    async def look() -> None:
        while len(pieces := await store.ticket_ids_with_pieces()) < 20:
            seen.update([(await store.ticket(ticket_id)).state for ticket_id in pieces])

    await asyncio.gather(look(), *(compose(number) for number in range(20)), look())

    assert seen == {RequestState.COMPOSED}


async def test_closing_waits_for_what_has_begun(tmp_path: Path) -> None:
    """Everything that was begun is stored when the store is closed, and what comes later is refused in a sentence."""
    store = await Store.open(tmp_path / "schumann.db")
    adding = [asyncio.create_task(add(store, person(f"{number}"))) for number in range(20)]
    await asyncio.sleep(0)

    await store.close()
    await store.close()

    tickets = await asyncio.gather(*adding)
    for call in (add(store), store.queue()):
        with pytest.raises(StoreError, match="stopping"):
            await call
    store = await Store.open(tmp_path / "schumann.db")
    assert sorted(await store.queue()) == sorted(ticket.id for ticket in tickets)
    await store.close()


async def test_an_error_of_our_own_is_not_called_the_disks(store: Store) -> None:
    """What breaks a rule of the tables is shown as what it is, and changes nothing."""
    with pytest.raises(sqlite3.IntegrityError):
        await store.change_guild_settings(HERE, GuildSettings(per_user_hour=-1))

    assert await store.guild_settings(HERE, GuildSettings()) == GuildSettings()


async def test_a_full_disk_is_said_and_survived(store: Store) -> None:
    """What does not fit is refused in a sentence and leaves no trace; what was there is; later all works again."""
    piece = await make_piece(store)
    writer = store._database._writer
    await writer.apart("PRAGMA max_page_count = 1")  # as few pages as there are already
    added: list[Ticket] = []
    with contextlib.suppress(StoreError):
        while len(added) < 100:
            added.append(await add(store, address="x" * 3000))
    with pytest.raises(StoreError, match="because the disk is full"):
        await add(store, address="x" * 3000)

    assert len(added) < 100
    assert await store.integrity_problems() == []
    assert await store.open_tickets(person()) == added
    await writer.apart("PRAGMA max_page_count = 1000000")
    added.append(await add(store, address="x" * 3000))
    assert await store.open_tickets(person()) == added
    assert await store.history(person(), limit=9, offset=0) == [(piece, Tally())]


async def test_a_failure_that_nobody_waits_for_is_logged(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """Where the caller was cancelled, an error in its transaction is not lost without a word."""
    caller = asyncio.create_task(store.change_guild_settings(HERE, GuildSettings(per_user_hour=-1)))
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await add(store)

    assert "after its caller had gone" in caplog.text
    assert "CHECK constraint failed" in caplog.text
