"""Music to stay the same on: excerpts of a corpus where there is one, else pieces of the base (pseudo-rehearsal).

Pseudo-rehearsal (Robins 1995) needs no music of anybody: what the base composes tells well enough what it knows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.features import PieceFeatures, piece_features
from composer.encoding.fields import EXPRESSIVE
from composer.encoding.vocabulary import encode
from composer.learning.corpus import list_corpus, read_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from composer.tuning.measuring import Made

EXCERPTS, EXCERPT_NOTES = 120, 400
HELD_OUT_EXCERPT_NOTES = 300
SET_ASIDE_EVERY = 4
"""Without a corpus the pieces on every fourth primer only measure."""


@dataclass(frozen=True)
class Rehearsal:
    """What is rehearsed, and what is never learnt from.

    Attributes:
        practised: pieces, or their beginnings.
        held_out: whole pieces that only measure.
        source: of ``held_out``, in words.
        end_known: whether the network is told when a practised piece ends.
    """

    practised: Sequence[PieceFeatures]
    held_out: Sequence[PieceFeatures]
    source: str
    end_known: bool


def corpus_rehearsal(corpus: Path, random_seed: int, workers: int = 1) -> Rehearsal:
    """Excerpts of the training split, and the validation split whole.

    Raises:
        BadInputError: the corpus has no such pieces.
    """
    files = list_corpus(corpus, "train")
    rng = np.random.default_rng(random_seed)
    drawn = [files[index] for index in rng.permutation(len(files))[:EXCERPTS]]
    practised = [beginning(piece.features, EXCERPT_NOTES) for piece in read_pieces(corpus, drawn, workers=workers)]
    held_out = [piece.features for piece in read_pieces(corpus, list_corpus(corpus, "validation"), workers=workers)]
    return Rehearsal(practised, held_out, "unseen music of the corpus", end_known=False)


def own_rehearsal(made: Sequence[Made]) -> Rehearsal:
    """Pieces that the base has composed; those on some primers are set aside."""
    slugs = sorted({piece.opener for piece in made})
    aside = set(slugs[::SET_ASIDE_EVERY])
    by_use: dict[bool, list[PieceFeatures]] = {True: [], False: []}
    for piece in made:
        by_use[piece.opener in aside].append(piece_features(encode(piece.score), EXPRESSIVE))
    return Rehearsal(by_use[False], by_use[True], "pieces of the base that were set aside", end_known=True)


def beginning(features: PieceFeatures, notes: int) -> PieceFeatures:
    """The first notes of a piece."""
    return PieceFeatures(*(getattr(features, column.name)[:notes] for column in fields(PieceFeatures)))
