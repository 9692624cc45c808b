"""The network of 2016, rebuilt and measured on the frame benchmark: GRU(50), dropout 0.2, Dense, ReLU, squared error.

Run ``python -m benchmarks.schumann_2016 --data FILE.npz [--minutes 6] [--random-seed 1]`` from the repository; it
trains on the split ``train`` for some minutes, measures on ``valid`` and prints one JSON object. As in 2016 it sees the
last 32 frames, learns from every window (stride 1) in batches of 10 with Adam's defaults, and composes by setting every
key whose activation is above a threshold. Its GRU is that of Keras 1: reset before the product, gates by a hard sigmoid
of slope 0.2.

It has no likelihood. The usual reading is given instead: outputs cut to (eps, 1 - eps) and taken as chances of
independent keys, with the eps that suits the training frames best, and frames before the first taken as silent.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from composer.evaluation.frame_baselines import bernoulli_nats
from composer.evaluation.frame_data import KEYS, read_frame_file
from composer.evaluation.frame_measures import expected_accuracy, frame_mean, sequence_mean, shares, sounding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Frames = NDArray[np.uint8]
    Outputs = NDArray[np.float32]

WINDOW, UNITS, DROPOUT, BATCH = 32, 50, 0.2, 10
PRIMER_FRAMES, COMPOSED_FRAMES = 32, 200
EPSILONS = (0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001, 1e-4)
THRESHOLDS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)
FITTING_SEQUENCES = 10
"""Of the training split, on which eps is chosen."""
TIMED_PREDICTIONS = 50


def build() -> Any:
    """The network, compiled as it was."""
    import keras

    def hard_sigmoid(values: Any) -> Any:
        return keras.ops.clip(0.2 * values + 0.5, 0.0, 1.0)

    network = keras.Sequential(
        [
            keras.Input((WINDOW, KEYS)),
            keras.layers.GRU(UNITS, reset_after=False, recurrent_activation=hard_sigmoid),
            keras.layers.Dropout(DROPOUT),
            keras.layers.Dense(KEYS),
            keras.layers.ReLU(),
        ]
    )
    network.compile(optimizer="adam", loss="mse")
    return network


def windows(sequences: Sequence[Frames]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """All frames one after the other ``(frames, keys)``, and the places that have a whole window before them."""
    lengths = [len(frames) for frames in sequences]
    starts = np.cumsum([0, *lengths[:-1]])
    places = [np.arange(start + WINDOW, start + length) for start, length in zip(starts, lengths, strict=True)]
    return np.concatenate([sounding(frames) for frames in sequences]).astype(np.float32), np.concatenate(places)


def _batches(
    rows: NDArray[np.float32], places: NDArray[np.int64], rng: np.random.Generator
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """One epoch in a new order."""
    order = rng.permutation(places)
    for start in range(0, len(order) - BATCH + 1, BATCH):
        chosen = order[start : start + BATCH]
        yield rows[chosen[:, None] + np.arange(-WINDOW, 0)], rows[chosen]


def train(network: Any, sequences: Sequence[Frames], minutes: float, random_seed: int) -> dict[str, Any]:
    """Train until the time is over."""
    import tensorflow as tf

    rows, places = windows(sequences)
    rng = np.random.default_rng(random_seed)

    @tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
    def step(seen: Any, wanted: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = network.compute_loss(seen, wanted, network(seen, training=True))
        gradients = tape.gradient(loss, network.trainable_variables)
        network.optimizer.apply(gradients, network.trainable_variables)
        return loss

    began, steps = time.monotonic(), 0
    while time.monotonic() - began < minutes * 60:
        for seen, wanted in _batches(rows, places, rng):
            step(tf.constant(seen), tf.constant(wanted))
            steps += 1
            if time.monotonic() - began >= minutes * 60:
                break
    return {
        "training_seconds": round(time.monotonic() - began),
        "steps": steps,
        "epochs": round(steps * BATCH / len(places), 2),
    }


def outputs(call: Any, frames: Frames) -> Outputs:
    """What the network says about every frame ``(time, keys)``, the first too; before it there is silence."""
    rows = np.concatenate([np.zeros((WINDOW, KEYS)), sounding(frames)]).astype(np.float32)
    seen = np.lib.stride_tricks.sliding_window_view(rows[:-1], WINDOW, axis=0).swapaxes(1, 2)
    return np.asarray(call(np.ascontiguousarray(seen)))


def cut(values: Outputs, epsilon: float) -> NDArray[np.float64]:
    """Outputs as chances."""
    return np.clip(values.astype(np.float64), epsilon, 1 - epsilon)


def read_as_chances(call: Any, fitting: Sequence[Frames], sequences: Sequence[Frames]) -> dict[str, Any]:
    """The likelihood of the usual reading, with the eps that suits ``fitting`` best; and with the others."""

    def nats(of: Sequence[Frames], said: Sequence[Outputs], epsilon: float) -> list[NDArray[np.float64]]:
        return [bernoulli_nats(frames, cut(values, epsilon)) for frames, values in zip(of, said, strict=True)]

    said_fitting = [outputs(call, frames) for frames in fitting]
    best = min(EPSILONS, key=lambda epsilon: frame_mean(nats(fitting, said_fitting, epsilon)))
    said = [outputs(call, frames) for frames in sequences]
    scored = nats(sequences, said, best)
    thresholds = {
        f"{threshold:g}": expected_accuracy(sequences, [values > threshold for values in said])
        for threshold in THRESHOLDS
    }
    return {
        "epsilon": best,
        "nats_per_frame": frame_mean(scored),
        "mean_of_sequence_means": sequence_mean(scored),
        "nats_per_frame_by_epsilon": {f"{eps:g}": frame_mean(nats(sequences, said, eps)) for eps in EPSILONS},
        "expected_frame_accuracy": expected_accuracy(sequences, [cut(values, best) for values in said]),
        "frame_accuracy_by_threshold": thresholds,
        "outputs_at_zero_share": float(np.mean(np.concatenate(said) == 0)),
    }


def compose(call: Any, primers: Sequence[Frames], threshold: float) -> list[Frames]:
    """Go on from primers, each of ``PRIMER_FRAMES``, by the threshold; without the primers ``(frames, keys, 1)``."""
    rows = np.stack([sounding(primer) for primer in primers]).astype(np.float32)
    for _ in range(COMPOSED_FRAMES):
        chosen = np.asarray(call(np.ascontiguousarray(rows[:, -WINDOW:]))) > threshold
        rows = np.concatenate([rows, chosen[:, None].astype(np.float32)], axis=1)
    return list(rows[:, PRIMER_FRAMES:, :, None].astype(np.uint8))


def _frames_per_cpu_second(network: Any, call: Any, primer: Frames) -> dict[str, float]:
    """Of one piece, by a compiled call, and by ``predict``, which is how it was done."""
    window = sounding(primer).astype(np.float32)[None, -WINDOW:]
    speeds = {}
    for name, says in (("compiled", call), ("predict", lambda seen: network.predict(seen, verbose=0))):
        says(window)
        began = time.process_time()
        for _ in range(TIMED_PREDICTIONS):
            np.asarray(says(window))
        speeds[name] = round(TIMED_PREDICTIONS / (time.process_time() - began), 1)
    return speeds


def measure(network: Any, training: Sequence[Frames], held_out: Sequence[Frames]) -> dict[str, Any]:
    """Everything there is to measure."""
    import tensorflow as tf

    call = tf.function(lambda seen: network(seen, training=False), reduce_retracing=True)
    primers = [frames[:PRIMER_FRAMES] for frames in held_out if len(frames) >= PRIMER_FRAMES]
    true = [frames[PRIMER_FRAMES : PRIMER_FRAMES + COMPOSED_FRAMES] for frames in held_out]
    fitting = training[:: max(len(training) // FITTING_SEQUENCES, 1)]
    return {
        "likelihood": read_as_chances(call, fitting, held_out),
        "composed_by_threshold": {
            f"{threshold:g}": shares(compose(call, primers, threshold)) for threshold in THRESHOLDS
        },
        "true": shares([frames for frames in true if len(frames) == COMPOSED_FRAMES]),
        "frames_per_cpu_second": _frames_per_cpu_second(network, call, primers[0]),
    }


def main() -> None:
    """Train, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="a file of the benchmark with 'train' and 'valid'")
    parser.add_argument("--minutes", type=float, default=6.0, help="to train for")
    parser.add_argument("--random-seed", type=int, default=1)
    given = parser.parse_args()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras

    keras.utils.set_random_seed(given.random_seed)
    file = read_frame_file(given.data)
    training, held_out = file.split("train"), file.split("valid")
    network = build()
    trained = train(network, training, given.minutes, given.random_seed)
    figures = {"sha256": file.sha256, "parameters": network.count_params(), **trained}
    print(json.dumps(figures | measure(network, training, held_out), indent=1))


if __name__ == "__main__":
    main()
