"""The whole bot in a process of its own, on a fake: started, killed, started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.discord.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).resolve().parents[2]
_START_SECONDS = 60.0


_NOT_INHERITED = ("SCHUMANN_", "DISCORD_", "SLACK_", "HTTP", "http")


class BotProcess:
    """``python -m bot`` over a data folder, with a fake as its only platform.

    Args:
        launcher: module that points the bot at the fake.
        api: address of the fake.
        connections: how often the bot has connected to it by now, and whether it is connected.
        settings: variables of its environment.
    """

    def __init__(
        self, data: Path, launcher: str, api: str, connections: Callable[[], tuple[int, bool]], **settings: str
    ) -> None:
        self._log, self._connections = data.with_suffix(".log"), connections
        self._arguments = ("-m", launcher, "--api", api)
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)},
            "SCHUMANN_DATA": str(data),
            "SCHUMANN_WEB": "off",
            **settings,
        }
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Of the bot itself, not of its workers."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What it has written so far, in all its lives."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def megabytes(self) -> float:
        """Resident memory of the bot itself; the workers have their own."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    @property
    def children(self) -> list[int]:
        """Its workers, and whatever else it has started."""
        path = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        return [int(child) for child in path.read_text(encoding="utf-8").split()]

    @property
    def loaded_libraries(self) -> set[str]:
        """Files of shared libraries in the bot and in its workers."""
        pids = [self.pid, *self.children]
        maps = "".join(Path(f"/proc/{pid}/maps").read_text(encoding="utf-8") for pid in pids)
        return {Path(line.split(maxsplit=5)[-1]).name for line in maps.splitlines() if ".so" in line}

    async def start(self) -> None:
        """Start it and wait until it listens."""
        before, _ = self._connections()
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._arguments,
                cwd=REPOSITORY,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        await until(lambda: self._has_connected_since(before), "the bot", _START_SECONDS)

    def _has_connected_since(self, before: int) -> bool:
        count, is_connected = self._connections()
        return count > before and is_connected

    async def kill(self) -> None:
        """``kill -9``."""
        await self._end(signal.SIGKILL)

    async def terminate(self) -> None:
        """What a service manager does."""
        await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)
            await self._process.wait()
