"""The queue is fair, and work that was interrupted goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import RequestState
from bot.store.fairness import Waiting, fair_order
from bot.store.work import MOST_ATTEMPTS
from bot.wording import POISON
from tests.bot.store.samples import MUSIC, NOON, add, person

if TYPE_CHECKING:
    from bot.store import Store


async def test_nobody_waits_for_a_flood(store: Store) -> None:
    """Somebody who asks behind a flood is next, then it is turn and turn about."""
    flood = [await add(store, person("flooder")) for _ in range(4)]
    first = await store.claim(NOON)
    others = [await add(store, person("clara")) for _ in range(2)]

    order = [flood[0], others[0], flood[1], others[1], flood[2], flood[3]]

    assert first is not None
    assert first.id == flood[0].id
    assert await store.queue() == [ticket.id for ticket in order[1:]]


async def test_persons_take_turns_across_time(store: Store) -> None:
    """Who was served last comes last, also when their earlier work is long finished."""
    for name in ("a", "b", "c"):
        ticket = await add(store, person(name))
        await store.claim(NOON)
        await store.finish(ticket.id, MUSIC, NOON)
    late = {name: await add(store, person(name)) for name in ("c", "b", "a")}

    assert await store.queue() == [late["a"].id, late["b"].id, late["c"].id]


async def test_the_queue_tells_the_order_of_claims(store: Store) -> None:
    """What the queue says is what then happens."""
    for name in "aaabacbbca":
        await add(store, person(name))
    await store.claim(NOON)

    told = await store.queue()
    claimed = [await store.claim(NOON) for _ in told]

    assert [ticket.id for ticket in claimed if ticket is not None] == told
    assert await store.claim(NOON) is None


async def test_many_workers_get_different_requests(store: Store) -> None:
    """Claims at the same time never give one request twice."""
    added = [await add(store, person(f"{number % 5}")) for number in range(20)]

    claimed = await asyncio.gather(*(store.claim(NOON) for _ in range(30)))

    assert sorted(ticket.id for ticket in claimed if ticket) == [ticket.id for ticket in added]


@given(
    names=st.lists(st.sampled_from("abc"), max_size=12),
    running=st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)),
)
def test_the_order_is_whole_and_keeps_each_persons(names: list[str], running: dict[str, int]) -> None:
    """Everything in the queue gets its turn once, and nobody is overtaken by themselves."""
    waiting = [Waiting(number, ord(name), running.get(name, 0), 0) for number, name in enumerate(names)]

    order = list(fair_order(waiting))

    assert sorted(order) == list(range(len(names)))
    for name in set(names):
        own = [number for number in order if names[number] == name]
        assert own == sorted(own)


events = st.lists(st.sampled_from(["flooder", "clara", "robert", "work", "work", "finish"]), max_size=60)


@given(events=events, workers=st.integers(1, 4))
def test_nobody_waits_for_two_pieces_of_another(events: list[str], workers: int) -> None:
    """While nothing of a person is being worked on, anybody else is served at most once before they are.

    The events are arrivals of requests, workers that take one, and work that is finished.
    """
    queued: list[tuple[int, str]] = []
    running: list[str] = []
    turns: dict[str, int] = {}
    overtaken: dict[tuple[str, str], int] = {}
    for number, event in enumerate(events):
        if event == "finish":
            running[:1] = []
        elif event != "work":
            queued.append((number, event))
        elif queued and len(running) < workers:
            waiting = [Waiting(at, ord(name[0]), running.count(name), turns.get(name, 0)) for at, name in queued]
            chosen = next(fair_order(waiting))
            served = dict(queued)[chosen]
            for name in {name for _, name in queued if name != served and name not in running}:
                overtaken[name, served] = overtaken.get((name, served), 0) + 1
                assert overtaken[name, served] <= 1
            overtaken = {pair: times for pair, times in overtaken.items() if pair[0] != served}
            turns[served] = max(turns.values(), default=0) + 1
            running.append(served)
            queued.remove((chosen, served))
        overtaken = {pair: times for pair, times in overtaken.items() if pair[0] not in running}


async def test_released_work_was_never_begun(store: Store) -> None:
    """What is put back when the bot stops does not count as an attempt."""
    ticket = await add(store)
    await store.claim(NOON)

    await store.release(ticket.id)

    again = await store.ticket(ticket.id)
    assert (again.state, again.attempt) == (RequestState.QUEUED, 0)


async def test_releasing_finished_work_changes_nothing(store: Store) -> None:
    """A piece that was stored a moment ago stays."""
    ticket = await add(store)
    await store.claim(NOON)
    await store.finish(ticket.id, MUSIC, NOON)

    await store.release(ticket.id)

    assert (await store.ticket(ticket.id)).state is RequestState.COMPOSED


async def test_interrupted_work_is_begun_again(store: Store) -> None:
    """After a crash the queue holds what was being worked on; other requests stay as they are."""
    begun, waiting = await add(store), await add(store, awaits_file=True)
    await store.claim(NOON)

    assert await store.recover() == []

    assert await store.queue() == [begun.id]
    assert (await store.ticket(begun.id)).attempt == 1
    assert (await store.ticket(waiting.id)).state is RequestState.AWAITING_FILE


async def test_what_brings_the_bot_down_is_given_up(store: Store) -> None:
    """A request that is interrupted again and again fails with a reason, so that crashes come to an end."""
    ticket = await add(store)
    for _ in range(MOST_ATTEMPTS - 1):
        await store.claim(NOON)
        assert await store.recover() == []
    await store.claim(NOON)

    given_up = await store.recover()

    assert [(one.id, one.fault) for one in given_up] == [(ticket.id, POISON)]
    assert given_up == await store.untold()
    assert await store.queue() == []


async def test_a_piece_is_finished_once(store: Store) -> None:
    """The piece holds what was asked and what came of it; finishing again gives nothing."""
    ticket = await add(store)
    await store.claim(NOON)

    piece = await store.finish(ticket.id, MUSIC, NOON)

    assert piece is not None
    assert (piece.ticket_id, piece.request, piece.music, piece.created_at) == (ticket.id, ticket.request, MUSIC, NOON)
    assert await store.finish(ticket.id, MUSIC, NOON) is None
    assert await store.piece(piece.id) == piece
