"""The whole bot in a process of its own, on the fake: started, killed, started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.discord.waiting import until

if TYPE_CHECKING:
    from tests.fakes.slack.server import FakeSlack

REPOSITORY = Path(__file__).resolve().parents[3]
_START_SECONDS = 60.0
_NOT_INHERITED = ("SCHUMANN_", "DISCORD_", "SLACK_", "HTTP", "http")


class BotProcess:
    """``python -m bot`` over a data folder, with the fake as its Slack."""

    def __init__(self, fake: FakeSlack, data: Path) -> None:
        self._fake, self._log = fake, data.with_suffix(".log")
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)},
            "SLACK_BOT_TOKEN": fake.bot_token,
            "SLACK_APP_TOKEN": fake.app_token,
            "SCHUMANN_DATA": str(data),
            "SCHUMANN_WEB": "off",
            "SCHUMANN_WORKERS": "1",
        }
        self._process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> str:
        """What it has written so far, in all its lives."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def megabytes(self) -> float:
        """Resident memory of the bot itself; the workers have their own."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="utf-8")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    async def start(self) -> None:
        """Start it and wait until it listens."""
        opened = self._fake.socket.opened
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "tests.fakes.slack.run_bot", "--api", self._fake.api),
                cwd=REPOSITORY,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        socket = self._fake.socket
        await until(lambda: socket.opened > opened and socket.is_connected, "the bot", _START_SECONDS)

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
