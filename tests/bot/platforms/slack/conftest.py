"""Our bot, whole but for its workers, on the fake Slack: real store, studio, desk and slack_bolt."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from bot import progress
from bot.domain import Limits, NotFoundError, Place, PlatformName, RequestState, Tally, UserRef, Viewer
from bot.house import DATABASE, House
from bot.platforms.slack import SlackPlatform, connection, messages, platform, reactions
from bot.retraining.domain import RetrainingSettings
from composer.midi.writer import write_midi
from composer.notation import parse_notation
from tests.fakes.discord.waiting import PATIENCE_SECONDS
from tests.fakes.pool import FakePool
from tests.fakes.slack import FakeSlack, Person, Upload, until
from tests.fakes.slack.checking import checked_fake

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.domain import Ticket
    from bot.pool import Pool
    from bot.studio import Studio
    from tests.fakes.slack.model import Channel, Message

COMPOSE = "seed:schumann:traumerei length:10"
SONG = Upload("song.mid", write_midi(parse_notation("C4q D4q E4q F4q | G4q A4q B4q C5q | C5q B4q A4q G4q")))
SHORTCUT = "Compose from this MIDI"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


@dataclass
class Bot:
    """A running bot and what tests look at."""

    house: House
    platform: SlackPlatform
    pool: FakePool

    @property
    def studio(self) -> Studio:
        """What platforms call."""
        return self.house.studio

    async def ticket(self, ticket_id: int) -> Ticket:
        """A request as it stands in the database."""
        return await self.house.store.ticket(ticket_id)

    async def reaches(self, ticket_id: int, *states: RequestState) -> Ticket:
        """Wait until a request is there and in one of these states."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await self._is_in(ticket_id, states):
                await asyncio.sleep(0.01)
        return await self.ticket(ticket_id)

    async def _is_in(self, ticket_id: int, states: tuple[RequestState, ...]) -> bool:
        try:
            return (await self.ticket(ticket_id)).state in states
        except NotFoundError:
            return False

    async def stop(self, seconds: float = 0.0) -> None:
        """End it as SIGTERM does."""
        await self.platform.close()
        await self.house.close(seconds)


@dataclass
class Scene:
    """The fake, two people and an admin, and the means to start the bot."""

    fake: FakeSlack
    data: Path
    alice: Person
    bert: Person
    admin: Person
    bots: list[Bot] = field(default_factory=list)

    @property
    def database(self) -> Path:
        """The file of the database."""
        return self.data / DATABASE

    @property
    def bot(self) -> Bot:
        """The one that was started last."""
        return self.bots[-1]

    @property
    def channel(self) -> Channel:
        """Where people are."""
        return self.alice.channel

    @property
    def shown(self) -> list[Message]:
        """What the bot has written there, outside of threads."""
        return [message for message in self.channel.shown if message.author is self.fake.world.bot]

    def messages_of_bot(self, channel: Channel) -> list[Message]:
        """Everything that the bot has written in a channel, threads included."""
        bot = self.fake.world.bot
        return [message for message in channel.messages.values() if message.author is bot and message.is_public]

    async def start(
        self,
        *,
        pool: Pool | None = None,
        limits: Limits | None = None,
        workers: int = 1,
        admins: frozenset[str] = frozenset(),
        retraining: RetrainingSettings = RetrainingSettings(),  # noqa: B008 (it is frozen)
    ) -> Bot:
        """Start a bot over the same data as the ones before, which must have stopped."""
        fake_pool = FakePool(workers)
        house = await House.open(
            self.data, pool or fake_pool, limits=limits or Limits(), workers=workers, retraining=retraining
        )
        house.studio.retrainer._teller._pause = 0.1
        platform = SlackPlatform(
            house.studio,
            bot_token=self.fake.bot_token,
            app_token=self.fake.app_token,
            admins=admins,
            base_url=self.fake.api,
        )
        house.studio.add_platform(platform)
        self.bots.append(Bot(house, platform, fake_pool))
        await house.start()
        await platform.start()
        return self.bot

    async def begun(self, ticket_id: int = 1) -> Message:
        """The message of a request, as soon as there is one."""
        ticket = await self.bot.reaches(ticket_id, *RequestState)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (ticket := await self.bot.ticket(ticket_id)).message is None:
                await asyncio.sleep(0.01)
        channel = self.fake.world.channels[ticket.message.channel_id]
        return channel.messages[ticket.message.message_id]

    async def piece(self, ticket_id: int = 1) -> Message:
        """The message of a request, once the piece is there with its files."""
        await self.bot.reaches(ticket_id, RequestState.DELIVERED)
        message = await self.begun(ticket_id)
        await until(lambda: message.thread_file(".mid"), f"files below {message.words!r}")
        return message

    async def composed(self, person: Person | None = None, text: str = COMPOSE) -> Message:
        """Have somebody compose the next piece."""
        number = (await self.bot.studio.about()).pieces + 1
        await (person or self.alice).slash("/compose", text).acknowledged()
        return await self.piece(number)

    async def tally_is(self, up: int, down: int, piece_id: int = 1) -> None:
        """Wait until the votes on a piece are these, as the admin sees them."""
        viewer = viewer_of(self.admin)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (tally := (await self.bot.studio.piece(piece_id, viewer)).tally) != Tally(up, down):
                await asyncio.sleep(0.01)
        assert tally == Tally(up, down)


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress, reconciling and reconnecting do not keep tests waiting; no proxy of the machine is asked."""
    monkeypatch.setattr(progress, "SHORTEST_PAUSE", 0.1)
    monkeypatch.setattr(progress, "_PAUSE_A_PLACE", 0.0)
    monkeypatch.setattr(progress, "_TICK", 0.02)
    monkeypatch.setattr(platform, "SHORTEST_PAUSE", 0.0)
    monkeypatch.setattr(platform, "PROGRESS_PAUSE", 0.1)
    monkeypatch.setattr(reactions, "PAUSE", 0.0)
    monkeypatch.setattr(messages, "FILE_PAUSE", 0.1)
    monkeypatch.setattr(connection, "PING_SECONDS", 0.2)
    for name in _PROXIES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def scene(tmp_path: Path, hurry: None) -> AsyncIterator[Scene]:  # noqa: ARG001 (it has done its work)
    """A workspace in which the app is installed; no bot runs yet."""
    async with checked_fake() as fake:
        people = Person(fake, "alice"), Person(fake, "bert"), Person(fake, "ada", kind="admin")
        scene = Scene(fake, tmp_path / "data", *people)
        fake.trouble.relax()
        yield scene
        for bot in scene.bots:
            await bot.stop()


@pytest.fixture
async def bot(scene: Scene) -> Bot:
    """A running bot."""
    return await scene.start()


def viewer_of(person: Person, channel: Channel | None = None) -> Viewer:
    """Somebody, looking from their own channel or another."""
    place = channel or person.channel
    team = person.user.team.id
    guild_id = None if place.kind == "im" else team
    return Viewer(UserRef(PlatformName.SLACK, f"{team}/{person.id}"), Place(PlatformName.SLACK, guild_id, place.id))
