"""A continuous cache of the piece's own motifs (Grave 2016), mixed into a trained network's probabilities.

What came after moments like this one earlier in the piece is made likelier: likeness is the cosine of the network's
memories. How sharply and how much is chosen on one half of the pieces for the other half, and the other way round.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.vocabulary import FACTORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.encoding.features import PieceFeatures

    Nats = NDArray[np.float64]

REACH, BLOCK = 1000, 256
"""Notes that are remembered, and notes that are reckoned at once."""
SHARPNESSES = (8.0, 16.0, 32.0)
SHARES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3)
CACHED = FACTORS[:4]
"""Tempo and pedal are told apart by little and repeat by themselves."""


def with_motif_cache(
    nats: Sequence[Nats], memories: Sequence[NDArray[np.float32]], pieces: Sequence[PieceFeatures]
) -> list[Nats]:
    """Nats ``(notes, 6)`` of each piece with the cache.

    Args:
        nats: without.
        memories: of each piece ``(notes, width)``, each of length 1.
        pieces: their features.
    """
    choices = list(product(SHARPNESSES, SHARES))
    mixed = [_by_choice(*of_piece) for of_piece in zip(nats, memories, pieces, strict=True)]
    result = [of_piece.copy() for of_piece in nats]
    for half in (0, 1):
        # (choices, cached factors) over the other half of the pieces
        totals = np.sum([of_piece.sum(axis=1) for of_piece in mixed[1 - half :: 2]], axis=0)
        best = totals.reshape(len(choices), len(CACHED)).argmin(axis=0)
        for number in range(half, len(nats), 2):
            for factor, choice in enumerate(best):
                result[number][:, factor] = mixed[number][choice, :, factor]
    return result


def _by_choice(nats: Nats, memory: NDArray[np.float32], piece: PieceFeatures) -> Nats:
    """Nats ``(sharpness and share, notes, cached factors)``."""
    known = np.exp(-nats[:, : len(CACHED)])
    result = []
    for cached in cache_probabilities(memory, piece):
        for share in SHARES:
            # Where nothing is remembered, the network is asked alone.
            weight = np.where(cached >= 0, share, 0.0)
            probability = (1 - weight) * known + weight * np.maximum(cached, 0.0)
            result.append(-np.log(np.maximum(probability, 1e-30)))
    return np.array(result)


def cache_probabilities(memory: NDArray[np.float32], piece: PieceFeatures) -> Nats:
    """What the cache gives to what came ``(sharpness, notes, cached factors)``; -1 where it has nothing to say."""
    factors = piece.factors[:, : len(CACHED)].astype(np.int32)
    floors = piece.anchors[:, 2]
    result = np.full((len(SHARPNESSES), *factors.shape), -1.0)
    for begin in range(0, len(factors), BLOCK):
        now = np.arange(begin, min(begin + BLOCK, len(factors)))
        past = np.arange(max(begin - REACH, 0), now[-1])
        back = now[:, None] - past[None, :]
        remembered = (back > 0) & (back <= REACH)
        cosines = memory[now] @ memory[past].T
        for index, sharpness in enumerate(SHARPNESSES):
            likeness = np.exp(sharpness * (cosines - 1)) * remembered
            for factor, name in enumerate(CACHED):
                # Chords ascend: the heads' mask.
                possible = factors[past, factor] > floors[now, None] if name == "pitch" else 1.0
                allowed = likeness * possible
                agreeing = (allowed * (factors[past, factor] == factors[now, factor, None])).sum(axis=1)
                total = allowed.sum(axis=1)
                result[index, now, factor] = np.where(total > 0, agreeing / np.maximum(total, 1e-30), -1.0)
    return result
