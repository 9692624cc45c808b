"""The match as a predictor of its own: what followed when the music last went as it does now, mixed into an n-gram.

Half of all notes of piano music repeat something in their piece, which no n-gram knows; a network that is to be called
good has to beat an n-gram that is told so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.fields import ABSENT, INTERVAL_REACH, MATCH_EDGES, NOTE_FIELDS, STEP_FIELDS
from composer.encoding.vocabulary import FACTORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.encoding.features import PieceFeatures

_STEP = list(STEP_FIELDS)
_NOTE = [name for fields in NOTE_FIELDS.values() for name in fields]
_LENGTHS = len(MATCH_EDGES) + 1
_ROUNDS = 50


def offers(piece: PieceFeatures) -> NDArray[np.int16]:
    """The ids that the match offers, ``(notes, 6)``; ABSENT where there is no match or the note has already left it.

    Leaps of more than two octaves are not told.
    """
    columns = {"gap": piece.step[:, _STEP.index("match_gap")]}
    columns |= {name: piece.note[:, _NOTE.index(f"match_{name}")] for name in FACTORS[2:]}
    interval = piece.note[:, _NOTE.index("match_interval")].astype(np.int32)
    pitch = piece.anchors[:, 0] + interval - INTERVAL_REACH
    columns["pitch"] = np.where((interval > 0) & (interval < 2 * INTERVAL_REACH), pitch, ABSENT)
    return np.stack([columns[name] for name in FACTORS], axis=1).astype(np.int16)


def match_lengths(piece: PieceFeatures) -> NDArray[np.int16]:
    """For how long the match has held, as a bin, ``(notes,)``; ABSENT without one."""
    return piece.step[:, _STEP.index("match_length")]


def trust(nats: Sequence[NDArray[np.float64]], pieces: Sequence[PieceFeatures]) -> NDArray[np.float64]:
    """How much to believe an offer, ``(6, bins of length)``: the weights of the mixture that predicts ``pieces`` best.

    Args:
        nats: of the n-gram, ``(notes, 6)`` for each piece.
        pieces: that the n-gram was not trained on.
    """
    probabilities = np.exp(-np.concatenate(nats))
    offered = np.concatenate([offers(piece) for piece in pieces])
    hits = offered == np.concatenate([piece.factors for piece in pieces])
    relevant = (offered != ABSENT) & np.concatenate([piece.weights for piece in pieces])
    lengths = np.concatenate([match_lengths(piece) for piece in pieces])
    weights = np.zeros((len(FACTORS), _LENGTHS))
    for factor in range(len(FACTORS)):
        for length in range(_LENGTHS):
            rows = relevant[:, factor] & (lengths == length)
            weights[factor, length] = _mixture_weight(probabilities[rows, factor], hits[rows, factor])
    return weights


def with_matches(nats: NDArray[np.float64], piece: PieceFeatures, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Nats ``(notes, 6)`` of the mixture ``(1 - w) * n-gram + w * offer`` of one piece."""
    offered = offers(piece)
    believed = np.where(offered != ABSENT, weights[:, match_lengths(piece)].T, 0.0)
    mixed = -np.log((1 - believed) * np.exp(-nats) + believed * (offered == piece.factors))
    return np.where(piece.weights, mixed, 0.0)


def _mixture_weight(probabilities: NDArray[np.float64], hits: NDArray[np.bool_]) -> float:
    """Expectation maximisation of one mixture weight; 0 where there is nothing to learn from."""
    if not len(hits):
        return 0.0
    weight = 0.5
    for _ in range(_ROUNDS):
        share = weight * hits / ((1 - weight) * probabilities + weight * hits)
        weight = float(np.clip(share.mean(), 1e-4, 1 - 1e-4))
    return weight
