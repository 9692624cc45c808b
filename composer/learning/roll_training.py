"""Train a PianoRollNetwork: resumable, best weights by validation, metrics as CSV."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from composer.learning.fitting import averaging_optimizer, fit
from composer.learning.roll_batches import batches, training_streams, whole_streams
from composer.networks.piano_roll import PianoRollNetwork
from composer.networks.roll_config import PianoRollConfig

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from composer.learning.roll_batches import Batch, RollPiece

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RollTrainingConfig:
    """How to train: everything that shapes the result, stored in the checkpoint's card.

    Attributes:
        streams: pieces that are played side by side.
        window: frames through which errors are sent back; the state goes on beyond.
        epochs: the network is validated after each, which is ``steps_per_epoch`` batches long.
        transpose: each time a piece is played it stands up to so many keys higher or lower.
    """

    network: PianoRollConfig = field(default_factory=PianoRollConfig)
    streams: int = 4
    window: int = 96
    epochs: int = 20
    steps_per_epoch: int = 200
    learning_rate: float = 3e-3
    warmup: int = 100
    weight_decay: float = 0.01
    ema_momentum: float = 0.99
    transpose: int = 6
    precision: str = "mixed_bfloat16"
    random_seed: int = 1


CONFIGS = {
    "piano_midi": RollTrainingConfig(network=PianoRollConfig(dropout=0.35), epochs=16),
    "jsb_chorales": RollTrainingConfig(
        network=PianoRollConfig(dropout=0.4), window=32, epochs=8, steps_per_epoch=150, weight_decay=0.05
    ),
    "roll": RollTrainingConfig(
        network=PianoRollConfig(planes=2, frames_per_quarter=4, cycles=(2, 3, 4, 6, 8, 12, 16, 32), dropout=0.15),
        window=128,
        epochs=14,
        steps_per_epoch=250,
    ),
    "song": RollTrainingConfig(
        network=PianoRollConfig(planes=2, frames_per_quarter=4, cycles=(2, 3, 4, 6, 8, 12, 16, 32), dropout=0.2),
        window=64,
        epochs=100,
        steps_per_epoch=10,
        warmup=20,
    ),
    "tiny": RollTrainingConfig(
        network=PianoRollConfig(
            planes=2, frames_per_quarter=4, reach=4, reach_below=12, width=8, key_units=8, frame_units=8, head_width=8
        ),
        streams=2,
        window=16,
        epochs=2,
        steps_per_epoch=4,
        precision="float32",
    ),
}
"""``roll`` is the released engine, ``song`` suits one piece or a few, the first two are for the frame benchmark."""


class StreamBatches(keras.utils.PyDataset):
    """Endless training batches, drawn anew for each pass over the pieces from (random seed, pass)."""

    def __init__(self, pieces: Sequence[RollPiece], config: RollTrainingConfig) -> None:
        super().__init__()
        self._pieces, self._config = pieces, config
        self._batches: Iterator[Batch]
        self.start(0)

    def start(self, epoch: int) -> None:
        """Begin an epoch; also what a resumed training calls."""
        self._batches = self._endless(epoch)

    def _endless(self, epoch: int) -> Iterator[Batch]:
        config, turn = self._config, 0
        while True:
            rng = np.random.default_rng((config.random_seed, epoch, turn))
            streams = training_streams(self._pieces, config.streams, config.window, config.transpose, rng)
            for batch, _ in batches(streams, config.window):
                yield batch
            turn += 1

    def __len__(self) -> int:
        return self._config.steps_per_epoch

    def __getitem__(self, index: int) -> Batch:
        return next(self._batches)


def cell_nats(targets: Any, logits: Any) -> Any:
    """Negative log-likelihood of each frame, ``(B, T)``: of its keys, and of the onsets that are in question.

    Args:
        targets: as of ``roll_batches.targets_of``.
        logits: ``(B, T, keys, planes)``.
    """
    nats = _bernoulli(targets[..., 0], logits[..., 0])
    if logits.shape[-1] > 1:
        nats = nats + targets[..., 2] * _bernoulli(targets[..., 1], logits[..., 1])
    return ops.sum(nats, axis=-1)


def _bernoulli(targets: Any, logits: Any) -> Any:
    return ops.softplus(logits) - targets * logits


def frame_nats(network: PianoRollNetwork, pieces: Sequence[RollPiece], streams: int, window: int) -> list[NDArray[Any]]:
    """Nats of every frame of every piece, the first frame included: arrays ``(time,)`` in the order of ``pieces``.

    Args:
        network: built for ``streams`` streams.
        pieces: to score.
        streams: to play side by side.
        window: frames at a time.
    """
    found: dict[int, list[NDArray[Any]]] = {id(piece): [] for piece in pieces}
    for (inputs, targets, weights), rows in batches(whole_streams(pieces, streams, window), window):
        nats = ops.convert_to_numpy(cell_nats(targets, network.predict_on_batch(inputs)))
        for row, piece in enumerate(rows):
            if piece is not None:
                found[id(piece)].append(nats[row][weights[row] > 0].astype(np.float64))
    return [np.concatenate(found[id(piece)]) for piece in pieces]


class RollValidation(keras.callbacks.Callback):
    """Adds held-out nats per frame to the logs."""

    def __init__(self, pieces: Sequence[RollPiece], config: RollTrainingConfig) -> None:
        super().__init__()
        self._pieces, self._config = pieces, config

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Score the held-out pieces."""
        nats = frame_nats(self.model, self._pieces, self._config.streams, self._config.window)
        value = float(np.concatenate(nats).mean())
        if logs is not None:
            logs["val_nats"] = value
        logger.info("epoch %d: %.4f nats a frame on validation", epoch + 1, value)


def train_roll(
    training: Sequence[RollPiece], validation: Sequence[RollPiece], config: RollTrainingConfig, output: Path
) -> PianoRollNetwork:
    """Train, or go on where an interrupted training in ``output`` stopped; returns the network with its best weights.

    Args:
        training: pieces to learn from.
        validation: pieces that choose the best epoch.
        config: everything that shapes the result.
        output: folder of backups, logs and the best weights.
    """
    output.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(config.random_seed)
    keras.mixed_precision.set_dtype_policy(config.precision)
    network = PianoRollNetwork(config.network, config.streams)
    network.build()
    network.compile(optimizer=averaging_optimizer(config, config.steps_per_epoch), loss=cell_nats, jit_compile=False)
    fit(network, StreamBatches(training, config), RollValidation(validation, config), config.epochs, output)
    keras.mixed_precision.set_dtype_policy("float32")
    return network


def training_card(config: RollTrainingConfig) -> dict[str, Any]:
    """The configuration as JSON-able values."""
    return asdict(config)
