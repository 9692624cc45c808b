"""Nats of notes -> the figures that are reported: per note, per factor, on novel notes, by source, and their spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from composer.encoding.vocabulary import FACTORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from composer.learning.corpus import CorpusPiece

    Nats = Sequence[NDArray[np.float64]]

TOTAL = FACTORS[:5]
"""Factors that make up the nats per note; the pedal, which most sources lack, is reported apart."""


def nats_per_note(nats: Nats) -> float:
    """Nats of all factors but the pedal, summed and divided by the number of notes.

    Tempo counts at onsets alone and is divided by all notes like the others.
    """
    return float(sum(piece[:, : len(TOTAL)].sum() for piece in nats) / sum(map(len, nats)))


def standard_error(nats: Nats) -> float | None:
    """Standard error of ``nats_per_note`` over pieces; None for a single piece."""
    return error_of_ratio([piece[:, : len(TOTAL)].sum() for piece in nats], [len(piece) for piece in nats])


def error_of_ratio(sums: Sequence[float], counts: Sequence[int]) -> float | None:
    """Standard error over pieces of the ratio of two totals, by linearisation; None for a single piece."""
    pieces = len(sums)
    if pieces < 2:
        return None
    total = sum(counts)
    residuals = np.array(sums) - sum(sums) / total * np.array(counts)
    return float(np.sqrt(pieces / (pieces - 1) * (residuals**2).sum()) / total)


def by_factor(nats: Nats) -> dict[str, float]:
    """Nats of each factor per note, the pedal's too."""
    summed = sum(piece.sum(axis=0) for piece in nats) / sum(map(len, nats))
    return dict(zip(FACTORS, np.asarray(summed).tolist(), strict=True))


def novel(nats: Nats, pieces: Sequence[CorpusPiece]) -> Nats:
    """The rows of the notes for which no match was active: nothing like the last few notes came before in the piece."""
    return [of_piece[~piece.features.matched] for of_piece, piece in zip(nats, pieces, strict=True)]


def lead(nats: Nats | None, other: Nats) -> dict[str, float | None]:
    """By how many nats per note a model is ahead of another one, with the standard error of the paired comparison."""
    differences = [theirs - ours for ours, theirs in zip(nats or [], other, strict=True)]
    return {"nats_per_note": nats_per_note(differences), "standard_error": standard_error(differences)}


def table(pieces: Sequence[CorpusPiece], models: Mapping[str, Nats | None]) -> dict[str, Any]:
    """The figures of every model over some pieces.

    Args:
        pieces: that were scored.
        models: name put before each figure (empty for the network, which must be among them) -> nats ``(notes, 6)`` of
            each piece, None where the model could not be made.
    """
    figures: dict[str, Any] = {
        "pieces": len(pieces),
        "notes": sum(map(len, pieces)),
        "novel_notes": int(sum((~piece.features.matched).sum() for piece in pieces)),
    }
    for name, nats in models.items():
        prefix = f"{name}_" if name else ""
        figures[f"{prefix}nats_per_note"] = nats_per_note(nats) if nats else None
        figures[f"{prefix}standard_error"] = standard_error(nats) if nats else None
        unmatched = novel(nats, pieces) if nats else []
        figures[f"{prefix}novel_nats_per_note"] = nats_per_note(unmatched) if sum(map(len, unmatched)) else None
        figures[f"{prefix}factors"] = by_factor(nats) if nats else None
        if name:
            figures[f"{prefix}lead"] = lead(models[""], nats) if nats else None
    return figures


def tables_by_source(pieces: Sequence[CorpusPiece], models: Mapping[str, Nats | None]) -> dict[str, dict[str, Any]]:
    """A table for each source."""
    tables = {}
    for source in sorted({piece.file.source for piece in pieces}):
        chosen = [index for index, piece in enumerate(pieces) if piece.file.source == source]
        of_source = {name: [nats[index] for index in chosen] if nats else None for name, nats in models.items()}
        tables[source] = table([pieces[index] for index in chosen], of_source)
    return tables
