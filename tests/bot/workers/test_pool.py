"""The pool and its processes, with workers that misbehave on command."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.workers import (
    BadCheckpointError,
    JobFailedError,
    JobRefusedError,
    JobTimedOutError,
    WorkerDiedError,
    WorkerPool,
    WorkerStartError,
)
from bot.workers.jobs import ReduceJob
from bot.workers.pool import MOST_DEATHS
from bot.workers.process import KEPT_ENVIRONMENT
from bot.workers.worker import LATER, UNEXPECTED
from tests.bot.workers.helpers import ODD_WORKER, PATIENCE_SECONDS, REPOSITORY, odd_job, runs, until, until_gone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PARENT = """
import asyncio, pathlib, sys
from bot.workers import WorkerPool
from tests.bot.workers.helpers import ODD_WORKER, odd_job, until

async def main():
    folder = pathlib.Path(sys.argv[1])
    pool = WorkerPool(1, command=ODD_WORKER)
    await pool.start()
    job = asyncio.create_task(pool.compose(odd_job("hang", folder), lambda *_: None))
    await until(lambda: len(pool.pids) == 2 and (folder / "child").exists())
    print(*pool.pids, flush=True)
    await job

asyncio.run(main())
"""


def ignore(_stage: str, _share: float) -> None:
    """Progress that nobody looks at."""


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[WorkerPool]:
    """Two workers and a spare."""
    odd = WorkerPool(2, command=ODD_WORKER)
    await odd.start()
    yield odd
    pids = odd.pids
    await odd.stop()
    assert not [pid for pid in pids if runs(pid)]


async def test_jobs_are_done(pool: WorkerPool, tmp_path: Path) -> None:
    """A job gives its result and tells how far it is; the pool knows what its workers are."""
    told: list[tuple[str, float]] = []
    music = await pool.compose(odd_job("fine"), lambda stage, share: told.append((stage, share)))
    await pool.reduce(ReduceJob(tmp_path / "piece.json", tmp_path / "small.mp3", 96, "fine"))

    assert (music.title, music.notes) == ("fine", 7)
    assert told == [("composing", 0.5)]
    assert (tmp_path / "small.mp3").read_text() == "96"
    assert (pool.checkpoint_id, pool.soundfont) == ("no-network", "silence.sf2")


async def test_there_is_always_a_spare(pool: WorkerPool) -> None:
    """Three workers wait for two jobs at a time."""
    await until(lambda: len(pool.pids) == 3)

    assert (pool.idle, pool.busy, pool.is_healthy) == (3, 0, True)


async def test_noise_does_not_disturb(pool: WorkerPool, caplog: pytest.LogCaptureFixture) -> None:
    """What libraries print is logged in clean lines, and they can read nothing of what is sent to the worker."""
    music = await pool.compose(odd_job("noisy"), ignore)
    await until(lambda: "complained" in caplog.text)

    assert music.remarks == ("",)
    assert "printed by a library" in caplog.text
    assert "written by a library" in caplog.text
    assert "\x1b" not in caplog.text


async def test_refusals_and_faults_keep_their_sentence(pool: WorkerPool) -> None:
    """The sentence of a worker arrives; whose fault it is shows in the type."""
    with pytest.raises(JobRefusedError, match=r"^There are no notes to continue\.$"):
        await pool.compose(odd_job("refuse"), ignore)
    with pytest.raises(JobFailedError, match=rf"^FluidSynth stopped in the middle of the piece\. {LATER}$"):
        await pool.compose(odd_job("fail"), ignore)
    assert pool.is_healthy


async def test_a_damaged_checkpoint_harms_no_worker(pool: WorkerPool) -> None:
    """That a job's checkpoint cannot be used is its own kind of end, and the same workers do the next jobs."""
    await until(lambda: len(pool.pids) == 3)
    before = pool.pids
    for _ in range(4):
        with pytest.raises(BadCheckpointError, match=r"^The checkpoint in here is damaged\.$"):
            await pool.compose(odd_job("damaged"), ignore)
        await pool.compose(odd_job("fine"), ignore)

    assert pool.pids == before
    assert pool.is_healthy


async def test_our_own_faults_are_logged(pool: WorkerPool, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever runs the bot hears of a full disk too, not only the person who asked."""
    with pytest.raises(JobFailedError):
        await pool.compose(odd_job("fail"), ignore)

    await until(lambda: "FluidSynth stopped in the middle of the piece. RenderError at" in caplog.text)


async def test_a_crash_is_logged_without_what_people_wrote(pool: WorkerPool, caplog: pytest.LogCaptureFixture) -> None:
    """An unexpected error is a sentence for the person and a place in the code for the log, nothing else."""
    with pytest.raises(JobFailedError) as caught:
        await pool.compose(odd_job("crash"), ignore)
    await until(lambda: "KeyError" in caplog.text)

    assert str(caught.value) == UNEXPECTED
    assert "odd_worker.py:" in caplog.text
    assert "what a person wrote" not in caplog.text


async def test_a_cancelled_job_ends_its_worker(pool: WorkerPool, tmp_path: Path) -> None:
    """Worker and what it started are gone when the cancelled task ends; another does the next job, a new one comes."""
    await until(lambda: len(pool.pids) == 3)
    before = pool.pids
    job = asyncio.create_task(pool.compose(odd_job("hang", tmp_path), ignore))
    await until((tmp_path / "child").exists)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    killed = [pid for pid in before if not runs(pid)]

    assert len(killed) == 1
    until_gone([int((tmp_path / "child").read_text())])
    assert (await pool.compose(odd_job("fine"), ignore)).title == "fine"
    await until(lambda: len(pool.pids) == 3)
    assert not set(killed) & set(pool.pids)
    assert pool.is_healthy


async def test_deaths_between_jobs_do_no_harm(pool: WorkerPool) -> None:
    """However many workers are killed, the pool is in order as long as jobs get done in between."""
    for _ in range(MOST_DEATHS + 2):
        with pytest.raises(WorkerDiedError):
            await pool.compose(odd_job("die"), ignore)
        await pool.compose(odd_job("fine"), ignore)
        assert pool.is_healthy


async def test_a_job_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """At its deadline a job is given up and its worker killed."""
    pool = WorkerPool(1, command=ODD_WORKER, job_seconds=1.0)
    await pool.start()
    await until(lambda: len(pool.pids) == 2)
    before = pool.pids
    with pytest.raises(JobTimedOutError, match="longer"):
        await pool.compose(odd_job("hang", tmp_path), ignore)
    after = [pid for pid in before if runs(pid)]
    until_gone([int((tmp_path / "child").read_text())])
    await pool.stop()

    assert len(after) == 1


async def test_a_worker_that_dies_harms_nobody_else(pool: WorkerPool, tmp_path: Path) -> None:
    """A worker killed in the middle of a job is reported, its neighbour goes on, and the next job is done."""
    neighbour = asyncio.create_task(pool.compose(odd_job("hang", tmp_path), ignore))
    await until((tmp_path / "child").exists)
    with pytest.raises(WorkerDiedError, match="unexpectedly"):
        await pool.compose(odd_job("die"), ignore)

    assert (await pool.compose(odd_job("fine"), ignore)).title == "fine"
    assert runs(int((tmp_path / "child").read_text()))
    neighbour.cancel()
    await asyncio.gather(neighbour, return_exceptions=True)


async def test_an_idle_worker_that_dies_is_replaced(pool: WorkerPool) -> None:
    """Killed workers are noticed without a job, and jobs go to living ones."""
    await until(lambda: len(pool.pids) == 3)
    killed = pool.pids[:2]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    await until(lambda: len(pool.pids) == 3 and not set(killed) & set(pool.pids))

    for _ in range(4):
        assert (await pool.compose(odd_job("fine"), ignore)).title == "fine"


async def test_no_more_jobs_run_at_once_than_were_allowed(pool: WorkerPool, tmp_path: Path) -> None:
    """The spare stays a spare: the third job waits although a worker is idle."""
    await until(lambda: len(pool.pids) == 3)
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    jobs = [asyncio.create_task(pool.compose(odd_job("hang", folder), ignore)) for folder in folders]
    await until(lambda: sum((folder / "child").exists() for folder in folders) == 2)

    assert (pool.busy, pool.idle) == (2, 1)
    jobs[0].cancel()
    await until((folders[2] / "child").exists)
    for job in jobs:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)


async def test_a_worn_worker_is_replaced(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many jobs, each worker makes way for a fresh one."""
    monkeypatch.setattr("bot.workers.pool.MOST_JOBS", 1)
    await until(lambda: len(pool.pids) == 3)
    first = set(pool.pids)
    for _ in range(3):
        await pool.compose(odd_job("fine"), ignore)
    await until(lambda: len(pool.pids) == 3)

    assert not first & set(pool.pids)
    assert pool.is_healthy


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of another process is only known on Linux")
async def test_a_grown_worker_is_replaced(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that takes too much memory after a job makes way."""
    monkeypatch.setattr("bot.workers.pool.MOST_GROWTH_BYTES", -(1 << 40))
    await until(lambda: len(pool.pids) == 3)
    first = set(pool.pids)
    await pool.compose(odd_job("fine"), ignore)

    assert len(first - set(pool.pids)) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the environment of a process")
async def test_workers_know_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the bot's environment a worker gets a few harmless names only, as it says itself and as the system says."""
    monkeypatch.setenv("DISCORD_TOKEN", "canary-1")
    monkeypatch.setenv("SCHUMANN_WEB_TOKEN", "canary-2")
    pool = WorkerPool(1, command=ODD_WORKER)
    await pool.start()
    environment = (await pool.compose(odd_job("environment"), ignore)).remarks
    from_outside = [await asyncio.to_thread(Path("/proc", str(pid), "environ").read_bytes) for pid in pool.pids]
    await pool.stop()

    names = {entry.partition("=")[0] for entry in environment}
    assert names <= {*KEPT_ENVIRONMENT, "PYTHONPATH", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"} | {"LC_CTYPE"}
    assert from_outside
    assert not any(b"canary" in entry for entry in from_outside)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("/nowhere/python",), "could not be started: No such file"),
        (("false",), "ended before it was ready"),
        (("echo", "a warning where a message should be"), "ended before it was ready"),
        ((*ODD_WORKER, "unable"), "No soundfont was found; install one."),
    ],
    ids=["missing", "ends", "talks nonsense", "cannot work"],
)
async def test_workers_that_cannot_start_say_why(command: tuple[str, ...], words: str) -> None:
    """Starting the pool fails with a sentence, and nothing is left behind."""
    pool = WorkerPool(1, command=command)
    with pytest.raises(WorkerStartError, match=words):
        await pool.start()
    await pool.stop()

    assert pool.pids == []


async def test_a_worker_that_is_never_ready_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for a worker has an end."""
    monkeypatch.setattr("bot.workers.pool.START_SECONDS", 0.2)
    pool = WorkerPool(1, command=("sleep", "1000"))

    with pytest.raises(WorkerStartError, match=r"not ready within 0\.2 seconds"):
        await pool.start()
    await pool.stop()


async def test_many_deaths_are_an_alarm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where worker after worker dies, the pool says so, keeps jobs waiting, and ends them when it is stopped."""
    pool = WorkerPool(1, command=(*ODD_WORKER, "mayfly"))
    await pool.start()
    await until(lambda: not pool.is_healthy)
    job = asyncio.create_task(pool.compose(odd_job("fine"), ignore))
    await until(lambda: not pool.pids)
    await pool.stop()

    with pytest.raises((JobFailedError, WorkerDiedError)):
        await job
    monkeypatch.setattr("bot.workers.pool.DEATHS_WITHIN_SECONDS", 0.0)
    assert pool.is_healthy


async def test_stopping_ends_the_jobs_too(tmp_path: Path) -> None:
    """Whoever still waits when the pool stops is told so, and no process is left."""
    pool = WorkerPool(1, command=ODD_WORKER)
    await pool.start()
    await until(lambda: len(pool.pids) == 2)
    pids = pool.pids
    running, waiting = (asyncio.create_task(pool.compose(odd_job("hang", tmp_path), ignore)) for _ in range(2))
    await until((tmp_path / "child").exists)
    await pool.stop()
    ends = await asyncio.gather(running, waiting, return_exceptions=True)

    assert isinstance(ends[0], WorkerDiedError)
    assert isinstance(ends[1], JobFailedError)
    assert not [pid for pid in pids if runs(pid)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_workers_die_with_a_killed_bot(tmp_path: Path) -> None:
    """When the bot is killed in the middle of a job, the worker at work and the spare end too."""
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        alive = [runs(pid) for pid in pids]
        parent.kill()
        parent.wait(PATIENCE_SECONDS)
    until_gone(pids)
    os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)  # our own helper, which nothing ends on this path

    assert alive == [True, True]
