"""Ways to sample, measured on continuations of unseen beginnings: one row of figures for each variant.

Run ``python -m benchmarks.sampling --corpus DIR [--half tune|report] [--primers 16] [--random-seeds 1 2]
[--variants NAME ...] [--temperatures 0.1 1 2] [--checkpoint DIR]`` from the repository; prints one JSON object.
Variants were chosen on the half ``tune`` of the validation pieces; the half ``report`` has none in common with it.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np

from composer.composer import Composer
from composer.encoding.inputs import TOUCH
from composer.encoding.vocabulary import FACTORS, encode
from composer.evaluation.comparison import compare
from composer.evaluation.continuations import choose_files, run_trials
from composer.evaluation.playing import velocity_spread
from composer.generation import critic, sampling
from composer.generation.guiding import Guide
from composer.generation.loop import continue_primer
from composer.learning.corpus import list_corpus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from composer.evaluation.continuations import Trial
    from composer.learning.corpus import CorpusFile
    from composer.notes import Score

HALVES = ("tune", "report")
PHRASE_NOTES = 4


def _heated(temperature: float, cut: float = 1.0, factors: Sequence[str] = FACTORS) -> dict[str, Any]:
    """Temperatures and min-p of some factors as multiples of what they are."""
    temperatures = {factor: sampling.TEMPERATURES[factor] * temperature for factor in factors}
    min_p = {factor: sampling.MIN_P[factor] * cut for factor in factors}
    return {
        "composer.generation.sampling.TEMPERATURES": sampling.TEMPERATURES | temperatures,
        "composer.generation.sampling.MIN_P": sampling.MIN_P | min_p,
    }


def _best_of(candidates: int) -> dict[str, Any]:
    return {"composer.composer.continue_primer": partial(continue_primer, candidates=candidates)}


VARIANTS: dict[str, dict[str, Any]] = {
    "as_it_is": {},
    "one_candidate": _best_of(1),
    "best_of_6": _best_of(6),
    "best_of_8": _best_of(8),
    "best_of_12": _best_of(12),
    "cooler_0.9": _heated(0.9),
    "hotter_1.1": _heated(1.1),
    "hotter_1.1_cut_1.5": _heated(1.1, 1.5),
    "hotter_1.2_cut_2": _heated(1.2, 2.0),
    "gap_1.1": _heated(1.1, factors=["gap"]),
    "pitch_1.1": _heated(1.1, factors=["pitch"]),
    "touch_1.1": _heated(1.1, factors=TOUCH),
    "touch_1.1_cut_0.5": _heated(1.1, 0.5, factors=TOUCH),
    "cut_0.5": _heated(1.0, 0.5),
    "cut_2": _heated(1.0, 2.0),
    "key_weight_3": {"composer.generation.critic.KEY_WEIGHT": 3.0},
    "key_slack_0.08": {"composer.generation.critic.GROWN_KEY_SLACK": 0.08},
    "no_growth": {"composer.generation.critic.GROWTH": np.zeros(5)},
    "growth_2": {"composer.generation.critic.GROWTH": 2 * critic.GROWTH},
    "told_texture": {"composer.generation.loop.Guide": partial(Guide, follows=True)},
    "texture_weight_2": {"composer.generation.critic.TEXTURE_WEIGHT": 2.0},
    "rhythm_weight_4": {"composer.generation.critic.RHYTHM_WEIGHT": 4.0},
    "typicality_0": {"composer.generation.critic.TYPICALITY_WEIGHT": 0.0},
    "typicality_1.5": {"composer.generation.critic.TYPICALITY_WEIGHT": 1.5},
}
"""What each changes, by the name of the constant."""


def half_of(files: Sequence[CorpusFile], half: str) -> list[CorpusFile]:
    """Every other piece of every source, in the order in which primers are taken."""
    counted: dict[str, int] = {}
    chosen = []
    for file in choose_files(files):
        number = counted[file.source] = counted.get(file.source, -1) + 1
        if number % 2 == HALVES.index(half):
            chosen.append(file)
    return chosen


def rhythm_spread(score: Score) -> float:
    """Standard deviation of the logarithm of the time between onsets: 0 for one note value only."""
    beats = np.unique(encode(score).onsets)
    return float(np.log(np.diff(beats)).std()) if len(beats) > 1 else 0.0


def distinct_phrases(score: Score) -> float:
    """Share of the phrases of four notes, as intervals and gaps, that have not come before in the same continuation."""
    factors = encode(score).factors[:, :2].astype(int)
    steps = list(zip(np.diff(factors[:, 1]).tolist(), factors[1:, 0].tolist(), strict=True))
    phrases = [tuple(steps[at : at + PHRASE_NOTES]) for at in range(len(steps) - PHRASE_NOTES + 1)]
    return len(set(phrases)) / max(len(phrases), 1)


MEASURES: dict[str, Callable[[Score], float]] = {
    "rhythm_spread": rhythm_spread,
    "velocity_spread": velocity_spread,
    "distinct_phrases": distinct_phrases,
}


def figures(trials: Sequence[Trial]) -> dict[str, dict[str, float]]:
    """The measures of the evaluation and those above, of the continuations and of the true ones."""
    table = compare(trials, [])
    for name, measure in MEASURES.items():
        table[name] = {
            "composed": float(np.mean([measure(score) for trial in trials for score in trial.composed])),
            "true": float(np.mean([measure(trial.true) for trial in trials])),
        }
    return {name: {key: round(value, 4) for key, value in row.items()} for name, row in table.items()}


def main() -> None:
    """Measure the variants that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--half", choices=HALVES, default="tune")
    parser.add_argument("--primers", type=int, default=16)
    parser.add_argument("--random-seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=["as_it_is"], metavar="NAME")
    parser.add_argument("--temperatures", type=float, nargs="+", default=[1.0])
    given = parser.parse_args()
    files = half_of(list_corpus(given.corpus, "validation"), given.half)
    for name in given.variants:
        for temperature in given.temperatures:
            with ExitStack() as changes:
                for constant, value in VARIANTS[name].items():
                    changes.enter_context(patch(constant, value))
                composer, began = _Heated(given.checkpoint, temperature), time.process_time()
                trials = run_trials(
                    composer, given.corpus, files, primers=given.primers, random_seeds=given.random_seeds
                )
                seconds = round(time.process_time() - began, 1)
            row = {"variant": name, "temperature": temperature, "half": given.half, "cpu_seconds": seconds}
            print(json.dumps(row | {"checkpoint": composer.checkpoint.id, "measures": figures(trials)}), flush=True)


class _Heated(Composer):
    """Composes at another temperature."""

    def __init__(self, checkpoint: Path | None, temperature: float) -> None:
        super().__init__(checkpoint)
        self._temperature = temperature

    def compose(self, primer: Score, **options: Any) -> Any:
        return super().compose(primer, **{"temperature": self._temperature} | options)


if __name__ == "__main__":
    main()
