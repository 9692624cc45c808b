"""Networks that change over and over while pieces are composed: does a request fail, does a stamp lie?

Run ``python -m benchmarks.model_swaps [--swaps 1000] [--workers 2] [--waiting 6] [--rechecked 40]`` from the
repository; it prints one JSON object. The core is the real one with real workers; the second network is the released
one with a part of its weights shaken, so that it composes other notes. Stamps are compared with what the workers were
given and said, and for some pieces with the notes: composed again by the network of the stamp, they must be the same
(``told_apart`` says of how many of these the other network would have composed other notes).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.domain import (
    ComposeRequest,
    GuildSettings,
    Limits,
    Options,
    Place,
    PlatformName,
    Seed,
    SeedKind,
    UserRef,
    Viewer,
)
from bot.house import House
from bot.workers import WorkerPool
from composer.checkpoints import CARD, NETWORK, RELEASED, write_card
from composer.composer import Composer
from composer.openers import find_opener, list_openers
from composer.score_json import to_json
from tests.fakes.platform import LoopbackPlatform

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain import Composed, MessageRef, Piece, Ticket
    from bot.piece_files import PieceFiles
    from bot.retraining.registry import Registry
    from bot.workers import ComposeJob

SECONDS = 5.0
"""Length of a piece."""
_SHAKEN_BYTES = 500_000
_MANY = 10**6
LIMITS = Limits(
    per_user_open=_MANY,
    queue_length=_MANY,
    default_guild=GuildSettings(per_user_hour=_MANY, per_guild_hour=_MANY),
)
PLACE = Place(PlatformName.DISCORD, "guild", "channel")


class WatchedPool(WorkerPool):
    """Remembers which network each job was given, and which one the worker says it was."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.given: dict[int, str] = {}
        self.said: dict[int, str] = {}

    async def compose(self, job: ComposeJob, on_progress: Callable[[str, float], None]) -> Composed:
        """As every pool does."""
        music = await super().compose(job, on_progress)
        self.given[job.ticket_id] = job.checkpoint.name if job.checkpoint else self.checkpoint_id
        self.said[job.ticket_id] = music.checkpoint_id
        return music


class Chat(LoopbackPlatform):
    """A platform that says when a request has come to its end."""

    def __init__(self) -> None:
        super().__init__()
        self.ends: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)

    async def deliver(self, ticket: Ticket, piece: Piece, files: PieceFiles) -> MessageRef | None:
        """The piece is there."""
        message = await super().deliver(ticket, piece, files)
        self.ends[ticket.id].set()
        return message

    async def tell(self, ticket: Ticket, sentence: str) -> None:
        """There will be no piece."""
        await super().tell(ticket, sentence)
        self.ends[ticket.id].set()


@dataclass
class Crowd:
    """People who ask for a piece whenever one has come."""

    house: House
    chat: Chat
    rng: random.Random
    asked: list[Ticket] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    is_over: bool = False

    async def ask_on(self, number: int) -> None:
        """One of them, until it is over."""
        while not self.is_over:
            opener = self.rng.choice(list_openers())
            request = ComposeRequest(
                key=f"swaps:{number}:{len(self.asked)}",
                user=UserRef(PlatformName.DISCORD, f"{number}"),
                place=PLACE,
                seed=Seed(SeedKind.OPENER, opener.slug, opener.title),
                options=Options(SECONDS),
                address="{}",
            )
            began = time.monotonic()
            ticket = await self.house.studio.compose(request, Viewer(request.user, PLACE))
            self.asked.append(ticket)
            await self.chat.ends[ticket.id].wait()
            self.took.append(time.monotonic() - began)


async def _measure(given: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        data, pool = Path(folder), WatchedPool(given.workers)
        house = await House.open(data, pool, limits=LIMITS, workers=given.workers)
        chat = Chat()
        house.studio.add_platform(chat)
        await house.start()
        try:
            networks = [house.registry.base.id, await _second_network(house.registry, data / "out")]
            crowd = Crowd(house, chat, random.Random(given.random_seed))  # noqa: S311 (nothing secret)
            seconds = await _swap(crowd, networks, given)
            pieces = [await _piece(house, ticket) for ticket in crowd.asked]
            made = [piece for piece in pieces if piece is not None]
            return {
                "swaps": given.swaps,
                "swaps_per_second": round(given.swaps / seconds, 1),
                **_figures(crowd, pool, made),
                "composed_again": await asyncio.to_thread(_composed_again, data, networks, made[-given.rechecked :]),
            }
        finally:
            await house.close(0)


async def _second_network(registry: Registry, out: Path) -> str:
    """The released network with the middle of its weights shaken: as fast, and not the same."""
    folder = Path(shutil.copytree(RELEASED, out / "checkpoint"))
    network = bytearray((folder / NETWORK).read_bytes())
    middle = slice(len(network) // 2, len(network) // 2 + _SHAKEN_BYTES)
    network[middle] = bytes(byte ^ 8 for byte in network[middle])
    (folder / NETWORK).write_bytes(network)
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    write_card(folder, {name: value for name, value in card.items() if name != "id"})
    return (await registry.adopt(out, None, {})).id


async def _swap(crowd: Crowd, networks: list[str], given: argparse.Namespace) -> float:
    """Change over as often as asked while people ask all the time; how many seconds it took."""
    people = [asyncio.create_task(crowd.ask_on(number)) for number in range(given.workers + given.waiting)]
    began = time.monotonic()
    for number in range(given.swaps):
        await crowd.house.registry.use(networks[(number + 1) % 2])
        await asyncio.sleep(crowd.rng.expovariate(1 / given.pause))
    took = time.monotonic() - began
    crowd.is_over = True
    await asyncio.gather(*people)
    return took


async def _piece(house: House, ticket: Ticket) -> Piece | None:
    piece_id = (await house.store.ticket(ticket.id)).piece_id
    return None if piece_id is None else await house.store.piece(piece_id)


def _composed_again(data: Path, networks: list[str], pieces: list[Piece]) -> dict[str, int]:
    """Whether pieces have the notes of the network that they are stamped with, and not of the other."""
    composers = dict(zip(networks, (Composer(), Composer(data / "checkpoints" / networks[1])), strict=True))
    wrong = told_apart = 0
    for piece in pieces:
        notes = {network: _notes(composer, piece) for network, composer in composers.items()}
        kept = json.loads((data / "pieces" / str(piece.ticket_id) / "piece.json").read_text(encoding="utf-8"))
        wrong += kept["score"] != notes[piece.music.checkpoint_id]
        told_apart += notes[networks[0]] != notes[networks[1]]
    return {"pieces": len(pieces), "told_apart": told_apart, "wrong": wrong}


def _notes(composer: Composer, piece: Piece) -> dict[str, Any]:
    opener = find_opener(piece.request.seed.text)
    composed = composer.compose(
        opener.score, length_seconds=SECONDS, random_seed=piece.music.random_seed, is_opener=True
    )
    notes: dict[str, Any] = json.loads(to_json(composed.score))
    return notes


def _figures(crowd: Crowd, pool: WatchedPool, pieces: list[Piece]) -> dict[str, Any]:
    stamps = {piece.ticket_id: piece.music.checkpoint_id for piece in pieces}
    took = sorted(crowd.took)
    return {
        "requests": len(crowd.asked),
        "failed": len(crowd.asked) - len(pieces) + len(crowd.chat.told),
        "twice": len(crowd.chat.delivered) - len(pieces),
        "pieces_by_checkpoint": Counter(stamps.values()),
        "wrong_stamps": sum(
            not stamp == pool.given[ticket_id] == pool.said[ticket_id] for ticket_id, stamp in stamps.items()
        ),
        "seconds_to_piece": {"p50": round(statistics.median(took), 2), "p99": round(took[int(len(took) * 0.99)], 2)},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--swaps", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--waiting", type=int, default=6, help="requests in the queue at any time")
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between two swaps, on average")
    parser.add_argument("--rechecked", type=int, default=40, help="pieces that are composed again in the end")
    parser.add_argument("--random-seed", type=int, default=random.SystemRandom().randrange(2**31))
    given = parser.parse_args()
    print(json.dumps({"random_seed": given.random_seed, **asyncio.run(_measure(given))}, indent=2))


if __name__ == "__main__":
    main()
