"""Deliveries: a few at a time, given up where nobody waits, never done twice because the database was slow."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot import courier, patience
from bot.courier import Courier
from bot.domain import Composed, Limits, MessageRef, RequestState
from bot.piece_files import PieceFolders
from bot.progress import Board
from bot.store import Store, StoreError
from tests.bot.people import ANNA, request
from tests.fakes.platform import LoopbackPlatform

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.domain import Piece, Ticket
    from bot.piece_files import PieceFiles

MUSIC = Composed("Träumerei", "F major", 72.0, 30.0, 12.0, 99, 1, "network", "piano.sf2")
MANY = Limits(per_user_open=100, default_guild=replace(Limits().default_guild, per_user_hour=1000))


@dataclass
class SlowPlatform(LoopbackPlatform):
    """Delivers when it is told to, and counts how much of it is under way."""

    at_once: int = 0
    most_at_once: int = 0
    is_open: asyncio.Event = field(default_factory=asyncio.Event)

    async def deliver(self, ticket: Ticket, piece: Piece, files: PieceFiles) -> MessageRef | None:  # noqa: ARG002 (the platform's interface)
        """Wait; no files are needed."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.is_open.wait()
        self.at_once -= 1
        if self.faults:
            raise self.faults.popleft()
        self.delivered.append((ticket.id, piece.id))
        return None


@dataclass
class Round:
    """A courier, and what it carries and whither."""

    store: Store
    board: Board
    courier: Courier
    platform: SlowPlatform

    async def composed(self) -> int:
        """A request that waits to be delivered."""
        asked = request()
        asked = replace(asked, options=replace(asked.options, random_seed=1))
        now = datetime.now(UTC)
        ticket = await self.store.add_request(asked, MANY, now)
        await self.store.claim(now)
        assert await self.store.finish(ticket.id, MUSIC, now) is not None
        return ticket.id

    async def state(self, ticket_id: int) -> RequestState:
        """How far it is."""
        return (await self.store.ticket(ticket_id)).state


@pytest.fixture
async def on_tour(tmp_path: Path) -> AsyncIterator[Round]:
    """A courier over an empty database."""
    store, board, platform = await Store.open(tmp_path / "x.db"), Board(1), SlowPlatform()
    messenger = Courier(store, PieceFolders(tmp_path), board)
    messenger.add_platform(platform)
    yield Round(store, board, messenger, platform)
    await messenger.close(0)
    await store.close()


async def test_few_are_brought_at_a_time(on_tour: Round) -> None:
    """After a long outage not all pieces are in memory at once, and still all arrive."""
    waiting = [await on_tour.composed() for _ in range(20)]

    for ticket_id in waiting:
        on_tour.courier.send(ticket_id)
    async with asyncio.timeout(10):
        while on_tour.platform.at_once < courier._AT_ONCE:
            await asyncio.sleep(0.01)
    on_tour.platform.is_open.set()
    await on_tour.courier.wait(waiting, 20)

    assert sorted(ticket_id for ticket_id, _ in on_tour.platform.delivered) == waiting
    assert on_tour.platform.most_at_once == courier._AT_ONCE


async def test_what_was_forgotten_is_not_tried_again(on_tour: Round, caplog: pytest.LogCaptureFixture) -> None:
    """Where the request is gone there is nobody to bring anything to, and nothing to complain of."""
    ticket_id = await on_tour.composed()
    await on_tour.store.forget(ANNA)

    on_tour.courier.send(ticket_id)
    await on_tour.courier.wait([ticket_id], 10)

    assert on_tour.platform.delivered == []
    assert caplog.records == []


async def test_a_slow_database_brings_nothing_twice(on_tour: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has arrived is not brought again because writing that down takes longer than a delivery may."""
    monkeypatch.setattr(courier, "_ATTEMPT_SECONDS", 0.05)
    monkeypatch.setattr(patience, "PAUSE", 0.02)
    ticket_id, write, troubles = await on_tour.composed(), on_tour.store.delivered, iter(range(5))

    async def delivered(*args: object) -> None:
        if next(troubles, None) is not None:
            message = "The disk is full."
            raise StoreError(message)
        await write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(on_tour.store, "delivered", delivered)
    on_tour.platform.is_open.set()

    on_tour.courier.send(ticket_id)
    await on_tour.courier.wait([ticket_id], 10)

    assert len(on_tour.platform.delivered) == 1
    assert await on_tour.state(ticket_id) is RequestState.DELIVERED


async def test_attempts_end(on_tour: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be delivered for a whole day is left for the next start, and takes up nothing until then."""
    monkeypatch.setattr(courier, "PAUSES", (0.0, 0.0, 0.0))
    on_tour.platform.faults = deque(OSError("offline") for _ in range(3))
    on_tour.platform.is_open.set()
    ticket_id = await on_tour.composed()

    on_tour.courier.send(ticket_id)
    await on_tour.courier.wait([ticket_id], 10)

    assert not on_tour.platform.faults
    assert [ticket.id for ticket in await on_tour.store.untold()] == [ticket_id]


async def test_without_its_platform_nothing_is_kept_on_the_board(on_tour: Round, tmp_path: Path) -> None:
    """Pieces for people of a platform that is off wait in the database only."""
    messenger = Courier(on_tour.store, PieceFolders(tmp_path), on_tour.board)
    ticket = await on_tour.store.ticket(await on_tour.composed())
    on_tour.board.track(ticket)

    messenger.send(ticket.id)
    await messenger.wait([ticket.id], 10)

    assert on_tour.board._tracked == {}
    assert await on_tour.state(ticket.id) is RequestState.COMPOSED
