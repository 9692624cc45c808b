"""The two halves of the roll network that look at keys: what each sees of the past, and how a frame is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from composer.rolls.past import LAGS, MEMORIES, OWN, plane_count

if TYPE_CHECKING:
    from composer.networks.roll_config import PianoRollConfig

Tensor = Any

CROWD = 9
"""More keys than this below a key are not counted."""
_MEMORY = 2
"""The memory whose offer is compared with what a frame has so far."""


class Surroundings(keras.layers.Layer):
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


class KeyHead(keras.layers.Layer):
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
