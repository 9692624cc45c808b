"""A checkpoint that composes, measured like the experiments: by its int8 file, on the same pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.experiments.measuring import figures, piece_rows
from benchmarks.experiments.motif_cache import with_motif_cache
from composer.checkpoints import load_checkpoint
from composer.evaluation.likelihood import factor_nats, memories
from composer.generation.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from composer.learning.corpus import CorpusPiece

GROUP = "Checkpoints"


def measure_checkpoint(folder: Path, title: str, pieces: Sequence[CorpusPiece], *, motif_cache: bool) -> dict[str, Any]:
    """Figures of a checkpoint, with a cache of the piece's motifs where that is asked; the end is never told."""
    checkpoint = load_checkpoint(folder)
    decoder, features = Decoder(checkpoint.network), [piece.features for piece in pieces]
    nats = factor_nats(decoder, checkpoint.state_width, features)
    if motif_cache:
        vectors = memories(decoder, checkpoint.state_width, features, end_known=False)
        nats = with_motif_cache(nats, [_of_length_one(vector) for vector in vectors], features)
    return {
        "experiment": {"title": title, "group": GROUP, "checkpoint": checkpoint.id},
        "int8_megabytes": round(checkpoint.network.stat().st_size / 1e6, 2),
        "figures": figures(pieces, nats),
        "pieces": piece_rows(pieces, nats),
    }


def _of_length_one(vectors: NDArray[np.float16]) -> NDArray[np.float32]:
    exact = vectors.astype(np.float32)
    scaled: NDArray[np.float32] = exact / np.linalg.norm(exact, axis=1, keepdims=True)
    return scaled
