"""``python -m bot retrain`` and ``python -m bot model``: the same core at the terminal, while the bot is stopped."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.house import DATABASE
from bot.retraining import commands
from bot.retraining.domain import RetrainingSettings, RunState
from bot.store import Store
from tests.fakes.audience import fill
from tests.fakes.training import command, fake_base

if TYPE_CHECKING:
    from pathlib import Path


class Terminal:
    """What is said at the terminal of a bot that is stopped."""

    def __init__(self, folder: Path, *modes: str) -> None:
        self.data, self.said = folder / "data", list[str]()
        base = folder / "base"
        self._settings = RetrainingSettings(base if base.exists() else fake_base(base), command=command(*modes))

    async def fill(self, liked: int = 30) -> None:
        """Have people like pieces."""
        store = await Store.open(self.data / DATABASE)
        await fill(store, self.data, liked=liked)
        await store.close()

    async def retrain(self, *, dry_run: bool = False) -> int:
        """The exit code."""
        return await commands.retrain(self.data, self._settings, self.said.append, dry_run=dry_run)

    async def model(self, action: str, model_id: str | None = None) -> int:
        """The exit code."""
        return await commands.model(self.data, self._settings, self.said.append, action=action, model_id=model_id)


async def test_it_retrains_and_chooses(tmp_path: Path) -> None:
    """Stage by stage up to the report; then the new network can be used, and gone back from."""
    terminal = Terminal(tmp_path, "pass")
    await terminal.fill()

    assert await terminal.retrain(dry_run=True) == 0
    assert terminal.said[0].startswith("30 pieces liked and 0 disliked")
    assert await terminal.retrain() == 0
    assert any("training" in line for line in terminal.said[1:-1])
    assert "on trial" in terminal.said[-1]
    assert await terminal.model("list") == 0
    new = next(line for line in terminal.said[-1].splitlines() if "on trial" in line).split()[1].rstrip(":")
    assert await terminal.model("use", new[:-1]) == 0
    assert terminal.said[-1].startswith(f"{new}: composes now")
    assert await terminal.model("info") == 0
    assert await terminal.model("rollback") == 0
    assert "the base, composes now" in terminal.said[-1]


@pytest.mark.parametrize(("mode", "code"), [("keep", 0), ("fail", 2), ("crash", 2)])
async def test_exit_codes(tmp_path: Path, mode: str, code: int) -> None:
    """No better network is no failure; training that comes to nothing is."""
    terminal = Terminal(tmp_path, mode)
    await terminal.fill()

    assert await terminal.retrain() == code


async def test_refusals_are_sentences(tmp_path: Path) -> None:
    """Too few votes, a network that is not there, nothing to go back to."""
    terminal = Terminal(tmp_path, "pass")

    assert await terminal.retrain() == 2
    assert "too little to learn from" in terminal.said[-1]
    assert await terminal.model("use", "nothing") == 2
    assert await terminal.model("rollback") == 2


async def test_a_bot_that_runs_is_not_disturbed(tmp_path: Path) -> None:
    """Its database is in use, which is said."""
    terminal = Terminal(tmp_path, "pass")
    store = await Store.open(terminal.data / DATABASE)

    assert await terminal.model("list") == 2

    assert "Another SchumaNN is using" in terminal.said[-1]
    await store.close()


async def test_interrupting_cancels_the_run(tmp_path: Path) -> None:
    """Ctrl-C ends the process, and the run is written down as cancelled."""
    terminal = Terminal(tmp_path, "slow")
    await terminal.fill()
    running = asyncio.create_task(terminal.retrain())
    async with asyncio.timeout(30):
        while not any("training" in line for line in terminal.said):
            await asyncio.sleep(0.02)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    store = await Store.open(terminal.data / DATABASE)
    run = await store.latest_run()
    assert run is not None
    assert run.state is RunState.CANCELLED
    await store.close()


async def test_a_damaged_base_is_said(tmp_path: Path) -> None:
    """Nothing is opened then."""
    terminal = Terminal(tmp_path, "pass")
    (tmp_path / "base" / "weights.npz").write_bytes(b"other")

    assert await terminal.model("list") == 2
    assert "damaged" in terminal.said[-1]
    assert not terminal.data.exists()
