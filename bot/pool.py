"""What the core asks of its workers; ``bot.workers.WorkerPool`` is the one that composes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain import Composed
    from bot.workers.jobs import ComposeJob, ReduceJob


class Pool(Protocol):
    """Workers that make pieces, several at a time.

    Cancelling the task that waits for a job ends the job at once.
    """

    @property
    def checkpoint_id(self) -> str:
        """Of the base: the network that composes where a job names no other."""

    @property
    def soundfont(self) -> str:
        """File name of the piano that is played."""

    @property
    def is_healthy(self) -> bool:
        """Whether workers live long enough to be of use."""

    async def start(self) -> None:
        """Start the workers; returns when the first is ready."""

    async def stop(self) -> None:
        """End all of them."""

    async def compose(self, job: ComposeJob, on_progress: Callable[[str, float], None]) -> Composed:
        """Fill the job's folder with a piece.

        Args:
            job: what to compose.
            on_progress: told the stage (reading, composing, playing, drawing) and the share of the work.

        Raises:
            JobRefusedError: the person can mend it.
            BadCheckpointError: the checkpoint that was to compose cannot be used.
            JobFailedError: something else is wrong with us.
            JobTimedOutError: it took too long and was ended.
            WorkerDiedError: the worker ended in the middle of it.
        """

    async def reduce(self, job: ReduceJob) -> None:
        """Make a smaller recording of a piece; raises as ``compose`` does."""
