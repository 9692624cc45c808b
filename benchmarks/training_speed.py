"""How fast training is beside the plain Keras loop: notes a second of the same network on the same batches.

Run ``python -m benchmarks.training_speed [--rounds N] [--way NAME ...]`` from the repository, alone on the
machine and with OMP_NUM_THREADS=1 for one core. The plain loop is keras.layers.LSTM in float32 with ``model.fit`` on
TensorFlow; ours is FusedLSTM in bfloat16 on the backends that are installed. Each way runs in a process of its own
(Keras has one backend per process) that waits for its turn; the ways take turns, and medians over the rounds are
printed as JSON. Music and weights are random: no corpus is needed, and the speed does not depend on them.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from composer.encoding.features import piece_features
from composer.encoding.vocabulary import FACTORS, encode
from composer.learning.corpus import CorpusFile, CorpusPiece
from composer.notes import Note, Score

if TYPE_CHECKING:
    from composer.learning.training import TrainingConfig

PIECES, NOTES = 40, 1500
WARM_UP, MEASURED = 2, 6
"""Batches before the time is taken, and in each round."""
READY = "ready"


class Way(NamedTuple):
    """One way to train."""

    backend: str
    precision: str
    plain: bool


WAYS = {
    "plain": Way("tensorflow", "float32", plain=True),
    "tensorflow": Way("tensorflow", "mixed_bfloat16", plain=False),
    "torch": Way("torch", "mixed_bfloat16", plain=False),
    "jax": Way("jax", "mixed_bfloat16", plain=False),
}


def random_pieces() -> list[CorpusPiece]:
    """Chords and runs on the beat grid of a plain file."""
    rng = np.random.default_rng(1)
    pieces = []
    for number in range(PIECES):
        onsets = np.cumsum(rng.integers(0, 3, NOTES)) / 4
        pitches, velocities = rng.integers(30, 90, NOTES), rng.integers(30, 100, NOTES)
        lengths = rng.uniform(0.2, 2.0, NOTES)
        notes = tuple(
            Note(float(onset), int(pitch), float(onset + length), int(velocity))
            for onset, pitch, length, velocity in zip(onsets, pitches, lengths, velocities, strict=True)
        )
        features = piece_features(encode(Score(notes)), 0)
        pieces.append(CorpusPiece(CorpusFile(f"{number}.mid", "mutopia", "train"), features))
    return pieces


def plain_network(config: TrainingConfig) -> Any:
    """The same network with Keras' own LSTM: built by the class, with another recurrent layer."""
    import keras

    from composer.networks.note_lstm import NoteLSTM

    class PlainLSTM(keras.layers.LSTM):
        """Keras' layer, its state kept by Keras; pieces that begin are not told apart."""

        def __init__(self, units: int, _batch_size: int, **options: Any) -> None:
            super().__init__(units, return_sequences=True, stateful=False, **options)

        def call(self, inputs: Any, _keep: Any) -> Any:
            return super().call(inputs)

    return NoteLSTM(config.network, config.streams, new_cell=PlainLSTM)


def work(way: Way) -> None:
    """Train a round for every line on the standard input, and answer with its seconds."""
    import keras

    from composer.learning.fitting import averaging_optimizer
    from composer.learning.training import CONFIGS, EpochBatches
    from composer.networks.note_lstm import NoteLSTM

    config = replace(CONFIGS["base"], precision=way.precision, batches_per_epoch=MEASURED)
    keras.mixed_precision.set_dtype_policy(config.precision)
    network = plain_network(config) if way.plain else NoteLSTM(config.network, config.streams)
    network.build()
    loss = {factor: keras.losses.SparseCategoricalCrossentropy(from_logits=True) for factor in FACTORS}
    # As model.compile does by itself: the plain loop may use XLA where Keras thinks that it pays.
    compiling = {} if way.plain else {"jit_compile": False}
    network.compile(optimizer=averaging_optimizer(config, config.batches_per_epoch), loss=loss, **compiling)
    batches = EpochBatches(random_pieces(), config)
    network.fit(batches, epochs=1, steps_per_epoch=WARM_UP, verbose=0)
    print(READY, flush=True)
    for _ in sys.stdin:
        batches.start(0)
        began = time.perf_counter()
        network.fit(batches, epochs=1, verbose=0)
        print(time.perf_counter() - began, flush=True)


class Worker:
    """A process that trains one way when it is told to."""

    def __init__(self, name: str) -> None:
        environment = os.environ | {"KERAS_BACKEND": WAYS[name].backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, "-m", "benchmarks.training_speed", "--work", name]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self._answer()

    def _answer(self) -> str:
        assert self._process.stdout is not None  # noqa: S101 - tells mypy what Popen was asked for
        line = self._process.stdout.readline().strip()
        if not line:
            message = "a worker has ended; its error stands above"
            raise RuntimeError(message)
        return line

    def seconds(self) -> float:
        """Of one round."""
        assert self._process.stdin is not None  # noqa: S101 - tells mypy what Popen was asked for
        print("round", file=self._process.stdin, flush=True)
        return float(self._answer())

    def stop(self) -> None:
        """No more rounds."""
        self._process.communicate()


def measure(names: list[str], rounds: int) -> dict[str, Any]:
    """Notes a second of every way, and how often the plain one's."""
    from composer.learning.training import CONFIGS

    notes = MEASURED * CONFIGS["base"].streams * CONFIGS["base"].window
    workers = {name: Worker(name) for name in names}
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name, worker in workers.items():
            seconds[name].append(worker.seconds())
    for worker in workers.values():
        worker.stop()
    speeds = {name: [notes / time for time in of_name] for name, of_name in seconds.items()}
    return {
        name: {
            "notes_per_second": round(median(of_name)),
            "slowest_and_fastest_round": [round(min(of_name)), round(max(of_name))],
            "times_plain": round(median(of_name) / median(speeds["plain"]), 2) if "plain" in speeds else None,
        }
        for name, of_name in speeds.items()
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", action="append", choices=WAYS, help="several times; all that are installed by default")
    parser.add_argument("--work", choices=WAYS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work(WAYS[arguments.work])
        return
    packages = {name: way.backend for name, way in WAYS.items()}
    names = arguments.way or [name for name, package in packages.items() if importlib.util.find_spec(package)]
    print(json.dumps(measure(names, arguments.rounds), indent=1))


if __name__ == "__main__":
    main()
