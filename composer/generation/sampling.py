"""Logits -> choices: temperature, min-p and masks; pure functions over a batch that take their random numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

FORBIDDEN = -1e9


def sample(logits: Floats, uniforms: NDArray[np.float64], temperature: float, min_p: float) -> NDArray[np.intp]:
    """Draw one class per row of ``(batch, classes)``: the distribution inverted at ``uniforms`` ``(batch,)``.

    The distribution is the softmax at a temperature, without choices less likely than ``min_p`` times the likeliest:
    min-p (arXiv 2407.01082) cuts off the unreliable tail where the network is sure and leaves it where it is not.
    """
    weights = np.exp((logits - logits.max(-1, keepdims=True)) * np.float32(1 / max(temperature, 1e-4)))
    weights *= weights >= min_p
    cumulated = weights.cumsum(-1, np.float64)
    choices: NDArray[np.intp] = (cumulated <= uniforms[:, None] * cumulated[:, -1:]).sum(-1)
    return choices


def log_probability(logits: Floats, choices: NDArray[np.intp]) -> Floats:
    """Log-probability ``(batch,)`` of choices under the untouched distribution."""
    shifted = logits - logits.max(-1, keepdims=True)
    chosen = np.take_along_axis(shifted, choices[:, None], -1)[:, 0]
    result: Floats = chosen - np.log(np.exp(shifted).sum(-1))
    return result
