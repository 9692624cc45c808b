"""What simple statistics make of the same note events: unigram, interpolated n-gram, n-gram with the match.

The n-grams see the same factors in the same order as a network, the same impossible pitches, and the same whole pieces.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.fields import ABSENT, SOURCES
from composer.encoding.vocabulary import FACTORS, encode
from composer.errors import InvalidMidiError
from composer.evaluation.matches import trust, with_matches
from composer.evaluation.ngrams import Music, observe, witten_bell
from composer.evaluation.originality import NEAR_COPY_PAIRS, NEAR_COPY_SHARE, copied_runs, copied_share
from composer.learning.corpus import read_score

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from composer.evaluation.ngrams import Element, Observations
    from composer.learning.corpus import CorpusFile, CorpusPiece

    Nats = NDArray[np.float64]

CHAINS: dict[str, tuple[Element, ...]] = {
    "gap": (("gap", 1), ("gap", 2), ("duration", 1), ("gap", 3), ("gap", 4), ("gap", 5), ("gap", 6)),
    "pitch": (("chord", 0), ("pitch", 1), ("pitch", 2), ("pitch", 3), ("pitch", 4), ("pitch", 5)),
    "duration": (("chord", 0), ("duration", 1), ("gap", 0), ("duration", 2), ("gap", 1), ("duration", 3)),
    "velocity": (("source", 0), ("velocity", 1), ("velocity", 2), ("chord", 0), ("velocity", 3), ("velocity", 4)),
    "tempo": (("source", 0), ("tempo", 1), ("tempo", 2), ("tempo", 3), ("tempo", 4), ("tempo", 5)),
    "pedal": (("source", 0), ("pedal", 1), ("gap", 0), ("pedal", 2), ("pedal", 3), ("pedal", 4)),
}
"""What each factor is predicted from, the most telling element first: found on training pieces that were set aside.

Dynamics, tempo and pedal depend on how a file was made, notes much less."""
HELD_OUT_SHARE = 0.05
FEWEST_NOTES = 5000
"""A source with fewer notes set aside takes the orders that are best for all sources together."""


@dataclass(frozen=True)
class Baselines:
    """Nats ``(notes, 6)`` of every piece under each simple model; 0 where a note has no such factor.

    Attributes:
        unigram: shares of the symbols alone.
        ngram: the best order of each factor, see ``orders``.
        ngram_match: the same mixed with what the match offers.
        orders: by number of the source (ABSENT: all together) and factor; 1 is a unigram.
    """

    unigram: list[Nats]
    ngram: list[Nats]
    ngram_match: list[Nats]
    orders: dict[int, dict[str, int]]

    def named_orders(self) -> dict[str, dict[str, int]]:
        """The orders by the name of the source; ``all`` for sources without enough pieces to choose by."""
        return {"all" if number == ABSENT else SOURCES[number]: chosen for number, chosen in self.orders.items()}


def read_music(folder: Path, files: Sequence[CorpusFile], workers: int) -> dict[CorpusFile, Music]:
    """Read pieces for n-grams, without the files that cannot be used."""
    with ProcessPoolExecutor(workers) as pool:
        music = pool.map(_read_one, [folder] * len(files), files, chunksize=16)
        return {file: piece for file, piece in zip(files, music, strict=True) if piece}


def _read_one(folder: Path, file: CorpusFile) -> Music | None:
    try:
        return Music(encode(read_score(folder, file)).factors, file.source_id)
    except InvalidMidiError:
        return None


def set_aside(train: Mapping[CorpusFile, Music]) -> list[CorpusFile]:
    """Training pieces on which to choose: a twentieth, drawn by a fixed hash of their paths.

    Near copies of other training pieces are left out: many works are in a corpus twice, and would speak for orders that
    learn pieces by heart.
    """
    drawn = sorted(train, key=lambda file: hashlib.sha256(f"held-out:{file.path}".encode()).digest())
    aside = drawn[: max(round(len(drawn) * HELD_OUT_SHARE), 1)]
    others = [train[file].factors for file in drawn[len(aside) :]]
    runs = copied_runs([train[file].factors for file in aside], others)
    shares = [copied_share(of_file, NEAR_COPY_PAIRS) for of_file in runs]
    return [file for file, share in zip(aside, shares, strict=True) if share <= NEAR_COPY_SHARE]


def score_baselines(
    train: Mapping[CorpusFile, Music], held_out: Sequence[CorpusPiece], pieces: Sequence[CorpusPiece]
) -> Baselines:
    """Score ``pieces`` with n-grams of ``train``.

    The orders and the trust in matches are chosen on ``held_out``, pieces of ``train`` for which the n-grams are
    trained on the others alone; for ``pieces`` they are trained on all.
    """
    aside = {piece.file for piece in held_out}
    tuning = _nats_by_order([music for file, music in train.items() if file not in aside], held_out)
    groups = _by_source(held_out)
    unigrams = dict.fromkeys(FACTORS, 1)
    orders = {source: _best_orders(tuning, chosen) for source, chosen in groups.items()}
    orders = {source: unigrams | orders[ABSENT] | of_source for source, of_source in orders.items()}
    tuned = _of_orders(tuning, orders, held_out)
    weights = {
        source: trust(list(compress(tuned, chosen)), [piece.features for piece in compress(held_out, chosen)])
        for source, chosen in groups.items()
    }
    scored = _nats_by_order(list(train.values()), pieces)
    ngram = _of_orders(scored, orders, pieces)
    unigram = _of_orders(scored, {ABSENT: unigrams}, pieces)
    matched = [
        with_matches(nats, piece.features, weights.get(_source(piece), weights[ABSENT]))
        for nats, piece in zip(ngram, pieces, strict=True)
    ]
    return Baselines(unigram, ngram, matched, orders)


def cross_fitted(pieces: Sequence[CorpusPiece]) -> Baselines:
    """Score every second piece with n-grams of the others, and the others with n-grams of these."""
    halves = [pieces[0::2], pieces[1::2]]
    scored = [score_baselines(*_as_training(halves[1 - index]), half) for index, half in enumerate(halves)]
    nats = [(baselines.unigram, baselines.ngram, baselines.ngram_match) for baselines in scored]
    unigram, ngram, ngram_match = (
        [nats[place % 2][model][place // 2] for place in range(len(pieces))] for model in range(3)
    )
    return Baselines(unigram, ngram, ngram_match, scored[0].orders)


def _as_training(pieces: Sequence[CorpusPiece]) -> tuple[dict[CorpusFile, Music], list[CorpusPiece]]:
    """Pieces as music to learn from, and the last of them to choose by."""
    return {piece.file: Music(piece.features.factors, _source(piece)) for piece in pieces}, [pieces[-1]]


def _nats_by_order(train: Sequence[Music], pieces: Sequence[CorpusPiece]) -> list[dict[str, Nats]]:
    """For each piece and factor the nats ``(orders, notes)``, 0 where a note has no such factor."""
    sources = {music.source for music in train}
    asked = [Music(piece.features.factors, _source(piece) if _source(piece) in sources else ABSENT) for piece in pieces]
    bounds = np.cumsum([len(piece) for piece in pieces])[:-1]
    by_piece: list[dict[str, Nats]] = [{} for _ in pieces]
    for index, (factor, chain) in enumerate(CHAINS.items()):
        question = observe(asked, factor, chain)
        nats = np.zeros((len(chain) + 1, sum(map(len, pieces))))
        for order, probabilities in enumerate(witten_bell(_observed(train, factor), question)):
            nats[order, question.rows] = -np.log(probabilities)
        for place, piece, of_piece in zip(by_piece, pieces, np.split(nats, bounds, axis=1), strict=True):
            place[factor] = of_piece * piece.features.weights[:, index]
    return by_piece


def _observed(train: Sequence[Music], factor: str) -> Observations:
    """What the n-gram of a factor is trained on.

    Where the source is part of the context, each piece also counts as of no known source: for pieces of other origins.
    """
    pieces = ([music for music in train if music.factors[:, 5].any()] or train) if factor == "pedal" else train
    anonymous = [replace(music, source=ABSENT) for music in pieces] if ("source", 0) in CHAINS[factor] else []
    return observe([*pieces, *anonymous], factor, CHAINS[factor])


def _source(piece: CorpusPiece) -> int:
    return piece.file.source_id


def _by_source(pieces: Sequence[CorpusPiece]) -> dict[int, list[bool]]:
    """Which pieces belong to each source that has enough notes; ABSENT stands for all."""
    groups = {ABSENT: [True] * len(pieces)}
    for source in sorted({_source(piece) for piece in pieces} - {ABSENT}):
        chosen = [_source(piece) == source for piece in pieces]
        if sum(map(len, compress(pieces, chosen))) >= FEWEST_NOTES:
            groups[source] = chosen
    return groups


def _best_orders(nats: Sequence[dict[str, Nats]], chosen: Sequence[bool]) -> dict[str, int]:
    """The order of each factor that predicts the chosen pieces best; factors that they do not have are left out."""
    totals = {factor: sum(of_piece[factor].sum(axis=1) for of_piece in compress(nats, chosen)) for factor in FACTORS}
    return {factor: int(np.argmin(total)) + 1 for factor, total in totals.items() if np.any(total)}


def _of_orders(
    nats: Sequence[dict[str, Nats]], orders: Mapping[int, Mapping[str, int]], pieces: Sequence[CorpusPiece]
) -> list[Nats]:
    """Nats ``(notes, 6)`` of each piece under the orders of its source."""
    result = []
    for piece, of_piece in zip(pieces, nats, strict=True):
        chosen = orders.get(_source(piece), orders[ABSENT])
        result.append(np.stack([of_piece[factor][chosen[factor] - 1] for factor in FACTORS], axis=1))
    return result
