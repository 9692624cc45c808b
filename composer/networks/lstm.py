"""An LSTM layer that keeps its state between batches and uses each backend's fastest kernel."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

Tensor = Any


class FusedLSTM(keras.layers.Layer):
    """LSTM (Hochreiter and Schmidhuber 1997) over ``(batch, time, features)``, state carried from call to call.

    Keras' own LSTM multiplies the input by its kernel once per time step and falls back to a Python loop on the torch
    backend (a tenth of the speed); this one multiplies all steps at once and hands the recurrence to the
    backend's fused kernel or scan. Gates are ordered input, forget, cell, output, as in Keras.

    Args:
        units: width of the state.
        batch_size: of the streams whose state is kept.
    """

    def __init__(self, units: int, batch_size: int, **options: Any) -> None:
        super().__init__(**options)
        self.units = units
        self.batch_size = batch_size

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create weights and state."""
        width = 4 * self.units
        self.kernel = self.add_weight(name="kernel", shape=(input_shape[-1], width), initializer="glorot_uniform")
        self.recurrent_kernel = self.add_weight(
            name="recurrent_kernel", shape=(self.units, width), initializer="orthogonal"
        )
        self.bias = self.add_weight(name="bias", shape=(width,), initializer=_forget_open)
        self.hidden = self._state("hidden")
        self.cell = self._state("cell")
        self.built = True

    def _state(self, name: str) -> Tensor:
        shape = (self.batch_size, self.units)
        return self.add_weight(name=name, shape=shape, initializer="zeros", trainable=False, autocast=False)

    def call(self, inputs: Tensor, keep: Tensor) -> Tensor:
        """Return ``(batch, time, units)``; ``keep`` ``(batch,)`` is 0 where a stream starts a new piece, else 1."""
        keep = ops.cast(keep[:, None], "float32")
        hidden, cell = self.hidden * keep, self.cell * keep
        outputs, hidden, cell = self._recur(inputs, ops.cast(hidden, inputs.dtype), ops.cast(cell, inputs.dtype))
        self.hidden.assign(ops.cast(ops.stop_gradient(hidden), "float32"))
        self.cell.assign(ops.cast(ops.stop_gradient(cell), "float32"))
        return outputs

    def _recur(self, inputs: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        if keras.backend.backend() == "torch":
            return self._recur_torch(inputs, hidden, cell)
        projected = ops.transpose(ops.matmul(inputs, self.kernel) + self.bias, (1, 0, 2))
        recurrent_kernel = ops.convert_to_tensor(self.recurrent_kernel)

        def one_step(state: Tensor, gates: Tensor) -> tuple[Tensor, Tensor]:
            hidden, cell = ops.split(state, 2, axis=-1)
            state = ops.concatenate(lstm_gates(gates + ops.matmul(hidden, recurrent_kernel), cell), axis=-1)
            return state, state

        # On the TensorFlow backend a scan must return what it carries, as one tensor.
        state, states = ops.scan(one_step, ops.concatenate([hidden, cell], axis=-1), projected)
        hidden, cell = ops.split(state, 2, axis=-1)
        return ops.transpose(states[..., : self.units], (1, 0, 2)), hidden, cell

    def _recur_torch(self, inputs: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        import torch

        if torch.is_grad_enabled() and not inputs.is_cuda:
            return self._recur_trained(inputs, hidden, cell)
        kernel = ops.convert_to_tensor(self.kernel).t().contiguous()
        recurrent_kernel = ops.convert_to_tensor(self.recurrent_kernel).t().contiguous()
        bias = ops.convert_to_tensor(self.bias)
        weights = [kernel, recurrent_kernel, bias, torch.zeros_like(bias)]
        state = (hidden[None].contiguous(), cell[None].contiguous())
        outputs, hidden, cell = torch._VF.lstm(  # noqa: SLF001 - what nn.LSTM itself calls
            inputs,
            state,
            weights,
            True,  # with biases
            1,  # layer
            0.0,  # dropout
            True,  # training
            False,  # bidirectional
            True,  # batch first
        )
        return outputs, hidden[0], cell[0]

    def _recur_trained(self, inputs: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """On a CPU, where the gradients of torch's own LSTM take most of the time."""
        from composer.networks.torch_recurrence import Recurrence

        projected = ops.matmul(ops.transpose(inputs, (1, 0, 2)), self.kernel) + self.bias
        kernel = ops.convert_to_tensor(self.recurrent_kernel)
        states, cell = Recurrence.apply(projected, kernel, hidden, ops.cast(cell, "float32"))
        return ops.transpose(states, (1, 0, 2)), states[-1], cell

    def step(self, inputs: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
        """One time step on ``(batch, features)`` with the state passed in and out: what is exported for composing."""
        gates = ops.matmul(inputs, self.kernel) + ops.matmul(hidden, self.recurrent_kernel) + self.bias
        return lstm_gates(gates, cell)


def lstm_gates(gates: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    """New hidden and cell state from the four pre-activations ``(batch, 4 * units)``."""
    into, forget, candidate, out = ops.split(gates, 4, axis=-1)
    cell = ops.sigmoid(forget) * cell + ops.sigmoid(into) * ops.tanh(candidate)
    return ops.sigmoid(out) * ops.tanh(cell), cell


def _forget_open(shape: tuple[int, ...], dtype: str | None = None) -> Tensor:
    """Zero biases but for the forget gate's, which start at 1 (Jozefowicz 2015)."""
    units = shape[0] // 4
    return ops.concatenate([ops.zeros(units, dtype), ops.ones(units, dtype), ops.zeros(2 * units, dtype)])
