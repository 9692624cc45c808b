"""The lateness of the event loop."""

from __future__ import annotations

import asyncio
import time

from bot.pulse import Pulse


async def test_a_blocked_loop_is_noticed() -> None:
    """Whoever blocks the loop for a moment is seen in the figures, and only in the worst of them."""
    pulse = Pulse()
    pulse.start()
    for _ in range(6):
        await asyncio.sleep(0.06)
    time.sleep(0.4)  # noqa: ASYNC251 (this is the offence)
    await asyncio.sleep(0.06)
    await pulse.close()

    assert pulse.lag_seconds(1.0) > 0.3
    assert pulse.lag_seconds(0.0) < pulse.lag_seconds(1.0)


def test_without_a_look_there_is_no_lag() -> None:
    """Before it has begun, nothing is late."""
    assert Pulse().lag_seconds() == 0.0
