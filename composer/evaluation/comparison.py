"""Composed continuations and true ones in figures, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.vocabulary import encode
from composer.evaluation import measures
from composer.evaluation.loops import has_long_loop, has_short_loop
from composer.evaluation.originality import copied_runs, longest_run
from composer.evaluation.overlap import mean_overlap
from composer.evaluation.structure import LATE_SECONDS, motif_recall, structure_indicators

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from composer.evaluation.continuations import Trial
    from composer.notes import Score

PERCENTILES = {"median": 50, "95th": 95, "largest": 100}
LONG_SILENCE = 2.0
"""Seconds without a sound that a listener takes for the end."""
MEASURES: dict[str, Callable[[Score, Score], float]] = {
    "short_loops": lambda score, _: has_short_loop(score),
    "long_loops": lambda score, _: has_long_loop(score),
    "long_silences": lambda score, _: measures.longest_silence(score) > LONG_SILENCE,
    "longest_silence_seconds": lambda score, _: measures.longest_silence(score),
    "key_hold": measures.key_hold,
    "notes_per_second": lambda score, _: measures.notes_per_second(score),
    "polyphony": lambda score, _: measures.polyphony(score),
    "pitch_class_entropy_bits": lambda score, _: measures.pitch_class_entropy(score),
    "motif_recall": lambda score, primer: motif_recall(primer, score),
    "motif_recall_late": lambda score, primer: motif_recall(primer, score, LATE_SECONDS),
}
"""Measures of a continuation, given its primer."""


def compare(trials: Sequence[Trial], training: Sequence[NDArray[np.int16]]) -> dict[str, dict[str, float]]:
    """Every measure of the continuations beside that of the true ones; copying only where ``training`` music is given.

    The values of one measure are means over all pieces: of a yes or no the share, of ratios the geometric mean.
    """
    composed = [(trial, score) for trial in trials for score in trial.composed]
    true = [(trial, trial.true) for trial in trials]
    table = {
        name: {"composed": _mean(measure, composed), "true": _mean(measure, true)} for name, measure in MEASURES.items()
    }
    table |= _whole_pieces(trials) | _structure(trials) | _tempo(trials) | _overlaps(trials)
    return table | (_copying(trials, training) if training else {})


def _mean(measure: Callable[[Score, Score], float], cases: Sequence[tuple[Trial, Score]]) -> float:
    return float(np.mean([measure(score, trial.primer) for trial, score in cases]))


def _whole_pieces(trials: Sequence[Trial]) -> dict[str, dict[str, float]]:
    """What holds for the whole piece: its length, and how it ends (true pieces: at their real end)."""
    errors = [abs(piece.length_seconds - trial.seconds) for trial in trials for piece in trial.pieces]
    closes = [measures.ends_on_close(piece) for trial in trials for piece in trial.pieces]
    return {
        "length_error_seconds": {"composed": float(np.mean(errors)), "largest": max(errors)},
        "ends_on_close": {
            "composed": float(np.mean(closes)),
            "true": float(np.mean([measures.ends_on_close(trial.whole) for trial in trials])),
        },
    }


def _structure(trials: Sequence[Trial]) -> dict[str, dict[str, float]]:
    """Structure indicators of whole pieces, primers included."""
    composed = [structure_indicators(piece) for trial in trials for piece in trial.pieces]
    true = [structure_indicators(trial.true_piece) for trial in trials]
    return {
        f"structure_{name}": {
            "composed": float(np.mean([indicators[name] for indicators in composed])),
            "true": float(np.mean([indicators[name] for indicators in true])),
        }
        for name in true[0]
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
    """Overlap with the piece's own true continuation and primer, and with another piece of the same source."""
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
    return {f"{name}_{word}": float(np.percentile(values, share)) for word, share in PERCENTILES.items()}
