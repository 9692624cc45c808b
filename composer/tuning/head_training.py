"""Fine-tuning of a network's heads on liked music, held near the base: few steps, rehearsal, a price on every change.

The backbone stays as it is (Notochord, arXiv 2403.12000, freezes it for little data too). Most of every batch is
rehearsal, on which divergence from the base costs (KL, as RL Tuner, Jaques 2017, holds its network near the base).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import keras
import numpy as np
from keras import ops

from composer.encoding.vocabulary import FACTORS
from composer.learning.training import FACTOR_WEIGHTS, nats
from composer.networks.note_lstm import NoteLSTM, NoteLSTMConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from composer.tuning.note_table import NoteTable

    Weights = Mapping[str, NDArray[np.float32]]

Tensor = Any


@dataclass(frozen=True)
class TuningConfig:
    """How to fine-tune.

    Attributes:
        batch: notes in a batch.
        rehearsal_share: of a batch.
        most_epochs: passes over the liked notes.
        kl_weight: price of a nat of divergence from the base on a rehearsed note.
        learning_rate: of Adam; the base's own ended at 1e-4.
    """

    batch: int = 1024
    rehearsal_share: float = 0.85
    most_epochs: int = 1
    kl_weight: float = 1.0
    learning_rate: float = 1e-4
    random_seed: int = 1


class AnchoredHeads(keras.Model):
    """The heads of a network that learns, and those of the base that holds it."""

    def __init__(self, tuned: NoteLSTM, base: NoteLSTM, kl_weight: float) -> None:
        super().__init__()
        self.heads = tuned.heads
        self.anchors = base.heads
        for head in self.anchors.values():
            head.trainable = False
        self._kl_weight = kl_weight

    def call(self, inputs: dict[str, Tensor], *, training: bool = False) -> dict[str, Tensor]:
        """Logits of every factor ``(notes, size)``; pays for divergence where ``rehearsed`` ``(notes, 6)`` says so."""
        memory = inputs["memory"]
        logits = {factor: head(memory, inputs, training=training) for factor, head in self.heads.items()}
        if training:
            divergence = sum(
                ops.sum(_kl(self.anchors[factor](memory, inputs), logits[factor]) * inputs["rehearsed"][:, index])
                for index, factor in enumerate(FACTORS)
            )
            self.add_loss(self._kl_weight * divergence / ops.cast(ops.shape(memory)[0], "float32"))
        return logits


class Tuned(NamedTuple):
    """A network after so many passes."""

    epochs: int
    model: AnchoredHeads
    network: NoteLSTM


def _kl(base: Tensor, tuned: Tensor) -> Tensor:
    """KL divergence in nats of each row of logits."""
    base_log, tuned_log = ops.log_softmax(base, axis=-1), ops.log_softmax(tuned, axis=-1)
    return ops.sum(ops.exp(base_log) * (base_log - tuned_log), axis=-1)


def tune_heads(
    weights: Weights,
    network: NoteLSTMConfig,
    liked: NoteTable,
    rehearsal: NoteTable,
    *,
    config: TuningConfig,
    on_epoch: Callable[[Tuned], bool],
    on_progress: Callable[[float], None],
) -> None:
    """Train the heads for up to ``config.most_epochs`` passes over ``liked``.

    Args:
        weights: of the base, by name.
        network: its shape.
        liked: notes to learn from, weighted by how much they were liked.
        rehearsal: notes to stay the same on.
        config: how.
        on_epoch: shown what has become of it before the first pass and after each; False ends the training.
        on_progress: told the share that is done.
    """
    keras.utils.set_random_seed(config.random_seed)
    tuned = _network(weights, network)
    model = AnchoredHeads(tuned, _network(weights, network), config.kl_weight)
    model.compile(
        optimizer=keras.optimizers.Adam(config.learning_rate, global_clipnorm=1.0),
        loss={factor: keras.losses.SparseCategoricalCrossentropy(from_logits=True) for factor in FACTORS},
        loss_weights={factor: FACTOR_WEIGHTS.get(factor, 1.0) for factor in FACTORS},
        jit_compile=False,
    )
    rng = np.random.default_rng(config.random_seed)
    steps = steps_per_epoch(len(liked), config)
    going = on_epoch(Tuned(0, model, tuned))
    for epoch in range(config.most_epochs):
        if not going:
            return
        for step, (inputs, targets, factor_weights) in enumerate(_batches(liked, rehearsal, config, rng)):
            model.train_on_batch(inputs, targets, factor_weights)
            on_progress((epoch + (step + 1) / steps) / config.most_epochs)
        going = on_epoch(Tuned(epoch + 1, model, tuned))


def _network(weights: Weights, config: NoteLSTMConfig) -> NoteLSTM:
    network = NoteLSTM(config, batch_size=1)
    network.build()
    network.set_weight_arrays(weights)
    return network


def steps_per_epoch(liked: int, config: TuningConfig) -> int:
    """Batches in a pass over so many liked notes."""
    return -(-liked // _liked_in_a_batch(config))


def _liked_in_a_batch(config: TuningConfig) -> int:
    return max(round(config.batch * (1 - config.rehearsal_share)), 1)


def _batches(
    liked: NoteTable, rehearsal: NoteTable, config: TuningConfig, rng: np.random.Generator
) -> Iterator[tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor]]]:
    """Every liked note once, each few of them among notes to rehearse."""
    few = _liked_in_a_batch(config)
    order = rng.permutation(len(liked))
    for start in range(0, len(order), few):
        new = liked.rows(order[start : start + few])
        old = rehearsal.rows(rng.integers(len(rehearsal), size=config.batch - few))
        yield _mixed(new, old)


def _mixed(new: NoteTable, old: NoteTable) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor]]:
    def joined(one: dict[str, Tensor], other: dict[str, Tensor]) -> dict[str, Tensor]:
        return {name: np.concatenate([one[name], other[name]]) for name in one}

    inputs = joined(new.inputs(), old.inputs())
    inputs["rehearsed"] = np.concatenate([np.zeros_like(new.weights), old.weights])
    return inputs, joined(new.targets(), old.targets()), joined(new.factor_weights(), old.factor_weights())


def table_nats(model: AnchoredHeads, table: NoteTable, size: int = 2048) -> NDArray[np.float64]:
    """Weighted negative log-likelihood in nats of every note ``(notes,)``, all factors but the pedal."""
    found = []
    for part in table.parts(size):
        logits = model(part.inputs(), training=False)
        targets = part.targets()
        by_factor = [
            nats(ops.convert_to_numpy(logits[factor]), targets[factor]) * part.weights[:, index]
            for index, factor in enumerate(FACTORS[:-1])
        ]
        found.append(np.sum(by_factor, axis=0))
    return np.concatenate(found)
