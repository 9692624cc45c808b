"""Whose music a passage is nearest to: a linear classifier of what it is made of, taught by excerpts of real pieces.

It hears the distributions of ``overlap.histograms`` but dynamics, which many editions lack, and absolute pitch classes,
for which it takes those above the tonic; each as the square root of its shares (so that distances are Hellinger's), and
a ridge regression on the styles, all of which count alike however many excerpts they have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from composer.evaluation.overlap import histograms
from composer.keys import key_of_passage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.notes import Score

RIDGE = 10.0
"""Penalty on squared weights, for excerpts of mean weight 1; of 0.3 to 30 the best to tell held-out eras apart."""
HEARD = ("pitch", "interval", "gap", "duration", "chord_size")


def features(score: Score) -> NDArray[np.float64]:
    """What is heard of a passage: roots of shares, all blocks in a row."""
    counts = histograms(score)
    tonal = np.roll(counts["pitch_class"], -(key_of_passage(score).tonic - 9))
    blocks = [counts[name] for name in HEARD] + [tonal]
    return np.concatenate([np.sqrt(block / max(block.sum(), 1.0)) for block in blocks])


@dataclass(frozen=True)
class StyleEar:
    """Weights ``(features + 1, styles)`` and the names of the styles."""

    styles: tuple[str, ...]
    weights: NDArray[np.float64]

    @classmethod
    def taught(cls, heard: Sequence[NDArray[np.float64]], names: Sequence[str], ridge: float = RIDGE) -> StyleEar:
        """Learn from the ``features`` of excerpts and the names of their styles."""
        styles = tuple(sorted(set(names)))
        inputs = _with_one(np.stack(heard))
        targets = np.array([[name == style for style in styles] for name in names], np.float64)
        weights = (targets / targets.sum(0)).sum(1) * len(names) / len(styles)
        weighted = inputs * weights[:, None]
        penalty = ridge * np.eye(inputs.shape[1])
        penalty[-1, -1] = 0.0
        return cls(styles, np.linalg.solve(inputs.T @ weighted + penalty, weighted.T @ targets))

    def scores(self, score: Score) -> dict[str, float]:
        """How much a passage is like each style; about 1 for certain, 0 for not at all."""
        return dict(zip(self.styles, self.judge([features(score)])[0].tolist(), strict=True))

    def judge(self, heard: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        """The same of many passages: ``(passages, styles)``."""
        scores: NDArray[np.float64] = _with_one(np.stack(heard)) @ self.weights
        return scores


def _with_one(inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([inputs, np.ones((len(inputs), 1))], axis=1)
