"""A whole retraining run in a bot that people use meanwhile: how long, how much memory, and do their pieces wait?

Run ``python -m benchmarks.retraining_load [--liked 40] [--disliked 60] [--corpus DIR]`` from the repository; it prints
one JSON object. The bot's core is the real one with real workers and the real training process; people have pieces
composed and vote on them, then one of them asks for piece after piece of thirty seconds, before the run and during it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.model_swaps import LIMITS, PLACE, Chat
from benchmarks.retraining import Piece, heard, tastes
from bot.domain import ComposeRequest, Options, Seed, SeedKind, UserRef, Viewer, Vote
from bot.house import House
from bot.retraining.domain import RetrainingSettings, RunState
from bot.workers import WorkerPool
from composer.openers import list_openers
from composer.score_json import from_json

if TYPE_CHECKING:
    from bot.domain import Ticket

SECONDS = 30.0
VOTERS = 12
PAUSE_SECONDS = 0.5
KEEPER = Viewer(UserRef(PLACE.platform, "keeper"), PLACE, is_keeper=True)


@dataclass
class Scene:
    """A bot, and people who use it."""

    house: House
    chat: Chat
    data: Path
    asked: int = 0
    took: list[float] = field(default_factory=list)

    async def compose(self, person: str) -> Ticket:
        """Somebody asks for a piece, and has it."""
        self.asked += 1
        opener = list_openers()[self.asked % len(list_openers())]
        viewer = Viewer(UserRef(PLACE.platform, person), PLACE)
        seed = Seed(SeedKind.OPENER, opener.slug, opener.title)
        request = ComposeRequest(f"load:{self.asked}", viewer.user, PLACE, seed, Options(SECONDS), "{}")
        began = time.monotonic()
        ticket = await self.house.studio.compose(request, viewer)
        await self.chat.ends[ticket.id].wait()
        self.took.append(time.monotonic() - began)
        return await self.house.store.ticket(ticket.id)

    async def fill(self, liked: int, disliked: int) -> None:
        """People have pieces composed, and vote: what comes nearest to their taste is liked, the rest is not."""
        tickets: list[Ticket] = []
        for start in range(0, liked + disliked, 4):
            group = range(start, min(start + 4, liked + disliked))
            tickets += await asyncio.gather(*(self.compose(f"composer {number}") for number in group))
        sounds = [heard(self._piece(ticket)) for ticket in tickets]
        likes = tastes(sounds, liked / (liked + disliked))["dense_minor"]
        for number, (ticket, sound) in enumerate(zip(tickets, sounds, strict=True)):
            vote = Vote.UP if likes(sound) else Vote.DOWN
            for voter in (number % VOTERS, (number + 1 + number // VOTERS) % VOTERS):
                viewer = Viewer(UserRef(PLACE.platform, f"voter {voter}"), PLACE)
                await self.house.studio.rate(ticket.piece_id or 0, viewer, vote)

    def _piece(self, ticket: Ticket) -> Piece:
        content = json.loads((self.data / "pieces" / str(ticket.id) / "piece.json").read_text(encoding="utf-8"))
        return Piece(from_json(json.dumps(content["score"])), content["primer_end_beat"])

    async def times(self, pieces: int) -> list[float]:
        """How long one person waits for each of so many pieces."""
        self.took.clear()
        for _ in range(pieces):
            await self.compose("listener")
            await asyncio.sleep(PAUSE_SECONDS)
        return list(self.took)

    async def times_while_training(self) -> tuple[list[float], dict[str, Any]]:
        """The same for as long as a run takes; and the run."""
        retrainer = self.house.studio.retrainer
        run = await retrainer.start(KEEPER, key="load", address="{}")
        self.took.clear()
        while run.state is RunState.RUNNING:
            await self.compose("listener")
            await asyncio.sleep(PAUSE_SECONDS)
            run = await retrainer.run(run.id, KEEPER)
        report = dict(run.report or {})
        told = {name: report.get(name) for name in ("passed", "votes", "liked", "seconds", "peak_megabytes")}
        return list(self.took), {"state": run.state, "sentence": run.sentence, **told}


async def _measure(given: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        pool, settings = WorkerPool(given.workers), RetrainingSettings(corpus=given.corpus)
        house = await House.open(Path(folder), pool, limits=LIMITS, workers=given.workers, retraining=settings)
        scene = Scene(house, Chat(), Path(folder))
        house.studio.add_platform(scene.chat)
        await house.start()
        try:
            await scene.fill(given.liked, given.disliked)
            before = await scene.times(given.pieces)
            during, run = await scene.times_while_training()
            after = await scene.times(given.pieces)
        finally:
            await house.close(0)
        medians = {
            name: statistics.median(times) for name, times in (("before", before), ("during", during), ("after", after))
        }
        return {
            "run": run,
            "pieces": {"before": len(before), "during": len(during), "after": len(after)},
            "seconds_to_piece_p50": {name: round(value, 2) for name, value in medians.items()},
            "growth": round(medians["during"] / statistics.median([*before, *after]) - 1, 2),
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retraining_load", description=__doc__)
    parser.add_argument("--liked", type=int, default=40)
    parser.add_argument("--disliked", type=int, default=60)
    parser.add_argument("--pieces", type=int, default=20, help="that are timed before and after the run")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="music to rehearse with")
    print(json.dumps(asyncio.run(_measure(parser.parse_args())), indent=2))


if __name__ == "__main__":
    main()
