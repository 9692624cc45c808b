"""Our bot, whole but for its workers, on the fake Discord: real store, studio, desk and discord.py."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from bot import progress
from bot.domain import Limits, Place, PlatformName, RequestState, Tally, UserRef, Viewer
from bot.house import DATABASE, House
from bot.platforms.discord import DiscordPlatform, reactions, sync_commands
from bot.retraining.domain import RetrainingSettings
from composer.midi.writer import write_midi
from composer.notation import parse_notation
from tests.fakes.discord import FakeDiscord, Person, Upload, until
from tests.fakes.discord.checking import checked_fake
from tests.fakes.discord.model import EVERYDAY, MANAGE_GUILD, MANAGE_MESSAGES
from tests.fakes.discord.waiting import PATIENCE_SECONDS
from tests.fakes.pool import FakePool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from bot.domain import Ticket
    from bot.pool import Pool
    from bot.studio import Studio
    from tests.fakes.discord.model import Guild, Interaction, Message

COMPOSE = {"seed": "schumann:traumerei", "length": 10}
SONG = Upload("song.mid", write_midi(parse_notation("C4q D4q E4q F4q | G4q A4q B4q C5q | C5q B4q A4q G4q")))


@dataclass
class Bot:
    """A running bot and what tests look at."""

    house: House
    platform: DiscordPlatform
    pool: FakePool

    @property
    def studio(self) -> Studio:
        """What platforms call."""
        return self.house.studio

    async def ticket(self, ticket_id: int) -> Ticket:
        """A request as it stands in the database."""
        return await self.house.store.ticket(ticket_id)

    async def reaches(self, ticket_id: int, *states: RequestState) -> Ticket:
        """Wait until a request is in one of these states."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (ticket := await self.ticket(ticket_id)).state not in states:
                await asyncio.sleep(0.01)
        return ticket

    async def stop(self, seconds: float = 0.0) -> None:
        """End it as SIGTERM does."""
        await self.platform.close()
        await self.house.close(seconds)


@dataclass
class Scene:
    """The fake, two people in a guild, a moderator, an admin, and the means to start the bot."""

    fake: FakeDiscord
    guild: Guild
    data: Path
    alice: Person
    bert: Person
    moderator: Person
    admin: Person
    bots: list[Bot] = field(default_factory=list)
    extras: dict[str, Person] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The file of the database."""
        return self.data / DATABASE

    @property
    def shown(self) -> list[Message]:
        """What everybody in the channel sees."""
        return self.alice.channel.shown

    async def start(
        self,
        *,
        pool: Pool | None = None,
        limits: Limits | None = None,
        workers: int = 1,
        message_content: bool = False,
        admins: frozenset[str] = frozenset(),
        retraining: RetrainingSettings = RetrainingSettings(),  # noqa: B008 (it is frozen)
    ) -> Bot:
        """Start a bot over the same data as the ones before, which must have stopped."""
        fake_pool = FakePool(workers)
        house = await House.open(
            self.data, pool or fake_pool, limits=limits or Limits(), workers=workers, retraining=retraining
        )
        house.studio.retrainer._teller._pause = 0.1
        platform = DiscordPlatform(
            house.studio, self.fake.token, message_content=message_content, admins=admins, ready_seconds=0.05
        )
        house.studio.add_platform(platform)
        bot = Bot(house, platform, fake_pool)
        self.bots.append(bot)
        await house.start()
        await platform.start()
        return bot


@pytest.fixture
async def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """A guild whose commands are registered; no bot runs yet. Progress and reconciling hurry."""
    monkeypatch.setattr(progress, "SHORTEST_PAUSE", 0.1)
    monkeypatch.setattr(progress, "_PAUSE_A_PLACE", 0.0)
    monkeypatch.setattr(progress, "_TICK", 0.02)
    monkeypatch.setattr(reactions, "_PAUSE", 0.0)
    async with checked_fake() as fake:
        guild = fake.add_guild()
        scene = Scene(
            fake,
            guild,
            tmp_path / "data",
            alice=Person(fake, "alice", guild),
            bert=Person(fake, "bert", guild),
            moderator=Person(fake, "mo", guild, permissions=EVERYDAY | MANAGE_MESSAGES),
            admin=Person(fake, "ada", guild, permissions=EVERYDAY | MANAGE_GUILD),
        )
        fake.trouble.edits = 1000
        await sync_commands(fake.token)
        yield scene
        for bot in scene.bots:
            await bot.stop()


@pytest.fixture
async def bot(scene: Scene) -> Bot:
    """A running bot."""
    return await scene.start()


@pytest.fixture
def compose(scene: Scene, bot: Bot) -> Callable[..., Awaitable[Message]]:
    """Has somebody compose a piece, and gives the message that it came in."""

    async def ask(person: Person | None = None, **values: object) -> Message:
        assert bot in scene.bots
        interaction = (person or scene.alice).slash("compose", {**COMPOSE, **values})
        return await delivered(interaction)

    return ask


def viewer_of(person: Person) -> Viewer:
    """Somebody, looking from their own channel."""
    guild, user = person.channel.guild, UserRef(PlatformName.DISCORD, person.id)
    return Viewer(user, Place(PlatformName.DISCORD, guild.id if guild else None, person.channel.id))


async def tally_is(bot: Bot, person: Person, up: int, down: int) -> None:
    """Wait until the votes on the first piece, as this person sees them, are these."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await bot.studio.piece(1, viewer_of(person))).tally != Tally(up, down):
            await asyncio.sleep(0.01)


async def begun(scene: Scene, bot: Bot) -> tuple[Interaction, Message]:
    """A request of alice's that waits in the worker, and its message with progress and Cancel button."""
    bot.pool.hold()
    interaction = await scene.alice.slash("compose", COMPOSE).acknowledged()
    message = interaction.original
    assert message is not None
    await until(lambda: "▰" in message.text, "progress")
    return interaction, message


async def delivered(interaction: Interaction) -> Message:
    """The message of a request, once it holds the piece."""
    await interaction.acknowledged()
    message = interaction.original
    assert message is not None
    await until(lambda: message.file(".mid"), f"a piece instead of {message.text!r}")
    return message
