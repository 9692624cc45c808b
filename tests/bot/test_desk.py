"""The queue in fair weather and foul: restarts, dead workers, files that cannot be had, networks that fail."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot import courier, intake, wording
from bot.domain import (
    Action,
    Engine,
    Limits,
    MessageRef,
    PlatformName,
    RefusedError,
    RequestState,
    Ticket,
    UserRef,
    Vote,
)
from bot.platforms.platform import UndeliverableError
from bot.platforms.web.json_views import piece_json
from bot.retraining.trial import is_chosen
from bot.workers import BadCheckpointError, JobFailedError, JobRefusedError, WorkerDiedError
from composer.midi.writer import write_midi
from composer.notation import parse_notation
from tests.bot.people import UPLOAD, request, viewer
from tests.bot.retraining.registries import adopted, used
from tests.fakes.pool import ROLL_ID

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from bot.domain import ComposeRequest
    from tests.bot.conftest import Bench


def person(number: int) -> UserRef:
    """One of many people."""
    return UserRef(PlatformName.DISCORD, f"8000{number}")


SONG = write_midi(parse_notation("C4q D4q E4q F4q | G4q A4q B4q C5q | C5q B4q A4q G4q | F4q E4q D4q C4q"))


async def test_a_restart_goes_on(make_bench: Callable[..., Awaitable[Bench]]) -> None:
    """What ran, what waited and what was not delivered is done by the next start, each once."""
    before = await make_bench()
    done = await before.studio.compose(request(), viewer())
    await before.delivered(done)
    before.pool.hold()
    waiting = [await before.studio.compose(request(), viewer()) for _ in range(3)]
    await before.until(waiting[0], RequestState.RUNNING)
    await before.close()

    after = await make_bench()
    for ticket in waiting:
        await after.delivered(ticket)

    assert sorted(ticket_id for ticket_id, _ in after.platform.delivered) == [ticket.id for ticket in waiting]


async def test_a_finished_piece_is_delivered_after_a_restart(make_bench: Callable[..., Awaitable[Bench]]) -> None:
    """A piece that could not be sent before the bot went down is not composed again, only sent."""
    before = await make_bench()
    before.platform.faults = deque([ConnectionError("offline")])
    ticket = await before.studio.compose(request(), viewer())
    await before.until(ticket, RequestState.COMPOSED)
    await before.close()

    after = await make_bench()
    piece_id = await after.delivered(ticket)

    assert after.platform.delivered == [(ticket.id, piece_id)]
    assert after.pool.jobs == []


async def test_delivery_is_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that fails for a while delays a piece and does not lose it."""
    monkeypatch.setattr(courier, "PAUSES", (0.0, 0.01, 0.01, 0.01))
    bench.platform.faults = deque([ConnectionError("offline"), TimeoutError(), OSError("reset")])

    ticket = await bench.studio.compose(request(), viewer())

    await bench.delivered(ticket)
    assert len(bench.platform.delivered) == 1


async def test_a_hopeless_delivery_ends(bench: Bench) -> None:
    """Where nobody can be reached any more, the piece stays in the history and nothing is tried again."""
    bench.platform.faults = deque([UndeliverableError("the guild is gone")])

    ticket = await bench.studio.compose(request(), viewer())
    await bench.delivered(ticket)

    assert bench.platform.delivered == []
    assert len(await bench.studio.history(viewer())) == 1


async def test_a_dead_workers_job_is_done_by_another(bench: Bench) -> None:
    """One death of a worker is not noticed by the person."""
    bench.pool.faults.append(WorkerDiedError("killed"))

    ticket = await bench.studio.compose(request(), viewer())

    await bench.delivered(ticket)
    assert len(bench.pool.jobs) == 2
    assert bench.platform.told == []


async def test_the_network_on_trial_composes_its_share(bench: Bench, tmp_path: Path) -> None:
    """While a trial is on each job names the network that the registry says, and every piece is part of the trial."""
    new = await adopted(bench.house.registry, tmp_path / "data")
    bench.pool.faults.append(WorkerDiedError("killed"))
    tickets = [await bench.studio.compose(request(user=person(number)), viewer(person(number))) for number in range(30)]
    pieces = [await bench.house.store.piece(await bench.delivered(ticket)) for ticket in tickets]
    chosen = {piece.ticket_id for piece in pieces if piece.music.checkpoint_id == new}

    assert chosen == {ticket.id for ticket in tickets if is_chosen(new, ticket.id)}
    assert 0 < len(chosen) < len(pieces)
    assert {piece.music.trial_id for piece in pieces} == {new}
    for job in bench.pool.jobs:
        named = (bench.house.registry.checkpoint_for(job.ticket_id).folder, job.card_sha256 is not None)
        assert (job.checkpoint, job.ticket_id in chosen) == named


async def test_cards_of_a_trial_do_not_show_the_network(bench: Bench, tmp_path: Path) -> None:
    """Nobody's vote depends on which network it was; pieces from before and after show theirs."""
    before = await bench.delivered(await bench.studio.compose(request(), viewer()))
    new = await adopted(bench.house.registry, tmp_path / "data")
    during = await bench.delivered(await bench.studio.compose(request(), viewer()))
    await bench.house.registry.use(new)
    after = await bench.delivered(await bench.studio.compose(request(), viewer()))

    views = [await bench.studio.piece(piece_id, viewer()) for piece_id in (before, during, after)]
    shown = [dict(wording.facts(view.piece)).get("Checkpoint") for view in views]
    assert shown == [bench.pool.checkpoint_id, None, new]
    assert [piece_json(view, viewer().user)["checkpoint"] for view in views] == shown


async def test_a_swap_holds_from_the_next_job_on(bench: Bench, tmp_path: Path) -> None:
    """What is under way is finished by the network that it was begun with, and stamped with it."""
    new = await adopted(bench.house.registry, tmp_path / "data")
    await bench.house.registry.rollback()
    bench.pool.hold()
    running = await bench.studio.compose(request(), viewer())
    await bench.until(running, RequestState.RUNNING)
    waiting = await bench.studio.compose(request(), viewer())
    await bench.house.registry.use(new)
    bench.pool.let_go()

    pieces = [await bench.house.store.piece(await bench.delivered(ticket)) for ticket in (running, waiting)]
    assert [piece.music.checkpoint_id for piece in pieces] == [bench.pool.checkpoint_id, new]
    assert (await bench.studio.about()).checkpoint_id == new
    assert [piece.is_trial for piece in pieces] == [False, False]


async def test_damaged_networks_fail_no_request(bench: Bench, tmp_path: Path) -> None:
    """Where a worker can load neither the current network nor the one on trial, the base makes the piece."""
    registry = bench.house.registry
    current = await used(registry, tmp_path / "data", "current")
    trial = await adopted(registry, tmp_path / "data", "trial")
    bench.pool.damaged = {current, trial}
    tickets = [await bench.studio.compose(request(user=person(number)), viewer(person(number))) for number in range(30)]
    pieces = [await bench.house.store.piece(await bench.delivered(ticket)) for ticket in tickets]

    assert {piece.music.checkpoint_id for piece in pieces} == {bench.pool.checkpoint_id}
    assert (registry.current_id, registry.trial_id) == (bench.pool.checkpoint_id, None)
    assert len(bench.pool.jobs) == len(pieces) + 2
    assert bench.platform.told == []


async def test_a_network_that_kills_workers_is_left_out_in_the_end(bench: Bench, tmp_path: Path) -> None:
    """The last attempt at a job is the base's, which everything else has been composed with."""
    new = await used(bench.house.registry, tmp_path / "data")
    bench.pool.faults.extend([WorkerDiedError("killed"), WorkerDiedError("killed")])

    await bench.delivered(await bench.studio.compose(request(), viewer()))

    assert [job.checkpoint and job.checkpoint.name for job in bench.pool.jobs] == [new, new, None]


def rolled(number: int = 0) -> ComposeRequest:
    """A request for the roll engine."""
    asked = request(user=person(number))
    return replace(asked, options=replace(asked.options, engine=Engine.ROLL))


async def test_the_roll_engine_has_no_part_in_trials(bench: Bench, tmp_path: Path) -> None:
    """Whatever the registry says, its own network composes, its cards show it, and votes on them decide nothing."""
    await used(bench.house.registry, tmp_path / "data", "current")
    await adopted(bench.house.registry, tmp_path / "data", "trial")
    bench.pool.faults.extend([WorkerDiedError("killed"), WorkerDiedError("killed")])
    tickets = [await bench.studio.compose(rolled(number), viewer(person(number))) for number in range(20)]
    pieces = [await bench.house.store.piece(await bench.delivered(ticket)) for ticket in tickets]

    assert {piece.music.checkpoint_id for piece in pieces} == {ROLL_ID}
    assert not any(piece.is_trial for piece in pieces)
    assert {(job.checkpoint, job.card_sha256, job.options.engine) for job in bench.pool.jobs} == {
        (None, None, Engine.ROLL)
    }
    assert {"Checkpoint": ROLL_ID, "Engine": "roll"}.items() <= dict(wording.facts(pieces[0])).items()
    await bench.studio.rate(pieces[0].id, viewer(), Vote.UP)
    assert await bench.house.registry.voted(pieces[0].id) is None
    assert ROLL_ID not in {model.id for model in await bench.house.registry.models()}
    assert {model.up for model in await bench.house.registry.models()} == {0}


async def test_what_grows_from_the_roll_engine_stays_with_it(bench: Bench) -> None:
    """Again, a variation and longer are made by it too."""
    asker = viewer(person(0))
    first = await bench.delivered(await bench.studio.compose(rolled(), asker))
    for action in (Action.AGAIN, Action.VARIATION, Action.LONGER):
        ticket = await bench.studio.follow_up(action, first, asker, key=f"test:{action}", address="{}")
        await bench.delivered(ticket)

    assert [job.options.engine for job in bench.pool.jobs] == [Engine.ROLL] * 4


async def test_a_roll_engine_that_cannot_be_used_stops_nobody_else(bench: Bench, tmp_path: Path) -> None:
    """Who asked for it is told how to do without; the networks of the registry stay as they are."""
    current = await used(bench.house.registry, tmp_path / "data")
    bench.pool.damaged = {ROLL_ID}

    failed = await bench.until(await bench.studio.compose(rolled(), viewer(person(0))), RequestState.FAILED)
    piece = await bench.house.store.piece(await bench.delivered(await bench.studio.compose(request(), viewer())))

    assert failed.fault == wording.ROLL_OUT_OF_ORDER
    assert piece.music.checkpoint_id == bench.house.registry.current_id == current


async def test_a_worker_whose_base_is_damaged_is_told_of(bench: Bench) -> None:
    """With nothing left to compose with, the request ends in a sentence, as any other fault of ours."""
    bench.pool.faults.append(BadCheckpointError("The checkpoint is damaged."))

    failed = await bench.until(await bench.studio.compose(request(), viewer()), RequestState.FAILED)

    assert failed.fault == wording.OUT_OF_ORDER


@pytest.mark.parametrize(
    "fault",
    [JobRefusedError("The seed is too short."), JobFailedError("The piano is out of tune."), ValueError("internal")],
    ids=["refused", "failed", "unexpected"],
)
async def test_failures_are_told_in_a_sentence(bench: Bench, fault: Exception) -> None:
    """A job that fails ends in a sentence, which never shows the inside, and the next job is done."""
    bench.pool.faults.append(fault)

    ticket = await bench.studio.compose(request(), viewer())
    failed = await bench.until(ticket, RequestState.FAILED)
    await bench.delivered(await bench.studio.compose(request(), viewer()))

    [(told, sentence)] = bench.platform.told
    assert (told, sentence) == (ticket.id, failed.fault)
    assert "internal" not in sentence
    assert sentence.endswith(".")


async def test_a_file_is_fetched_and_read(bench: Bench) -> None:
    """A request that awaits its file goes on when the file is there."""
    bench.platform.files["where"] = SONG

    ticket = await bench.studio.compose(request(seed=UPLOAD, address="where", awaits_file=True), viewer())

    await bench.delivered(ticket)
    assert bench.pool.jobs[0].primer is not None


@pytest.mark.parametrize("found", [b"no music", RefusedError("This file is gone.")], ids=["not MIDI", "gone"])
async def test_a_bad_file_is_told(bench: Bench, found: bytes | Exception) -> None:
    """A file that cannot be had or read ends the request with the reason."""
    bench.platform.files["where"] = found

    ticket = await bench.studio.compose(request(seed=UPLOAD, address="where", awaits_file=True), viewer())
    await bench.until(ticket, RequestState.FAILED)
    await bench.platform.news()

    [(told, sentence)] = bench.platform.told
    assert told == ticket.id
    assert "MIDI" in sentence or "gone" in sentence


async def test_a_file_is_fetched_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that fails for a moment costs nobody their request."""
    monkeypatch.setattr(intake, "FETCHING_PAUSES", (0.0, 0.01, 0.01))
    troubles = deque([ConnectionError("reset"), TimeoutError()])

    async def fetch_file(_: Ticket) -> bytes:
        if troubles:
            raise troubles.popleft()
        return SONG

    monkeypatch.setattr(bench.platform, "fetch_file", fetch_file)

    ticket = await bench.studio.compose(request(seed=UPLOAD, awaits_file=True), viewer())

    await bench.delivered(ticket)


async def test_cancelling_ends_the_fetching(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that is cancelled while its file is fetched is told so, and nothing else, and nothing goes on."""
    begun, ended, fetched = asyncio.Event(), asyncio.Event(), []

    async def fetch_file(ticket: Ticket) -> bytes:
        fetched.append(ticket.id)
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        return SONG

    monkeypatch.setattr(bench.platform, "fetch_file", fetch_file)
    asked = request(seed=UPLOAD, awaits_file=True)
    ticket = await bench.studio.compose(asked, viewer())
    await begun.wait()
    await bench.studio.compose(asked, viewer())  # the platform reports it twice
    await asyncio.sleep(0.05)
    await bench.studio.cancel(ticket.id, viewer())

    await bench.until_told(ticket)
    assert ended.is_set()
    assert fetched == [ticket.id]
    assert [told for told, _ in bench.platform.told] == [ticket.id]
    assert (await bench.studio.progress(ticket.id)).state is RequestState.CANCELLED
    assert bench.pool.jobs == []


async def test_a_late_echo_of_a_request_does_nothing(bench: Bench) -> None:
    """An event that comes once more after its piece was delivered neither composes nor shows anything."""
    asked = request()
    ticket = await bench.studio.compose(asked, viewer())
    await bench.delivered(ticket)
    shown = len(bench.platform.shown)

    echo = await bench.studio.compose(asked, viewer())
    await asyncio.sleep(0.6)

    assert (echo.id, echo.state) == (ticket.id, RequestState.DELIVERED)
    assert len(bench.platform.shown) == shown
    assert len(bench.platform.delivered) == 1


async def test_a_caller_who_is_cut_off_has_asked(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that reached the database is worked on even if whoever brought it is cancelled at that moment."""
    add, is_stored = bench.house.store.add_request, asyncio.Event()

    async def add_slowly(*args: Any, **kwargs: Any) -> Ticket:
        ticket = await add(*args, **kwargs)
        is_stored.set()
        await asyncio.sleep(0.05)
        return ticket

    monkeypatch.setattr(bench.house.store, "add_request", add_slowly)
    asking = asyncio.create_task(bench.studio.compose(request(), viewer()))
    await is_stored.wait()
    [ticket] = await bench.studio.open_tickets(viewer())

    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking
    await bench.delivered(ticket)


async def test_a_file_is_fetched_after_a_restart(make_bench: Callable[..., Awaitable[Bench]]) -> None:
    """A bot that went down while it waited for a file fetches it at the next start."""
    before = await make_bench(start=False)
    asked = request(seed=UPLOAD, address="where", awaits_file=True)
    asked = replace(asked, options=replace(asked.options, random_seed=1))
    ticket = await before.house.store.add_request(asked, Limits(), datetime.now(UTC))
    await before.close()

    after = await make_bench(start=False)
    after.platform.files["where"] = SONG
    await after.house.start()

    await after.delivered(ticket)


async def test_delivery_waits_for_the_message(bench: Bench) -> None:
    """A piece that is finished before its message exists is put into that message, not beside it."""
    bench.platform.answers_in_messages = True
    ticket = await bench.studio.compose(request(), viewer())
    await bench.until(ticket, RequestState.COMPOSED)

    await bench.studio.placed(ticket.id, MessageRef("1", "2"))
    piece_id = await bench.delivered(ticket)

    assert (await bench.house.store.piece(piece_id)).message == MessageRef("1", "2")


async def test_no_progress_after_the_piece(bench: Bench) -> None:
    """Once a piece is delivered its message is not touched by progress any more."""
    bench.pool.hold()
    ticket = await bench.studio.compose(request(), viewer())
    await bench.platform.news()
    shown = len(bench.platform.shown)

    bench.pool.let_go()
    await bench.delivered(ticket)
    await asyncio.sleep(0.6)

    assert shown >= 1
    assert all(progress.state is not RequestState.DELIVERED for _, progress in bench.platform.shown)
    assert len(bench.platform.shown) == shown


async def test_drain_finishes_what_runs(make_bench: Callable[..., Awaitable[Bench]]) -> None:
    """A bot that is asked to stop finishes and delivers what runs, and begins nothing new."""
    bench = await make_bench()
    bench.pool.hold()
    running = await bench.studio.compose(request(), viewer())
    await bench.until(running, RequestState.RUNNING)
    waiting = await bench.studio.compose(request(), viewer())

    draining = asyncio.create_task(bench.house.desk.drain(20))
    await asyncio.sleep(0.05)
    bench.pool.let_go()
    await draining

    assert [ticket_id for ticket_id, _ in bench.platform.delivered] == [running.id]
    assert (await bench.house.store.ticket(waiting.id)).state is RequestState.QUEUED


async def test_what_is_claimed_too_late_waits_for_the_next_start(
    make_bench: Callable[..., Awaitable[Bench]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that leaves the queue in the moment in which the bot is told to stop is put back."""
    bench = await make_bench(workers=2)
    bench.pool.hold()
    running = await bench.studio.compose(request(), viewer())
    await bench.until(running, RequestState.RUNNING)
    claim, is_claimed, may_return = bench.house.store.claim, asyncio.Event(), asyncio.Event()

    async def claim_slowly(now: datetime) -> Ticket | None:
        ticket = await claim(now)
        if ticket is not None:
            is_claimed.set()
            await may_return.wait()
        return ticket

    monkeypatch.setattr(bench.house.store, "claim", claim_slowly)
    late = await bench.studio.compose(request(), viewer())
    await is_claimed.wait()
    draining = asyncio.create_task(bench.house.desk.drain(20))
    await asyncio.sleep(0.05)
    may_return.set()
    await bench.until(late, RequestState.QUEUED)
    bench.pool.let_go()
    await draining

    assert [job.ticket_id for job in bench.pool.jobs] == [running.id]
    assert (await bench.house.store.ticket(late.id)).attempt == 0


async def test_files_without_a_row_are_swept(make_bench: Callable[..., Awaitable[Bench]]) -> None:
    """What a killed bot left half done is gone after the next start; finished pieces stay."""
    bench = await make_bench()
    piece_id = await bench.delivered(await bench.studio.compose(request(), viewer()))
    view = await bench.studio.piece(piece_id, viewer())
    orphan = view.files.folder.with_name("999")
    orphan.mkdir()
    await bench.close()

    await make_bench()

    assert not orphan.exists()
    assert view.files.midi.exists()
