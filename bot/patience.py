"""Writing down what has happened already: it cannot be refused, so it is tried until the database takes it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final, TypeVar

from bot.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
PAUSE: Final = 2.0
"""Seconds between attempts: a full disk that has space again is noticed soon."""


async def until_stored(write: Callable[[], Awaitable[Result]]) -> Result:
    """Do ``write`` again and again until the database is not full, locked or broken any more."""
    while True:
        try:
            return await write()
        except StoreError as error:
            logger.error("%s Trying again.", error)  # noqa: TRY400 (the sentence says it all, every two seconds)
            await asyncio.sleep(PAUSE)
