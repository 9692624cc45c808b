"""Starting and ending: one platform in trouble, a signal, a second signal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.domain import Limits, PlatformName
from bot.house import House
from bot.platforms.platform import PlatformStartError
from bot.running import DONE, TO_MEND, RunningPlatform, _serve
from bot.workers import WorkerStartError
from tests.fakes.platform import LoopbackPlatform
from tests.fakes.pool import FakePool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class StartablePlatform(LoopbackPlatform):
    """A platform that starts, or not.

    Args:
        name: which one it is.
        trouble: what its start raises.
    """

    def __init__(self, name: PlatformName, trouble: Exception | None = None) -> None:
        super().__init__(name)
        self._trouble = trouble
        self.is_started = False

    async def start(self) -> None:
        """Start, unless there is trouble."""
        if self._trouble:
            raise self._trouble
        self.is_started = True

    async def close(self) -> None:
        """End."""
        self.is_started = False


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A core with a pool that composes at once."""
    house = await House.open(tmp_path / "data", FakePool(), limits=Limits(), workers=1)
    yield house
    await house.close(0)


async def _served(house: House, *platforms: RunningPlatform) -> tuple[int, list[str]]:
    """The exit code and what was said, ended when everything is started."""
    lines: list[str] = []
    end = asyncio.Event()
    serving = asyncio.create_task(_serve(house, platforms, end, lines.append))
    async with asyncio.timeout(20):
        while not serving.done() and len(lines) < len(platforms) + 2:
            await asyncio.sleep(0.01)
        end.set()
        return await serving, lines


async def test_what_is_on_is_told(house: House) -> None:
    """Network, piano and every platform."""
    code, lines = await _served(house, StartablePlatform(PlatformName.DISCORD))

    assert code == DONE
    assert lines[:3] == ["network: fake-network", "piano: fake.sf2", "Discord: on"]


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (PlatformStartError("Discord does not accept the token."), "Discord does not accept the token."),
        (RuntimeError("a mistake of ours"), "discord: could not be started; the log says why"),
    ],
)
async def test_one_platform_in_trouble_does_not_end_the_others(
    house: House, trouble: Exception, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    """What is wrong is said in a sentence; the rest serves people."""
    healthy = StartablePlatform(PlatformName.WEB)

    code, lines = await _served(house, StartablePlatform(PlatformName.DISCORD, trouble), healthy)

    assert code == DONE
    assert sentence in lines
    assert healthy.is_started
    assert ("a mistake of ours" in caplog.text) is isinstance(trouble, RuntimeError)


async def test_with_every_platform_in_trouble_it_ends(house: House) -> None:
    """There is nobody to serve."""
    code, lines = await _served(house, StartablePlatform(PlatformName.WEB, PlatformStartError("The port is taken.")))

    assert code == TO_MEND
    assert lines[-2] == "The port is taken."
    assert "nowhere to talk to people" in lines[-1]


async def test_without_workers_it_ends(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence is the worker's; no platform takes requests that nobody could serve."""

    async def fail() -> None:
        message = "FluidSynth is not installed."
        raise WorkerStartError(message)

    monkeypatch.setattr(house.pool, "start", fail)
    platform = StartablePlatform(PlatformName.WEB)

    code, lines = await _served(house, platform)

    assert (code, lines) == (TO_MEND, ["FluidSynth is not installed."])
    assert not platform.is_started


async def test_a_signal_while_starting_ends_it(house: House) -> None:
    """A platform that takes for ever to start holds nobody up."""

    class Slow(StartablePlatform):
        async def start(self) -> None:
            await asyncio.Event().wait()

    end = asyncio.Event()
    serving = asyncio.create_task(_serve(house, [Slow(PlatformName.WEB)], end, lambda _: None))
    await asyncio.sleep(0.05)
    end.set()

    async with asyncio.timeout(20):
        assert await serving == DONE
