"""Networks that differ from the released one in their cells, their pitch head or what they look back at."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from benchmarks.experiments.attention import RecentAttention
from benchmarks.experiments.cells import CELLS
from composer.encoding.fields import NOTE_FIELDS, STEP_FIELDS
from composer.encoding.inputs import CHROMA_WIDTH, KEYS, field_slice
from composer.networks.note_lstm import FactorHead, NoteLSTM, RelativePitch, keys_by_distance

if TYPE_CHECKING:
    from benchmarks.experiments.experiment import Variant
    from composer.networks.note_lstm import NoteLSTMConfig

Tensor = Any
RELATIONS = ("last", "bass", "chroma", "sets", "offers")
"""Parts of the relative pitch head: distances to the last note and to the bass, pitch classes of the last beats and
bars, keys struck a beat and a bar ago, intervals that stood a match, a beat or a bar ago."""
_FIELDS = {name: field_slice({"": STEP_FIELDS}, "", name) for name in STEP_FIELDS}


class VariantNetwork(NoteLSTM):
    """A NoteLSTM with other parts."""

    def __init__(self, config: NoteLSTMConfig, variant: Variant, batch_size: int, **options: Any) -> None:
        head = partial(VariantHead, variant=variant)
        super().__init__(config, batch_size, new_cell=CELLS[variant.cell], new_head=head, **options)
        self.attention = RecentAttention(variant.attention, batch_size) if variant.attention else None

    def build(self, input_shape: Any = None) -> None:
        """Create all weights."""
        super().build(input_shape)
        if self.attention is not None:
            self.attention.build((None, None, self.config.width))

    def recur(self, inputs: dict[str, Tensor], *, training: bool) -> Tensor:
        """The memory, and what attention adds to it."""
        memory = super().recur(inputs, training=training)
        return memory if self.attention is None else self.attention(memory, inputs["keep"])


class VariantHead(FactorHead):
    """A factor's head without some of its parts, or in another order."""

    def __init__(self, factor: str, config: NoteLSTMConfig, *, variant: Variant, **options: Any) -> None:
        super().__init__(factor, config, **options)
        self.order = PitchFirst(factor) if variant.pitch_first and factor in {"gap", "pitch"} else None
        if not variant.offers:
            self.offers, self.gates = [], None
        if self.order is not None:
            self.known_width = self.order.known_width
            units = config.head_width
            self.from_known = keras.layers.Dense(units, use_bias=False, name="known") if self.known_width else None
        if factor == "pitch" and set(variant.relations) != set(RELATIONS):
            self.relative = SomeRelations(variant.relations, name="some_relations", autocast=False)

    def call(self, memory: Tensor, inputs: dict[str, Tensor], *, training: bool = False) -> Tensor:
        """Return float32 logits ``(..., size)``."""
        if self.order is None:
            return super().call(memory, inputs, training=training)
        logits = super().call(memory, self.order.seen(inputs), training=training)
        return self.order.masked(logits, inputs)


class PitchFirst:
    """The pitch before the gap: what each of the two heads may see then.

    The pitch's is told nothing of the place where the note will stand, as that is not decided, and no key is excluded;
    the gap's is told the pitch and the interval, and a lower or equal key excludes that the note joins the chord.
    """

    def __init__(self, factor: str) -> None:
        self.factor = factor
        places = [field_slice(NOTE_FIELDS, "pitch", name) for name in ("pitch", "interval")]
        self.known = slice(places[0].start, places[1].stop)
        self.known_width = 0 if factor == "pitch" else self.known.stop - self.known.start

    def seen(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        """Inputs of the head."""
        if self.factor == "gap":
            return inputs | {"note": inputs["note"][..., self.known]}
        anchors, step = inputs["anchors"], inputs["step"]
        # The bass as the last note had it: which keys are still down depends on the gap.
        above = ops.cast(ops.argmax(step[..., _FIELDS["above_bass"]], axis=-1), "int32")
        last = anchors[..., 0]
        told = ops.stack([last, ops.maximum(last - above, 0), ops.full_like(last, -1)], axis=-1)
        return inputs | {
            "anchors": told,
            "sets": ops.zeros_like(inputs["sets"]),
            "note": ops.zeros_like(inputs["note"]),
        }

    def masked(self, logits: Tensor, inputs: dict[str, Tensor]) -> Tensor:
        """Chords ascend."""
        if self.factor == "pitch":
            return logits
        pitch = field_slice(NOTE_FIELDS, "pitch", "pitch")
        struck = ops.cast(ops.argmax(inputs["note"][..., pitch], axis=-1), "int32")
        begun = ops.cast(ops.any(inputs["step"][..., _FIELDS["pitch"]] > 0, axis=-1), "int32")
        excluded = ops.cast(struck <= inputs["anchors"][..., 0], "float32") * ops.cast(begun, "float32")
        first = ops.cast(ops.arange(logits.shape[-1]) == 0, "float32")
        return logits - 1e4 * excluded[..., None] * first


class SomeRelations(RelativePitch):
    """The relative pitch head with some of its parts; what would break a chord's order is excluded without any."""

    def __init__(self, relations: tuple[str, ...], **options: Any) -> None:
        super().__init__(**options)
        self.relations = relations

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Create the weights of the parts that there are."""
        self.parts = {
            name: keras.layers.Dense(width, name=name) for name, width in _WIDTHS.items() if name in self.relations
        }
        for layer in self.parts.values():
            layer.build(input_shape)
        self.built = True

    def call(self, inner: Tensor, inputs: dict[str, Tensor], logits: Tensor) -> Tensor:
        """Return ``logits`` ``(..., 88)`` with the parts added and the mask applied."""
        said = {name: ops.cast(layer(inner), "float32") for name, layer in self.parts.items()}
        anchors = inputs["anchors"]
        distances: Tensor = said.get("last", 0.0)
        if "offers" in said:
            distances = distances + self.offered(said["offers"], inputs["note"])
        if "last" in said or "offers" in said:
            logits = logits + keys_by_distance(distances, anchors[..., 0:1])
        if "bass" in said:
            logits = logits + keys_by_distance(said["bass"], anchors[..., 1:2])
        if "chroma" in said:
            logits = logits + self.by_pitch_class(said["chroma"], inputs["step"])
        if "sets" in said:
            sets = ops.cast(inputs["sets"], "float32")
            logits = logits + ops.sum(said["sets"][..., None] * sets, axis=-2)
        return self.masked(logits, anchors)


_WIDTHS = {
    "last": 2 * KEYS - 1,
    "bass": 2 * KEYS - 1,
    "chroma": CHROMA_WIDTH,
    "sets": 2,
    "offers": 5,
}
