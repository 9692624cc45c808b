"""How much of a piece was copied from the training music: runs of notes with the same (interval, gap) pairs.

Transposed copies count. The search is exact: all music is written as one sequence of pairs, every place is ranked by
the 1, 2, 4, ... pairs that begin there (prefix doubling: Karp, Miller and Rosenberg, STOC 1972), and the longest common
run of a place with any training place is found at one of its two neighbours in that order.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.vocabulary import FACTOR_SIZES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ranks = NDArray[np.int64]

DOUBLINGS = 10
"""Runs of more than 2**10 - 1 pairs are reported as that long."""
NEAR_COPY_PAIRS, NEAR_COPY_SHARE = 8, 0.25
"""A piece is a near copy where more than this share of its runs of eight pairs occur elsewhere: half of all pieces have
less than 8 %, and those between 25 % and 50 % are few."""


def copied_runs(pieces: Sequence[NDArray[np.int16]], training: Sequence[NDArray[np.int16]]) -> list[NDArray[np.int64]]:
    """For each note but the first, how many (interval, gap) pairs from there on occur in a row in ``training``.

    Args:
        pieces: factors ``(notes, 6)`` of each piece in question; an int64 array ``(notes - 1,)`` comes back for each.
        training: factors of the pieces that may have been copied.
    """
    pairs = [_pairs(factors) for factors in (*training, *pieces)]
    text, starts = _joined(pairs)
    is_training = np.arange(len(text)) < starts[len(training)]
    levels = _ranks(text)
    neighbours = _training_neighbours(levels[-1], is_training)
    asked = np.flatnonzero(~is_training)
    runs = np.maximum(*(_common_run(levels, asked, neighbour[asked]) for neighbour in neighbours))
    bounds = starts[len(training) :] - starts[len(training)]
    return [runs[start : stop - 1] for start, stop in pairwise(bounds.tolist())]


def longest_run(runs: NDArray[np.int64]) -> int:
    """The most pairs in a row within a stretch that were copied, given what ``copied_runs`` says of its notes."""
    within = np.minimum(runs, np.arange(len(runs), 0, -1))
    return int(within.max(initial=0))


def copied_share(runs: NDArray[np.int64], length: int) -> float:
    """Share of the runs of ``length`` pairs that occur in the training music; 0 for a piece that has none."""
    possible = runs[: max(len(runs) - length + 1, 0)]
    return float((possible >= length).mean()) if len(possible) else 0.0


def _pairs(factors: NDArray[np.int16]) -> Ranks:
    """One number for each note but the first: interval from the note before, and gap."""
    pitches = factors[:, 1].astype(np.int64)
    return (pitches[1:] - pitches[:-1] + FACTOR_SIZES["pitch"]) * FACTOR_SIZES["gap"] + factors[1:, 0]


def _joined(sequences: Sequence[Ranks]) -> tuple[Ranks, Ranks]:
    """All sequences one after the other, each closed by a number that occurs once; where each begins, and the end."""
    starts = np.cumsum([0] + [len(sequence) + 1 for sequence in sequences])
    text = np.empty(starts[-1], np.int64)
    for index, sequence in enumerate(sequences):
        text[starts[index] : starts[index + 1] - 1] = sequence
        text[starts[index + 1] - 1] = -index - 1
    return text, starts


def _ranks(text: Ranks) -> list[NDArray[np.int32]]:
    """Ranks of all places by the 1, 2, 4, ... symbols that begin there; equal ranks mean equal symbols."""
    rank = np.unique(text, return_inverse=True)[1]
    levels = [rank.astype(np.int32)]
    for doubling in range(DOUBLINGS):
        # Beyond the end nothing matters: no run goes past the closing number, which occurs once.
        following = np.roll(rank, -(2**doubling))
        rank = np.unique(rank * len(text) + following, return_inverse=True)[1]
        levels.append(rank.astype(np.int32))
    return levels


def _training_neighbours(rank: NDArray[np.int32], is_training: NDArray[np.bool_]) -> tuple[Ranks, Ranks]:
    """For every place the nearest training places before and after it in the order of ``rank``; -1 without one."""
    order = np.argsort(rank, kind="stable")
    places = np.arange(len(rank))
    found = is_training[order]
    before = np.maximum.accumulate(np.where(found, places, -1))
    after = np.minimum.accumulate(np.where(found, places, len(rank))[::-1])[::-1]
    by_place = []
    for neighbour in (before, after):
        exists = (neighbour >= 0) & (neighbour < len(rank))
        back = np.empty(len(rank), np.int64)
        back[order] = np.where(exists, order[np.clip(neighbour, 0, len(rank) - 1)], -1)
        by_place.append(back)
    return by_place[0], by_place[1]


def _common_run(levels: Sequence[NDArray[np.int32]], asked: Ranks, others: Ranks) -> Ranks:
    """How many symbols two places have in common: the powers of two that fit, largest first."""
    length = np.zeros(len(asked), np.int64)
    here, there = asked.copy(), others.copy()
    for exponent in range(len(levels) - 2, -1, -1):
        rank = levels[exponent]
        inside = (here < len(rank)) & (there >= 0) & (there < len(rank))
        same = inside & (rank[np.minimum(here, len(rank) - 1)] == rank[np.clip(there, 0, len(rank) - 1)])
        step = same * 2**exponent
        length, here, there = length + step, here + step, there + step
    return length
