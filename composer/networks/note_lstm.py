"""The note-wise LSTM: one recurrent step per note, factors decoded one after another, exact likelihood.

Sources: one step per note and factors in turn, Hawthorne 2018 (NoteTuple) and Notochord (arXiv 2403.12000); copying
what came after the same context, Magenta's lookback RNN taken to its end; pitch heads tied over transposition, Johnson
2017.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from composer.encoding.fields import INTERVAL_REACH, NOTE_FIELDS, STEP_FIELDS
from composer.encoding.inputs import CHROMA_WIDTH, KEY_CLASSES, KEYS, KNOWN_WIDTHS, STEP_WIDTH, field_slice
from composer.encoding.vocabulary import FACTOR_SIZES, FACTORS
from composer.networks.lstm import FusedLSTM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

Tensor = Any

_CHROMA = slice(STEP_WIDTH - KEYS - CHROMA_WIDTH, STEP_WIDTH - KEYS)
_TURNS = np.array([[(q + k) % 12 for k in range(12)] + [12 + (q + k) % 12 for k in range(12)] for q in range(12)])
LOOKBACKS = ("bar_ago", "half_ago", "beat_ago", "two_bars_ago")
_INTERVAL_OFFERS = [field_slice(NOTE_FIELDS, "gap", f"{where}_interval") for where in ("match", *LOOKBACKS)]
_OFFER_MARGIN = KEYS - 1 - (INTERVAL_REACH - 1)
_STEP_SLICES = {name: field_slice({"": STEP_FIELDS}, "", name) for name in STEP_FIELDS}
OFFERS: dict[str, list[tuple[str, slice]]] = {
    "gap": [("step", _STEP_SLICES[f"{where}_gap"]) for where in ("match", *LOOKBACKS)],
    "pitch": [],
    "duration": [("note", field_slice(NOTE_FIELDS, "pitch", f"{where}_duration")) for where in ("match", "bar_ago")],
    "velocity": [("note", field_slice(NOTE_FIELDS, "duration", f"{where}_velocity")) for where in ("match", "bar_ago")],
    "tempo": [("note", field_slice(NOTE_FIELDS, "velocity", "match_tempo"))],
    "pedal": [("note", field_slice(NOTE_FIELDS, "velocity", "match_pedal"))],
}
"""Per factor, where in the inputs the match (or the bar before) offers a value, as one-hot slices."""


@dataclass(frozen=True)
class NoteLSTMConfig:
    """Shape and regularisation of a NoteLSTM."""

    layers: int = 2
    width: int = 512
    head_width: int = 256
    dropout: float = 0.25
    head_dropout: float = 0.1


class NoteLSTM(keras.Model):
    """Logits of all factors of all notes of a batch of streams, teacher-forced.

    Inputs are a dictionary (see ``composer.encoding.inputs``): ``step`` ``(B, T, STEP_WIDTH)``, ``note``
    ``(B, T, NOTE_WIDTH)``, ``sets`` ``(B, T, 2, 88)``, ``anchors`` int ``(B, T, 3)``, ``keep`` ``(B,)``. Outputs are
    a dictionary of float32 logits ``(B, T, size)`` by factor.

    Args:
        config: shape and regularisation.
        batch_size: streams whose state is kept between batches.
        new_cell: makes a recurrent layer from width and batch size (experiments have others).
        new_head: makes the head of a factor from its name and ``config``.
    """

    def __init__(
        self,
        config: NoteLSTMConfig,
        batch_size: int,
        *,
        new_cell: Callable[..., Any] = FusedLSTM,
        new_head: Callable[..., FactorHead] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.config = config
        new_head = new_head or FactorHead
        locked = (None, 1, None)
        self.embed = keras.layers.Dense(config.width, name="embed")
        self.cells = [new_cell(config.width, batch_size, name=f"lstm_{i}") for i in range(config.layers)]
        # The same units at every step (Gal and Ghahramani 2016): noise that changes each step drowns memory.
        self.drops = [keras.layers.Dropout(config.dropout, noise_shape=locked) for _ in range(config.layers + 1)]
        self.norm = keras.layers.LayerNormalization(name="norm")
        self.heads = {factor: new_head(factor, config, name=f"head_{factor}") for factor in FACTORS}

    def build(self, _input_shape: Any = None) -> None:
        """Create all weights; their shapes do not depend on the input's."""
        width = self.config.width
        self.embed.build((None, None, STEP_WIDTH))
        for cell in self.cells:
            cell.build((None, None, width))
        self.norm.build((None, None, width))
        for head in self.heads.values():
            head.build((None, None, width))
        self.built = True

    def call(self, inputs: dict[str, Tensor], *, training: bool = False) -> dict[str, Tensor]:
        """Return the logits of every factor."""
        memory = self.recur(inputs, training=training)
        return {factor: head(memory, inputs, training=training) for factor, head in self.heads.items()}

    def recur(self, inputs: dict[str, Tensor], *, training: bool) -> Tensor:
        """The memory ``(B, T, width)`` before each note."""
        output = self.drops[0](self.embed(inputs["step"]), training=training)
        total = 0.0
        for cell, drop in zip(self.cells, self.drops[1:], strict=True):
            output = drop(cell(output, inputs["keep"]), training=training)
            total = total + output
        return self.norm(total)

    def weight_arrays(self) -> dict[str, NDArray[np.float32]]:
        """All trained weights by name."""
        return {_name(variable): np.asarray(ops.convert_to_numpy(variable)) for variable in self.trainable_variables}

    def set_weight_arrays(self, arrays: Mapping[str, NDArray[np.float32]]) -> None:
        """Set all trained weights; raises KeyError or ValueError where names or shapes do not fit."""
        for variable in self.trainable_variables:
            variable.assign(arrays[_name(variable)])

    def step(self, step: Tensor, states: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """Advance by a note: ``(B, STEP_WIDTH)`` and ``2 * layers`` states in, memory ``(B, width)`` and states out."""
        output, total, new = self.embed(step), 0.0, []
        for index, cell in enumerate(self.cells):
            hidden, memory = cell.step(output, states[2 * index], states[2 * index + 1])
            output, total = hidden, total + hidden
            new += [hidden, memory]
        return self.norm(total), new


class FactorHead(keras.layers.Layer):
    """Logits of one factor from the memory and the factors of this note that are decided already.

    Where a match offers a value (what came after the same context earlier in the piece), a gate adds to its logit.
    """

    def __init__(self, factor: str, config: NoteLSTMConfig, **options: Any) -> None:
        super().__init__(**options)
        self.factor = factor
        self.offers = OFFERS[factor]
        self.known_width = KNOWN_WIDTHS[factor]
        self.from_memory = keras.layers.Dense(config.head_width, name="from_memory")
        self.from_known = (
            keras.layers.Dense(config.head_width, use_bias=False, name="from_known") if self.known_width else None
        )
        self.drop = keras.layers.Dropout(config.head_dropout)
        self.logits = keras.layers.Dense(FACTOR_SIZES[factor], name="logits")
        self.gates = keras.layers.Dense(len(self.offers), name="gates") if self.offers else None
        # Its logits are float32 in half precision too: Keras must not round them on the way in.
        self.relative = RelativePitch(name="relative", autocast=False) if factor == "pitch" else None

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create all weights."""
        inner = (*input_shape[:-1], self.from_memory.units)
        self.from_memory.build(input_shape)
        if self.from_known is not None:
            self.from_known.build((*input_shape[:-1], self.known_width))
        for layer in (self.logits, self.gates, self.relative):
            if layer is not None:
                layer.build(inner)
        self.built = True

    def call(self, memory: Tensor, inputs: dict[str, Tensor], *, training: bool = False) -> Tensor:
        """Return float32 logits ``(..., size)``."""
        inner = self.from_memory(memory)
        if self.from_known is not None:
            inner = inner + self.from_known(inputs["note"][..., : self.known_width])
        inner = self.drop(ops.gelu(inner), training=training)
        logits = ops.cast(self.logits(inner), "float32")
        if self.gates is not None:
            gates = ops.cast(self.gates(inner), "float32")
            for index, (source, place) in enumerate(self.offers):
                logits = logits + gates[..., index : index + 1] * ops.cast(inputs[source][..., place], "float32")
        if self.relative is not None:
            logits = self.relative(inner, inputs, logits)
        return logits


class RelativePitch(keras.layers.Layer):
    """Pitch logits that do not care where on the keyboard the music is: tied over transposition.

    Adds logits indexed by the distance to the last note and to the bass, by the pitch classes of the last few beats and
    of the key, and gates on the keys struck one bar and one beat ago; excludes what would break a chord's order.
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create all weights."""
        self.to_last = keras.layers.Dense(2 * KEYS - 1, name="to_last")
        self.to_bass = keras.layers.Dense(2 * KEYS - 1, name="to_bass")
        self.to_chroma = keras.layers.Dense(CHROMA_WIDTH, name="to_chroma")
        self.gates = keras.layers.Dense(len(_INTERVAL_OFFERS) + 2, name="gates")
        for layer in (self.to_last, self.to_bass, self.to_chroma, self.gates):
            layer.build(input_shape)
        self.built = True

    def call(self, inner: Tensor, inputs: dict[str, Tensor], logits: Tensor) -> Tensor:
        """Return ``logits`` ``(..., 88)`` with the relative parts added and the mask applied."""
        anchors = inputs["anchors"]
        gates = ops.cast(self.gates(inner), "float32")
        distances = ops.cast(self.to_last(inner), "float32") + self.offered(gates, inputs["note"])
        logits = logits + keys_by_distance(distances, anchors[..., 0:1])
        logits = logits + keys_by_distance(ops.cast(self.to_bass(inner), "float32"), anchors[..., 1:2])
        logits = logits + self.by_pitch_class(ops.cast(self.to_chroma(inner), "float32"), inputs["step"])
        sets = ops.cast(inputs["sets"], "float32")
        logits = logits + gates[..., -2:-1] * sets[..., 0, :] + gates[..., -1:] * sets[..., 1, :]
        return self.masked(logits, anchors)

    def offered(self, gates: Tensor, note: Tensor) -> Tensor:
        """What intervals of before add to the logits of all distances ``(..., 175)``."""
        offer: Tensor = 0.0
        for index, place in enumerate(_INTERVAL_OFFERS):
            # The outermost ids stand for all larger leaps and offer nothing.
            interval = ops.cast(note[..., place], "float32")[..., 1:-1]
            offer = offer + gates[..., index : index + 1] * interval
        return ops.pad(offer, [(0, 0)] * (len(offer.shape) - 1) + [(_OFFER_MARGIN, _OFFER_MARGIN)])

    def by_pitch_class(self, coefficients: Tensor, step: Tensor) -> Tensor:
        """Circular correlation of learnt coefficients with the two chroma memories, spread over the keyboard."""
        turned = ops.take(ops.cast(step[..., _CHROMA], "float32"), _TURNS, axis=-1)
        shape = ops.shape(coefficients)
        classes = ops.sum(turned * ops.reshape(coefficients, (*shape[:-1], 1, CHROMA_WIDTH)), axis=-1)
        return ops.take(classes, KEY_CLASSES, axis=-1)

    def masked(self, logits: Tensor, anchors: Tensor) -> Tensor:
        """Without the keys that would break a chord's order."""
        return logits - 1e4 * ops.cast(ops.arange(KEYS) <= anchors[..., 2:3], "float32")


def _name(variable: Any) -> str:
    """Path of a variable inside the network: Keras numbers the networks of one process, the names must not."""
    return str(variable.path).partition("/")[2]


def keys_by_distance(distances: Tensor, anchor: Tensor) -> Tensor:
    """Pick for each key p the logit of its distance to ``anchor``: ``distances[..., p - anchor + 87]``."""
    index = ops.cast(ops.arange(KEYS), "int32") - ops.cast(anchor, "int32") + (KEYS - 1)
    return ops.take_along_axis(distances, index, axis=-1)
