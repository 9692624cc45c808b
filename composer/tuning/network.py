"""Fine-tuning the network on liked pieces: what is learnt from, what is rehearsed, when to stop, what came of it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from composer.checkpoints import WEIGHTS, read_weights, write_weights
from composer.encoding.inputs import KEYS
from composer.generation.decoder import Decoder
from composer.learning.streams import TRANSPOSITIONS, transposed
from composer.networks.note_lstm import NoteLSTMConfig
from composer.tuning.head_training import Tuned, TuningConfig, table_nats, tune_heads
from composer.tuning.note_table import NoteTable, note_table
from composer.tuning.rehearsal import HELD_OUT_EXCERPT_NOTES, beginning

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from composer.checkpoints import Checkpoint
    from composer.encoding.features import PieceFeatures
    from composer.tuning.rated_set import RatedPiece
    from composer.tuning.rehearsal import Rehearsal

    Floats = NDArray[np.float64]
    Counts = NDArray[np.floating]

logger = logging.getLogger(__name__)

KEYS_EACH = 3
"""Every liked piece is learnt in so many keys, its own among them."""
MOST_LOST = 0.0025
"""Training ends before held-out music has become more surprising by this: half of what the gate allows."""


class Outcome(NamedTuple):
    """What fine-tuning has come to.

    Attributes:
        liked: by how much the log-likelihood per note of each liked piece that was kept back has risen, in nats.
        disliked: the same of the others.
        lost: by what share held-out music has become more surprising.
    """

    liked: Floats
    disliked: Floats
    lost: float


def tune_network(
    base: Checkpoint,
    rated: Sequence[RatedPiece],
    rehearsal: Rehearsal,
    weights: Path,
    *,
    random_seed: int,
    on_progress: Callable[[float], None],
    config: TuningConfig | None = None,
) -> Outcome:
    """Write tuned weights, and measure what they have learnt and lost.

    Args:
        base: where to start from.
        rated: pieces to learn from, and pieces to measure on.
        rehearsal: music to stay the same on.
        weights: file to write.
        random_seed: draws keys and batches.
        on_progress: told the share that is done.
        config: how to tune.
    """
    config = config or TuningConfig(random_seed=random_seed)
    decoder, rng = Decoder(base.network), np.random.default_rng(random_seed)

    def table(pieces: Sequence[PieceFeatures], counts: Sequence[Counts], *, end: bool = True) -> NoteTable:
        return note_table(decoder, base.state_width, pieces, counts, end_known=end)

    liked = table(*_in_several_keys([piece for piece in rated if piece.liked and not piece.is_held_out], rng))
    practised = table(rehearsal.practised, _ones(rehearsal.practised), end=rehearsal.end_known)
    kept_back = [piece for piece in rated if piece.is_held_out]
    judged = table([piece.features for piece in kept_back], [piece.composed.astype(float) for piece in kept_back])
    beginnings = [beginning(piece, HELD_OUT_EXCERPT_NOTES) for piece in rehearsal.held_out]
    held_out = table(beginnings, _ones(beginnings), end=False)
    watch = _Watch(judged, held_out, weights)
    tune_heads(
        read_weights(base.folder / WEIGHTS),
        NoteLSTMConfig(**base.card["network"]),
        liked,
        practised,
        config=config,
        on_epoch=watch.look,
        on_progress=on_progress,
    )
    risen, lost = watch.outcome()
    is_liked = np.array([piece.liked for piece in kept_back])
    return Outcome(risen[is_liked], risen[~is_liked], lost)


class _Watch:
    """Looks at a network after every pass, keeps the last one that has forgotten next to nothing."""

    def __init__(self, judged: NoteTable, held_out: NoteTable, weights: Path) -> None:
        self._judged, self._held_out, self._weights = judged, held_out, weights
        self._first: tuple[Floats, float] | None = None
        self._kept: tuple[Floats, float] | None = None

    def look(self, tuned: Tuned) -> bool:
        """Whether to go on."""
        of_pieces = _per_piece(table_nats(tuned.model, self._judged), self._judged)
        held_out = float(table_nats(tuned.model, self._held_out).mean())
        first, reached = self._first or (of_pieces, held_out)
        self._first = first, reached
        lost = held_out / reached - 1
        logger.info("after %d passes: %+.3f %% on held-out music", tuned.epochs, 100 * lost)
        if lost > MOST_LOST:
            return False
        self._kept = first - of_pieces, lost
        write_weights(self._weights, tuned.network.weight_arrays())
        return True

    def outcome(self) -> tuple[Floats, float]:
        """Of what was kept: the rise of each judged piece's log-likelihood per note, and the loss on held-out music."""
        if self._kept is None:
            message = "nothing was trained"
            raise ValueError(message)
        return self._kept


def _in_several_keys(
    pieces: Sequence[RatedPiece], rng: np.random.Generator
) -> tuple[list[PieceFeatures], list[Counts]]:
    """Every piece in its own key and in others; only composed notes count, by how much the piece was liked."""
    shifted, counts = [], []
    usual = np.mean([piece.rating * piece.weight for piece in pieces])
    for piece in pieces:
        pitches = piece.features.factors[:, 1]
        fitting = [by for by in TRANSPOSITIONS if by and pitches.min() + by >= 0 and pitches.max() + by < KEYS]
        drawn = rng.permutation(fitting)[: KEYS_EACH - 1].tolist()
        for by in (0, *drawn):
            shifted.append(transposed(piece.features, int(by)) if by else piece.features)
            counts.append(piece.composed * (piece.rating * piece.weight / usual))
    return shifted, counts


def _ones(pieces: Sequence[PieceFeatures]) -> list[Counts]:
    return [np.ones(len(piece.factors)) for piece in pieces]


def _per_piece(nats: Floats, table: NoteTable) -> Floats:
    """Mean over the notes of each piece."""
    return np.bincount(table.piece, nats) / np.maximum(np.bincount(table.piece), 1)
