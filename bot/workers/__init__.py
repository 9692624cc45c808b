"""Processes that compose: started once, used for piece after piece, killed when a piece is cancelled."""

from bot.workers.errors import (
    BadCheckpointError,
    JobFailedError,
    JobRefusedError,
    JobTimedOutError,
    WorkerDiedError,
    WorkerStartError,
)
from bot.workers.jobs import ComposeJob, ReduceJob
from bot.workers.pool import WorkerPool

__all__ = [
    "BadCheckpointError",
    "ComposeJob",
    "JobFailedError",
    "JobRefusedError",
    "JobTimedOutError",
    "ReduceJob",
    "WorkerDiedError",
    "WorkerPool",
    "WorkerStartError",
]
