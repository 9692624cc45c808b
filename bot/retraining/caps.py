"""How much one voter, and one guild, can have to say."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeVar

    Guild = TypeVar("Guild")

VOTER_SHARE: Final = 0.02
FEWEST_VOTES: Final = 2.0
"""So many votes everybody has, whatever their share."""
GUILD_SHARE: Final = 0.25
GUILD_PIECES: Final = 10
"""A guild with fewer pieces than that is no counterweight to others: it must not make theirs light."""
_ROUNDING: Final = 1e-9


def voter_cap(votes: float, voters: int) -> float:
    """How many votes one voter may have.

    Two in a hundred. Fewer than fifty voters cannot all have so few: the fewer they are, the nearer their share comes
    to twice an even one.

    >>> voter_cap(1000.0, 200), voter_cap(200.0, 8), voter_cap(60.0, 50)
    (20.0, 46.0, 2.0)
    """
    return max(FEWEST_VOTES, votes * max(VOTER_SHARE, 2 / voters - VOTER_SHARE)) if voters else FEWEST_VOTES


def within_cap(weights: Iterable[float], cap: float) -> int:
    """How many of a voter's votes, newest first, fit under ``cap``.

    >>> within_cap([1.0, 1.0, 1.0], 2.5)
    2
    """
    total, count = 0.0, 0
    for weight in weights:
        total += weight
        if total > cap + _ROUNDING:
            break
        count += 1
    return count


def guild_weights(pieces: Mapping[Guild, int]) -> dict[Guild, float]:
    """What a piece of each guild weighs, 0 to 1, so that no guild has more than its share of all weight.

    A quarter of it where there are many guilds; more where there are few, for a strict quarter would make each of four
    guilds as light as the lightest.

    >>> guild_weights({"a": 300, "b": 100}), guild_weights({"a": 300})
    ({'a': 0.5555555555555555, 'b': 1.0}, {'a': 1.0})
    """
    count = sum(number >= GUILD_PIECES for number in pieces.values())
    if count < 2:
        return dict.fromkeys(pieces, 1.0)
    share = 1 / count + (1 - 1 / count) * GUILD_SHARE
    cap = _level(sorted(pieces.values(), reverse=True), share)
    return {guild: min(1.0, cap / number) if number else 1.0 for guild, number in pieces.items()}


def _level(sizes: list[int], share: float) -> float:
    """The height to which the largest must be cut so that none has more than ``share`` of what is left."""
    rest = float(sum(sizes))
    for cut, size in enumerate(sizes):
        # With the ``cut`` largest at height h: h = share * (cut * h + rest).
        height = share * rest / (1 - share * cut) if cut else size
        if cut and height >= size:
            return height
        if not cut and size <= share * rest:
            return float(size)
        rest -= size
    return 0.0


def by_guild(guilds: Iterable[Guild]) -> dict[Guild, int]:
    """How often each guild is among them."""
    counts: defaultdict[Guild, int] = defaultdict(int)
    for guild in guilds:
        counts[guild] += 1
    return dict(counts)
