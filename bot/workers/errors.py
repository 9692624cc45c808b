"""What can come of a job instead of a piece; every message is a sentence."""

from __future__ import annotations

from bot.domain import ReplyError


class JobRefusedError(ReplyError):
    """The person who asked can mend this."""


class JobFailedError(Exception):
    """The worker could not do it, through no fault of the person who asked."""


class BadCheckpointError(Exception):
    """The checkpoint that was to compose cannot be used; the job may be done with another."""


class JobTimedOutError(Exception):
    """The job took longer than it may; its worker was killed."""


class WorkerDiedError(Exception):
    """The worker ended in the middle of the job."""


class WorkerStartError(Exception):
    """A worker could not be started; the message says what to do where that is known."""
