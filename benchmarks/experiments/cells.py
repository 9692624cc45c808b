"""Recurrent cells to set beside the LSTM: GRU, minGRU, RG-LRU and xLSTM's sLSTM, each keeping its state like FusedLSTM.

They are for comparing likelihoods at equal cost, not for composing: nothing here is exported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from composer.networks.lstm import FusedLSTM

if TYPE_CHECKING:
    from collections.abc import Callable

Tensor = Any
_FORGETTING = 8.0
"""The constant c of RG-LRU (De 2024, section 2.4)."""


class Cell(keras.layers.Layer):
    """A recurrence over ``(batch, time, features)`` whose states are carried from call to call.

    Args:
        units: width of the output and of each state.
        batch_size: of the streams whose state is kept.
    """

    states = 1
    """Tensors of state."""
    projections = 0
    """The input is projected to so many times the width, for all steps at once."""
    recurrent = 0
    """The last hidden state is projected to so many times the width, step after step."""

    def __init__(self, units: int, batch_size: int, **options: Any) -> None:
        super().__init__(**options)
        self.units, self.batch_size = units, batch_size

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create weights and state."""
        width = self.projections * self.units
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], width), initializer="glorot_uniform")
        self.bias = self.add_weight(name="bias", shape=(width,), initializer="zeros")
        if self.recurrent:
            shape = (self.units, self.recurrent * self.units)
            self.recurrent_kernel = self.add_weight(name="recurrent_kernel", shape=shape, initializer="orthogonal")
        self.carried = [
            self.add_weight(
                name=f"state_{index}",
                shape=(self.batch_size, self.units),
                initializer="zeros",
                trainable=False,
                autocast=False,
            )
            for index in range(self.states)
        ]
        self.build_more()
        self.built = True

    def build_more(self) -> None:
        """Create what only this cell has."""

    def call(self, inputs: Tensor, keep: Tensor) -> Tensor:
        """Return ``(batch, time, units)``; ``keep`` ``(batch,)`` is 0 where a stream starts a new piece, else 1."""
        keep = ops.cast(keep[:, None], "float32")
        states = [carried * keep for carried in self.carried]
        projected = ops.matmul(inputs, self.kernel) + self.bias
        outputs, states = self.recur(projected, states)
        for carried, state in zip(self.carried, states, strict=True):
            carried.assign(ops.cast(ops.stop_gradient(state), "float32"))
        return outputs

    def recur(self, projected: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Step through the time; float32 states in and out."""
        outputs = []
        # Taken apart at once: slices one by one would cost a tensor of the whole size each in the backward pass.
        for row in ops.unstack(projected, axis=1):
            states = self.advance(row, states)
            outputs.append(ops.cast(states[0], projected.dtype))
        return ops.stack(outputs, axis=1), states

    def advance(self, row: Tensor, states: list[Tensor]) -> list[Tensor]:
        """One step: what the input says ``(batch, projections * units)`` and the states; the hidden one comes first."""
        raise NotImplementedError

    def turned(self, hidden: Tensor) -> Tensor:
        """The last hidden state through the recurrent kernel, in the precision of the products."""
        return ops.matmul(ops.cast(hidden, self.compute_dtype), self.recurrent_kernel)


class GRU(Cell):
    """Cho 2014, with the reset after the product, as cuDNN has it."""

    projections = recurrent = 3

    def advance(self, row: Tensor, states: list[Tensor]) -> list[Tensor]:
        """One step."""
        update, reset, candidate = ops.split(ops.cast(row, "float32"), 3, axis=-1)
        turned = ops.cast(self.turned(states[0]), "float32")
        of_update, of_reset, of_candidate = ops.split(turned, 3, axis=-1)
        update = ops.sigmoid(update + of_update)
        new = ops.tanh(candidate + ops.sigmoid(reset + of_reset) * of_candidate)
        return [update * states[0] + (1 - update) * new]


class SLSTM(Cell):
    """The sLSTM of xLSTM (Beck 2024) with one head: exponential gates, kept in range by a running maximum."""

    projections = recurrent = 4
    states = 4

    def build_more(self) -> None:
        """Begin with open forget gates."""
        bias = np.zeros(4 * self.units, np.float32)
        bias[self.units : 2 * self.units] = 3.0
        self.bias.assign(bias)

    def advance(self, row: Tensor, states: list[Tensor]) -> list[Tensor]:
        """One step; the states are hidden, cell, normaliser and maximum."""
        hidden, cell, normaliser, highest = states
        into, forget, candidate, out = ops.split(ops.cast(row + self.turned(hidden), "float32"), 4, axis=-1)
        forget = -ops.softplus(-forget)
        top = ops.maximum(forget + highest, into)
        into, forget = ops.exp(into - top), ops.exp(forget + highest - top)
        cell = forget * cell + into * ops.tanh(candidate)
        normaliser = forget * normaliser + into
        return [ops.sigmoid(out) * cell / ops.maximum(normaliser, 1e-6), cell, normaliser, top]


class MinGRU(Cell):
    """Feng 2024: gates that do not see the state; the output is gated, or two layers would be nearly linear."""

    projections = 3

    def recur(self, projected: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """All gates at once, then the linear recurrence."""
        update, candidate, out = ops.split(ops.cast(projected, "float32"), 3, axis=-1)
        update = ops.sigmoid(update)
        hidden, last = linear_recurrence(1 - update, update * candidate, states[0])
        return ops.cast(hidden * ops.silu(out), projected.dtype), [last]


class RGLRU(Cell):
    """The real-gated linear recurrent unit of Griffin (De 2024) in its gated block, without the convolution."""

    projections = 4

    def build_more(self) -> None:
        """Decays between 0.9 and 0.999, and the projection after the gate."""
        decays = np.linspace(0.9, 0.999, self.units)
        initial = np.log(np.expm1(-np.log(decays) / _FORGETTING)).astype(np.float32)
        self.decay = self.add_weight(name="decay", shape=(self.units,), initializer="zeros")
        self.decay.assign(initial)
        shape = (self.units, self.units)
        self.output_kernel = self.add_weight(name="output_kernel", shape=shape, initializer="glorot_uniform")

    def recur(self, projected: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """All gates at once, then the linear recurrence."""
        recurrence, into, value, out = ops.split(ops.cast(projected, "float32"), 4, axis=-1)
        logarithm = -_FORGETTING * ops.softplus(ops.cast(self.decay, "float32")) * ops.sigmoid(recurrence)
        scale = ops.sqrt(ops.maximum(1 - ops.exp(2 * logarithm), 1e-6))
        hidden, last = linear_recurrence(ops.exp(logarithm), scale * ops.sigmoid(into) * value, states[0])
        gated = ops.cast(hidden * ops.gelu(out), projected.dtype)
        return ops.matmul(gated, self.output_kernel), [last]


def linear_recurrence(decay: Tensor, added: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
    """``h[t] = decay[t] * h[t - 1] + added[t]`` over ``(batch, time, units)``, and the last state.

    A plain loop: on a CPU it is a hundredth of the cost of the products around it, and a scan in log time is not.
    """
    outputs = []
    for factor, term in zip(ops.unstack(decay, axis=1), ops.unstack(added, axis=1), strict=True):
        state = factor * state + term
        outputs.append(state)
    return ops.stack(outputs, axis=1), state


CELLS: dict[str, Callable[..., Any]] = {
    "lstm": FusedLSTM,
    "gru": GRU,
    "min_gru": MinGRU,
    "rg_lru": RGLRU,
    "s_lstm": SLSTM,
}
