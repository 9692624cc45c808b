"""The training process, seen from the bot: started at low priority, listened to, killed when nobody wants it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bot.domain import ReplyError
from bot.retraining.guard import OUT_OF_MEMORY
from bot.retraining.reports import News, read_line
from bot.tasks import end_all, seen_through
from bot.workers.process import KEPT_ENVIRONMENT
from composer.titles import clean_title

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

logger = logging.getLogger(__name__)

COMMAND: Final = (sys.executable, "-s", "-P", "-m", "composer", "train")
MOST_MEGABYTES: Final = 3072
"""Resident memory of all its processes together, above which they are killed."""
SILENCE_SECONDS: Final = 30 * 60.0
"""Without a word for so long it hangs."""
MOST_LOGGED_CHARACTERS: Final = 20_000
"""Of what it writes to standard error; the rest is read and dropped."""
LONGEST_LINE: Final = 1 << 20
_ALSO_KEPT: Final = ("CUDA_VISIBLE_DEVICES", "HOME", "XDG_CACHE_HOME")
_REFUSED, _DONE = 2, 0
_LOOK_SECONDS: Final = 0.05


class TrainingError(ReplyError):
    """The run came to nothing; the sentence says why."""


def training_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What training needs of our environment; everything else, tokens among it, stays with the bot."""
    kept = {name: environment[name] for name in (*KEPT_ENVIRONMENT, *_ALSO_KEPT) if name in environment}
    return kept | {"PYTHONPATH": str(Path(__file__).parents[2]), "TF_CPP_MIN_LOG_LEVEL": "2"}


class Training:
    """Runs the program that trains.

    Args:
        command: it, without its options.
        megabytes: of memory that it may take.
        silence_seconds: for which it may say nothing.
    """

    def __init__(
        self,
        command: Sequence[str] = (),
        *,
        megabytes: int = MOST_MEGABYTES,
        silence_seconds: float = SILENCE_SECONDS,
    ) -> None:
        self._command, self._megabytes = tuple(command) or COMMAND, megabytes
        self._silence_seconds = silence_seconds

    async def run(self, options: Sequence[str], on_news: Callable[[News], None]) -> dict[str, Any]:
        """Train; whoever is cancelled meanwhile leaves no process behind.

        Returns:
            The report.

        Raises:
            TrainingError: there is none.
        """
        starting = asyncio.create_task(self._start(options), name="start training")
        try:
            # asyncio loses pipes where it is cancelled while it makes them, so that part is seen through.
            process = await asyncio.shield(starting)
        except asyncio.CancelledError:
            await asyncio.wait([starting])
            if starting.exception() is None:
                _kill(starting.result())
                await _end_with(starting.result())
            raise
        errors: list[str] = []
        # Should the process around it be killed alone, nothing would hold the rest.
        ending = asyncio.create_task(_end_with(process), name="end of training")
        complaints = asyncio.create_task(_log_errors(process, errors), name="log of training")
        try:
            report = await self._listen(process, on_news)
            await ending
            await complaints
        finally:
            _kill(process)
            await seen_through(_drain(process))  # asyncio knows that it has ended only when nothing is left to read
            await asyncio.wait([ending])
            await end_all([complaints])
        return _outcome(process.returncode, report, errors)

    async def _start(self, options: Sequence[str]) -> asyncio.subprocess.Process:
        guard = (sys.executable, "-s", "-P", "-m", "bot.retraining.guard", str(self._megabytes))
        try:
            return await asyncio.create_subprocess_exec(
                *guard,
                *self._command,
                *options,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=training_environment(os.environ),
                start_new_session=True,
                limit=LONGEST_LINE,
            )
        except OSError as error:
            message = f"The process that trains could not be started: {error.strerror or error}."
            raise TrainingError(message) from error

    async def _listen(
        self, process: asyncio.subprocess.Process, on_news: Callable[[News], None]
    ) -> dict[str, Any] | None:
        """Read what it says up to its end; its report, if it made one."""
        report = None
        while line := await self._next_line(process):
            try:
                said = read_line(line)
            except ValueError as error:
                logger.warning("training wrote %s", error)
                continue
            if isinstance(said, News):
                on_news(said)
            else:
                report = said
        return report

    async def _next_line(self, process: asyncio.subprocess.Process) -> bytes:
        assert process.stdout is not None  # noqa: S101 (for the type checker: it is always a pipe)
        try:
            async with asyncio.timeout(self._silence_seconds):
                return await process.stdout.readline()
        except TimeoutError as error:
            message = f"Training said nothing for {self._silence_seconds / 60:.0f} minutes, so it was ended."
            raise TrainingError(message) from error
        except ValueError as error:  # a line without an end
            message = "The process that trains talks nonsense, so it was ended."
            raise TrainingError(message) from error


def _outcome(code: int | None, report: dict[str, Any] | None, errors: list[str]) -> dict[str, Any]:
    if code == _DONE and report is not None:
        return report
    sentences = {
        _DONE: "Training ended without a report.",
        _REFUSED: errors[-1] if errors else "Training refused these pieces without saying why.",
        OUT_OF_MEMORY: "Training took more memory than it may, so it was ended.",
    }
    ours = "Training failed because something went wrong on our side; the log says why."
    raise TrainingError(sentences.get(code, ours) if code is not None else ours)


def _kill(process: asyncio.subprocess.Process) -> None:
    """End it with all that it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


async def _drain(process: asyncio.subprocess.Process) -> None:
    """Read what a process that was killed has left."""
    while process.stdout is not None and await process.stdout.read(1 << 16):
        pass


async def _end_with(process: asyncio.subprocess.Process) -> None:
    """Wait until it has ended, and see to it that nothing of it is left."""
    # Its ``wait`` would wait for the pipes too, which what is left of it may hold.
    while process.returncode is None:  # noqa: ASYNC110 (nothing tells)
        await asyncio.sleep(_LOOK_SECONDS)
    _kill(process)
    if process.stdin is not None:
        process.stdin.close()


async def _log_errors(process: asyncio.subprocess.Process, errors: list[str]) -> None:
    """Log what it complains about, up to a cap; the lines are kept in ``errors``."""
    left, rest = MOST_LOGGED_CHARACTERS, b""
    while process.stderr is not None and (part := await process.stderr.read(1 << 12)):
        *lines, rest = (rest + part)[-(1 << 16) :].split(b"\n")
        left = _log_lines(lines, errors, left)
    _log_lines([rest], errors, left)


def _log_lines(lines: Sequence[bytes], errors: list[str], left: int) -> int:
    for line in lines:
        shown = clean_title(line.decode(errors="replace"), 600)
        if shown:
            errors[:] = [*errors[-9:], shown]
            if left > 0:
                logger.warning("training: %s", shown)
                left -= len(shown)
    return left
