"""The roll network: frames of a piano roll, each keys' states modelled jointly, with exact likelihood.

Two ideas make the best published results on piano rolls, and both are here: every key is treated by the same weights,
seeing its surroundings relative to itself (Johnson 2017, biaxial and tied-parallel networks), and the keys of a frame
are decided one after another, from the lowest up, each given those below (Larochelle and Murray 2011, NADE;
Boulanger-Lewandowski 2012). Over time an LSTM runs along each key with those shared weights, and another one along the
whole frame, in pitch classes relative to the tonic. What each key is shown of the past, with memories of similar
places in the piece, is in ``composer.rolls.past``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from composer.networks.lstm import FusedLSTM
from composer.rolls.past import LAGS, MEMORIES, OWN, plane_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Tensor = Any

CROWD = 9
"""More keys than this below a key are not counted."""
_MEMORY = 2
"""The memory whose offer is compared with what a frame has so far."""
_HARMONY = 16
"""Numbers that the frame's LSTM says of each pitch class."""


@dataclass(frozen=True)
class PianoRollConfig:
    """Shape and regularisation of a PianoRollNetwork.

    Attributes:
        keys: of a frame, the lowest of which is ``lowest_pitch``.
        planes: 1 where only the sounding of a key is modelled, 2 where its onset is as well.
        frames_per_quarter: what a frame is in music; 0 where it differs from file to file.
        cycles: the network sees the number of the frame modulo these.
        reach: so many keys to either side of a key are seen of the past.
        reach_below: so many keys below are seen of the present frame.
    """

    keys: int = 88
    lowest_pitch: int = 21
    planes: int = 1
    frames_per_quarter: int = 0
    cycles: tuple[int, ...] = (2, 3, 4, 6, 8, 12, 16)
    reach: int = 18
    reach_below: int = 48
    width: int = 64
    key_units: int = 64
    frame_units: int = 64
    head_width: int = 64
    dropout: float = 0.3


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
        self.surroundings = _Surroundings(config, name="surroundings")
        self.frame_lstm = FusedLSTM(config.frame_units, batch_size, name="frame_lstm")
        self.harmony = keras.layers.Dense(12 * _HARMONY, name="harmony")
        self.of_harmony = keras.layers.Dense(config.width, use_bias=False, name="of_harmony")
        self.key_lstm = FusedLSTM(config.key_units, batch_size * config.keys, name="key_lstm")
        self.head = _Head(config, name="head")
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


def roll_config(content: Mapping[str, Any]) -> PianoRollConfig:
    """The configuration that a card holds."""
    return PianoRollConfig(**{**content, "cycles": tuple(content["cycles"])})


def state_width(config: PianoRollConfig) -> int:
    """Numbers of recurrent state of one stream."""
    return 2 * (config.keys * config.key_units + config.frame_units)


class _Surroundings(keras.layers.Layer):
    """What each key sees of the past: its neighbours, the harmony, its own register and history, the clock."""

    def __init__(self, config: PianoRollConfig, **options: Any) -> None:
        super().__init__(**options)
        self.config = config
        width = config.width
        self.near = keras.layers.Conv1D(width, 2 * config.reach + 1, padding="same", name="near")
        self.chroma = keras.layers.Dense(width, use_bias=False, name="chroma")
        self.pitch_class = keras.layers.Dense(width, use_bias=False, name="pitch_class")
        self.register = keras.layers.Embedding(config.keys, width, name="register")
        self.own = keras.layers.Dense(width, use_bias=False, name="own")
        self.clocks = [keras.layers.Embedding(cycle, width, name=f"clock_{cycle}") for cycle in config.cycles]
        self.whole = keras.layers.Dense(width, activation="relu", name="whole")

    def build(self, _input_shape: Any = None) -> None:
        """Create all weights."""
        config = self.config
        self.near.build((None, config.keys, plane_count(config.planes)))
        self.chroma.build((None, 12 * len(self._summed)))
        self.pitch_class.build((None, 12))
        self.register.build()
        self.own.build((None, OWN))
        for clock in self.clocks:
            clock.build()
        self.whole.build((None, 12 + config.keys + config.width))
        self.built = True

    @property
    def _summed(self) -> list[int]:
        """The planes that are also seen as pitch classes: one frame ago, and all running means but the shortest."""
        planes = self.config.planes
        means = planes * (len(LAGS) + len(MEMORIES))
        return [0, *range(means + planes, plane_count(planes), planes)]

    def classes(self, tonic: Tensor) -> Tensor:
        """Pitch class of each key above the tonic, one-hot ``(B, keys, 12)``."""
        config = self.config
        pitches = ops.arange(config.lowest_pitch, config.lowest_pitch + config.keys)
        return ops.one_hot((pitches[None] - tonic[:, None]) % 12, 12)

    def call(self, inputs: dict[str, Tensor], classes: Tensor) -> tuple[Tensor, Tensor]:
        """For each key ``(B, T, keys, width)``, before the activation, and for the frame ``(B, T, width)``."""
        config, past = self.config, inputs["past"]
        near = self.near(ops.reshape(past, (-1, config.keys, past.shape[-1])))
        seen = ops.reshape(near, (-1, ops.shape(past)[1], config.keys, config.width)) + self._chroma(past)
        clock = sum(layer(inputs["clock"] % cycle) for layer, cycle in zip(self.clocks, config.cycles, strict=True))
        place = self.pitch_class(classes) + self.register(ops.arange(config.keys))
        seen = seen + place[:, None] + self.own(inputs["own"]) + clock[:, :, None]
        last = ops.cast(past[..., 0], clock.dtype)
        tones = ops.einsum("btk,bkc->btc", last, ops.cast(classes, clock.dtype))
        return seen, self.whole(ops.concatenate([tones, last, clock], axis=-1))

    def _chroma(self, past: Tensor) -> Tensor:
        """Pitch classes of the past as seen from each key: ``(B, T, keys, width)``."""
        of_key = (np.arange(self.config.keys) + self.config.lowest_pitch) % 12
        summed = ops.take(past, np.array(self._summed), axis=-1)
        chroma = ops.einsum("btkp,kc->btcp", summed, ops.cast(np.eye(12, dtype="float32")[of_key], past.dtype))
        turned = ops.take(chroma, (np.arange(12)[:, None] + np.arange(12)) % 12, axis=2)
        return ops.take(
            self.chroma(ops.reshape(turned, (-1, ops.shape(past)[1], 12, 12 * len(self._summed)))), of_key, axis=2
        )


class _Head(keras.layers.Layer):
    """Logits of the keys of a frame, each given the keys below it."""

    def __init__(self, config: PianoRollConfig, **options: Any) -> None:
        super().__init__(**options)
        self.config = config
        width = config.head_width
        self.of_heard = keras.layers.Dense(width, name="of_heard")
        self.of_seen = keras.layers.Dense(width, use_bias=False, name="of_seen")
        self.below = keras.layers.Conv1D(width, config.reach_below, use_bias=False, name="below")
        self.crowd = keras.layers.Embedding(CROWD + 1, width, name="crowd")
        self.above_bass = keras.layers.Embedding(config.keys + 1, width, name="above_bass")
        self.above_next = keras.layers.Embedding(config.keys + 1, width, name="above_next")
        self.hidden = [keras.layers.Dense(width, activation="relu", name=f"hidden_{i}") for i in range(2)]
        self.logits = keras.layers.Dense(config.planes, name="logits")
        self.drop = keras.layers.Dropout(config.dropout / 2)

    def build(self, _input_shape: Any = None) -> None:
        """Create all weights."""
        config = self.config
        width = config.head_width
        self.of_heard.build((None, config.key_units))
        self.of_seen.build((None, config.width))
        self.below.build((None, None, config.planes + 4))
        for layer in (self.crowd, self.above_bass, self.above_next):
            layer.build()
        for layer in (*self.hidden, self.logits):
            layer.build((None, width))
        self.built = True

    def known(self, heard: Tensor, seen: Tensor) -> Tensor:
        """What is known of each key before its frame is begun."""
        return self.of_heard(heard) + self.of_seen(seen)

    def call(self, known: Tensor, frames: Tensor, past: Tensor, *, training: bool = False) -> Tensor:
        """Logits ``(B, T, keys, planes)``; those of a key do not depend on the key itself or those above it."""
        time, (keys, planes) = ops.shape(frames)[1], frames.shape[2:]
        sounding = ops.cast(frames[..., 0], known.dtype)
        offer = planes * (len(LAGS) + _MEMORY)
        before, expected = (ops.cast(past[..., plane], known.dtype) for plane in (0, offer))
        silent = 1 - sounding
        told = [sounding * before, silent * before, sounding * expected, silent * expected]
        told = [*(ops.cast(frames[..., plane], known.dtype) for plane in range(planes)), *told]
        below = ops.reshape(ops.stack(told, axis=-1), (-1, keys, planes + 4))
        below = ops.pad(below, ((0, 0), (self.config.reach_below, 0), (0, 0)))[:, :-1]
        total = (
            known
            + ops.reshape(self.below(below), (-1, time, keys, self.config.head_width))
            + self._places(frames[..., 0])
        )
        hidden = self.drop(ops.relu(total), training=training)
        for layer in self.hidden:
            hidden = layer(hidden)
        return ops.cast(self.logits(hidden), "float32")

    def _places(self, sounding: Tensor) -> Tensor:
        """How many keys sound below each key, how far the lowest and the next of them are."""
        numbers = ops.arange(1, self.config.keys + 1)
        struck = ops.cast(sounding, "int32")
        crowd = ops.cumsum(struck, axis=-1) - struck
        below = _moved_up(struck * numbers, 1)
        for distance in (1, 2, 4, 8, 16, 32, 64):  # a running maximum by doubling: the next sounding key below
            below = ops.maximum(below, _moved_up(below, distance))
        lowest = ops.cast(ops.argmax(struck, axis=-1), "int32")[..., None] + 1
        above_next = ops.where(below > 0, numbers - below, 0)
        above_bass = ops.where(below > 0, numbers - lowest, 0)
        return self.crowd(ops.minimum(crowd, CROWD)) + self.above_next(above_next) + self.above_bass(above_bass)


def _moved_up(values: Tensor, distance: int) -> Tensor:
    """``(B, T, keys)`` moved up by ``distance`` keys; 0 comes in."""
    return ops.pad(values, ((0, 0), (0, 0), (distance, 0)))[..., :-distance]


def _name(variable: Any) -> str:
    """Path of a variable inside the network: Keras numbers the networks of one process, the names must not."""
    return str(variable.path).partition("/")[2]
