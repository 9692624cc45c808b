"""Continuations of fixed primers, beside what the composers themselves went on to write."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np

from composer.corpus import read_score
from composer.errors import InvalidMidiError
from composer.evaluation import measures
from composer.evaluation.loops import has_long_loop, has_short_loop
from composer.evaluation.originality import copied_runs, longest_run
from composer.evaluation.overlap import mean_overlap
from composer.vocabulary import TICKS_PER_BEAT, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from composer.composer import Composer
    from composer.corpus import CorpusFile
    from composer.notes import Score

PIECE_SECONDS = 30.0
"""Length of each piece, primer included; the primer is about a third of it."""
FEWEST_NOTES = 8
"""Fewer notes in the true continuation say nothing about it."""
PERCENTILES = (50, 95, 100)


@dataclass(frozen=True)
class Trial:
    """A primer, how its composer went on, and the continuations of it.

    Attributes:
        file: where it is from.
        primer: the beginning that was continued.
        true: what follows there, up to ``PIECE_SECONDS``.
        whole: the whole piece.
        composed: the continuations alone, one for each random seed.
        pieces: the composed pieces, primers included.
    """

    file: CorpusFile
    primer: Score
    true: Score
    whole: Score
    composed: tuple[Score, ...]
    pieces: tuple[Score, ...]


def choose_files(files: Iterable[CorpusFile]) -> list[CorpusFile]:
    """All files in the fixed order in which primers are taken: source after source in turn, by a hash of the path."""
    drawn = sorted(files, key=lambda file: hashlib.sha256(f"primer:{file.path}".encode()).digest())
    sources = sorted({file.source for file in drawn})
    turns = zip_longest(*([file for file in drawn if file.source == source] for source in sources))
    return [file for turn in turns for file in turn if file]


def run_trials(
    composer: Composer,
    folder: Path,
    files: Iterable[CorpusFile],
    *,
    primers: int,
    random_seeds: Sequence[int],
    progress: Callable[[int], None] | None = None,
) -> list[Trial]:
    """Continue the beginnings of the first ``primers`` pieces that are long enough, once with each random seed.

    ``progress`` is called with the number of primers done so far.
    """
    trials: list[Trial] = []
    for file in choose_files(files):
        if len(trials) == primers:
            break
        trial = _run_trial(composer, folder, file, random_seeds)
        if trial:
            trials.append(trial)
            if progress:
                progress(len(trials))
    return trials


def _run_trial(composer: Composer, folder: Path, file: CorpusFile, random_seeds: Sequence[int]) -> Trial | None:
    """The trial of one piece; None where it cannot be read or ends too early."""
    try:
        whole = read_score(folder, file)
    except InvalidMidiError:
        return None
    whole = whole.excerpt(whole.notes[0].start, math.inf)
    if whole.length_seconds < PIECE_SECONDS:
        return None
    made = [
        composer.compose(whole, length_seconds=PIECE_SECONDS, random_seed=random_seed) for random_seed in random_seeds
    ]
    cut = made[0].primer_end_beat
    true = after(whole, cut, whole.beat_at(PIECE_SECONDS))
    if len(true.notes) < FEWEST_NOTES:
        return None
    return Trial(
        file=file,
        primer=whole.excerpt(0.0, cut),
        true=true,
        whole=whole,
        composed=tuple(after(piece.score, cut, math.inf) for piece in made),
        pieces=tuple(piece.score for piece in made),
    )


def after(score: Score, beat: float, end: float) -> Score:
    """The notes from ``beat`` on, rounded to the grid on which continuations are written."""
    return score.excerpt(max((round(beat * TICKS_PER_BEAT) - 0.5) / TICKS_PER_BEAT, 0.0), end)


def compare(trials: Sequence[Trial], training: Sequence[NDArray[np.int16]]) -> dict[str, dict[str, float]]:
    """Every measure of the continuations beside that of the true ones; copying only where ``training`` music is given.

    The values of one measure are means over all pieces: of a yes or no the share, of ratios the geometric mean.
    """
    composed = [(trial, score) for trial in trials for score in trial.composed]
    true = [(trial, trial.true) for trial in trials]
    table = {
        name: {"composed": _mean(measure, composed), "true": _mean(measure, true)} for name, measure in MEASURES.items()
    }
    table |= _by_construction(trials) | _tempo(trials) | _overlaps(trials)
    return table | (_copying(trials, training) if training else {})


def _mean(measure: Callable[[Score, Score], float], cases: Sequence[tuple[Trial, Score]]) -> float:
    return float(np.mean([measure(score, trial.primer) for trial, score in cases]))


MEASURES: dict[str, Callable[[Score, Score], float]] = {
    "short_loops": lambda score, _: has_short_loop(score),
    "long_loops": lambda score, _: has_long_loop(score),
    "longest_silence_seconds": lambda score, _: measures.longest_silence(score),
    "key_hold": measures.key_hold,
    "notes_per_second": lambda score, _: measures.notes_per_second(score),
    "polyphony": lambda score, _: measures.polyphony(score),
    "pitch_class_entropy_bits": lambda score, _: measures.pitch_class_entropy(score),
}
"""Measures of a continuation, given its primer."""


def _by_construction(trials: Sequence[Trial]) -> dict[str, dict[str, float]]:
    """What holds for the whole piece: its length, and how it ends (true pieces: at their real end)."""
    errors = [abs(piece.length_seconds - PIECE_SECONDS) for trial in trials for piece in trial.pieces]
    closes = [measures.ends_on_close(piece) for trial in trials for piece in trial.pieces]
    return {
        "length_error_seconds": {"composed": float(np.mean(errors)), "largest": max(errors)},
        "ends_on_close": {
            "composed": float(np.mean(closes)),
            "true": float(np.mean([measures.ends_on_close(trial.whole) for trial in trials])),
        },
    }


def _tempo(trials: Sequence[Trial]) -> dict[str, dict[str, float]]:
    """Tempo as a multiple of the true continuation's, and of the primer's."""

    def mean(pairs: list[tuple[Score, Score]]) -> float:
        return float(np.exp(np.mean([np.log(measures.tempo_ratio(score, other)) for score, other in pairs])))

    return {
        "tempo_against_true": {
            "composed": mean([(score, trial.true) for trial in trials for score in trial.composed]),
        },
        "tempo_against_primer": {
            "composed": mean([(score, trial.primer) for trial in trials for score in trial.composed]),
            "true": mean([(trial.true, trial.primer) for trial in trials]),
        },
    }


def _overlaps(trials: Sequence[Trial]) -> dict[str, dict[str, float]]:
    """Overlap with the piece's own true continuation and primer, and with what follows the next primer of its source."""
    true = [(trial, trial.true) for trial in trials]
    composed = [(trial, score) for trial in trials for score in trial.composed]

    def mean(cases: Sequence[tuple[Trial, Score]], other: Callable[[Trial], Score]) -> float:
        return float(np.mean([mean_overlap(score, other(trial)) for trial, score in cases]))

    table = {
        "overlap_with_own_true": {"composed": mean(composed, lambda trial: trial.true)},
        "overlap_with_own_primer": {
            "composed": mean(composed, lambda trial: trial.primer),
            "true": mean(true, lambda trial: trial.primer),
        },
    }
    if len(trials) > 1:
        another = {trial.file: _next_of_source(trials, trial).true for trial in trials}
        table["overlap_with_another_true"] = {
            "composed": mean(composed, lambda trial: another[trial.file]),
            "true": mean(true, lambda trial: another[trial.file]),
        }
    return table


def _next_of_source(trials: Sequence[Trial], trial: Trial) -> Trial:
    same = [other for other in trials if other.file.source == trial.file.source]
    candidates = same if len(same) > 1 else list(trials)
    return candidates[(candidates.index(trial) + 1) % len(candidates)]


def _copying(trials: Sequence[Trial], training: Sequence[NDArray[np.int16]]) -> dict[str, dict[str, float]]:
    """Longest run of (interval, gap) pairs that occurs in the training music: percentiles over the pieces."""
    composed = [encode(score).factors for trial in trials for score in trial.composed]
    true = [encode(trial.true).factors for trial in trials]
    longest = [longest_run(runs) for runs in copied_runs([*composed, *true], training)]
    return {
        "longest_copied_run": {
            **percentiles("composed", longest[: len(composed)]),
            **percentiles("true", longest[len(composed) :]),
        }
    }


def percentiles(name: str, values: Sequence[int]) -> dict[str, float]:
    """Median, 95th percentile and largest of some values, named after ``name``."""
    found = np.percentile(values, PERCENTILES)
    return {f"{name}_{word}": float(value) for word, value in zip(("median", "95th", "largest"), found, strict=True)}
