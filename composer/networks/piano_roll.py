"""The roll network: frames of a piano roll, each keys' states modelled jointly, with exact likelihood.

Two ideas make the best published results on piano rolls, and both are here: every key is treated by the same weights,
seeing its surroundings relative to itself (Johnson 2017, biaxial and tied-parallel networks), and the keys of a frame
are decided one after another, from the lowest up, each given those below (Larochelle and Murray 2011, NADE;
Boulanger-Lewandowski 2012). Over time an LSTM runs along each key with those shared weights, and another one along the
whole frame, in pitch classes relative to the tonic. What each key is shown of the past, with memories of similar
places in the piece, is in ``composer.rolls.past``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from composer.networks.lstm import FusedLSTM
from composer.networks.roll_layers import KeyHead, Surroundings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from composer.networks.roll_config import PianoRollConfig

Tensor = Any

_HARMONY = 16
"""Numbers that the frame's LSTM says of each pitch class."""


class PianoRollNetwork(keras.Model):
    """Logits of all cells of all frames of a batch of streams, teacher-forced.

    Inputs are a dictionary: ``frames`` ``(B, T, keys, planes)``, what is predicted; ``past`` and ``own``
    ``(B, T, keys, plane_count)`` and ``(B, T, keys, OWN)`` as of ``Past.planes``; ``clock`` int ``(B, T)``, the number
    of the frame; ``tonic`` int ``(B,)``, a pitch class; ``keep`` ``(B,)``, 0 where a stream starts a new piece.
    The output is float32 logits ``(B, T, keys, planes)``: that a key sounds, and, for one that sounded in the frame
    before and goes on, that it is struck anew.
    """

    def __init__(self, config: PianoRollConfig, batch_size: int, **options: Any) -> None:
        super().__init__(**options)
        self.config = config
        self.surroundings = Surroundings(config, name="surroundings")
        self.frame_lstm = FusedLSTM(config.frame_units, batch_size, name="frame_lstm")
        self.harmony = keras.layers.Dense(12 * _HARMONY, name="harmony")
        self.of_harmony = keras.layers.Dense(config.width, use_bias=False, name="of_harmony")
        self.key_lstm = FusedLSTM(config.key_units, batch_size * config.keys, name="key_lstm")
        self.head = KeyHead(config, name="head")
        self.drops = [keras.layers.Dropout(config.dropout) for _ in range(3)]

    def build(self, _input_shape: Any = None) -> None:
        """Create all weights; their shapes do not depend on the input's."""
        config = self.config
        self.surroundings.build()
        self.frame_lstm.build((None, None, config.width))
        self.harmony.build((None, None, config.frame_units))
        self.of_harmony.build((None, None, 12, _HARMONY))
        self.key_lstm.build((None, None, config.width))
        self.head.build()
        self.built = True

    def call(self, inputs: dict[str, Tensor], *, training: bool = False) -> Tensor:
        """Return the logits of every cell."""
        time, keys = ops.shape(inputs["clock"])[1], self.config.keys
        classes = self.surroundings.classes(inputs["tonic"])
        seen, whole = self.surroundings(inputs, classes)
        heard = self.drops[0](self.frame_lstm(whole, inputs["keep"]), training=training)
        seen = self.drops[1](ops.relu(seen + self._harmony(heard, classes)), training=training)
        rows = ops.reshape(ops.transpose(seen, (0, 2, 1, 3)), (-1, time, self.config.width))
        rows = self.key_lstm(rows, ops.repeat(inputs["keep"], keys))
        heard = ops.transpose(ops.reshape(rows, (-1, keys, time, self.config.key_units)), (0, 2, 1, 3))
        known = self.head.known(self.drops[2](heard, training=training), seen)
        return self.head(known, inputs["frames"], inputs["past"], training=training)

    def _harmony(self, heard: Tensor, classes: Tensor) -> Tensor:
        """What the frame's LSTM tells each key: ``(B, T, keys, width)``."""
        table = self.of_harmony(ops.reshape(self.harmony(heard), (-1, ops.shape(heard)[1], 12, _HARMONY)))
        return ops.einsum("btcw,bkc->btkw", table, ops.cast(classes, table.dtype))

    def step(self, inputs: dict[str, Tensor], states: Tensor) -> tuple[Tensor, Tensor]:
        """Advance one stream by a frame.

        Args:
            inputs: ``past`` ``(keys, plane_count)``, ``own`` ``(keys, OWN)``, ``clock`` ``(1,)``, ``tonic`` ``(1,)``.
            states: ``(state_width,)``.

        Returns:
            What the head knows of each key, ``(keys, head_width)``, and the new states.
        """
        config = self.config
        shown = {name: inputs[name][None, None] for name in ("past", "own")} | {"clock": inputs["clock"][None]}
        classes = self.surroundings.classes(inputs["tonic"])
        seen, whole = self.surroundings(shown, classes)
        of_keys, of_frame = states[: -2 * config.frame_units], states[-2 * config.frame_units :]
        heard, memory = self.frame_lstm.step(whole[0], *ops.split(of_frame[None], 2, axis=-1))
        seen = ops.relu(seen + self._harmony(heard[None], classes))[0, 0]
        rows, cells = self.key_lstm.step(seen, *ops.split(ops.reshape(of_keys, (config.keys, -1)), 2, axis=-1))
        new = [ops.reshape(ops.concatenate([rows, cells], axis=-1), (-1,)), heard[0], memory[0]]
        return self.head.known(rows, seen), ops.concatenate(new, axis=0)

    def weight_arrays(self) -> dict[str, NDArray[np.float32]]:
        """All trained weights by name."""
        return {_name(variable): np.asarray(ops.convert_to_numpy(variable)) for variable in self.trainable_variables}

    def set_weight_arrays(self, arrays: Mapping[str, NDArray[np.float32]]) -> None:
        """Set all trained weights; raises KeyError or ValueError where names or shapes do not fit."""
        for variable in self.trainable_variables:
            variable.assign(arrays[_name(variable)])


def _name(variable: Any) -> str:
    """Path of a variable inside the network: Keras numbers the networks of one process, the names must not."""
    return str(variable.path).partition("/")[2]
