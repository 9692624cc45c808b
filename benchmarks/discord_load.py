"""A crowd on the fake Discord: how soon it is answered, and whether anything is lost or comes twice.

Run ``python -m benchmarks.discord_load [--people 100] [--requests 500] [--seconds 300]`` from the repository; it prints
one JSON object. The bot runs in its own process with real workers; discord.py is the real one. Refused requests are
those over the limits of a person or of the queue.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.platforms.discord import sync_commands
from tests.fakes.discord import FakeDiscord, patched, until
from tests.fakes.discord.bot_process import bot_on
from tests.fakes.discord.crowd import Crowd

if TYPE_CHECKING:
    from tests.fakes.bot_process import BotProcess
    from tests.fakes.discord.model import Interaction, Message

GUILDS = 10
HEARTBEAT_SECONDS = 5.0
LAST_PIECES_SECONDS = 900.0


async def _measure(people: int, requests: int, seconds: float, random_seed: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        async with FakeDiscord(heartbeat_seconds=HEARTBEAT_SECONDS, keeps_answers=False) as fake:
            crowd = Crowd.gather(fake, people, GUILDS, random_seed)
            with patched(fake.base_url):
                await sync_commands(fake.token)
            bot = bot_on(fake, Path(folder, "data"), SCHUMANN_WEB="on", SCHUMANN_WEB_PORT="0")
            await bot.start()
            try:
                memory = await _storm(crowd, bot, requests, seconds)
                lag = await _loop_lag(bot)
                waiting = crowd.acknowledged()
                await until(lambda: all(map(_is_answered, waiting)), "the last pieces", LAST_PIECES_SECONDS)
                libraries = bot.loaded_libraries
            finally:
                await bot.terminate()
            return {
                **_figures(crowd, fake),
                "loop_lag_p99_ms": lag,
                "bot_megabytes": memory,
                "tensorflow": any("tensorflow" in name for name in libraries),
            }


async def _storm(crowd: Crowd, bot: BotProcess, requests: int, seconds: float) -> float:
    """Requests at random moments; the most memory that the bot had meanwhile."""
    loop = asyncio.get_running_loop()
    began, most = loop.time(), 0.0
    for moment in sorted(crowd.rng.uniform(0, seconds) for _ in range(requests)):
        await asyncio.sleep(max(began + moment - loop.time(), 0))
        crowd.ask()
        most = max(most, bot.megabytes)
    await asyncio.sleep(5)
    return round(most, 1)


async def _loop_lag(bot: BotProcess) -> float:
    """What the bot says of its own event loop, in milliseconds."""
    address = bot.log.split("web chat: ")[-1].split()[0]
    async with aiohttp.ClientSession() as session, session.get(f"{address}api/about") as response:
        seconds: float = (await response.json())["about"]["loop_lag_seconds"]
    return round(1000 * seconds, 1)


def _is_answered(interaction: Interaction) -> bool:
    return interaction.original is not None and interaction.original.file(".mid") is not None


def _figures(crowd: Crowd, fake: FakeDiscord) -> dict[str, Any]:
    accepted, refused = crowd.acknowledged(), crowd.refused()
    took = sorted(asked.took for asked in crowd.asked if asked.took is not None)
    messages: list[Message] = crowd.finished()
    gaps = [after - before for before, after in zip(fake.gateway.heartbeats, fake.gateway.heartbeats[1:], strict=False)]
    return {
        "requests": len(crowd.asked),
        "accepted": len(accepted),
        "refused": len(refused),
        "unanswered": len(crowd.asked) - len(accepted) - len(refused),
        "pieces": len(messages),
        "lost": sum(not _is_answered(asked) for asked in accepted),
        "twice": len(messages) - len(accepted),
        "acknowledged_ms": {
            "median": round(1000 * statistics.median(took)),
            "p99": round(1000 * took[int(len(took) * 0.99)]),
            "slowest": round(1000 * took[-1]),
        },
        "refusals": Counter(
            asked.original.text.split(":")[0][:60] for asked in refused if asked.original
        ).most_common(),
        "heartbeat_seconds": {"asked": HEARTBEAT_SECONDS, "longest_gap": round(max(gaps, default=0), 2)},
        "invalid_requests": len(fake.log.invalid),
        "faults": fake.unexpected,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--random-seed", type=int, default=random.SystemRandom().randrange(2**31))
    given = parser.parse_args()
    figures = asyncio.run(_measure(given.people, given.requests, given.seconds, given.random_seed))
    print(json.dumps({"random_seed": given.random_seed, **figures}, indent=2))


if __name__ == "__main__":
    main()
