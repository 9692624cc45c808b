"""The log of Slack's own libraries, in which nothing stands that people wrote, and no address with a ticket in it."""

from __future__ import annotations

import logging
import time
from typing import Final

_PAUSE: Final = 60.0
"""Seconds for which the same trouble is not told again: the libraries try anew every few seconds."""


class Terse(logging.Filter):
    """Leaves of a record where it comes from and which kind of error it is about."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is to be told."""
        kind = record.exc_info[0] if record.exc_info else None
        record.msg = f"trouble in {record.module}.{record.funcName}" + (f": {kind.__name__}" if kind else "")
        record.args, record.exc_info, record.exc_text = (), None, None
        now = time.monotonic()
        is_new = now - self._told.get(record.msg, -_PAUSE) >= _PAUSE
        if is_new:
            self._told[record.msg] = now
        return is_new


def quiet_logger() -> logging.Logger:
    """The logger for these libraries: warnings only, and each of them without its words."""
    logger = logging.getLogger("bot.slack_libraries")
    if not logger.filters:
        logger.addFilter(Terse())
        logger.setLevel(logging.WARNING)
    return logger
