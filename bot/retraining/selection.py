"""Which pieces are learnt from, and as what: votes in, liked and disliked pieces out. Pure.

In this order: votes that never count; newcomers in bursts wait; look-alikes are one; nobody has more than their share.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from math import fsum
from typing import TYPE_CHECKING, Final, TypeAlias

from bot.domain import Engine, Vote
from bot.retraining.bursts import Span, waiting_voters
from bot.retraining.caps import by_guild, guild_weights, voter_cap, within_cap
from bot.retraining.look_alikes import groups_of_alike

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.domain import PlatformName
    from bot.retraining.domain import Rating, SilentPiece

    Guild: TypeAlias = tuple[PlatformName, str | None]
    Votes: TypeAlias = list[tuple[Rating, float]]
    """Votes that count, and how much, 0 to 1."""

FEWEST_LIKED: Final = 30
"""Pieces from which the network itself learns."""
FEWEST_VOTES: Final = 50
"""From which the critic learns to choose."""
FEWEST_OF_EACH: Final = 10
"""Liked pieces, and others: with less nobody can tell votes from chance."""
OWN = "votes on one's own pieces"
FORBIDDEN = "votes on music whose maker does not want me to learn from it"
UPLOAD = "votes on music from files whose owner has not allowed me to learn from it"
ORPHAN = "votes on music that grew from a deleted piece"
ROLL = "votes on pieces of the roll engine, which say nothing about the network that learns"
WAITING = "votes of newcomers who came all at once and have not come back yet"
ALIKE = "votes of people who say the same as others, who count as one"
TOO_MANY = "votes beyond what one person may decide"
UNDECIDED = "pieces of which too little was said, or as much for as against"
_ENOUGH: Final = 1 - 1e-9
"""One whole vote, but for rounding."""


@dataclass(frozen=True, slots=True)
class RatedPiece:
    """A piece to learn from.

    Attributes:
        ticket_id: its files lie there.
        up, down: votes that count, look-alikes' in parts.
        weight: of the piece in learning, 0 to 1.
    """

    piece_id: int
    ticket_id: int
    checkpoint_id: str
    guild: Guild
    up: float
    down: float
    weight: float = 1.0

    @property
    def rating(self) -> float:
        """How well it is liked, 0 to 1: the mean of the votes and of one more up and one more down."""
        return (self.up + 1) / (self.up + self.down + 2)

    @property
    def is_liked(self) -> bool:
        """Whether it is liked rather than not, by one whole vote at least."""
        return self.up > self.down and self.up >= _ENOUGH

    @property
    def is_disliked(self) -> bool:
        """Whether it is disliked rather than liked, by one whole vote at least."""
        return self.down > self.up and self.down >= _ENOUGH


@dataclass(frozen=True, slots=True)
class Selection:
    """What there is to learn from.

    Attributes:
        pieces: liked and disliked ones, by id.
        votes: that count; look-alikes' as one.
        voters: whose they are.
        excluded: what does not count, and how much of it.
        silent: pieces that nobody voted on, beside which liked ones show: many people vote only for what they like.
    """

    pieces: tuple[RatedPiece, ...]
    votes: int
    voters: int
    excluded: tuple[tuple[str, int], ...]
    silent: tuple[RatedPiece, ...] = ()

    @property
    def liked(self) -> int:
        """Pieces that are liked."""
        return sum(piece.is_liked for piece in self.pieces)

    @property
    def disliked(self) -> int:
        """Pieces that are not."""
        return len(self.pieces) - self.liked

    @property
    def others(self) -> int:
        """Pieces beside which the liked ones show."""
        return self.disliked + len(self.silent)

    @property
    def learns(self) -> tuple[str, ...]:
        """What can be learnt from so much: ``critic``, ``network``, both or nothing."""
        return self.enough_for if min(self.liked, self.others) >= FEWEST_OF_EACH else ()

    @property
    def enough_for(self) -> tuple[str, ...]:
        """What there are votes enough for."""
        enough = {"critic": self.votes >= FEWEST_VOTES, "network": self.liked >= FEWEST_LIKED}
        return tuple(what for what, is_enough in enough.items() if is_enough)


def select(ratings: Iterable[Rating], *, own_votes: bool = False) -> Selection:
    """What there is to learn from in all these votes.

    Args:
        ratings: one for each piece and voter.
        own_votes: whether votes on one's own pieces count.
    """
    excluded: Counter[str] = Counter()
    allowed = _allowed(ratings, excluded, own_votes=own_votes)
    present = _without_waiting(allowed, excluded)
    votes = _shared(present, excluded)
    counted = round(fsum(weight for _, weight in votes))
    votes = _capped(votes, excluded)
    pieces = _weighed(_pieces(votes, excluded))
    voters = len({rating.voter_id for rating, _ in votes})
    return Selection(pieces, counted, voters, tuple((what, count) for what, count in excluded.items() if count))


def with_silent(selection: Selection, silent: Iterable[SilentPiece]) -> Selection:
    """The same with pieces that nobody voted on: of every guild at most as many as it has that count."""
    room = Counter(piece.guild for piece in selection.pieces)
    taken = []
    for piece in silent:
        if room[piece.guild] > 0:
            room[piece.guild] -= 1
            taken.append(RatedPiece(piece.piece_id, piece.ticket_id, piece.checkpoint_id, piece.guild, 0.0, 0.0))
    return replace(selection, silent=tuple(taken))


def _allowed(ratings: Iterable[Rating], excluded: Counter[str], *, own_votes: bool) -> list[Rating]:
    """Without the votes that never count."""
    allowed = []
    for rating in ratings:
        reason = _barrier(rating, own_votes=own_votes)
        if reason is None:
            allowed.append(rating)
        else:
            excluded[reason] += 1
    return sorted(allowed, key=lambda rating: (rating.piece_id, rating.voter_id))


def _barrier(rating: Rating, *, own_votes: bool) -> str | None:
    """Why a vote never counts."""
    if rating.is_forbidden:
        return FORBIDDEN
    if rating.is_upload:
        return UPLOAD
    if rating.is_orphan:
        return ORPHAN
    if rating.engine is Engine.ROLL:
        # Its rhythm lies on a grid and its dynamics follow rules: what would be learnt is to tell the engines apart.
        return ROLL
    return OWN if rating.voter_id == rating.owner_id and not own_votes else None


def _without_waiting(ratings: list[Rating], excluded: Counter[str]) -> list[Rating]:
    """Without the votes of people who came to their guild in a burst."""
    span = Span.of(rating.at.timestamp() for rating in ratings)
    guilds: defaultdict[Guild, list[Rating]] = defaultdict(list)
    for rating in ratings:
        guilds[rating.guild].append(rating)
    kept = [rating for theirs in guilds.values() for rating in _present(theirs, span)]
    excluded[WAITING] += len(ratings) - len(kept)
    return sorted(kept, key=lambda rating: (rating.piece_id, rating.voter_id))


def _present(ratings: list[Rating], span: Span) -> list[Rating]:
    """The votes of a guild without those of people who have to wait.

    Of those who have voted once, and the same, one stands for all: they count as one anyway. Those who say the same as
    others wait when most of these do.
    """
    leaders = {voter: leader for (_, voter), (_, leader) in _leaders(ratings).items()}
    moments = _moments(ratings)
    standing: dict[tuple[int, int], int] = {}
    for voter in sorted(moments, key=lambda voter: (min(moments[voter]), voter)):
        standing.setdefault((leaders[voter], voter if len(moments[voter]) > 1 else 0), voter)
    waiting = waiting_voters({voter: moments[voter] for voter in standing.values()}, span)
    groups: defaultdict[int, list[bool]] = defaultdict(list)
    for (leader, _), voter in standing.items():
        groups[leader].append(voter in waiting)
    absent = {leader for leader, waits in groups.items() if 2 * sum(waits) > len(waits)}
    return [one for one in ratings if one.voter_id not in waiting and leaders[one.voter_id] not in absent]


def _moments(ratings: Iterable[Rating]) -> Mapping[int, list[tuple[float, int]]]:
    moments: defaultdict[int, list[tuple[float, int]]] = defaultdict(list)
    for rating in ratings:
        moments[rating.voter_id].append((rating.at.timestamp(), rating.piece_id))
    return moments


def _shared(ratings: Iterable[Rating], excluded: Counter[str]) -> Votes:
    """Every vote with what it counts: among look-alikes they share one."""
    leaders = _leaders(ratings)
    sizes = Counter(leaders.values())
    votes = [(rating, 1 / sizes[leaders[rating.guild, rating.voter_id]]) for rating in ratings]
    excluded[ALIKE] += round(sum(1 - weight for _, weight in votes))
    return votes


def _leaders(ratings: Iterable[Rating]) -> dict[tuple[Guild, int], tuple[Guild, int]]:
    """Voters in their guilds -> who stands for them and their look-alikes."""
    opinions: defaultdict[Guild, defaultdict[int, set[tuple[int, int]]]]
    opinions = defaultdict(lambda: defaultdict(set))
    for rating in ratings:
        opinions[rating.guild][rating.voter_id].add((rating.piece_id, rating.vote))
    return {
        (guild, voter): (guild, leader)
        for guild, voters in opinions.items()
        for voter, leader in groups_of_alike({who: frozenset(said) for who, said in voters.items()}).items()
    }


def _capped(votes: Votes, excluded: Counter[str]) -> Votes:
    """Of every voter the newest votes, as many as they may have; look-alikes together are one voter."""
    leaders = _leaders([rating for rating, _ in votes])
    voters: defaultdict[tuple[Guild, int] | int, Votes] = defaultdict(list)
    for rating, weight in votes:
        # Whoever is like nobody is one voter in all guilds together.
        voter = rating.voter_id if weight == 1 else leaders[rating.guild, rating.voter_id]
        voters[voter].append((rating, weight))
    cap = voter_cap(fsum(weight for _, weight in votes), len(voters))
    kept: Votes = []
    for theirs in voters.values():
        theirs.sort(key=lambda vote: (vote[0].at, vote[0].piece_id, vote[0].voter_id), reverse=True)
        kept += theirs[: within_cap((weight for _, weight in theirs), cap)]
    excluded[TOO_MANY] += len(votes) - len(kept)
    return kept


def _pieces(votes: Votes, excluded: Counter[str]) -> list[RatedPiece]:
    """The pieces of which something is known now."""
    said: defaultdict[int, Votes] = defaultdict(list)
    for rating, weight in votes:
        said[rating.piece_id].append((rating, weight))
    pieces = [_piece(said[piece_id]) for piece_id in sorted(said)]
    decided = [piece for piece in pieces if piece.is_liked or piece.is_disliked]
    excluded[UNDECIDED] += len(pieces) - len(decided)
    return decided


def _piece(votes: Votes) -> RatedPiece:
    first, _ = votes[0]
    # Exact whatever the order: the sum of fractions depends on it.
    up = fsum(weight for rating, weight in votes if rating.vote is Vote.UP)
    down = fsum(weight for rating, weight in votes if rating.vote is Vote.DOWN)
    return RatedPiece(first.piece_id, first.ticket_id, first.checkpoint_id, first.guild, round(up, 6), round(down, 6))


def _weighed(pieces: list[RatedPiece]) -> tuple[RatedPiece, ...]:
    """With no guild heavier than its share."""
    weights = guild_weights(by_guild(piece.guild for piece in pieces))
    return tuple(replace(piece, weight=round(weights[piece.guild], 6)) for piece in pieces)
