"""Attention over the last outputs of the recurrent layers, as in Magenta's Attention RNN (2016), on polyphony."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

Tensor = Any
KEY_WIDTH = 64


class RecentAttention(keras.layers.Layer):
    """Adds to each output what it finds among the ``reach`` outputs before it, also those of the last window.

    Magenta's scores are additive; these are scaled products with a learnt bias for each distance, which cost less.

    Args:
        reach: outputs that are looked back at.
        batch_size: of the streams whose last outputs are kept.
    """

    def __init__(self, reach: int, batch_size: int, **options: Any) -> None:
        super().__init__(**options)
        self.reach, self.batch_size = reach, batch_size
        self.query = keras.layers.Dense(KEY_WIDTH, use_bias=False, name="query")
        self.key = keras.layers.Dense(KEY_WIDTH, use_bias=False, name="key")

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create weights and what is kept."""
        width = input_shape[-1]
        self.query.build(input_shape)
        self.key.build(input_shape)
        self.distances = self.add_weight(name="distances", shape=(self.reach,), initializer="zeros")
        self.value = keras.layers.Dense(width, name="value", kernel_initializer="zeros")
        self.value.build(input_shape)
        options: dict[str, Any] = {"initializer": "zeros", "trainable": False, "autocast": False}
        self.past = self.add_weight(name="past", shape=(self.batch_size, self.reach, width), **options)
        self.present = self.add_weight(name="present", shape=(self.batch_size, self.reach), **options)
        self.built = True

    def call(self, outputs: Tensor, keep: Tensor) -> Tensor:
        """``(batch, time, width)`` with what was found; ``keep`` is 0 where a stream starts a new piece."""
        steps = outputs.shape[1]
        keep = ops.cast(keep[:, None], "float32")
        present = ops.concatenate([self.present * keep, ops.ones((self.batch_size, steps))], axis=1)
        past = ops.cast(self.past * keep[:, :, None], outputs.dtype)
        known = ops.concatenate([past, outputs], axis=1)
        scores = ops.matmul(self.query(outputs), ops.transpose(self.key(known), (0, 2, 1))) / KEY_WIDTH**0.5
        bias, reached = self._by_distance(steps)
        allowed = present[:, None, :] * reached
        scores = ops.where(allowed > 0, ops.cast(scores, "float32") + bias, -1e9)
        # Masked once more: before the first note nothing is allowed, and a softmax would share itself out anyway.
        found = ops.matmul(ops.cast(ops.softmax(scores, axis=-1) * allowed, outputs.dtype), known)
        self.past.assign(ops.cast(ops.stop_gradient(known[:, -self.reach :]), "float32"))
        self.present.assign(present[:, -self.reach :])
        return outputs + self.value(found)

    def _by_distance(self, steps: int) -> tuple[Tensor, Tensor]:
        """The bias of each distance back ``(time, reach + time)``, and 1 where it is one that is looked back at."""
        back = np.arange(steps)[:, None] + self.reach - np.arange(self.reach + steps)[None, :]
        reached = ((back >= 1) & (back <= self.reach)).astype(np.float32)
        bias = ops.take(ops.cast(self.distances, "float32"), np.clip(back - 1, 0, self.reach - 1), axis=0)
        return bias, ops.convert_to_tensor(reached)
