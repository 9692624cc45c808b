"""Voters who say the same of the same pieces: together they count as one."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Opinions: TypeAlias = frozenset[tuple[int, int]]
"""Pieces, and what somebody says of each."""

ALIKE: Final = 0.8
"""Share of what two voters say together that both say (Jaccard); of less than five votes, all of them."""


def alike(opinions: Opinions, others: Opinions) -> bool:
    """Whether two voters say nearly the same, and nowhere the opposite.

    >>> alike(frozenset({(1, 1), (2, -1)}), frozenset({(1, 1), (2, -1)}))
    True
    >>> alike(frozenset({(1, 1), (2, -1)}), frozenset({(1, 1), (2, 1)}))
    False
    """
    shared = len(opinions & others)
    if not shared or shared / len(opinions | others) < ALIKE:
        return False
    return len({piece for piece, _ in opinions | others}) == len(opinions | others)


def groups_of_alike(opinions: Mapping[int, Opinions]) -> dict[int, int]:
    """The voters of one guild -> the least of those who are alike, directly or through others."""
    by_opinions: defaultdict[Opinions, list[int]] = defaultdict(list)
    for voter, theirs in sorted(opinions.items()):
        by_opinions[theirs].append(voter)
    leaders = {theirs: voters[0] for theirs, voters in by_opinions.items()}
    parents = {voter: voter for voter in leaders.values()}

    def leader(voter: int) -> int:
        while parents[voter] != voter:
            parents[voter] = voter = parents[parents[voter]]
        return voter

    for first, second in _neighbours(list(leaders)):
        if alike(first, second):
            one, other = sorted((leader(leaders[first]), leader(leaders[second])))
            parents[other] = one
    return {voter: leader(leaders[theirs]) for voter, theirs in opinions.items()}


def _neighbours(all_opinions: list[Opinions]) -> set[tuple[Opinions, Opinions]]:
    """Pairs that share an opinion, where at least one of the two has said enough to be alike without being the same."""
    holders: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, opinions in enumerate(all_opinions):
        # Different opinions can be alike only if the larger has five at least, hence the smaller four.
        for opinion in opinions if len(opinions) >= 4 else ():
            holders[opinion].append(number)
    pairs = {pair for numbers in holders.values() for pair in combinations(numbers, 2)}
    return {(all_opinions[first], all_opinions[second]) for first, second in pairs}
