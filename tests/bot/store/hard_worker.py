"""Uses a store as hard as it can and says what was acknowledged.

Usage: ``python -m tests.bot.store.hard_worker FILE [LIMIT]``

With a limit no file may grow larger than so many bytes, and the program ends at the first refusal.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from pathlib import Path

from bot.domain import Vote
from bot.store import Store, StoreError
from tests.bot.store.samples import MUSIC, NO_LIMITS, NOON, person, request


async def work(store: Store, name: str) -> None:
    """Ask, compose, vote, again and again; a line on standard output for each thing that is stored."""
    number = 0
    while True:
        number += 1
        key = f"{os.getpid()} {name} {number}"
        asked = await store.add_request(request(person(name), key=key, address="x" * 300), NO_LIMITS, NOON)
        say("asked", asked.id)
        ticket = await store.claim(NOON)
        if ticket is None:
            continue
        piece = await store.finish(ticket.id, MUSIC, NOON)
        if piece is not None:
            say("composed", piece.id)
            await store.press(piece.id, person(name), Vote.UP, NOON)
            say("rated", piece.id)


def say(what: str, number: int) -> None:
    """One line, at once."""
    os.write(1, f"{what} {number}\n".encode())


async def main(path: Path) -> None:
    """Three tasks at a time."""
    store = await Store.open(path)
    try:
        async with asyncio.TaskGroup() as group:
            for name in ("anna", "berta", "carla"):
                group.create_task(work(store, name))
    except* StoreError as errors:
        sys.stderr.write(f"{errors.exceptions[0]}\n")
    finally:
        await store.close()


if __name__ == "__main__":
    if sys.argv[2:]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    asyncio.run(main(Path(sys.argv[1])))
