"""Thumbs as reactions: counted like buttons, from raw events and after an absence."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.bot.platforms.discord.conftest import tally_is, viewer_of
from tests.fakes.discord import Person, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.bot.platforms.discord.conftest import Bot, Scene
    from tests.fakes.discord.model import Message

    Compose = Callable[..., Awaitable[Message]]


async def test_a_vote_lives_as_long_as_its_reaction(scene: Scene, bot: Bot, compose: Compose) -> None:
    """Added, removed, added again, cleared by a moderator, and gone with the message."""
    message = await compose()
    scene.alice.react(message, "👍")
    await tally_is(bot, scene.alice, 1, 0)
    scene.alice.unreact(message, "👍")
    await tally_is(bot, scene.alice, 0, 0)
    scene.alice.react(message, "👍")
    scene.bert.react(message, "👎")
    await tally_is(bot, scene.alice, 1, 1)
    scene.moderator.clear_reactions(message, "👍")
    await tally_is(bot, scene.alice, 0, 1)
    scene.moderator.clear_reactions(message)
    await tally_is(bot, scene.alice, 0, 0)
    scene.bert.react(message, "👍")
    await tally_is(bot, scene.alice, 1, 0)
    scene.moderator.delete(message)
    await tally_is(bot, scene.alice, 0, 0)

    assert (await bot.studio.piece(1, viewer_of(scene.alice))).piece.message is None


async def test_deleting_many_messages_takes_their_votes(scene: Scene, bot: Bot, compose: Compose) -> None:
    """Moderators clean up in bulk."""
    message = await compose()
    scene.alice.react(message, "👍")
    await tally_is(bot, scene.alice, 1, 0)
    scene.moderator.delete(message, scene.alice.post("and another"))

    await tally_is(bot, scene.alice, 0, 0)


@pytest.mark.parametrize(("emoji", "votes"), [("👍🏿", (1, 0)), ("👎🏻", (0, 1)), ("👍️", (1, 0))])
async def test_skin_tones_count_the_same(
    scene: Scene, bot: Bot, compose: Compose, emoji: str, votes: tuple[int, int]
) -> None:
    """A thumb is a thumb; other emoji are none."""
    message = await compose()
    scene.bert.react(message, "🎹")
    scene.alice.react(message, emoji)

    await tally_is(bot, scene.alice, *votes)


async def test_one_person_one_vote(scene: Scene, bot: Bot, compose: Compose) -> None:
    """Button and reaction of one person count once; what came last holds, and what is left when it goes."""
    message = await compose()
    await scene.alice.press(message, "👍").settled()
    scene.alice.react(message, "👍")
    scene.alice.react(message, "👎")
    await tally_is(bot, scene.alice, 0, 1)
    scene.alice.unreact(message, "👎")

    await tally_is(bot, scene.alice, 1, 0)


@dataclass
class Opinion:
    """What one person has left on a piece, in order; the model that the bot is held against."""

    marks: list[tuple[str, int]] = field(default_factory=list)

    @property
    def vote(self) -> int:
        """What they said last."""
        return self.marks[-1][1] if self.marks else 0

    def react(self, vote: int) -> None:
        """A reaction appears, or goes if it was there."""
        mark = ("reaction", vote)
        if mark in self.marks:
            self.marks.remove(mark)
        else:
            self.marks.append(mark)

    def press(self, vote: int) -> None:
        """A button; what is the vote already is taken back, whatever it stood on."""
        takes_back = self.vote == vote
        self.marks = [mark for mark in self.marks if mark[0] == "reaction"]
        if not takes_back:
            self.marks.append(("button", vote))
        elif self.vote:
            self.marks.append(("button", 0))

    def cleared(self, vote: int | None) -> None:
        """A moderator has removed reactions."""
        self.marks = [mark for mark in self.marks if mark[0] != "reaction" or vote not in {None, mark[1]}]


@pytest.mark.parametrize("random_seed", range(3))
async def test_any_order_of_buttons_and_reactions(scene: Scene, bot: Bot, compose: Compose, random_seed: int) -> None:
    """Three people and a moderator press, react and clear in any order: everybody has one vote, and it is the last."""
    rng = random.Random(random_seed)  # noqa: S311 (what people do is no secret)
    message = await compose()
    voters = {person: Opinion() for person in (scene.alice, scene.bert, scene.admin)}
    for _ in range(40):
        person, (thumb, vote) = rng.choice(list(voters)), rng.choice([("👍", 1), ("👎", -1)])
        what = rng.choices(["press", "react", "clear"], [4, 5, 1])[0]
        if what == "press":
            await person.press(message, thumb).acknowledged()
            voters[person].press(vote)
        elif what == "react":
            act = person.unreact if person.id in message.reactions.get(thumb, {}) else person.react
            act(message, thumb)
            voters[person].react(vote)
        else:
            which = rng.choice([None, vote])
            scene.moderator.clear_reactions(message, thumb if which else None)
            for opinion in voters.values():
                opinion.cleared(which)
        votes = [opinion.vote for opinion in voters.values()]
        await tally_is(bot, scene.alice, votes.count(1), votes.count(-1))


async def test_a_vote_in_the_midst_of_looking_them_through(scene: Scene, bot: Bot, compose: Compose) -> None:
    """What changes while the thumbs of a message are read is not undone by what was read."""
    message = await compose()
    await bot.stop()
    scene.alice.react(message, "👍")
    scene.bert.react(message, "👍")
    people = rf"/channels/\d+/messages/{message.id}/reactions/"
    scene.fake.trouble.on_the_way += [
        ("GET", people, lambda: scene.moderator.react(message, "👎")),
        ("GET", people, lambda: scene.bert.unreact(message, "👍")),
    ]
    new = await scene.start()
    await until(lambda: not scene.fake.trouble.on_the_way, "a look at the reactions")

    await tally_is(new, scene.alice, 1, 1)
    await asyncio.sleep(0.3)
    await tally_is(new, scene.alice, 1, 1)


async def test_bots_do_not_vote(scene: Scene, bot: Bot, compose: Compose) -> None:
    """Neither the bot's own reactions nor those of other bots count."""
    message = await compose()
    robot = Person(scene.fake, "robot", scene.guild, is_bot=True)
    robot.react(message, "👍")
    scene.fake.events.add_reaction(message, "👍", scene.fake.world.bot)
    scene.alice.react(message, "👎")
    await tally_is(bot, scene.alice, 0, 1)

    assert (await bot.studio.about()).votes == 1


async def test_votes_on_messages_of_an_earlier_run(scene: Scene, bot: Bot, compose: Compose) -> None:
    """A message that this process has never seen is known all the same."""
    message = await compose()
    await bot.stop()
    new = await scene.start()
    scene.alice.react(message, "👍")

    await tally_is(new, scene.alice, 1, 0)


async def test_votes_cast_while_the_bot_was_away_are_made_up_for(scene: Scene, bot: Bot, compose: Compose) -> None:
    """What was added counts, what was removed does not, bots still do not, and buttons stay."""
    message = await compose()
    scene.alice.react(message, "👍")
    await tally_is(bot, scene.alice, 1, 0)
    await scene.moderator.press(message, "👍").settled()
    await bot.stop()
    scene.alice.unreact(message, "👍")
    scene.bert.react(message, "👎🏽")
    Person(scene.fake, "robot", scene.guild, is_bot=True).react(message, "👎")
    new = await scene.start()

    await tally_is(new, scene.alice, 1, 1)


async def test_messages_deleted_while_the_bot_was_away(scene: Scene, bot: Bot, compose: Compose) -> None:
    """Their votes go, their pieces stay."""
    message = await compose()
    scene.alice.react(message, "👍")
    await tally_is(bot, scene.alice, 1, 0)
    await bot.stop()
    scene.moderator.delete(message)
    new = await scene.start()

    await tally_is(new, scene.alice, 0, 0)
    assert (await new.studio.about()).pieces == 1


async def test_reactions_below_other_messages_are_nobodys_business(scene: Scene, bot: Bot, compose: Compose) -> None:
    """Only pieces are voted on."""
    message = await compose()
    scene.bert.react(scene.alice.post("lunch?"), "👍")
    scene.bert.react(message, "👍")
    await tally_is(bot, scene.alice, 1, 0)

    assert (await bot.studio.about()).votes == 1
