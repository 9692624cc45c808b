"""The real program: started, given jobs through pipes, killed."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain import Composed, Options, Seed, SeedKind
from bot.workers import BadCheckpointError, ComposeJob, JobRefusedError, WorkerDiedError, WorkerPool
from bot.workers.answers import Finished, Ready, decode_answer
from bot.workers.frames import framed, read_frame
from bot.workers.jobs import encode_job
from bot.workers.process import worker_command, worker_environment
from composer.checkpoints import NETWORK, load_checkpoint
from tests.bot.workers.helpers import runs, until
from tests.composer.rendered_scores import needs_library
from tests.networks import copy_released, flip_byte

pytestmark = needs_library

FORBIDDEN = {"tensorflow", "keras", "torch", "discord", "aiohttp", "aiosqlite", "sqlite3", "pydantic_settings"}
SEED = Seed(SeedKind.OPENER, "bach:prelude-c", "Johann Sebastian Bach: Prelude in C")


def job_in(folder: Path, seed: Seed = SEED, options: Options | None = None) -> ComposeJob:
    """A job for a short piece."""
    folder.mkdir(exist_ok=True)
    return ComposeJob(9, seed, None, None, options or Options(5.0, random_seed=1), folder, seed.title)


def test_a_worker_loads_only_what_it_needs(tmp_path: Path) -> None:
    """From start to the end of its input a worker imports no training library, no platform and no database."""
    command = worker_command(None, None)
    command[1:1] = ["-X", "importtime"]
    done = subprocess.run(
        command,
        input=framed(encode_job(job_in(tmp_path / "piece"))),
        env=worker_environment(os.environ),
        capture_output=True,
        check=True,
        timeout=120,
    )
    answers = io.BytesIO(done.stdout)
    received = [decode_answer(message) for message in iter(lambda: read_frame(answers), None)]
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.decode().splitlines() if "import time:" in line}

    assert isinstance(received[0], Ready)
    assert isinstance(received[-1], Finished)
    assert "composer.composer" in imported
    assert not {name.split(".")[0] for name in imported} & FORBIDDEN
    assert not {name for name in imported if name.startswith(("bot.store", "bot.platforms", "bot.settings"))}


async def test_a_pool_composes(tmp_path: Path) -> None:
    """Two pieces at a time, a refusal, the same piece again: all come as they should."""
    pool = WorkerPool(2)
    await pool.start()
    jobs = [job_in(tmp_path / name, options=Options(5.0, random_seed=seed)) for name, seed in (("a", 1), ("b", 2))]
    first, second = await asyncio.gather(*(pool.compose(job, lambda *_: None) for job in jobs))
    with pytest.raises(JobRefusedError, match="there is no opener"):
        await pool.compose(job_in(tmp_path / "c", Seed(SeedKind.OPENER, "elvis", "Elvis")), lambda *_: None)
    again = await pool.compose(job_in(tmp_path / "d"), lambda *_: None)
    await pool.stop()

    assert (first.random_seed, second.random_seed) == (1, 2)
    assert again == first
    assert pool.checkpoint_id == first.checkpoint_id == load_checkpoint().id
    for name in ("piece.mid", "piece.mp3", "piece.png", "piece.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "d" / name).read_bytes()


async def test_workers_change_networks_between_jobs(tmp_path: Path) -> None:
    """Each piece is composed by the network of its job, and stamped with it; a damaged one costs no worker."""
    network = copy_released(tmp_path / "network", "note-lstm-copy")
    damaged = copy_released(tmp_path / "damaged", "note-lstm-damaged")
    flip_byte(damaged.folder / NETWORK)
    pool = WorkerPool(1)
    await pool.start()
    await until(lambda: len(pool.pids) == 2)
    before, stamps = pool.pids, []
    for number in range(6):
        chosen = (network, None, damaged)[number % 3]
        job = job_in(tmp_path / f"{number}")
        if chosen is not None:
            job = replace(job, checkpoint=chosen.folder, card_sha256=chosen.card_sha256)
        if chosen is damaged:
            with pytest.raises(BadCheckpointError, match="SHA-256"):
                await pool.compose(job, lambda *_: None)
        else:
            stamps.append((await pool.compose(job, lambda *_: None)).checkpoint_id)
    after = pool.pids
    await pool.stop()

    assert stamps == ["note-lstm-copy", load_checkpoint().id] * 2
    assert pool.checkpoint_id == load_checkpoint().id
    assert after == before


async def test_killed_workers_are_replaced(tmp_path: Path) -> None:
    """A long piece is cancelled, the worker of another is killed: the next piece comes out all the same."""
    pool = WorkerPool(1)
    await pool.start()
    await until(lambda: len(pool.pids) == 2)
    before = pool.pids
    cancelled = await _begun(pool, tmp_path / "cancelled")
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    left = [pid for pid in before if runs(pid)]
    killed = await _begun(pool, tmp_path / "killed")
    os.kill(left[0], signal.SIGKILL)
    with pytest.raises(WorkerDiedError):
        await killed
    music = await pool.compose(job_in(tmp_path / "next"), lambda *_: None)
    await pool.stop()

    assert len(left) == 1
    assert music.notes > 10


async def _begun(pool: WorkerPool, folder: Path) -> asyncio.Task[Composed]:
    """A piece of ten minutes that is being composed."""
    begun = asyncio.Event()
    job = job_in(folder, options=Options(600.0, random_seed=1))
    task = asyncio.create_task(pool.compose(job, lambda *_: begun.set()))
    await begun.wait()
    return task


def test_a_checkpoint_and_a_soundfont_can_be_chosen(tmp_path: Path) -> None:
    """Paths reach the worker whole, whatever they are relative to; nothing chosen is nothing."""
    chosen = worker_command(Path("networks"), tmp_path / "grand piano.sf2")

    assert chosen[-2:] == [str(Path("networks").resolve()), str(tmp_path / "grand piano.sf2")]
    assert worker_command(None, None)[-2:] == ["", ""]
