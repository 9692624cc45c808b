"""One worker, seen from the bot: a child process that is started, given jobs one by one, and killed."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.workers.answers import Advanced, BadCheckpoint, Failed, Finished, Ready, Refused, Unable, decode_answer
from bot.workers.errors import BadCheckpointError, JobFailedError, JobRefusedError, WorkerDiedError, WorkerStartError
from bot.workers.frames import BrokenFrameError, framed, receive_frame
from bot.workers.jobs import encode_job
from composer.titles import clean_title

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.domain import Composed
    from bot.workers.answers import Answer
    from bot.workers.jobs import Job

logger = logging.getLogger(__name__)

KEPT_ENVIRONMENT: Final = (
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONHOME",
    "SCHUMANN_SOUNDFONT",
    "TMPDIR",
)
"""What a worker may need; everything else, tokens among it, stays with the bot."""
MOST_LOGGED_CHARACTERS: Final = 20_000
"""Of what one worker writes to standard error; the rest is read and dropped."""
_DIED = "The process that was making this piece ended unexpectedly; please try again."


def worker_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a worker: little of ours, and one thread for every job."""
    kept = {name: environment[name] for name in KEPT_ENVIRONMENT if name in environment}
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return kept | threads | {"PYTHONPATH": str(Path(__file__).parents[2])}


def worker_command(checkpoint: Path | None, soundfont: Path | None) -> list[str]:
    """The command that runs ``bot.workers.worker``."""
    paths = [str(path.expanduser().resolve()) if path else "" for path in (checkpoint, soundfont)]
    return [sys.executable, "-s", "-P", "-m", "bot.workers.worker", *paths]


async def _spawn(command: Sequence[str]) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=worker_environment(os.environ),
            start_new_session=True,
        )
    except OSError as error:
        message = f"The process that composes could not be started: {error.strerror or error}."
        raise WorkerStartError(message) from error


class WorkerProcess:
    """A running worker; made by ``start``.

    Attributes:
        ready: what it said when everything was loaded.
        jobs: how many it has been given.
        memory_at_start: resident bytes when it was ready; set by whoever wants to know.
        is_dismissed: we ended it.
        has_failed: it ended, or talked nonsense, in the middle of a job.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.ready = Ready("", "")
        self.jobs = self.memory_at_start = 0
        self.is_dismissed = self.has_failed = False
        self._end = asyncio.create_task(self._reap(), name=f"reap worker {process.pid}")

    @classmethod
    async def start(cls, command: Sequence[str], seconds: float) -> WorkerProcess:
        """Start a worker and wait until it is ready.

        Raises:
            WorkerStartError: it is not, within ``seconds``.
        """
        spawning = asyncio.create_task(_spawn(command), name="spawn worker")
        try:
            # asyncio loses pipes where it is cancelled while it makes them, so that part is seen through.
            worker = cls(await asyncio.shield(spawning))
        except asyncio.CancelledError:
            await asyncio.wait([spawning])
            if spawning.exception() is None:
                await cls(spawning.result()).dismiss()
            raise
        try:
            worker.ready = await worker._first_answer(seconds)
        except BaseException:
            await worker.dismiss()
            raise
        return worker

    async def _first_answer(self, seconds: float) -> Ready:
        try:
            async with asyncio.timeout(seconds):
                answer = await self._receive()
        except TimeoutError as error:
            message = f"The process that composes was not ready within {seconds:g} seconds; is the machine overloaded?"
            raise WorkerStartError(message) from error
        except WorkerDiedError as error:
            message = "The process that composes ended before it was ready; the log says why."
            raise WorkerStartError(message) from error
        if isinstance(answer, Ready):
            return answer
        message = answer.sentence if isinstance(answer, Unable) else "The process that composes talks nonsense."
        raise WorkerStartError(message)

    @property
    def pid(self) -> int:
        """Of the process; also the number of its process group."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be given jobs, as far as is known."""
        return self._process.returncode is None and not self.is_dismissed and not self.has_failed

    async def run(self, job: Job, on_progress: Callable[[str, float], None]) -> Composed | None:
        """Have a job done; the worker takes one at a time.

        Returns:
            What was composed, if the job was to compose.

        Raises:
            JobRefusedError: the person who asked can mend it.
            BadCheckpointError: the checkpoint that was to compose cannot be used.
            JobFailedError: something else is wrong with us.
            WorkerDiedError: the worker ended in the middle of it.
        """
        self.jobs += 1
        await self._send(encode_job(job))
        while isinstance(answer := await self._receive(), Advanced):
            on_progress(answer.stage, answer.share)
        match answer:
            case Finished(music):
                return music
            case Refused(sentence):
                raise JobRefusedError(sentence)
            case Failed(sentence):
                raise JobFailedError(sentence)
            case BadCheckpoint(sentence):
                raise BadCheckpointError(sentence)
        self.has_failed = not self.is_dismissed
        raise WorkerDiedError(_DIED)

    async def dismiss(self) -> None:
        """Kill it at once, with everything it may have started; returns when it is gone."""
        self.is_dismissed = True
        self._kill()
        await self.ended()

    async def ended(self) -> None:
        """Wait until it is gone."""
        await asyncio.shield(self._end)

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    async def _send(self, message: bytes) -> None:
        stdin = self._process.stdin
        try:
            if stdin is not None:
                stdin.write(framed(message))
                await stdin.drain()
        except (ConnectionError, RuntimeError) as error:  # RuntimeError: asyncio has closed the broken pipe already
            self.has_failed = not self.is_dismissed
            raise WorkerDiedError(_DIED) from error

    async def _receive(self) -> Answer:
        try:
            if self._process.stdout is None:
                raise BrokenFrameError  # noqa: TRY301 (for the type checker: it is always a pipe)
            return decode_answer(await receive_frame(self._process.stdout))
        except (BrokenFrameError, ValueError) as error:
            self.has_failed = not self.is_dismissed
            raise WorkerDiedError(_DIED) from error

    async def _reap(self) -> None:
        """Log what it complains about until it ends, then see to it that nothing of it is left."""
        complaints = asyncio.create_task(self._log_complaints(), name=f"log of worker {self.pid}")
        await self._process.wait()
        self._kill()
        await complaints
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def _log_complaints(self) -> None:
        left = MOST_LOGGED_CHARACTERS
        while self._process.stderr is not None and (part := await self._process.stderr.read(1 << 12)):
            for line in part.decode(errors="replace").splitlines():
                shown = clean_title(line, 500)
                if shown and left > 0:
                    logger.warning("worker %d: %s", self.pid, shown)
                    left -= len(shown)
