"""Requests are taken on once and led to their end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain import (
    Action,
    ComposeRequest,
    Engine,
    MessageRef,
    NotFoundError,
    Options,
    Place,
    PlatformName,
    RequestState,
    Seed,
    SeedKind,
    UserRef,
)
from bot.store import StoreError
from composer.controls import Controls
from tests.bot.store.samples import MUSIC, NO_LIMITS, NOON, add, make_piece, message, person, request

if TYPE_CHECKING:
    from bot.store import Store

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
seconds = st.floats(5, 600)
requests = st.builds(
    ComposeRequest,
    key=texts,
    user=st.builds(UserRef, st.sampled_from(PlatformName), texts),
    place=st.builds(Place, st.sampled_from(PlatformName), st.none() | texts, st.none() | texts),
    seed=st.builds(Seed, st.sampled_from(SeedKind), texts, texts),
    options=st.builds(
        Options,
        seconds,
        st.none() | st.floats(20, 300),
        st.floats(0.1, 2),
        st.integers(0, 2**31 - 1),
        st.sampled_from(Engine),
        st.builds(
            Controls,
            key=st.none() | st.sampled_from(["F# minor", "Bb"]),
            density=st.none() | st.just("dense") | st.floats(0.5, 16),
            register=st.none() | st.just("low") | st.integers(-24, 24),
            creativity=st.none() | st.integers(0, 100),
            style=st.none() | st.sampled_from(["bach", "żeleński"]),
        ),
    ),
    address=texts,
    action=st.sampled_from(Action),
    awaits_file=st.booleans(),
)
times = st.datetimes(datetime(1980, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (see timezones)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(wanted=requests, now=times)
async def test_a_request_comes_back_as_it_was_given(store: Store, wanted: ComposeRequest, now: datetime) -> None:
    """Every field of a request survives the database exactly."""
    wanted = replace(wanted, key=wanted.key + request().key)
    await store.add_request(wanted, NO_LIMITS, now)

    ticket = await store.add_request(wanted, NO_LIMITS, now + timedelta(seconds=1))

    assert ticket.request == wanted
    assert ticket.created_at == now
    assert ticket.state is (RequestState.AWAITING_FILE if wanted.awaits_file else RequestState.QUEUED)
    assert await store.ticket(ticket.id) == ticket


async def test_the_same_key_is_the_same_request(store: Store) -> None:
    """An event that comes twice, even at the same time, makes one ticket, and limits do not matter to it."""
    wanted = request()
    none_more = replace(NO_LIMITS, per_user_open=1)

    tickets = await asyncio.gather(*(store.add_request(wanted, none_more, NOON) for _ in range(5)))

    assert len({ticket.id for ticket in tickets}) == 1
    assert await store.queue() == [tickets[0].id]


async def test_a_key_belongs_to_its_person(store: Store) -> None:
    """Nobody gets at another person's ticket by guessing its key."""
    own = await add(store, person("clara"), key="web:1")
    other = await add(store, person("robert"), key="web:1")

    assert own.id != other.id


@pytest.mark.parametrize("number", [0, -1, 99, 2**63, 10**30])
async def test_unknown_tickets_are_not_found(store: Store, number: int) -> None:
    """Whatever number somebody asks for, the answer is a sentence."""
    with pytest.raises(NotFoundError, match="no request"):
        await store.ticket(number)


@pytest.mark.parametrize("number", [5, 2**63])
async def test_a_request_needs_its_parent(store: Store, number: int) -> None:
    """A piece that was deleted a moment ago cannot be continued, and nothing is stored."""
    with pytest.raises(NotFoundError, match="no piece"):
        await add(store, parent_id=number)

    assert await store.queue() == []


async def test_text_that_is_no_unicode_is_refused(store: Store) -> None:
    """Half of a surrogate pair, which JSON may hold, is refused in a sentence."""
    with pytest.raises(StoreError, match="characters"):
        await add(store, seed=Seed(SeedKind.NOTES, "\ud800", "notes"))


async def test_a_file_is_provided_once(store: Store) -> None:
    """A request waits for its file, then stands in the queue with what was read; a second file changes nothing."""
    waiting = await add(store, awaits_file=True, seed=Seed(SeedKind.UPLOAD, "mine.mid", "mine.mid"))
    assert await store.queue() == []

    ticket = await store.provide_primer(waiting.id, primer='{"notes": 1}', title="Mine", remarks=("No drums.",))
    again = await store.provide_primer(waiting.id, primer="{}", title="Other", remarks=())

    assert ticket == again
    assert ticket.state is RequestState.QUEUED
    assert ticket.request.seed == Seed(SeedKind.UPLOAD, "mine.mid", "Mine")
    assert not ticket.request.awaits_file
    assert ticket.remarks == ("No drums.",)
    assert await store.primer(ticket.id) == '{"notes": 1}'
    assert await store.queue() == [ticket.id]


async def test_a_request_may_bring_its_primer(store: Store) -> None:
    """Asking again for an upload needs no file: what was read of it goes with the request."""
    ticket = await store.add_request(request(), NO_LIMITS, NOON, primer='{"notes": 1}', remarks=("No drums.",))

    assert await store.primer(ticket.id) == '{"notes": 1}'
    assert ticket.remarks == ("No drums.",)
    assert ticket.state is RequestState.QUEUED


async def test_other_requests_have_no_primer(store: Store) -> None:
    """Only uploads have one."""
    assert await store.primer((await add(store)).id) is None


async def test_a_piece_is_delivered_once(store: Store) -> None:
    """The message of the piece replaces that of the progress, and later news change nothing."""
    piece = await make_piece(store)
    await store.placed(piece.ticket_id, message(1))
    assert [ticket.state for ticket in await store.untold()] == [RequestState.COMPOSED]

    await store.delivered(piece.ticket_id, message(2))
    await store.delivered(piece.ticket_id, message(3))
    await store.placed(piece.ticket_id, message(4))

    ticket = await store.ticket(piece.ticket_id)
    assert (ticket.state, ticket.message, ticket.told) == (RequestState.DELIVERED, message(2), True)
    assert ticket.piece_id == piece.id
    assert await store.untold() == []


async def test_delivery_without_a_message_keeps_the_known_one(store: Store) -> None:
    """Where the platform tells of no new message, the piece is in the one that showed the progress."""
    piece = await make_piece(store)
    await store.placed(piece.ticket_id, message(1))

    await store.delivered(piece.ticket_id, None)

    assert (await store.ticket(piece.ticket_id)).message == message(1)


async def test_failure_is_told(store: Store) -> None:
    """A request that failed is taken up after every restart until its person knows why."""
    ticket = await add(store)

    assert await store.fail(ticket.id, "The piano is out of tune.")
    assert not await store.fail(ticket.id, "Once more.")

    assert [(one.id, one.fault) for one in await store.untold()] == [(ticket.id, "The piano is out of tune.")]
    await store.told(ticket.id)
    assert await store.untold() == []
    assert (await store.ticket(ticket.id)).told


async def test_told_does_not_end_a_request(store: Store) -> None:
    """What is not finished stays to be taken up."""
    ticket = await add(store)

    await store.told(ticket.id)

    assert [one.id for one in await store.untold()] == [ticket.id]


@pytest.mark.parametrize("begun", [False, True])
async def test_cancelling_says_what_was_stopped(store: Store, begun: bool) -> None:
    """A request is cancelled while it waits or is worked on; then its piece is not wanted any more."""
    ticket = await add(store)
    if begun:
        await store.claim(NOON)

    assert await store.cancel(ticket.id) is (RequestState.RUNNING if begun else RequestState.QUEUED)
    assert await store.cancel(ticket.id) is None

    assert await store.claim(NOON) is None
    assert await store.finish(ticket.id, MUSIC, NOON) is None
    assert not await store.fail(ticket.id, "Too late.")
    assert (await store.ticket(ticket.id)).state is RequestState.CANCELLED


async def test_waiting_for_a_file_can_be_cancelled(store: Store) -> None:
    """A request that waits for its file ends before the file comes."""
    ticket = await add(store, awaits_file=True)

    assert await store.cancel(ticket.id) is RequestState.AWAITING_FILE

    late = await store.provide_primer(ticket.id, primer="{}", title="Late", remarks=())
    assert late.state is RequestState.CANCELLED
    assert await store.primer(ticket.id) is None


async def test_finished_pieces_cannot_be_cancelled(store: Store) -> None:
    """It is too late once there is a piece."""
    piece = await make_piece(store)

    assert await store.cancel(piece.ticket_id) is None


async def test_open_tickets_are_a_persons_own(store: Store) -> None:
    """Listed are the requests of one person that are waiting or being worked on."""
    finished = await make_piece(store, person("clara"))
    waiting = await add(store, person("clara"), awaits_file=True)
    queued = await add(store, person("clara"))
    await add(store, person("robert"))
    await add(store, UserRef(PlatformName.WEB, "clara"))

    tickets = await store.open_tickets(person("clara"))

    assert [ticket.id for ticket in tickets] == [waiting.id, queued.id]
    assert finished.ticket_id not in [ticket.id for ticket in tickets]


async def test_news_of_forgotten_requests_is_no_error(store: Store) -> None:
    """Whatever is said of a ticket that is gone is taken without a word, but for a file that needs one."""
    await store.placed(99, MessageRef("channel", "message"))
    await store.delivered(99, None)
    await store.told(99)
    await store.release(99)

    assert not await store.fail(99, "Gone.")
    assert await store.cancel(99) is None
    assert await store.finish(99, MUSIC, NOON) is None
    with pytest.raises(NotFoundError):
        await store.provide_primer(99, primer="{}", title="", remarks=())
