"""A bot's retraining as tests see it: a data folder with enough votes, and a training process that waits for a word."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from bot.domain import Limits
from bot.house import House
from bot.retraining.domain import RetrainingSettings, RunState
from bot.retraining.retrainer import OPERATOR
from bot.store import Store
from tests.fakes.audience import fill
from tests.fakes.discord.waiting import PATIENCE_SECONDS
from tests.fakes.pool import FakePool
from tests.fakes.training import command, fake_base

if TYPE_CHECKING:
    from pathlib import Path

    from bot.retraining.domain import Run
    from bot.retraining.retrainer import Retrainer

RUNNING: Final = RunState.RUNNING


async def rated(data: Path) -> None:
    """Fill the data folder of a bot that does not run yet."""
    store = await Store.open(data / "schumann.db")
    await fill(store, data)
    await store.close()


def slow_training(data: Path, *modes: str) -> RetrainingSettings:
    """Of a bot whose training waits for ``let_go``."""
    base = data / "base"
    return RetrainingSettings(base=base if base.exists() else fake_base(base), command=command("slow", *modes))


def let_go(data: Path, run_id: int = 1) -> None:
    """Let the training of a run come to its end."""
    (data / "retraining" / str(run_id) / "out" / "go").touch()


async def reaches(retrainer: Retrainer, run_id: int, state: RunState = RUNNING) -> Run:
    """Wait until a run has come so far; one that is under way, up to where it waits for ``let_go``."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            run = await retrainer.latest(OPERATOR)
            is_waiting = run is not None and run.stage == "training"
            if run is not None and (run.id, run.state) == (run_id, state) and (is_waiting or state is not RUNNING):
                return run
            await asyncio.sleep(0.02)


async def with_a_trial(data: Path) -> None:
    """Fill a data folder, and retrain once: there is a network on trial then."""
    await rated(data)
    house = await House.open(data, FakePool(), limits=Limits(), workers=1, retraining=slow_training(data))
    await house.start()
    await network_on_trial(house, data)
    await house.close(0)


async def network_on_trial(house: House, data: Path) -> str:
    """Retrain once, as whoever runs the bot can, and give the id of the network that is on trial then."""
    run = await house.studio.retrainer.start(OPERATOR, key="the first", address="{}")
    await reaches(house.studio.retrainer, run.id)
    let_go(data, run.id)
    done = await reaches(house.studio.retrainer, run.id, RunState.PASSED)
    assert done.checkpoint_id is not None
    return done.checkpoint_id
