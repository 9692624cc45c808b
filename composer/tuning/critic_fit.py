"""Votes -> the critic: logistic regression, strength chosen by cross-validation, worth tested by permutation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from composer.taste.critic import TasteCritic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STRENGTHS = (10.0, 30.0, 100.0, 300.0)
"""Penalties on the squared weights to choose from: the less there is to learn, the higher."""
AS_GOOD = 0.015
"""Of critics that agree with unseen votes about equally well, the one with the strongest penalty is taken: its few
large weights are what many votes have in common, and chasing the rest made music poorer in phrases."""
FOLDS = 5
PERMUTATIONS = 199
_NEWTON_STEPS, _CONVERGED = 12, 1e-6
_SMALLEST_SCALE = 1e-3


@dataclass(frozen=True)
class Ballot:
    """What was said of some pieces.

    Attributes:
        features: ``(pieces, F)``.
        up, down: votes that count, ``(pieces,)``.
    """

    features: Floats
    up: Floats
    down: Floats

    def of(self, rows: NDArray[np.intp]) -> Ballot:
        """Some of the pieces."""
        return Ballot(self.features[rows], self.up[rows], self.down[rows])

    @property
    def votes(self) -> float:
        """How many."""
        return float(self.up.sum() + self.down.sum())


def fit_critic(ballot: Ballot, strength: float) -> TasteCritic:
    """The critic that explains the votes best, its weights held small by ``strength``; its verdicts have spread 1."""
    mean, scale = ballot.features.mean(0), np.maximum(ballot.features.std(0), _SMALLEST_SCALE)
    blank = TasteCritic(mean, scale, np.zeros(len(mean)), ballot.votes)
    inputs = blank.standardised(ballot.features)
    weights = _regression(inputs, ballot.up, ballot.down, strength)[1:]
    # A strong penalty shrinks all weights; what is learnt is their direction.
    return TasteCritic(mean, scale, weights / max(float((inputs @ weights).std()), _SMALLEST_SCALE), ballot.votes)


def _regression(inputs: Floats, up: Floats, down: Floats, strength: float) -> Floats:
    """Intercept and weights by Newton's method; the intercept is free."""
    design = np.c_[np.ones(len(inputs)), inputs]
    penalty = np.diag([1e-6] + [strength] * inputs.shape[1])
    weights = np.zeros(design.shape[1])
    for _ in range(_NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ weights, -30, 30)))
        slope = design.T @ (up - (up + down) * chance) - penalty @ weights
        curvature = (design.T * ((up + down) * chance * (1 - chance))) @ design + penalty
        step = np.linalg.solve(curvature, slope)
        weights = weights + step
        if np.abs(step).max() < _CONVERGED:
            break
    return weights


def out_of_fold(ballot: Ballot, strength: float, folds: NDArray[np.intp]) -> Floats:
    """Verdict on every piece by a critic that has not seen it, ``(pieces,)``."""
    scores = np.zeros(len(ballot.up))
    for fold in np.unique(folds):
        inside = folds == fold
        critic = fit_critic(ballot.of(np.flatnonzero(~inside)), strength)
        scores[inside] = critic.standardised(ballot.features[inside]) @ critic.weights
    return scores


def agreement(scores: Floats, up: Floats, down: Floats) -> float:
    """Chance that a vote up is on a better judged piece than a vote down (area under the ROC); 0.5 is guessing."""
    order = np.argsort(scores, kind="stable")
    _, place = np.unique(scores[order], return_inverse=True)
    ups, downs = np.bincount(place, up[order]), np.bincount(place, down[order])
    below = np.cumsum(downs) - downs
    return float((ups * (below + downs / 2)).sum() / max(up.sum() * down.sum(), 1e-9))


@dataclass(frozen=True)
class Learnt:
    """A critic, and whether it knows anything.

    Attributes:
        agreement: with votes on pieces that it had not seen, 0.5 to 1.
        chance: how often votes dealt out at random agree as well (one-sided permutation test).
        out_of_fold: verdict on every piece by a critic that had not seen it.
    """

    critic: TasteCritic
    strength: float
    agreement: float
    chance: float
    out_of_fold: Floats


def learn_critic(ballot: Ballot, random_seed: int) -> Learnt:
    """Choose the strength by cross-validation, test the critic against shuffled votes, and fit it to all of them.

    Args:
        ballot: at least ``FOLDS`` pieces with votes up and down among them.
        random_seed: deals the folds and the permutations.
    """
    rng = np.random.default_rng(random_seed)
    folds = _dealt(ballot, rng)
    strength, reached = _best(ballot, folds)
    shuffled = [_best(_shuffled(ballot, rng), folds)[1] for _ in range(PERMUTATIONS)]
    chance = (1 + sum(value >= reached for value in shuffled)) / (1 + len(shuffled))
    return Learnt(fit_critic(ballot, strength), strength, reached, chance, out_of_fold(ballot, strength, folds))


def _dealt(ballot: Ballot, rng: np.random.Generator) -> NDArray[np.intp]:
    """A fold for every piece, liked and disliked ones spread alike."""
    order = np.lexsort((rng.random(len(ballot.up)), ballot.up - ballot.down))
    folds = np.empty(len(order), np.intp)
    folds[order] = np.arange(len(order)) % FOLDS
    return folds


def _best(ballot: Ballot, folds: NDArray[np.intp]) -> tuple[float, float]:
    """The strongest penalty whose critics agree about best with votes they have not seen, and how well they do."""
    reached = {
        strength: agreement(out_of_fold(ballot, strength, folds), ballot.up, ballot.down) for strength in STRENGTHS
    }
    strength = max(one for one, value in reached.items() if value >= max(reached.values()) - AS_GOOD)
    return strength, reached[strength]


def _shuffled(ballot: Ballot, rng: np.random.Generator) -> Ballot:
    """The same votes on other pieces."""
    order = rng.permutation(len(ballot.up))
    return Ballot(ballot.features, ballot.up[order], ballot.down[order])
