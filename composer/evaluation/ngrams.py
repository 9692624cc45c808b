"""Interpolated n-grams with Witten-Bell smoothing over one factor: the yardstick that any network has to beat.

``P_n(x | h) = (c(h, x) + T(h) P_{n-1}(x | h')) / (c(h) + T(h))``, where ``c`` counts in the training music, ``T(h)`` is
the number of different symbols seen after the context ``h``, ``h'`` lacks the context's last element, and ``P_0`` is
uniform (Witten and Bell, *IEEE Transactions on Information Theory* 37, 1991; Chen and Goodman, *Computer Speech and
Language* 13, 1999).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.fields import ABSENT
from composer.encoding.vocabulary import FACTOR_SIZES, FACTORS, ONSET_FACTORS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]
    Probabilities = NDArray[np.float64]

_SYMBOLS = np.uint64(127)
"""The 7 bits of a hash that hold a symbol."""
_BEFORE = 126
"""Stands for what would lie before the first note; no factor has so many ids."""
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

Element = tuple[str, int]
"""A factor and how many notes ago, 0 for the note being predicted.

``chord`` is whether the gap is 0, ``source`` where the piece is from."""


@dataclass(frozen=True)
class Music:
    """A piece as an n-gram sees it: int16 factors ``(notes, 6)`` and a number for its origin."""

    factors: NDArray[np.int16]
    source: int = ABSENT


@dataclass(frozen=True)
class Observations:
    """Every occurrence of one factor in some music.

    Attributes:
        size: number of symbols.
        symbols: ``(rows,)``, what occurred.
        contexts: ``(elements, rows)``, what was known, the most telling element first.
        floors: ``(rows,)``, symbols up to this one were impossible; -1 where all were possible.
        rows: ``(rows,)``, which notes these are.
    """

    size: int
    symbols: NDArray[np.int16]
    contexts: NDArray[np.int16]
    floors: NDArray[np.int16]
    rows: NDArray[np.intp]


def observe(pieces: Sequence[Music], factor: str, chain: Sequence[Element]) -> Observations:
    """Collect what occurred in ``pieces`` and what was known before, as the chain of elements tells.

    Factors of onsets (tempo, pedal) are observed at the first note of each onset only, and look back over onsets.
    """
    notes = np.concatenate([piece.factors for piece in pieces])
    starts = np.zeros(len(notes), bool)
    lengths = [len(piece.factors) for piece in pieces]
    starts[np.cumsum([0, *lengths[:-1]])] = True
    chord = (notes[:, 0] == 0) & ~starts
    columns = {name: notes[:, index] for index, name in enumerate(FACTORS)}
    columns |= {"chord": chord, "source": np.repeat([piece.source for piece in pieces], lengths)}
    rows = np.flatnonzero(~chord) if factor in ONSET_FACTORS else np.arange(len(notes))
    age = np.arange(len(rows)) - np.maximum.accumulate(np.where(starts[rows], np.arange(len(rows)), 0))
    contexts = [np.where(age >= lag, np.roll(columns[name][rows], lag), _BEFORE) for name, lag in chain]
    floors = np.where(chord, np.roll(notes[:, 1], 1), ABSENT) if factor == "pitch" else np.full(len(notes), ABSENT)
    return Observations(
        size=FACTOR_SIZES[factor],
        symbols=columns[factor][rows],
        contexts=np.array(contexts, np.int16).reshape(len(chain), len(rows)),
        floors=floors[rows].astype(np.int16),
        rows=rows,
    )


def witten_bell(train: Observations, asked: Observations) -> Iterator[Probabilities]:
    """Probability of every symbol of ``asked`` given its context, for orders 1 (no context), 2, 3 and so on.

    Impossible symbols are left out and the others scaled up, as the network does it.
    """
    chosen = np.full(len(asked.symbols), 1 / asked.size)
    possible = 1 - (asked.floors + 1) / asked.size
    for known, context in zip(_hashes(train.contexts), _hashes(asked.contexts), strict=True):
        table = _Table(known | train.symbols.astype(np.uint64))
        of_context = table.between(context, context | _SYMBOLS)
        weight = np.maximum(of_context.total + of_context.types, 1)
        backed_off = np.where(of_context.total, of_context.types, 1)
        symbol = context | asked.symbols.astype(np.uint64)
        allowed = context | (asked.floors + 1).astype(np.uint64)
        chosen = (table.between(symbol, symbol).total + backed_off * chosen) / weight
        possible = (table.between(allowed, context | _SYMBOLS).total + backed_off * possible) / weight
        yield chosen / possible


def _hashes(contexts: NDArray[np.int16]) -> Iterator[Hashes]:
    """57-bit hashes of ever longer contexts, the lowest 7 bits left free for a symbol."""
    hashes = np.zeros(contexts.shape[1], np.uint64)
    yield hashes
    for element in contexts:
        hashes = (hashes ^ (element.astype(np.uint64) + np.uint64(1))) * _MULTIPLIER
        hashes ^= hashes >> np.uint64(29)
        hashes = (hashes * _MULTIPLIER) & ~_SYMBOLS
        yield hashes


@dataclass(frozen=True)
class _Counts:
    total: NDArray[np.int64]
    types: NDArray[np.int64]


class _Table:
    """Sorted (context, symbol) keys with counts: whatever follows a context lies side by side."""

    def __init__(self, keys: Hashes) -> None:
        self._keys, counts = np.unique(keys, return_counts=True)
        self._cumulated = np.r_[0, np.cumsum(counts)]

    def between(self, first: Hashes, last: Hashes) -> _Counts:
        """How many keys lie in [first, last], and how many different ones."""
        low = np.searchsorted(self._keys, first, side="left")
        high = np.searchsorted(self._keys, last, side="right")
        return _Counts(self._cumulated[high] - self._cumulated[low], high - low)
