"""The workers as a whole: so many jobs at a time, a warm spare, and a new worker for each that ends."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from typing import TYPE_CHECKING, Final

from bot.workers.errors import (
    BadCheckpointError,
    JobFailedError,
    JobRefusedError,
    JobTimedOutError,
    WorkerStartError,
)
from bot.workers.memory import resident_bytes
from bot.workers.process import WorkerProcess, worker_command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bot.domain import Composed
    from bot.workers.jobs import ComposeJob, Job, ReduceJob

logger = logging.getLogger(__name__)

START_SECONDS: Final = 60.0
SHORTEST_DEADLINE_SECONDS: Final = 30.0
SECONDS_PER_SECOND: Final = 2.0
"""Of work, at most, for a second of music; on a free core it takes a fiftieth."""
REDUCE_SECONDS: Final = 300.0
MOST_JOBS: Final = 200
"""After these a worker is replaced by a fresh one."""
MOST_GROWTH_BYTES: Final = 300 << 20
"""As soon if it has grown by this much; pieces of ten minutes make it grow by a quarter of that."""
MOST_DEATHS, DEATHS_WITHIN_SECONDS = 5, 60.0
"""With so many workers dead in so short a time, and no job done in between, something is wrong with the machine."""
PAUSE_SECONDS: Final = 10.0
"""Between two attempts to start a worker when something is wrong."""
_TIMED_OUT = (
    "This piece took longer to make than it may, so it was given up; please try again, or ask for a shorter one."
)
_STOPPING = "The bot is stopping; please try again later."


class WorkerPool:
    """Persistent workers; one more than do jobs at a time, so that one is warm when another is killed.

    Args:
        count: jobs at a time.
        soundfont: the best one found where None.
        checkpoint: folder of the base, which composes where a job names no other; the released one where None.
        command: what to run instead of ``bot.workers.worker``.
        job_seconds: what a job may take where the usual deadline does not suit.
    """

    def __init__(
        self,
        count: int,
        *,
        soundfont: Path | None = None,
        checkpoint: Path | None = None,
        command: Sequence[str] | None = None,
        job_seconds: float | None = None,
    ) -> None:
        self._count = count
        self._command = command or worker_command(checkpoint, soundfont)
        self._job_seconds = job_seconds
        self._slots = asyncio.Semaphore(count)
        self._workers: set[WorkerProcess] = set()
        self._waiting: asyncio.Queue[WorkerProcess | None] = asyncio.Queue()
        self._wanted = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._watchers: set[asyncio.Task[None]] = set()
        self._deaths: deque[float] = deque(maxlen=MOST_DEATHS)
        self._busy = 0
        self.checkpoint_id = self.soundfont = ""

    @property
    def pids(self) -> list[int]:
        """Process numbers of all workers that are ready or at work."""
        return sorted(worker.pid for worker in self._workers if worker.is_alive)

    @property
    def busy(self) -> int:
        """How many workers are at work."""
        return self._busy

    @property
    def idle(self) -> int:
        """How many workers wait for a job."""
        return len(self.pids) - self._busy

    @property
    def is_healthy(self) -> bool:
        """False when worker after worker has died and no job was done: no new work should be taken on for now."""
        recent = [second for second in self._deaths if time.monotonic() - second < DEATHS_WITHIN_SECONDS]
        return len(recent) < MOST_DEATHS

    async def start(self) -> None:
        """Start all workers; returns when the first is ready.

        Raises:
            WorkerStartError: it cannot be started; the sentence says why.
        """
        await self._add_worker()
        self._wanted.set()
        self._keeper = asyncio.create_task(self._keep_up_number(), name="worker pool")

    async def stop(self) -> None:
        """End all workers, whatever they are doing."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self._waiting.put_nowait(None)
        await asyncio.gather(*(worker.dismiss() for worker in tuple(self._workers)))
        await asyncio.gather(*self._watchers)

    async def compose(self, job: ComposeJob, on_progress: Callable[[str, float], None]) -> Composed:
        """Fill the job's folder with a piece; cancelling kills the worker, and returns when it is gone.

        Args:
            job: what to compose.
            on_progress: told the stage (reading, composing, playing or drawing) and the share of the work done.

        Raises:
            JobRefusedError: the person who asked can mend it.
            BadCheckpointError: the checkpoint that was to compose cannot be used.
            JobFailedError: something else is wrong with us.
            JobTimedOutError: it took too long and was ended.
            WorkerDiedError: the worker ended in the middle of it.
        """
        seconds = SHORTEST_DEADLINE_SECONDS + SECONDS_PER_SECOND * job.options.length_seconds
        music = await self._do(job, on_progress, seconds)
        if music is None:
            message = "The process that composes answered without a piece."
            raise JobFailedError(message)
        return music

    async def reduce(self, job: ReduceJob) -> None:
        """Make a smaller recording of a piece; raises as ``compose`` does."""
        await self._do(job, lambda *_: None, REDUCE_SECONDS)

    async def _do(self, job: Job, on_progress: Callable[[str, float], None], seconds: float) -> Composed | None:
        async with self._slots:
            worker = await self._next_worker()
            self._busy += 1
            is_sound = False
            try:
                async with asyncio.timeout(self._job_seconds or seconds):
                    music = await worker.run(job, on_progress)
                is_sound = True
                self._deaths.clear()
            except (JobRefusedError, BadCheckpointError):
                is_sound = True
                raise
            except TimeoutError as error:
                raise JobTimedOutError(_TIMED_OUT) from error
            finally:
                self._busy -= 1
                await self._put_back(worker, is_sound=is_sound)
            return music

    async def _next_worker(self) -> WorkerProcess:
        while True:
            worker = await self._waiting.get()
            if worker is None:
                self._waiting.put_nowait(None)  # for whoever else waits
                raise JobFailedError(_STOPPING)
            if worker.is_alive:
                return worker

    async def _put_back(self, worker: WorkerProcess, *, is_sound: bool) -> None:
        """Let the worker have the next job, or end it where it is worn, in trouble, or at work that nobody wants."""
        if is_sound and worker.is_alive and not _is_worn(worker):
            self._waiting.put_nowait(worker)
        else:
            await worker.dismiss()

    async def _keep_up_number(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            while len(self._workers) <= self._count:
                if not self.is_healthy:
                    logger.error("%d workers died within %.0f s, none did a job", MOST_DEATHS, DEATHS_WITHIN_SECONDS)
                    await asyncio.sleep(PAUSE_SECONDS)
                try:
                    await self._add_worker()
                except WorkerStartError as error:
                    logger.error("%s", error)  # noqa: TRY400 (the sentence says it all)
                    self._deaths.append(time.monotonic())

    async def _add_worker(self) -> None:
        worker = await WorkerProcess.start(self._command, START_SECONDS)
        worker.memory_at_start = resident_bytes(worker.pid)
        self.checkpoint_id, self.soundfont = worker.ready.checkpoint_id, worker.ready.soundfont
        self._workers.add(worker)
        watcher = asyncio.create_task(self._watch(worker), name=f"watch worker {worker.pid}")
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)
        self._waiting.put_nowait(worker)

    async def _watch(self, worker: WorkerProcess) -> None:
        """See to it that a worker that ends, for whatever reason, is replaced."""
        await worker.ended()
        self._workers.discard(worker)
        if worker.has_failed or not worker.is_dismissed:
            logger.warning("worker %d ended by itself", worker.pid)
            self._deaths.append(time.monotonic())
        self._wanted.set()


def _is_worn(worker: WorkerProcess) -> bool:
    grown = resident_bytes(worker.pid) - worker.memory_at_start
    return worker.jobs >= MOST_JOBS or grown > MOST_GROWTH_BYTES
