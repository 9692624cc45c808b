"""Train a NoteLSTM on a corpus: resumable, best checkpoint by validation, metrics as CSV and TensorBoard.

Training runs on any Keras backend (``KERAS_BACKEND=tensorflow``, the default, ``torch`` or ``jax``); the checkpoint is
the same.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from composer.checkpoints import WEIGHTS, read_weights
from composer.encoding.vocabulary import FACTORS
from composer.learning.fitting import averaging_optimizer, fit
from composer.learning.streams import stream_batches, training_queues, whole_queues
from composer.learning.widening import widened
from composer.networks.note_lstm import NoteLSTM, NoteLSTMConfig

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from composer.checkpoints import Checkpoint
    from composer.learning.corpus import CorpusPiece
    from composer.learning.streams import Batch

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingConfig:
    """How to train: everything that shapes the result, stored in the checkpoint's card."""

    network: NoteLSTMConfig = field(default_factory=NoteLSTMConfig)
    streams: int = 32
    window: int = 128
    epochs: int = 15
    batches_per_epoch: int = 300
    learning_rate: float = 2e-3
    warmup: int = 200
    weight_decay: float = 0.01
    ema_momentum: float = 0.998
    precision: str = "mixed_bfloat16"
    source_weights: Mapping[str, float] = field(default_factory=dict)
    random_seed: int = 1


CONFIGS = {
    "base": TrainingConfig(source_weights={"piano-midi.de": 1.6}),
    "onward": TrainingConfig(
        source_weights={"piano-midi.de": 1.6},
        streams=64,
        epochs=6,
        batches_per_epoch=150,
        learning_rate=1.2e-3,
        warmup=100,
        ema_momentum=0.997,
        random_seed=2,
    ),
    "small": TrainingConfig(network=NoteLSTMConfig(width=256, head_width=128), epochs=10),
    "tiny": TrainingConfig(
        network=NoteLSTMConfig(layers=1, width=32, head_width=16),
        streams=4,
        window=32,
        epochs=2,
        batches_per_epoch=8,
        precision="float32",
    ),
}
"""Configurations of ``composer train --config``: ``base`` trains a network from nothing, ``onward`` trains
one on, ``tiny`` is for trying things."""

FACTOR_WEIGHTS = {"tempo": 0.5, "pedal": 0.5}
"""Rubato and pedalling are mostly noise: spend less of the network on them."""


class EpochBatches(keras.utils.PyDataset):
    """The training batches of one epoch at a time, drawn anew for each epoch from (random seed, epoch)."""

    def __init__(self, pieces: Sequence[CorpusPiece], config: TrainingConfig) -> None:
        super().__init__()
        self._pieces = pieces
        self._config = config
        self._batches: Iterator[Batch]
        self.start(0)

    def start(self, epoch: int) -> None:
        """Begin an epoch; also what a resumed training calls."""
        rng = np.random.default_rng((self._config.random_seed, epoch))
        queues = training_queues(self._pieces, self._config.source_weights, self._config.streams, rng)
        self._batches = stream_batches(queues, self._config.window)

    def __len__(self) -> int:
        return self._config.batches_per_epoch

    def __getitem__(self, index: int) -> Batch:
        return next(self._batches)


class Validation(keras.callbacks.Callback):
    """Adds held-out nats per note (all factors but pedal) to the logs, by source and overall."""

    def __init__(self, pieces: Sequence[CorpusPiece], config: TrainingConfig) -> None:
        super().__init__()
        sources = sorted({piece.file.source for piece in pieces})
        self._by_source = {name: [piece for piece in pieces if piece.file.source == name] for name in sources}
        self._config = config

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Score the held-out pieces."""
        scores = {name: self._nats(pieces) for name, pieces in self._by_source.items()}
        results = {f"val_{name}": value for name, value in scores.items()}
        # The mean over sources, not over notes: the released network shall be good at every kind of music.
        results["val_nats"] = float(np.mean(list(scores.values())))
        if logs is not None:
            logs.update(results)
        logger.info("epoch %d: %s", epoch + 1, ", ".join(f"{name} {value:.3f}" for name, value in results.items()))

    def _nats(self, pieces: Sequence[CorpusPiece]) -> float:
        total, notes = 0.0, 0.0
        for inputs, targets, weights in stream_batches(whole_queues(pieces, self._config.streams), self._config.window):
            logits = self.model.predict_on_batch(inputs)
            notes += float(weights["gap"].sum())
            for factor in FACTORS[:-1]:
                total += float((nats(logits[factor], targets[factor]) * weights[factor]).sum())
        return total / notes


def nats(logits: Any, targets: Any) -> Any:
    """Negative log-likelihood ``(...)`` of integer targets under logits ``(..., classes)``."""
    logits = np.asarray(logits, np.float32)
    shifted = logits - logits.max(-1, keepdims=True)
    chosen = np.take_along_axis(shifted, targets[..., None].astype(np.int64), -1)[..., 0]
    return np.log(np.exp(shifted).sum(-1)) - chosen


def train(
    training: Sequence[CorpusPiece],
    validation: Sequence[CorpusPiece],
    config: TrainingConfig,
    output: Path,
    begin: Checkpoint | None = None,
) -> NoteLSTM:
    """Train, or go on where an interrupted training in ``output`` stopped; returns the network with its best weights.

    Args:
        training: pieces to learn from.
        validation: pieces that choose the best epoch.
        config: everything that shapes the result.
        output: folder of backups, logs and the best weights.
        begin: a network of the same size, perhaps with fewer inputs, to begin with; with random weights by default.
    """
    output.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(config.random_seed)
    keras.mixed_precision.set_dtype_policy(config.precision)
    network = NoteLSTM(config.network, config.streams)
    network.build()
    if begin is not None:
        network.set_weight_arrays(weights_to_begin_with(begin, network))
    loss = {factor: keras.losses.SparseCategoricalCrossentropy(from_logits=True) for factor in FACTORS}
    weights = {factor: FACTOR_WEIGHTS.get(factor, 1.0) for factor in FACTORS}
    network.compile(
        optimizer=averaging_optimizer(config, config.batches_per_epoch),
        loss=loss,
        loss_weights=weights,
        jit_compile=False,
    )
    fit(network, EpochBatches(training, config), Validation(validation, config), config.epochs, output)
    return network


def weights_to_begin_with(begin: Checkpoint, network: NoteLSTM) -> dict[str, NDArray[np.float32]]:
    """The weights of a checkpoint, with nothing said to the inputs that it did not have."""
    inputs = begin.card["vocabulary"]
    weights = read_weights(begin.folder / WEIGHTS)
    return widened(weights, network.weight_arrays(), inputs["step_fields"], inputs["note_fields"])


def config_card(config: TrainingConfig) -> dict[str, Any]:
    """The configuration as JSON-able values."""
    return asdict(config) | {"source_weights": dict(config.source_weights)}
