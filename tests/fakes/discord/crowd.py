"""Many people at once: they ask for pieces and rate them, and what they were promised is written down."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.domain import Vote
from tests.fakes.discord.people import Person

if TYPE_CHECKING:
    from tests.fakes.discord.model import Interaction, Message
    from tests.fakes.discord.server import FakeDiscord

SEEDS = ("schumann", "chopin", "beethoven", "mozart", "bach", "satie", "debussy", "C4q E4q G4q C5q | B4q G4q E4q C4q")
DEFERRED, ANSWERED = 5, 4
THUMBS = {Vote.UP: "👍", Vote.DOWN: "👎"}


@dataclass
class Promise:
    """A vote by button.

    Attributes:
        is_open: the last press was not acknowledged, so that it may or may not have counted.
    """

    vote: Vote | None = None
    is_open: bool = False


@dataclass
class Crowd:
    """People in several guilds.

    Attributes:
        asked: every request for a piece.
        votes: by message and person, what the buttons have acknowledged.
    """

    fake: FakeDiscord
    people: list[Person]
    rng: random.Random
    asked: list[Interaction] = field(default_factory=list)
    votes: dict[tuple[str, str], Promise] = field(default_factory=dict)

    @classmethod
    def gather(cls, fake: FakeDiscord, people: int, guilds: int, random_seed: int) -> Crowd:
        """So many people, spread over so many guilds."""
        places = [fake.world.add_guild(f"guild {number}") for number in range(guilds)]
        crowd = [Person(fake, f"person {number}", places[number % guilds]) for number in range(people)]
        return cls(fake, crowd, random.Random(random_seed))  # noqa: S311 (what a crowd does is no secret)

    def ask(self) -> Interaction:
        """Somebody asks for a piece."""
        person = self.rng.choice(self.people)
        values = {"seed": self.rng.choice(SEEDS), "length": self.rng.choice((10, 15, 20, 30))}
        self.asked.append(person.slash("compose", values))
        return self.asked[-1]

    def finished(self) -> list[Message]:
        """Messages that hold a piece."""
        messages = (
            message for guild in self.fake.world.guilds.values() for c in guild.channels.values() for message in c.shown
        )
        return [message for message in messages if message.file(".mid")]

    def react(self) -> None:
        """Somebody puts a thumb under a piece, or takes it away."""
        if found := self.finished():
            message = self.rng.choice(found)
            person, thumb = self._neighbour(message, buttons=False), self.rng.choice(list(THUMBS.values()))
            if person.id in message.reactions.get(thumb, {}):
                person.unreact(message, thumb)
            else:
                person.react(message, thumb)

    async def press(self) -> None:
        """Somebody votes by a button, and waits for the answer."""
        found = self.finished()
        if not found:
            return
        message = self.rng.choice(found)
        person, vote = self._neighbour(message, buttons=True), self.rng.choice(list(Vote))
        promise = self.votes.setdefault((message.id, person.id), Promise())
        if promise.is_open:
            return
        promise.is_open = True
        interaction = person.press(message, f"rate:{_piece_id(message)}:{vote.name.lower()}")
        await _acknowledged(interaction)
        if interaction.answer is not None:
            promise.vote = None if promise.vote is vote else vote
            promise.is_open = False

    def acknowledged(self) -> list[Interaction]:
        """Requests that were taken on, as far as people can tell."""
        return [asked for asked in self.asked if asked.answer == DEFERRED]

    def refused(self) -> list[Interaction]:
        """Requests that were refused at once."""
        return [asked for asked in self.asked if asked.answer == ANSWERED]

    def _neighbour(self, message: Message, *, buttons: bool) -> Person:
        """Somebody of the same guild; half of the people use buttons, the others reactions."""
        neighbours = [person for person in self.people if person.channel is message.channel]
        return self.rng.choice(neighbours[buttons::2])


def _piece_id(message: Message) -> str:
    ids: list[str] = [button["custom_id"] for button in message.buttons]
    return next(name.split(":")[1] for name in ids if name.startswith("rate:"))


async def _acknowledged(interaction: Interaction, seconds: float = 3.0) -> None:
    for _ in range(round(seconds / 0.01)):
        if interaction.answer is not None:
            return
        await asyncio.sleep(0.01)
