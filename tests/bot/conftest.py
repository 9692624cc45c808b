"""A whole core over a temporary folder, with a pool that composes at once and a platform that remembers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot.domain import Limits, RequestState, Ticket
from bot.house import House
from tests.fakes.platform import LoopbackPlatform
from tests.fakes.pool import FakePool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from bot.studio import Studio


@dataclass
class Bench:
    """A running core and what the tests look at."""

    house: House
    pool: FakePool
    platform: LoopbackPlatform
    is_open: bool = True

    async def close(self) -> None:
        """Go down at once, like a bot that is told to stop twice; harmless when done twice."""
        if self.is_open:
            self.is_open = False
            await self.house.close(0)

    @property
    def studio(self) -> Studio:
        """What platforms call."""
        return self.house.studio

    async def until(self, ticket: Ticket, *states: RequestState) -> Ticket:
        """Wait until a request has come to one of ``states``."""
        async with asyncio.timeout(20):
            while (found := await self.house.store.ticket(ticket.id)).state not in states:
                await asyncio.sleep(0.01)
        return found

    async def until_told(self, ticket: Ticket) -> None:
        """Wait until it is written down that the person knows why there is no piece."""
        async with asyncio.timeout(20):
            while not (await self.house.store.ticket(ticket.id)).told:
                await asyncio.sleep(0.01)

    async def delivered(self, ticket: Ticket) -> int:
        """Wait until a request is delivered; the piece's id."""
        done = await self.until(ticket, RequestState.DELIVERED)
        assert done.piece_id is not None
        return done.piece_id


@pytest.fixture
async def make_bench(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Bench]]]:
    """Builds and starts a core; several may follow each other over the same folder."""
    benches: list[Bench] = []

    async def make(limits: Limits | None = None, *, workers: int = 1, start: bool = True) -> Bench:
        pool, platform = FakePool(workers), LoopbackPlatform()
        house = await House.open(tmp_path / "data", pool, limits=limits or Limits(), workers=workers)
        benches.append(Bench(house, pool, platform))
        house.studio.add_platform(platform)
        if start:
            await house.start()
        return benches[-1]

    yield make
    for bench in benches:
        await bench.close()


@pytest.fixture
async def bench(make_bench: Callable[..., Awaitable[Bench]]) -> Bench:
    """One running core."""
    return await make_bench()
