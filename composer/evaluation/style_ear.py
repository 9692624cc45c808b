"""Whose music a passage is nearest to: a linear classifier of what it is made of, taught by excerpts of real pieces.

It hears the distributions of ``overlap.histograms`` but dynamics, which many editions lack, and absolute pitch classes,
for which it takes those above the tonic; each as the square root of its shares (so that distances are Hellinger's), and
a ridge regression on the styles, all of which count alike however many excerpts they have.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.fields import COMPOSERS
from composer.errors import InvalidMidiError
from composer.evaluation.overlap import histograms
from composer.keys import key_of_passage
from composer.learning.corpus import list_corpus, read_score

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from composer.learning.corpus import CorpusFile
    from composer.notes import Score

RIDGE = 10.0
"""Penalty on squared weights, for excerpts of mean weight 1; of 0.3 to 30 the best to tell held-out eras apart."""
FEWEST_NOTES = 16
"""Excerpts of fewer notes teach nothing."""
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

    def likeness(self, score: Score, style: str) -> float:
        """How much more a passage is like one style than like the others on average; at most about 1."""
        scores = self.judge([features(score)])[0]
        own = self.styles.index(style)
        return float(scores[own] - np.delete(scores, own).mean())

    def nearest(self, score: Score) -> str:
        """The style that a passage is most like."""
        return self.styles[int(self.judge([features(score)])[0].argmax())]

    def judge(self, heard: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        """How much the ``features`` of passages are like each style: ``(passages, styles)``, about 1 for certain."""
        scores: NDArray[np.float64] = _with_one(np.stack(heard)) @ self.weights
        return scores


def _with_one(inputs: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([inputs, np.ones((len(inputs), 1))], axis=1)


EXCERPT_SECONDS, MOST_PIECES = 18.0, 24
"""Length of the excerpts that teach, up to three of a piece, and how many pieces of a composer do."""


def era_of(style: str) -> str:
    """The era of a composer; an era is its own."""
    return COMPOSERS.get(style, style)


def taught_by(corpus: Path) -> StyleEar:
    """An ear for eras, taught by the training pieces of a corpus whose composers the network knows."""
    heard, eras, pieces = [], [], dict.fromkeys(COMPOSERS, 0)
    for file in sorted(list_corpus(corpus, "train"), key=lambda file: sha256(file.path.encode()).digest()):
        name = [*COMPOSERS, ""][file.style.composer]
        if name and pieces[name] < MOST_PIECES:
            found = [features(excerpt) for excerpt in _excerpts(corpus, file)]
            pieces[name] += bool(found)
            heard += found
            eras += [era_of(name)] * len(found)
    return StyleEar.taught(heard, eras)


def _excerpts(corpus: Path, file: CorpusFile) -> list[Score]:
    try:
        score = read_score(corpus, file)
    except InvalidMidiError:
        return []
    left = score.length_seconds - EXCERPT_SECONDS - 5
    starts = [5 + left * place / 3 for place in range(min(3, int(score.length_seconds // EXCERPT_SECONDS)))]
    excerpts = [score.excerpt(score.beat_at(start), score.beat_at(start + EXCERPT_SECONDS)) for start in starts]
    return [excerpt for excerpt in excerpts if left > 0 and len(excerpt.notes) >= FEWEST_NOTES]
