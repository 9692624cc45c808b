"""A core with an audience, whose training is pretended."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from bot.domain import Limits
from bot.house import House
from bot.retraining.domain import RetrainingSettings, Run, RunState
from bot.retraining.retrainer import OPERATOR
from bot.store import Store
from tests.fakes.audience import fill
from tests.fakes.platform import LoopbackPlatform
from tests.fakes.pool import FakePool
from tests.fakes.training import command, fake_base

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from bot.retraining.retrainer import Retrainer


@dataclass
class School:
    """A running core that can be retrained."""

    house: House
    data: Path
    platform: LoopbackPlatform
    is_open: bool = field(default=True)

    @property
    def retrainer(self) -> Retrainer:
        """What is tested."""
        return self.house.studio.retrainer

    @property
    def store(self) -> Store:
        """Its memory."""
        return self.house.store

    async def close(self) -> None:
        """Go down at once; harmless when done twice."""
        if self.is_open:
            self.is_open = False
            await self.house.close(0)

    async def ended(self, run: Run) -> Run:
        """Wait until a run has ended."""
        async with asyncio.timeout(30):
            while (now := await self.store.stored_run(run.id)).state is RunState.RUNNING:
                await asyncio.sleep(0.02)
        return now

    async def reached(self, stage: str, run: Run) -> Run:
        """Wait until a run is at a stage."""
        async with asyncio.timeout(30):
            while (now := await self.retrainer.run(run.id, OPERATOR)).stage != stage:
                await asyncio.sleep(0.02)
        return now

    async def told(self, run: Run) -> None:
        """Wait until whoever started a run knows how it ended."""
        async with asyncio.timeout(30):
            while (await self.store.stored_run(run.id)).state is RunState.RUNNING or not (
                await self.store.is_run_told(run.id)
            ):
                await asyncio.sleep(0.02)

    @property
    def leftovers(self) -> list[str]:
        """Files that runs have left, but for samples."""
        root = self.data / "retraining"
        return sorted(
            str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.suffix != ".mp3"
        )


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store."""
    store = await Store.open(tmp_path / "schumann.db")
    yield store
    assert await store.integrity_problems() == []
    await store.close()


@pytest.fixture
async def make_school(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[School]]]:
    """Opens cores, one after the other over the same folder; the first one finds so many liked pieces."""
    schools: list[School] = []
    base = fake_base(tmp_path / "base")

    async def make(*modes: str, liked: int = 30, corpus: Path | None = None, own_votes: bool = False) -> School:
        data, platform = tmp_path / "data", LoopbackPlatform()
        settings = RetrainingSettings(base, corpus, own_votes=own_votes, command=command(*modes))
        house = await House.open(data, FakePool(), limits=Limits(), workers=1, retraining=settings)
        schools.append(School(house, data, platform))
        if len(schools) == 1:
            await fill(house.store, data, liked=liked)
        house.studio.add_platform(platform)
        await house.start()
        return schools[-1]

    yield make
    for school in schools:
        await school.close()
