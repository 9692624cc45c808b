"""A checkpoint that composes, measured like the experiments: by its int8 file, on the same pieces."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from benchmarks.experiments.measuring import figures, piece_rows
from composer.checkpoints import load_checkpoint
from composer.evaluation.likelihood import factor_nats
from composer.generation.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from composer.learning.corpus import CorpusPiece

GROUP = "Checkpoints"


def measure_checkpoint(folder: Path, title: str, pieces: Sequence[CorpusPiece]) -> dict[str, Any]:
    """Figures of a checkpoint; when a piece will end is not told."""
    checkpoint = load_checkpoint(folder)
    decoder = Decoder(checkpoint.network)
    began = time.process_time()
    nats = factor_nats(decoder, checkpoint.state_width, [piece.features for piece in pieces])
    return {
        "experiment": {"title": title, "group": GROUP, "checkpoint": checkpoint.id},
        "int8_megabytes": round(checkpoint.network.stat().st_size / 1e6, 2),
        "scoring_seconds": round(time.process_time() - began, 1),
        "figures": figures(pieces, nats),
        "pieces": piece_rows(pieces, nats),
    }
