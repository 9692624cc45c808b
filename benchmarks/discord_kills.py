"""``kill -9`` at random moments under load: what people were promised against what they got.

Run ``python -m benchmarks.discord_kills [--kills 100] [--workers]`` from the repository; it prints one JSON object. A
crowd on the fake Discord asks for pieces and rates them by buttons and reactions. With ``--workers`` it is the workers
that are killed, one at a time, else the whole bot, which is started again each time.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.domain import MessageRef, PlatformName, UserRef, Vote
from bot.house import DATABASE
from bot.platforms.discord import sync_commands
from bot.store import Store
from tests.fakes.discord import FakeDiscord, patched
from tests.fakes.discord.bot_process import bot_on
from tests.fakes.discord.crowd import THUMBS, Crowd

if TYPE_CHECKING:
    from tests.fakes.bot_process import BotProcess
    from tests.fakes.discord.model import Interaction, Message

PEOPLE, GUILDS = 40, 4
LONGEST_LIFE = 4.0
"""Seconds between a start and the next kill, at most."""
LAST_PIECES_SECONDS = 300
QUIET_SECONDS, LONGEST_LOOK = 5, 900
"""The votes have been looked through when no message has been read for so long; seconds."""
UNLIMITED = {"SCHUMANN_REQUESTS_HOUR": "10000", "SCHUMANN_GUILD_REQUESTS_HOUR": "10000"}


async def _measure(kills: int, random_seed: int, *, workers: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data")
        async with FakeDiscord(keeps_answers=False) as fake:
            fake.trouble.edits = 1_000
            crowd = Crowd.gather(fake, PEOPLE, GUILDS, random_seed)
            with patched(fake.base_url):
                await sync_commands(fake.token)
            bot = bot_on(fake, data, **UNLIMITED)
            await bot.start()
            busy = asyncio.create_task(_bustle(crowd))
            for _ in range(kills):
                await asyncio.sleep(crowd.rng.uniform(0, LONGEST_LIFE))
                if workers:
                    _kill_a_worker(bot, crowd.rng)
                else:
                    await bot.kill()
                    await bot.start()
            busy.cancel()
            await asyncio.gather(busy, return_exceptions=True)
            promised = crowd.acknowledged()
            await _last_pieces(promised)
            await _looked_through(fake)
            await bot.terminate()
            return {**_figures(crowd, fake, promised), **await _votes(crowd, data), "faults": fake.unexpected}


async def _last_pieces(promised: list[Interaction]) -> None:
    """Wait for them, but not for ever: what is still missing then is lost."""
    for _ in range(LAST_PIECES_SECONDS):
        await asyncio.sleep(1.0)
        if all(map(_pieces, promised)):
            break


async def _looked_through(fake: FakeDiscord) -> None:
    """Wait until the bot has read the reactions below all recent pieces, as it does after each start."""
    last_read = -1
    for _ in range(LONGEST_LOOK // QUIET_SECONDS):
        await asyncio.sleep(QUIET_SECONDS)
        read = len(fake.log.of("GET", "/channels/"))
        if read == last_read:
            break
        last_read = read


def _kill_a_worker(bot: BotProcess, rng: random.Random) -> None:
    with contextlib.suppress(ProcessLookupError, IndexError):
        os.kill(rng.choice(bot.children), signal.SIGKILL)


async def _bustle(crowd: Crowd) -> None:
    """Ask and rate for as long as the bot is there to hear it."""
    pressing: set[asyncio.Task[None]] = set()
    while True:
        await asyncio.sleep(crowd.rng.uniform(0, 0.4))
        if not crowd.fake.gateway.is_connected:
            continue
        act = crowd.rng.random()
        if act < 0.5:
            crowd.ask()
        elif act < 0.75:
            crowd.react()
        else:
            task = asyncio.create_task(crowd.press())
            pressing.add(task)
            task.add_done_callback(pressing.discard)


def _pieces(asked: Interaction) -> list[Message]:
    """Every message that holds a piece for this request: its own, and those sent in its stead."""
    found = [message for message in asked.replies if message.file(".mid")]
    original = asked.original.id if asked.original else None
    instead = (
        message
        for message in asked.channel.shown
        if message.reference and message.reference.get("message_id") == original and message.file(".mid")
    )
    return [*found, *(message for message in instead if message not in found)]


def _figures(crowd: Crowd, fake: FakeDiscord, promised: list[Interaction]) -> dict[str, Any]:
    counts = [len(_pieces(asked)) for asked in promised]
    return {
        "requests": len(crowd.asked),
        "acknowledged": len(promised),
        "pieces": len(crowd.finished()),
        "lost": counts.count(0),
        "duplicates": sum(count - 1 for count in counts if count > 1),
        "starts": fake.gateway.identified,
    }


async def _votes(crowd: Crowd, data: Path) -> dict[str, int]:
    """Votes as the store has them against what was promised (buttons) and what stands below the pieces (reactions)."""
    store = await Store.open(data / DATABASE)
    wrong = checked = 0
    messages = {message.id: message for message in crowd.finished()}
    try:
        problems = await store.integrity_problems()
        pieces = {
            message_id: await store.piece_of_message(PlatformName.DISCORD, MessageRef(message.channel.id, message_id))
            for message_id, message in messages.items()
        }
        expected = {key: promise.vote for key, promise in crowd.votes.items() if not promise.is_open}
        expected |= _reactions(messages)
        for (message_id, person), vote in expected.items():
            piece = pieces.get(message_id)
            if piece is not None:
                checked += 1
                wrong += await store.vote_of(piece.id, UserRef(PlatformName.DISCORD, person)) is not vote
    finally:
        await store.close()
    return {"votes": checked, "votes_wrong": wrong, "integrity_problems": len(problems)}


def _reactions(messages: dict[str, Message]) -> dict[tuple[str, str], Vote | None]:
    """Votes of those who have one thumb below a piece; who has both may count either way."""
    found: dict[tuple[str, str], list[Vote]] = {}
    for message in messages.values():
        for vote, thumb in THUMBS.items():
            for person in message.reactions.get(thumb, {}):
                found.setdefault((message.id, person), []).append(vote)
    return {key: votes[0] for key, votes in found.items() if len(votes) == 1}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--workers", action="store_true")
    parser.add_argument("--random-seed", type=int, default=random.SystemRandom().randrange(2**31))
    given = parser.parse_args()
    figures = asyncio.run(_measure(given.kills, given.random_seed, workers=given.workers))
    print(json.dumps({"random_seed": given.random_seed, "kills": given.kills, **figures}, indent=2))


if __name__ == "__main__":
    main()
