"""Small roll networks whose weights mean nothing, and music at random for them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import keras
import numpy as np

from composer.checkpoints import NETWORK, ROLL, WEIGHTS, write_card, write_weights
from composer.learning.export import export_in_child
from composer.learning.roll_training import CONFIGS
from composer.networks.piano_roll import PianoRollNetwork

if TYPE_CHECKING:
    from pathlib import Path

    from composer.checkpoints import Checkpoint
    from composer.networks.roll_config import PianoRollConfig

TINY = CONFIGS["tiny"].network
SOUNDING_ONLY = replace(TINY, planes=1)


def network_of(config: PianoRollConfig, streams: int = 1) -> PianoRollNetwork:
    """A small network with weights that are all different from nothing."""
    keras.mixed_precision.set_dtype_policy("float32")
    keras.utils.set_random_seed(7)
    network = PianoRollNetwork(config, streams)
    network.build()
    rng = np.random.default_rng(7)
    network.set_weight_arrays(
        {
            name: array + rng.normal(0, 0.2, array.shape).astype(np.float32)
            for name, array in network.weight_arrays().items()
        }
    )
    return network


def random_frames(time: int, planes: int, seed: int = 1, share: float = 0.05) -> np.ndarray:
    """Frames of keys struck at random, of which about half are held on."""
    rng = np.random.default_rng(seed)
    struck = rng.random((time, 88)) < share
    sounding = struck.copy()
    for frame in range(1, time):
        sounding[frame] |= sounding[frame - 1] & (rng.random(88) < 0.5)
    frames: np.ndarray = np.stack([sounding, struck], axis=-1)[..., :planes].astype(np.uint8)
    return frames


def write_exact(folder: Path, config: PianoRollConfig) -> Checkpoint:
    """A checkpoint of such a network whose compiled form has float32 weights: it computes what the network does."""
    folder.mkdir(parents=True, exist_ok=True)
    write_weights(folder / WEIGHTS, network_of(config).weight_arrays())
    export_in_child(folder / WEIGHTS, config, folder / NETWORK, "float32")
    return write_card(folder, {"engine": ROLL, "network": asdict(config)})
