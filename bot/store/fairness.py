"""Whose turn it is: one request of each person after the other, however many they have."""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request in the queue.

    Attributes:
        running: how many requests of the same person are being worked on.
        last_turn: the number of that person's last turn, 0 if they never had one.
    """

    ticket_id: int
    person_id: int
    running: int
    last_turn: int


def fair_order(waiting: Iterable[Waiting]) -> Iterator[int]:
    """The ids of all tickets in the order in which they are begun.

    The next turn is that of the person with the fewest running requests, among those the one whose last turn is
    longest ago, among those the one who has waited longest; it is for the oldest of their requests.
    """
    lines: defaultdict[int, deque[int]] = defaultdict(deque)
    persons = {}
    for one in sorted(waiting, key=lambda one: one.ticket_id):
        lines[one.person_id].append(one.ticket_id)
        persons[one.person_id] = one
    heap = [(one.running, one.last_turn, lines[person][0], person) for person, one in persons.items()]
    heapq.heapify(heap)
    turn = max((one.last_turn for one in persons.values()), default=0)
    while heap:
        running, _, ticket_id, person = heapq.heappop(heap)
        yield ticket_id
        lines[person].popleft()
        turn += 1
        if lines[person]:
            heapq.heappush(heap, (running + 1, turn, lines[person][0], person))
