"""Nats of notes -> the figures of an experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.experiments.material import source_order
from composer.evaluation.tables import TOTAL, by_factor, nats_per_note, novel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.learning.corpus import CorpusPiece

    Nats = Sequence[NDArray[np.float64]]

DECIMALS = 4


def figures(pieces: Sequence[CorpusPiece], nats: Nats) -> dict[str, Any]:
    """Nats per note of every source: all factors but the pedal, of novel notes, and each factor's."""
    result: dict[str, Any] = {}
    for source in source_order(pieces):
        chosen = [index for index, piece in enumerate(pieces) if piece.file.source == source]
        of_source = [nats[index] for index in chosen]
        new = novel(of_source, [pieces[index] for index in chosen])
        result[source] = {
            "nats_per_note": round(nats_per_note(of_source), DECIMALS),
            "novel_nats_per_note": round(nats_per_note(new), DECIMALS),
            "factors": {name: round(value, DECIMALS) for name, value in by_factor(of_source).items()},
        }
    return result


def piece_rows(pieces: Sequence[CorpusPiece], nats: Nats) -> list[dict[str, Any]]:
    """Sums of each piece (``nats`` by factor, in the order of ``FACTORS``): what a paired comparison resamples."""
    rows = []
    for piece, of_piece in zip(pieces, nats, strict=True):
        new = of_piece[~piece.features.matched]
        rows.append(
            {
                "path": piece.file.path,
                "source": piece.file.source,
                "notes": len(of_piece),
                "novel_notes": len(new),
                "nats": np.round(of_piece.sum(axis=0), 3).tolist(),
                "novel_nats": round(float(new[:, : len(TOTAL)].sum()), 3),
            }
        )
    return rows
