"""What the tests of the workers share."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain import Options, Seed, SeedKind
from bot.workers.jobs import ComposeJob

if TYPE_CHECKING:
    from collections.abc import Callable

REPOSITORY = Path(__file__).parents[3]
ODD_WORKER = (sys.executable, "-s", "-P", "-m", "tests.bot.workers.odd_worker")
PATIENCE_SECONDS = 60.0


def odd_job(title: str, folder: Path = Path()) -> ComposeJob:
    """A job for the odd worker, which does what the title says."""
    return ComposeJob(1, Seed(SeedKind.NOTES, "C4q", title), None, None, Options(5.0, random_seed=1), folder, title)


def runs(pid: int) -> bool:
    """Whether there is such a process and it is not just waiting to be buried."""
    if sys.platform == "linux":
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].strip()
        except OSError:
            return False
    else:
        listed = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False)
        state = listed.stdout.strip()
    return state[:1] not in {"", "X", "Z"}


async def until(condition: Callable[[], object]) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


def until_gone(pids: list[int]) -> None:
    """Wait until none of these processes runs, and fail if one goes on for long."""
    end = time.monotonic() + PATIENCE_SECONDS
    while left := [pid for pid in pids if runs(pid)]:
        assert time.monotonic() < end, f"still running: {left}"
        time.sleep(0.01)
