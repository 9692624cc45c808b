"""How every network here is fitted: averaged weights, resumable, the best epoch by validation, metrics on the way."""

from __future__ import annotations

import importlib.util
import math
from typing import TYPE_CHECKING, Any, Protocol

import keras

if TYPE_CHECKING:
    from pathlib import Path


class Schedule(Protocol):
    """What a training configuration says of the optimiser."""

    @property
    def epochs(self) -> int:
        """In all."""

    @property
    def learning_rate(self) -> float:
        """At its highest."""

    @property
    def warmup(self) -> int:
        """Batches until then."""

    @property
    def weight_decay(self) -> float:
        """Of AdamW."""

    @property
    def ema_momentum(self) -> float:
        """Of the averaged weights."""


class WarmCosine(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warm-up, then half a cosine down to a twentieth."""

    def __init__(self, peak: float, warmup: int, steps: int) -> None:
        super().__init__()
        self.peak, self.warmup, self.steps = peak, warmup, steps

    def __call__(self, step: Any) -> Any:
        """Learning rate at an optimiser step."""
        step = keras.ops.cast(step, "float32")
        rising = (step + 1) / self.warmup
        share = keras.ops.clip((step - self.warmup) / max(self.steps - self.warmup, 1), 0.0, 1.0)
        return self.peak * keras.ops.minimum(rising, 0.05 + 0.95 * 0.5 * (1 + keras.ops.cos(math.pi * share)))

    def get_config(self) -> dict[str, Any]:
        """What Keras stores."""
        return {"peak": self.peak, "warmup": self.warmup, "steps": self.steps}


def averaging_optimizer(config: Schedule, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """AdamW whose exponentially averaged weights are what is validated and kept."""
    return keras.optimizers.AdamW(
        WarmCosine(config.learning_rate, config.warmup, config.epochs * steps_per_epoch),
        weight_decay=config.weight_decay,
        global_clipnorm=1.0,
        use_ema=True,
        ema_momentum=config.ema_momentum,
    )


def fit(network: Any, batches: Any, validation: keras.callbacks.Callback, epochs: int, output: Path) -> None:
    """Fit a compiled network, or go on where an interrupted training in ``output`` stopped; it gets its best weights.

    Args:
        network: to fit.
        batches: a PyDataset whose ``start(epoch)`` begins an epoch.
        validation: adds ``val_nats`` to the logs of an epoch.
        epochs: in all.
        output: folder of backups, logs and the best weights.
    """
    best = str(output / "best.weights.h5")
    # In this order: the backup must hold the raw weights, validation and the best checkpoint the averaged ones.
    callbacks = [
        keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, _logs: batches.start(epoch)),
        keras.callbacks.BackupAndRestore(str(output / "backup"), delete_checkpoint=False),
        keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
        validation,
        keras.callbacks.ModelCheckpoint(
            best, monitor="val_nats", mode="min", save_best_only=True, save_weights_only=True
        ),
        keras.callbacks.CSVLogger(str(output / "metrics.csv"), append=True),
        *_tensorboard(output),
    ]
    network.fit(batches, epochs=epochs, callbacks=callbacks, verbose=1)
    network.load_weights(best)


def _tensorboard(output: Path) -> list[keras.callbacks.Callback]:
    """TensorBoard's log too, where TensorBoard is installed."""
    installed = importlib.util.find_spec("tensorboard") is not None
    return [keras.callbacks.TensorBoard(str(output / "tensorboard"))] if installed else []
