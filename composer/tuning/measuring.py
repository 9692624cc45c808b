"""What a checkpoint composes, in figures: the same primers and random seeds for every checkpoint that is compared."""

from __future__ import annotations

import hashlib
import json
import math
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from composer.composer import Composer
from composer.encoding.vocabulary import encode
from composer.evaluation import measures
from composer.evaluation.comparison import LONG_SILENCE
from composer.evaluation.continuations import after
from composer.evaluation.loops import has_long_loop, has_short_loop
from composer.evaluation.originality import copied_runs, longest_run
from composer.file_writing import replacing
from composer.generation.candidates import played_notes
from composer.openers import find_opener, list_openers
from composer.score_json import from_json, to_json
from composer.taste.windows import mean_features

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from composer.checkpoints import Checkpoint
    from composer.composer import Composition
    from composer.notes import Score

LARGEST_LENGTH_ERROR = 0.5
PHRASE_NOTES = 4


@dataclass(frozen=True)
class Effort:
    """How much is composed to measure a checkpoint by: each primer with each random seed.

    Attributes:
        primers: openers, at most.
        random_seeds: of the pieces.
        seconds: length of each piece.
        races: primers on which two checkpoints are timed one after the other.
    """

    primers: int = 32
    random_seeds: tuple[int, ...] = (101, 102, 103)
    seconds: float = 30.0
    races: int = 12


@dataclass(frozen=True)
class Made:
    """A composed piece.

    Attributes:
        opener: slug of its primer.
        score: the whole piece.
        primer_end_beat: where the composed part begins.
        asked_seconds: how long it was to be.
    """

    opener: str
    score: Score
    primer_end_beat: float
    asked_seconds: float

    @property
    def continuation(self) -> Score:
        """The composed part."""
        return after(self.score, self.primer_end_beat, math.inf)


@dataclass(frozen=True)
class Output:
    """Figures of what a checkpoint composes.

    Attributes:
        distance: mean distance of two pieces, in standard deviations of the features.
        distinct: share of the phrases of four notes (intervals and gaps) that occur once.
        faulty: share of pieces with a loop, a long silence, a wrong length or no close.
        copied: longest run of (interval, gap) pairs shared with given music, 95th percentile.
    """

    distance: float
    distinct: float
    faulty: float
    copied: float


def chosen_openers(count: int) -> list[str]:
    """Slugs of openers spread evenly over the alphabet of composers."""
    slugs = [opener.slug for opener in list_openers()]
    count = min(count, len(slugs))
    return [slugs[index * len(slugs) // count] for index in range(count)]


def compose_all(composer: Composer, effort: Effort, on_progress: Callable[[float], None] | None = None) -> list[Made]:
    """Continue every primer with every random seed."""
    slugs, made = chosen_openers(effort.primers), []
    for slug in slugs:
        for random_seed in effort.random_seeds:
            piece = _compose(composer, slug, random_seed, effort.seconds)
            made.append(Made(slug, piece.score, piece.primer_end_beat, effort.seconds))
            if on_progress is not None:
                on_progress(len(made) / (len(slugs) * len(effort.random_seeds)))
    return made


def base_pieces(
    base: Checkpoint, effort: Effort, cache: Path | None, on_progress: Callable[[float], None] | None = None
) -> list[Made]:
    """What the base composes; it is always the same, so it is kept in ``cache`` and read from there the next time."""
    if cache is None:
        return compose_all(Composer(base.folder), effort, on_progress)
    wanted = {"checkpoint": base.card_sha256, **asdict(effort)}
    kept = cache / f"{hashlib.sha256(json.dumps(wanted).encode()).hexdigest()[:20]}.json"
    if kept.exists():
        rows = json.loads(kept.read_text(encoding="utf-8"))
        return [Made(slug, from_json(score), beat, effort.seconds) for slug, score, beat in rows]
    made = compose_all(Composer(base.folder), effort, on_progress)
    cache.mkdir(parents=True, exist_ok=True)
    with replacing(kept) as temporary:
        temporary.write_text(
            json.dumps([(piece.opener, to_json(piece.score), piece.primer_end_beat) for piece in made]),
            encoding="utf-8",
        )
    return made


def _compose(composer: Composer, slug: str, random_seed: int, seconds: float) -> Composition:
    primer = find_opener(slug).score
    return composer.compose(primer, length_seconds=seconds, random_seed=random_seed, is_opener=True)


def race(first: Composer, second: Composer, effort: Effort) -> tuple[float, float]:
    """Milliseconds of processor time for a note: of ``first`` the median over primers, of ``second`` in proportion.

    They take turns on each primer, the better of two times counts, and the proportion is the median over the primers:
    a shared machine changes from minute to minute, and primers differ more than checkpoints do. Where music has become
    denser, it costs more a piece, where it has become sparser, more a note: the proportion is the smaller of the two.
    """
    rows = []
    for slug in chosen_openers(effort.races):
        turns = [[_cost(composer, slug, effort) for composer in (first, second)] for _ in range(2)]
        rows.append(np.min(turns, axis=0))
    costs = np.array(rows)
    proportions = np.median(costs[:, 1] / costs[:, 0], axis=0)
    before = float(np.median(costs[:, 0, 0]))
    return before, before * float(proportions.min())


def _cost(composer: Composer, slug: str, effort: Effort) -> tuple[float, float]:
    """Milliseconds of processor time for a note, and for the whole piece."""
    began = time.process_time()
    piece = _compose(composer, slug, effort.random_seeds[0], effort.seconds)
    milliseconds = 1000 * (time.process_time() - began)
    return milliseconds / len(piece.score.notes), milliseconds


def describe(made: Sequence[Made], scale: NDArray[np.float64], learnt_from: Sequence[NDArray[np.int16]]) -> Output:
    """The figures of some pieces.

    Args:
        made: the pieces.
        scale: of each feature (``composer.taste``), the same for all that is compared.
        learnt_from: factors ``(notes, 6)`` of the music in which copies are sought.
    """
    continuations = [piece.continuation for piece in made]
    factors = [encode(score).factors for score in continuations]
    runs = [longest_run(found) for found in copied_runs(factors, learnt_from)] if learnt_from else [0]
    return Output(
        distance=mean_distance(features_of(made) / scale),
        distinct=distinct_phrases(factors),
        faulty=float(np.mean([is_faulty(piece) for piece in made])),
        copied=float(np.percentile(runs, 95)),
    )


def features_of(made: Sequence[Made]) -> NDArray[np.float64]:
    """Features ``(pieces, F)`` of the composed parts."""
    return np.array([mean_features(played_notes(encode(piece.continuation))) for piece in made])


def mean_distance(points: NDArray[np.float64]) -> float:
    """Mean Euclidean distance of two different rows."""
    squares = (points**2).sum(1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * points @ points.T, 0.0))
    return float(distances.sum() / max(len(points) * (len(points) - 1), 1))


def distinct_phrases(pieces: Sequence[NDArray[np.int16]]) -> float:
    """Share of the phrases of ``PHRASE_NOTES`` notes, as intervals and gaps, that are different ones."""
    phrases = []
    for factors in pieces:
        pairs = np.c_[np.diff(factors[:, 1].astype(int)), factors[1:, 0]]
        width = PHRASE_NOTES - 1
        phrases += [pairs[start : start + width].tobytes() for start in range(len(pairs) - width + 1)]
    return len(set(phrases)) / max(len(phrases), 1)


def is_faulty(piece: Made) -> bool:
    """Whether a listener would complain of a piece."""
    score, new = piece.score, piece.continuation
    return (
        has_short_loop(new)
        or has_long_loop(new)
        or measures.longest_silence(new) > LONG_SILENCE
        or abs(score.length_seconds - piece.asked_seconds) > LARGEST_LENGTH_ERROR
        or not measures.ends_on_close(score)
    )
