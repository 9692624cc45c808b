"""Waiting in tests: generous limits, because the machine may be busy, and no longer than needed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")
PATIENCE_SECONDS = 20.0


async def until(condition: Callable[[], Value], what: str = "", seconds: float = PATIENCE_SECONDS) -> Value:
    """Wait until the condition gives something true, and return that.

    Raises:
        AssertionError: it never did.
    """
    try:
        async with asyncio.timeout(seconds):
            while not (value := condition()):
                await asyncio.sleep(0.005)
            return value
    except TimeoutError:
        message = f"waited {seconds} s in vain{f' for {what}' if what else ''}"
        raise AssertionError(message) from None
