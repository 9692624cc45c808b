"""A critic that was learnt from votes: how much a stretch of music is like what was liked, linear in its features.

L2-regularised logistic regression: with a few hundred votes anything larger learns the noise, and a small critic
suffices to steer (BebopNet, Haviv Hakimi 2020). It never makes music, it only chooses among continuations.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from composer.errors import CheckpointError
from composer.taste.features import FEATURES, stretch_features

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from composer.generation.candidates import PlayedNote

    Floats = NDArray[np.float64]

_FURTHEST = 3.0
"""Features further than so many standard deviations from the mean count as if they were that far."""


@dataclass(frozen=True, eq=False)
class TasteCritic:
    """Weights of the standardised features.

    Attributes:
        mean, scale: of each feature in the music that was voted on.
        weights: of the features, so scaled that verdicts on pieces have a standard deviation of about 1.
        votes: that it was learnt from.
        say: how much it has, against what is wrong with a stretch (``composer.generation.critic``).
    """

    mean: Floats
    scale: Floats
    weights: Floats
    votes: float = 0.0
    say: float = 1.0

    def standardised(self, features: Floats) -> Floats:
        """Features ``(..., F)`` in standard deviations from the mean."""
        result: Floats = np.clip((features - self.mean) / self.scale, -_FURTHEST, _FURTHEST)
        return result

    def judge(self, stretches: Sequence[Sequence[PlayedNote]]) -> Floats:
        """Verdicts ``(stretches,)``: the higher, the more like what was liked."""
        result: Floats = self.standardised(stretch_features(stretches)) @ self.weights
        return result

    def to_json(self) -> str:
        """The critic as JSON: one row for each feature."""
        rows = zip(FEATURES, self.mean.tolist(), self.scale.tolist(), self.weights.tolist(), strict=True)
        features = {name: {"mean": mean, "scale": scale, "weight": weight} for name, mean, scale, weight in rows}
        content = {"votes": self.votes, "say": self.say, "features": features}
        return json.dumps(content, indent=1, allow_nan=False) + "\n"


def read_critic(path: Path) -> TasteCritic:
    """The critic in a file that ``TasteCritic.to_json`` gave.

    Raises:
        CheckpointError: there is none, or it was made for other features.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        rows = content["features"]
        if tuple(rows) != FEATURES:
            message = f"The critic in {path.name} was made for another version of this program; retrain it."
            raise CheckpointError(message)
        mean, scale, weights = (np.array([_number(row[name]) for row in rows.values()]) for name in _COLUMNS)
        votes, say = _number(content["votes"]), _number(content["say"])
        return TasteCritic(mean, np.maximum(scale, 1e-9), weights, votes, say)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"There is no usable critic in {path.name}; restore it, or retrain it."
        raise CheckpointError(message) from error


_COLUMNS = ("mean", "scale", "weight")


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        message = f"{number} is no weight"
        raise ValueError(message)
    return number
