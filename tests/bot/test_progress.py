"""Progress: what is shown, how often, and what is guessed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.domain import MessageRef, Progress, RequestState, Ticket
from bot.progress import SHORTEST_PAUSE, Board
from tests.bot.people import request
from tests.fakes.platform import LoopbackPlatform


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock at zero."""
    return Clock()


def ticket(number: int = 1, state: RequestState = RequestState.QUEUED, message: MessageRef | None = None) -> Ticket:
    """A request under way."""
    return Ticket(number, request(), state, 0, datetime.now(UTC), message)


async def test_a_message_is_edited_at_a_bearable_pace(clock: Clock) -> None:
    """However often a worker reports, a message is edited at most every 2.5 seconds."""
    board, platform = Board(1, clock), LoopbackPlatform()
    board.add_platform(platform)
    board.start()
    board.started(ticket(state=RequestState.RUNNING))
    for step in range(30):
        board.advanced(1, "composing", step / 40)
        clock.now += 0.25
        await asyncio.sleep(0.26)
        if step == 9:
            break
    await board.close()

    assert 1 <= len(platform.shown) <= 1 + 10 * 0.25 / SHORTEST_PAUSE + 1


async def test_nothing_is_shown_before_its_message_is_there(clock: Clock) -> None:
    """On platforms that answer in messages, progress waits for the message."""
    board, platform = Board(1, clock), LoopbackPlatform(answers_in_messages=True)
    board.add_platform(platform)
    board.start()
    board.track(ticket())
    await asyncio.sleep(0.4)
    assert platform.shown == []

    board.placed(1, MessageRef("1", "2"))
    board.queue_is([1])
    await platform.news()
    await board.close()

    assert platform.shown


async def test_estimates_learn(clock: Clock) -> None:
    """After slow pieces, the next ones are expected to be slow."""
    board = Board(1, clock)
    before = _eta(board, ticket(1))
    for number in range(2, 12):
        board.started(ticket(number, RequestState.RUNNING))
        clock.now += 10
        board.made(number)
        await board.quieten(number)

    assert _eta(board, ticket(1)) > 3 * before


def _eta(board: Board, waiting: Ticket) -> float:
    board.track(waiting)
    board.queue_is([waiting.id])
    eta = board.progress(waiting).eta_seconds
    assert eta is not None
    return eta


async def test_listeners_hear_everything_and_can_leave(clock: Clock) -> None:
    """Every change is told at once, until the listener has had enough."""
    board = Board(1, clock)
    heard: list[Progress] = []
    leave = board.subscribe(lambda _, progress: heard.append(progress))
    board.started(ticket(state=RequestState.RUNNING))
    board.advanced(1, "playing", 0.5)
    leave()
    board.advanced(1, "drawing", 0.9)

    assert [(progress.stage, progress.share) for progress in heard] == [("", 0.0), ("playing", 0.5)]


async def test_a_slow_platform_is_not_waited_for(clock: Clock) -> None:
    """A message that cannot be edited does not hold the piece back."""

    class Stuck(LoopbackPlatform):
        async def show_progress(self, ticket: Ticket, progress: Progress) -> None:
            """Never come back."""
            await super().show_progress(ticket, progress)
            await asyncio.Event().wait()

    board, platform = Board(1, clock), Stuck()
    board.add_platform(platform)
    board.start()
    board.track(ticket())
    board.queue_is([1])
    await platform.news()

    async with asyncio.timeout(10):
        await board.quieten(1)
    await board.close()
