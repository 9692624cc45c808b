"""What was acknowledged is there after the process was killed, or the disk was full."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

from bot.domain import NotFoundError, RequestState, Tally
from bot.store import Store

REPOSITORY = Path(__file__).parents[3]
KILLS = 25


def start(*arguments: object) -> subprocess.Popen[str]:
    """A process that uses the store."""
    command = [sys.executable, "-m", "tests.bot.store.hard_worker", *map(str, arguments)]
    return subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def acknowledged(lines: list[str]) -> dict[str, list[int]]:
    """What it said."""
    said: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        what, number = line.split()
        said[what].append(int(number))
    return said


async def check(path: Path, said: dict[str, list[int]]) -> None:
    """Everything that was acknowledged is there, and nothing is there by half."""
    store = await Store.open(path)
    try:
        assert await store.integrity_problems() == []
        for ticket_id in said["asked"]:
            ticket = await store.ticket(ticket_id)
            assert (ticket.piece_id is not None) == (ticket.state is RequestState.COMPOSED)
        for piece_id in said["composed"]:
            await store.piece(piece_id)
        for piece_id in said["rated"]:
            assert await store.tally(piece_id) == Tally(1)
        assert await store.recover() == []
    finally:
        await store.close()


@pytest.mark.slow
async def test_a_killed_process_loses_nothing(tmp_path: Path) -> None:
    """Killed at any moment, again and again over one database, it has stored all that it said it had."""
    path, randomness = tmp_path / "schumann.db", random.Random(5)  # noqa: S311 (a test repeats itself)
    total = 0
    for _ in range(KILLS):
        with start(path) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(randomness.uniform(0, 0.1))  # noqa: ASYNC251 (nothing else runs in this loop)
            process.kill()
            said = acknowledged([first, *process.stdout.read().splitlines()])
        await check(path, said)
        total += len(said["asked"]) + len(said["composed"]) + len(said["rated"])
    # However busy the machine is, something was under way each time.
    assert total > KILLS


@pytest.mark.slow
async def test_a_disk_without_space_is_said(tmp_path: Path) -> None:
    """Where files cannot grow, the refusal is a sentence, and what was acknowledged before is there."""
    path = tmp_path / "schumann.db"
    await (await Store.open(path)).close()

    with start(path, 3_000_000) as process:
        output, errors = process.communicate()

    assert process.returncode == 0
    assert "Nothing was stored, because the disk" in errors
    assert "Traceback" not in errors
    said = acknowledged(output.splitlines())
    assert len(said["asked"]) > 10
    await check(path, said)


async def test_a_lie_would_be_noticed(tmp_path: Path) -> None:
    """The check above fails where something is missing."""
    with pytest.raises(NotFoundError):
        await check(tmp_path / "schumann.db", {"asked": [1], "composed": [], "rated": []})
