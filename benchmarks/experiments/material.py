"""What an experiment learns from and is measured on: pieces from which some of what is known has been taken away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.fields import ABSENT, EXPRESSIVE, NOTE_FIELDS, SOURCES, STEP_FIELDS
from composer.encoding.vocabulary import FACTORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.experiments.experiment import Experiment
    from composer.encoding.features import PieceFeatures
    from composer.encoding.styles import Style
    from composer.learning.corpus import CorpusPiece

_STEP_NAMES = list(STEP_FIELDS)
_NOTE_NAMES = [name for fields in NOTE_FIELDS.values() for name in fields]
_FLAT = [FACTORS.index(factor) for factor in ("velocity", "tempo")]


def training_material(pieces: Sequence[CorpusPiece], experiment: Experiment) -> list[CorpusPiece]:
    """The pieces that an experiment learns from."""
    chosen = [piece for piece in pieces if not experiment.only_sources or piece.file.source in experiment.only_sources]
    if experiment.flat_masked:
        chosen = [piece if piece.file.source_id == EXPRESSIVE else _flat_masked(piece) for piece in chosen]
    return chosen


def held_out_material(pieces: Sequence[CorpusPiece], experiment: Experiment) -> list[CorpusPiece]:
    """The pieces that it is measured on: when they will end is not told, it would be a hint of the future."""
    hidden = tuple({"remaining"} - set(experiment.told)) + experiment.withheld
    return [
        replace(piece, features=_told_style(withheld(piece.features, hidden), piece.file.style, experiment.told))
        for piece in pieces
    ]


def withheld(features: PieceFeatures, patterns: Sequence[str]) -> PieceFeatures:
    """Features without the inputs in whose names one of the patterns occurs."""
    if not patterns:
        return features
    step, note, keys = features.step.copy(), features.note.copy(), features.keys.copy()
    step[:, _columns(_STEP_NAMES, patterns)] = ABSENT
    note[:, _columns(_NOTE_NAMES, patterns)] = ABSENT
    for index, name in enumerate(("held_keys", "bar_ago", "beat_ago")):
        if any(pattern in name for pattern in patterns):
            keys[:, index] = 0
    hidden = any(pattern in "chroma" for pattern in patterns)
    chroma = np.zeros_like(features.chroma) if hidden else features.chroma
    return replace(features, step=step, note=note, keys=keys, chroma=chroma)


def _columns(names: Sequence[str], patterns: Sequence[str]) -> list[int]:
    return [index for index, name in enumerate(names) if any(pattern in name for pattern in patterns)]


def _told_style(features: PieceFeatures, style: Style, told: Sequence[str]) -> PieceFeatures:
    """Whose music it is, where that is told."""
    step = features.step.copy()
    for name in {"composer", "era"} & set(told):
        step[:, _STEP_NAMES.index(name)] = getattr(style, name)
    return replace(features, step=step)


def _flat_masked(piece: CorpusPiece) -> CorpusPiece:
    weights = piece.features.weights.copy()
    weights[:, _FLAT] = False
    return replace(piece, features=replace(piece.features, weights=weights))


def source_order(pieces: Sequence[CorpusPiece]) -> list[str]:
    """Sources of some pieces, in the order of the corpus."""
    present = {piece.file.source for piece in pieces}
    return [source for source in SOURCES if source in present] + sorted(present - set(SOURCES))
