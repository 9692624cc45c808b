"""Logits -> choices: temperature, min-p and masks; pure functions over a batch that take their random numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

FORBIDDEN = -1e9
TEMPERATURES = {"gap": 1.1, "pitch": 1.06, "duration": 1.05, "velocity": 1.1, "tempo": 0.94, "pedal": 1.0}
MIN_P = {"gap": 0.015, "pitch": 0.03, "duration": 0.02, "velocity": 0.01, "tempo": 0.02, "pedal": 0.02}
"""Chosen on validation primers, with choosing among candidates: what strays is not chosen (docs/decisions.md)."""
COOLING, HEATING = 0.045, 0.2
"""The temperature that is asked changes those by its power: to the first below 1, to the second above.

So 0.1 is 10 % colder and 2 is 15 % hotter: beyond, music goes round in circles or falls apart."""
CUTTING = 0.6
"""So much more of the tail is cut off the hotter it is: min-p grows by this power of the temperature above 1."""


def heat(factor: str, temperature: float) -> tuple[float, float]:
    """Temperature and min-p of a factor where people ask for a temperature of 0.1 to 2."""
    power = COOLING if temperature < 1 else HEATING
    return TEMPERATURES[factor] * temperature**power, MIN_P[factor] * max(temperature, 1.0) ** CUTTING


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
