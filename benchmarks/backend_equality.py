"""The same code trains on every backend, and the weights mean the same in TensorFlow: nats per note of both.

Run ``python -m benchmarks.backend_equality [--backend jax] [--batches N]`` from the repository. A small network is
trained on the built-in openers with the backend, in float32, and scores them; its weights are loaded in TensorFlow and
score them again. Prints both figures, and the largest difference at any factor of any note. Ends with status 1 where
the figures differ by more than 0.0001 nats a note.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from composer.checkpoints import read_weights, write_weights
from composer.encoding.features import piece_features
from composer.encoding.vocabulary import FACTORS, encode
from composer.learning.corpus import CorpusFile, CorpusPiece
from composer.openers import find_opener, list_openers

if TYPE_CHECKING:
    from numpy.typing import NDArray

BACKENDS = ("jax", "torch", "tensorflow")
LARGEST_DIFFERENCE = 1e-4


def opener_pieces() -> list[CorpusPiece]:
    """The built-in openers."""
    pieces = []
    for opener in list_openers():
        score = find_opener(opener.slug).score
        pieces.append(CorpusPiece(CorpusFile(opener.slug, "mutopia", "train"), piece_features(encode(score), 1)))
    return pieces


def work(folder: Path, batches: int) -> None:
    """Train where there are no weights in the folder yet, then score; with the backend of this process."""
    import keras

    from benchmarks.experiments.scoring import score
    from composer.learning.fitting import averaging_optimizer
    from composer.learning.training import CONFIGS, EpochBatches
    from composer.networks.note_lstm import NoteLSTM, NoteLSTMConfig

    config = replace(CONFIGS["tiny"], network=NoteLSTMConfig(width=64, head_width=32), batches_per_epoch=batches)
    keras.utils.set_random_seed(config.random_seed)
    keras.mixed_precision.set_dtype_policy(config.precision)
    network = NoteLSTM(config.network, config.streams)
    network.build()
    pieces, weights = opener_pieces(), folder / "weights.npz"
    if weights.exists():
        network.set_weight_arrays(read_weights(weights))
    else:
        loss = {factor: keras.losses.SparseCategoricalCrossentropy(from_logits=True) for factor in FACTORS}
        network.compile(optimizer=averaging_optimizer(config, batches), loss=loss, jit_compile=False)
        network.fit(EpochBatches(pieces, config), epochs=1, verbose=0)
        write_weights(weights, network.weight_arrays())
        # They are stored as 16-bit numbers: score what will be loaded.
        network.set_weight_arrays(read_weights(weights))
    np.savez(folder / f"{keras.backend.backend()}.npz", *score(network, pieces, config))


def nats_of(backend: str, folder: Path, batches: int) -> list[NDArray[np.float64]]:
    """Nats ``(notes, 6)`` of every piece, from a process that has this backend."""
    environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "benchmarks.backend_equality", "--batches", str(batches), "--work", str(folder)]
    subprocess.run(command, env=environment, check=True)  # noqa: S603 - our own interpreter and module
    with np.load(folder / f"{backend}.npz") as arrays:
        return [arrays[name] for name in arrays.files]


def compare(backend: str, batches: int) -> dict[str, Any]:
    """Figures of a network that a backend has trained, there and in TensorFlow."""
    with tempfile.TemporaryDirectory() as folder:
        there, here = (nats_of(name, Path(folder), batches) for name in (backend, "tensorflow"))
    notes = sum(map(len, there))
    one, other = (float(sum(piece.sum() for piece in nats) / notes) for nats in (there, here))
    return {
        "notes": notes,
        backend: one,
        "tensorflow": other,
        "difference": abs(one - other),
        "largest_difference_at_a_factor": float(max(np.abs(a - b).max() for a, b in zip(there, here, strict=True))),
    }


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", choices=BACKENDS, default="jax")
    parser.add_argument("--batches", type=int, default=100)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work(arguments.work, arguments.batches)
        return 0
    result = compare(arguments.backend, arguments.batches)
    print(json.dumps(result, indent=1))
    return int(result["difference"] > LARGEST_DIFFERENCE)


if __name__ == "__main__":
    sys.exit(main())
