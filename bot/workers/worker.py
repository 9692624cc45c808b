"""The program that a worker runs: jobs on standard input, answers on standard output, in frames of JSON.

It ends when standard input does. Never imports a chat platform, the store, or TensorFlow, and is given no secrets.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from bot.workers.answers import Advanced, BadCheckpoint, Failed, Finished, Ready, Refused, Unable, encode_answer
from bot.workers.frames import framed, read_frame
from bot.workers.hardening import claim_standard_streams, harden
from bot.workers.jobs import ComposeJob, decode_job
from composer.errors import BadInputError, CheckpointError, ComposerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from bot.domain import Composed
    from bot.workers.answers import Answer
    from bot.workers.jobs import Job, ReduceJob

UNEXPECTED: Final = "The piece could not be made because of a fault on our side; please try again."
LATER: Final = "Please try again later."
SMALLEST_STEP: Final = 0.01
"""Progress is told in steps of at least this share."""


class Worker(Protocol):
    """What does the jobs; ``Bench`` is the real one."""

    @property
    def checkpoint_id(self) -> str:
        """Of the network that composes where a job names no other."""

    @property
    def soundfont(self) -> str:
        """File name of the piano that is played."""

    def rehearse(self) -> None:
        """Load and try everything."""

    def compose(self, job: ComposeJob, report: Callable[[str, float], None]) -> Composed:
        """Compose a piece."""

    def reduce(self, job: ReduceJob) -> None:
        """Make a smaller recording."""


class _Reporter:
    """Sends answers, and of the progress no more than is worth it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._told = ("", 0.0)

    def send(self, answer: Answer) -> None:
        self._stream.write(framed(encode_answer(answer)))
        self._stream.flush()

    def report(self, stage: str, share: float) -> None:
        if stage != self._told[0] or share >= self._told[1] + SMALLEST_STEP:
            self._told = stage, share
            self.send(Advanced(stage, share))


def serve(requests: BinaryIO, answers: BinaryIO, load: Callable[[], Worker]) -> None:
    """Load, say so, and do one job after another until ``requests`` ends."""
    reporter = _Reporter(answers)
    try:
        worker = load()
        worker.rehearse()
    except ComposerError as error:
        reporter.send(Unable(str(error)))
        return
    reporter.send(Ready(worker.checkpoint_id, worker.soundfont))
    while (message := read_frame(requests)) is not None:
        reporter.send(_answer(worker, decode_job(message), reporter.report))


def _answer(worker: Worker, job: Job, report: Callable[[str, float], None]) -> Answer:
    """Do a job; whatever happens becomes a sentence."""
    try:
        if isinstance(job, ComposeJob):
            return Finished(worker.compose(job, report))
        worker.reduce(job)
        return Finished(None)
    except BadInputError as error:
        return Refused(str(error))
    except CheckpointError as error:  # the bot logs it, and knows which other one may do
        return BadCheckpoint(str(error))
    except ComposerError as error:  # a full disk, for example; the sentence is ours and holds nothing of the person's
        _tell_bot(f"{error} {_where(error)}")
        return Failed(f"{error} {LATER}")
    except Exception as error:  # noqa: BLE001 (the bot is told, and this worker may well do the next job)
        _tell_bot(_where(error))
        return Failed(UNEXPECTED)


def _tell_bot(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 (the bot logs it)


def _where(error: Exception) -> str:
    """The error's type and the lines it came through; its message may hold what a person wrote."""
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    return f"{type(error).__name__} at {' '.join(places)}"


def main() -> None:
    """Run as a worker: the folder of a checkpoint and the path of a soundfont as arguments, each may be empty."""
    requests, answers = claim_standard_streams()
    harden()
    checkpoint, soundfont = (Path(argument) if argument else None for argument in sys.argv[1:3])

    def load() -> Worker:
        from bot.workers.bench import Bench

        return Bench(checkpoint, soundfont)

    serve(requests, answers, load)


if __name__ == "__main__":
    main()
