"""Ending tasks, and work that must be done to its end."""

from __future__ import annotations

import asyncio

import pytest

from bot.tasks import end_all, seen_through


async def test_all_have_ended() -> None:
    """Afterwards none of the tasks runs, whatever they did on their way out, and what is no task is passed over."""
    ended = []

    async def work(name: str, error: Exception | None = None) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(name)
            if error is not None:
                raise error

    tasks = [asyncio.create_task(work("calm")), None, asyncio.create_task(work("angry", OSError("late")))]
    await asyncio.sleep(0)

    await end_all(tasks)

    assert ended == ["calm", "angry"]


async def test_what_was_begun_is_done() -> None:
    """Who is cancelled in the middle is cancelled, but only when the work is done."""
    begun, may_end, done = asyncio.Event(), asyncio.Event(), []

    async def work() -> None:
        begun.set()
        await may_end.wait()
        done.append(True)

    waiting = asyncio.create_task(seen_through(work()))
    await begun.wait()
    waiting.cancel()
    await asyncio.sleep(0)
    assert not waiting.done()
    may_end.set()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert done == [True]


async def test_what_comes_of_it_is_handed_on() -> None:
    """Without any trouble it is as if the work were awaited."""

    async def double(number: int) -> int:
        await asyncio.sleep(0)
        if number < 0:
            message = "too small"
            raise ValueError(message)
        return 2 * number

    assert await seen_through(double(4)) == 8
    with pytest.raises(ValueError, match="too small"):
        await seen_through(double(-1))
