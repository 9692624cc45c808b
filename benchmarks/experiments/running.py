"""One experiment from its pieces to its figures: fit (going on after an interruption), measure, write down."""

from __future__ import annotations

import csv
import time
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from benchmarks.experiments.material import held_out_material, training_material, withheld
from benchmarks.experiments.measuring import figures, piece_rows
from benchmarks.experiments.motif_cache import with_motif_cache
from benchmarks.experiments.scoring import score, score_and_memories
from benchmarks.experiments.variants import VariantNetwork
from composer.encoding.vocabulary import FACTOR_SIZES, FACTORS
from composer.learning.fitting import averaging_optimizer, fit
from composer.learning.streams import stream_batches, training_queues
from composer.learning.training import FACTOR_WEIGHTS, EpochBatches, Validation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.experiments.experiment import Experiment
    from composer.encoding.features import PieceFeatures
    from composer.learning.corpus import CorpusPiece

EVERY_VALIDATION_PIECE = 6
"""The curve of a training is drawn from every so manieth held-out piece; the result is from all of them."""


class Batches(EpochBatches):
    """Training batches without the inputs that an experiment withholds."""

    def __init__(self, pieces: Sequence[CorpusPiece], experiment: Experiment) -> None:
        self._withheld = experiment.withheld
        super().__init__(pieces, experiment.training)

    def start(self, epoch: int) -> None:
        """Begin an epoch."""
        config = self._config
        rng = np.random.default_rng((config.random_seed, epoch))
        queues = training_queues(self._pieces, config.source_weights, config.streams, rng)
        self._batches = stream_batches([self._without(queue) for queue in queues], config.window)

    def _without(self, queue: Iterator[PieceFeatures]) -> Iterator[PieceFeatures]:
        return (withheld(features, self._withheld) for features in queue)


class SmoothedLoss(keras.losses.Loss):
    """Cross-entropy against targets of which a share is spread evenly over all classes."""

    def __init__(self, smoothing: float, classes: int) -> None:
        super().__init__(name="smoothed")
        self.smoothing, self.classes = smoothing, classes

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Loss of every note; keys that are excluded get no share."""
        logarithms = ops.log_softmax(y_pred, axis=-1)
        possible = ops.cast(y_pred > -1e3, "float32")
        spread = ops.sum(logarithms * possible, axis=-1) / ops.maximum(ops.sum(possible, axis=-1), 1.0)
        target = ops.one_hot(ops.cast(y_true, "int32"), self.classes)
        return -(1 - self.smoothing) * ops.sum(target * logarithms, axis=-1) - self.smoothing * spread


def new_network(experiment: Experiment) -> VariantNetwork:
    """The network of an experiment with random weights, ready to fit."""
    config = experiment.training
    keras.utils.set_random_seed(config.random_seed)
    keras.mixed_precision.set_dtype_policy(config.precision)
    network = VariantNetwork(config.network, experiment.variant, config.streams)
    network.build()
    network.compile(
        optimizer=averaging_optimizer(config, config.batches_per_epoch),
        loss={factor: _loss(experiment.label_smoothing, FACTOR_SIZES[factor]) for factor in FACTORS},
        loss_weights={factor: FACTOR_WEIGHTS.get(factor, 1.0) for factor in FACTORS},
        jit_compile=False,
    )
    return network


def _loss(smoothing: float, classes: int) -> keras.losses.Loss:
    if smoothing:
        return SmoothedLoss(smoothing, classes)
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def run(
    experiment: Experiment, training: Sequence[CorpusPiece], validation: Sequence[CorpusPiece], folder: Path
) -> dict[str, Any]:
    """Train and measure, or go on with it.

    Args:
        experiment: what to do.
        training: all pieces to learn from.
        validation: all held-out pieces.
        folder: of backups and weights of this experiment and seed; of the experiment that it is ``of``, where it is.

    Returns:
        Everything that is written down, as JSON-able values.
    """
    folder.mkdir(parents=True, exist_ok=True)
    held_out = held_out_material(validation, experiment)
    network = new_network(experiment)
    if experiment.of:
        # The file holds the optimiser's state too, and wants it all taken.
        network.optimizer.build(network.trainable_variables)
        network.load_weights(str(folder / "best.weights.h5"))
    else:
        batches = Batches(training_material(training, experiment), experiment)
        curve = Curve(held_out[::EVERY_VALIDATION_PIECE], experiment.training)
        fit(network, batches, curve, experiment.training.epochs, folder)
    measured = _measured(network, held_out, experiment)
    cost = {} if experiment.of else _cost(experiment, folder)
    return {
        "experiment": experiment.card(),
        "backend": keras.backend.backend(),
        "weights": int(sum(np.prod(variable.shape) for variable in network.trainable_variables)),
        **cost,
        "figures": figures(held_out, measured),
        "pieces": piece_rows(held_out, measured),
    }


class Curve(Validation):
    """The curve of a training, and what each epoch costs."""

    def on_epoch_begin(self, _epoch: int, _logs: dict[str, float] | None = None) -> None:
        """Take the time."""
        self._began = time.process_time()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Note the seconds of the processor, then score."""
        if logs is not None:
            logs["processor_seconds"] = time.process_time() - self._began
        super().on_epoch_end(epoch, logs)


def _measured(
    network: VariantNetwork, pieces: Sequence[CorpusPiece], experiment: Experiment
) -> list[NDArray[np.float64]]:
    """Nats of each piece under the experiment's network, with the cache where it has one."""
    if not experiment.motif_cache:
        return score(network, pieces, experiment.training)
    nats, memories = score_and_memories(network, pieces, experiment.training)
    return with_motif_cache(nats, memories, [piece.features for piece in pieces])


def _cost(experiment: Experiment, folder: Path) -> dict[str, Any]:
    """What the training took, over all its interruptions."""
    config = experiment.training
    with (folder / "metrics.csv").open(encoding="utf-8", newline="") as stream:
        processor = sum(float(row["processor_seconds"]) for row in csv.DictReader(stream))
    notes = config.epochs * config.batches_per_epoch * config.streams * config.window
    return {
        "notes_trained": notes,
        "processor_seconds": round(processor, 1),
        "notes_per_processor_second": round(notes / processor, 1),
    }
