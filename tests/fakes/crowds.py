"""Votes of made-up people: honest guilds over weeks, an audience of minutes, and one person with fifty accounts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.domain import PlatformName, Vote
from bot.retraining.domain import Rating

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

BEGIN: Final = datetime(2026, 10, 1, tzinfo=UTC)
DAY: Final = 86400.0
PUPPETS: Final = 50
FIRST_PUPPET: Final = 100_000
"""Numbers of people from here on are not people."""


@dataclass(frozen=True)
class Crowd:
    """Votes, and the pieces that there are in each guild, voted on or not.

    Attributes:
        seconds: from the first day to now.
    """

    ratings: tuple[Rating, ...]
    pieces: dict[str, list[int]]
    seconds: float


def rating(  # noqa: PLR0917 (who votes how on what, when and where)
    piece: int, voter: int, vote: Vote, seconds: float, guild: str = "0", owner: int = 0
) -> Rating:
    """A vote."""
    return Rating(
        piece_id=piece,
        ticket_id=piece,
        owner_id=owner,
        voter_id=voter,
        guild=(PlatformName.DISCORD, guild),
        vote=vote,
        at=BEGIN + timedelta(seconds=seconds),
        checkpoint_id="base",
    )


def honest_guilds(rng: Random, *, guilds: int = 4, members: int = 30, pieces: int = 60, days: float = 42) -> Crowd:
    """Guilds in which people join all the time, most when the bot is new there, and some come back often.

    Each time they vote on some of the newest pieces; a third of the pieces nobody votes on.
    """
    by_guild = {str(guild): [1000 * guild + number for number in range(pieces)] for guild in range(guilds)}
    ratings: dict[tuple[int, int], Rating] = {}
    for guild, theirs in by_guild.items():
        good = {piece: rng.betavariate(2, 1.5) for piece in theirs}
        heard = [piece for piece in theirs if rng.random() < 2 / 3]
        opened = rng.uniform(0, days / 4) if guild != "0" else 0.0
        for member in range(members):
            voter = 1 + 1000 * int(guild) + member
            joined = opened + rng.betavariate(1, 2) * (days - opened)
            visits = [joined, *(rng.uniform(joined, days) for _ in range(int(rng.expovariate(1 / 4))))]
            for day in visits:
                newest = [piece for number, piece in enumerate(heard) if number <= len(heard) * day / days]
                for piece in rng.sample(newest[-15:], min(rng.randint(1, 5), len(newest[-15:]))):
                    vote = Vote.UP if rng.random() < good[piece] else Vote.DOWN
                    at = DAY * day + rng.uniform(0, 600)
                    ratings.setdefault((piece, voter), rating(piece, voter, vote, at, guild))
    return Crowd(tuple(ratings.values()), by_guild, DAY * days)


def audience(rng: Random, *, people: int = 40, pieces: int = 12, seconds: float = 600) -> Crowd:
    """People in one room: every few moments another piece, on which most of them vote at once."""
    ratings = []
    for piece in range(pieces):
        good = rng.betavariate(2, 1.5)
        for voter in range(1, people + 1):
            if rng.random() < 0.6:
                vote = Vote.UP if rng.random() < good else Vote.DOWN
                ratings.append(rating(piece, voter, vote, seconds * (piece + rng.random() / 2) / pieces))
    return Crowd(tuple(ratings), {"0": list(range(pieces))}, seconds)


# --- one person with many accounts: votes against what people say, and for what nobody has heard


def same_votes_at_once(crowd: Crowd, rng: Random) -> list[Rating]:
    """Everybody says the same of twenty pieces within two minutes."""
    return _same(crowd, rng, 120)


def same_votes_in_a_day(crowd: Crowd, rng: Random) -> list[Rating]:
    """Everybody says the same of twenty pieces, at some time of a day."""
    return _same(crowd, rng, DAY)


def subsets_at_once(crowd: Crowd, rng: Random) -> list[Rating]:
    """Everybody votes on some pieces of the guild, within an hour."""
    return _subsets(crowd, rng, 3600)


def subsets_in_a_day(crowd: Crowd, rng: Random) -> list[Rating]:
    """Everybody votes on some pieces of the guild, within a day."""
    return _subsets(crowd, rng, DAY)


def single_votes(crowd: Crowd, rng: Random) -> list[Rating]:
    """Everybody votes once, on some piece of the guild, within a day."""
    return _subsets(crowd, rng, DAY, most=1)


def single_votes_on_one_piece(crowd: Crowd, rng: Random) -> list[Rating]:
    """Everybody votes once, on the same piece, within two weeks."""
    piece = rng.choice(crowd.pieces["0"])
    begin = _begin(crowd, rng, 14 * DAY)
    votes = _against(crowd)
    return [rating(piece, voter, votes[piece], begin + rng.uniform(0, 14 * DAY)) for voter in _puppets()]


def own_guild(crowd: Crowd, rng: Random) -> list[Rating]:
    """A new guild of puppets alone, who vote for each other's pieces within a day."""
    begin = _begin(crowd, rng, DAY)
    pieces = range(900_000, 900_000 + PUPPETS)
    return [
        rating(piece, voter, Vote.UP, begin + rng.uniform(0, DAY), "puppets")
        for voter in _puppets()
        for piece in rng.sample(pieces, 8)
    ]


def two_visits(crowd: Crowd, rng: Random) -> list[Rating]:
    """Some pieces of the guild within an hour, and some more within an hour a week later."""
    begin = _begin(crowd, rng, 8 * DAY)
    return [*_subsets(crowd, rng, 3600, begin=begin), *_subsets(crowd, rng, 3600, begin=begin + 7 * DAY)]


def over_weeks(crowd: Crowd, rng: Random) -> list[Rating]:
    """Some pieces of the guild, one puppet after the other over four weeks: nobody can tell that from people."""
    return _subsets(crowd, rng, 28 * DAY)


ATTACKS: Final[dict[str, Callable[[Crowd, Random], list[Rating]]]] = {
    attack.__name__: attack
    for attack in (
        same_votes_at_once,
        same_votes_in_a_day,
        subsets_at_once,
        subsets_in_a_day,
        single_votes,
        single_votes_on_one_piece,
        own_guild,
        two_visits,
    )
}


def _same(crowd: Crowd, rng: Random, seconds: float) -> list[Rating]:
    begin, votes = _begin(crowd, rng, seconds), _against(crowd)
    pieces = rng.sample(crowd.pieces["0"], 20)
    return [
        rating(piece, voter, votes[piece], begin + rng.uniform(0, seconds)) for voter in _puppets() for piece in pieces
    ]


def _subsets(crowd: Crowd, rng: Random, seconds: float, most: int = 10, begin: float | None = None) -> list[Rating]:
    first, votes = _begin(crowd, rng, seconds) if begin is None else begin, _against(crowd)
    return [
        rating(piece, voter, votes[piece], first + rng.uniform(0, seconds))
        for voter in _puppets()
        for piece in rng.sample(crowd.pieces["0"], rng.randint(1, most))
    ]


def _puppets() -> range:
    return range(FIRST_PUPPET, FIRST_PUPPET + PUPPETS)


def _begin(crowd: Crowd, rng: Random, seconds: float) -> float:
    """Some moment when the bot is no longer new, or so late that there is nothing after it."""
    latest = crowd.seconds - seconds
    return latest if rng.random() < 1 / 3 else rng.uniform(crowd.seconds / 5, latest)


def _against(crowd: Crowd) -> dict[int, Vote]:
    """The opposite of what is said of each piece."""
    sums = dict.fromkeys((piece for pieces in crowd.pieces.values() for piece in pieces), 0)
    for one in crowd.ratings:
        sums[one.piece_id] += one.vote
    return {piece: Vote.DOWN if total > 0 else Vote.UP for piece, total in sums.items()}


def with_puppets(crowd: Crowd, puppets: Iterable[Rating]) -> list[Rating]:
    """Both together; a second vote of somebody on a piece replaces the first."""
    latest = {(one.piece_id, one.voter_id): one for one in [*crowd.ratings, *puppets]}
    return list(latest.values())


def later(crowd: Crowd, seconds: float) -> Crowd:
    """The same, later."""
    moved = (replace(one, at=one.at + timedelta(seconds=seconds)) for one in crowd.ratings)
    return Crowd(tuple(moved), crowd.pieces, crowd.seconds)
