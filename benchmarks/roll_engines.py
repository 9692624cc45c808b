"""A network of the roll engine, measured as ``benchmarks.schumann_2016`` measures that of 2016.

Run ``python -m benchmarks.roll_engines --checkpoint DIR --data FILE.npz [--split valid] [--draws 8]`` from the
repository; it prints one JSON object: likelihood, accuracy (expected, and of frames set by threshold 0), what its
continuations of the first 32 frames of every sequence are like over 200 frames, drawn at three temperatures and set by
threshold 0, and how many frames it composes in a second of one core. Of likelihood and expected accuracy more is told
by ``python -m composer benchmark frames``.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.schumann_2016 import COMPOSED_FRAMES, PRIMER_FRAMES
from composer.checkpoints import load_checkpoint
from composer.evaluation.frame_data import read_frame_file
from composer.evaluation.frame_drawing import C, draw_each, go_on
from composer.evaluation.frame_measures import expected_accuracy, shares
from composer.rolls.frame_model import NO_FLOORS, FrameModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Frames = NDArray[np.uint8]

TEMPERATURES = (0.9, 1.0, 1.1)
STREAMS, WINDOW = 8, 96


def nats_per_frame(folder: Path, sequences: Sequence[Frames]) -> float:
    """Of the stored weights, over all frames, the first ones too."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from composer.learning.roll_batches import RollPiece
    from composer.learning.roll_checkpoint import load_roll_network
    from composer.learning.roll_training import frame_nats

    pieces = [RollPiece(frames, keeps_history=False) for frames in sequences]
    return float(np.concatenate(frame_nats(load_roll_network(folder, STREAMS), pieces, STREAMS, WINDOW)).mean())


def decide_each(model: FrameModel, frames: Frames) -> NDArray[np.bool_]:
    """Every frame as threshold 0 sets it, given the true frames before it: ``(time, keys)``."""
    state, decided = model.start(C), []
    for frame in frames:
        decided.append(model.decide(state)[:, 0] > 0)
        model.hear(state, frame)
    return np.stack(decided)


def composed(model: FrameModel, primers: Sequence[Frames], draws: int) -> dict[str, Any]:
    """What continuations are like, for each way of choosing."""
    ways: dict[str, Any] = {}
    for temperature in TEMPERATURES:
        rngs = [np.random.default_rng((seed, place)) for seed in range(draws) for place in range(len(primers))]
        pieces = [
            go_on(model, primers[number % len(primers)], COMPOSED_FRAMES, rng, temperature=temperature)
            for number, rng in enumerate(rngs)
        ]
        ways[f"temperature {temperature:g}"] = shares(pieces)
    rng = np.random.default_rng(0)
    ways["threshold 0"] = shares([go_on(model, primer, COMPOSED_FRAMES, rng, threshold=0.0) for primer in primers])
    return ways


def frames_per_cpu_second(model: FrameModel, primer: Frames) -> float:
    """Frames drawn and heard in a second of one core, the primer's hearing counted as well."""
    rng = np.random.default_rng(0)
    began = time.process_time()
    go_on(model, primer, COMPOSED_FRAMES, rng)
    return round((len(primer) + COMPOSED_FRAMES) / (time.process_time() - began), 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--checkpoint", type=Path, required=True, help="as 'benchmark frames' trains it")
    parser.add_argument("--data", type=Path, required=True, help="a file of the benchmark")
    parser.add_argument("--split", default="valid")
    parser.add_argument("--draws", type=int, default=8, help="continuations of every primer and temperature")
    given = parser.parse_args()
    file, checkpoint = read_frame_file(given.data), load_checkpoint(given.checkpoint)
    sequences, model = file.split(given.split), FrameModel(checkpoint, NO_FLOORS)
    primers = [frames[:PRIMER_FRAMES] for frames in sequences if len(frames) >= PRIMER_FRAMES]
    true = [frames[PRIMER_FRAMES : PRIMER_FRAMES + COMPOSED_FRAMES] for frames in sequences]
    figures = {
        "sha256": file.sha256,
        "checkpoint": checkpoint.id,
        "frames_per_cpu_second": frames_per_cpu_second(model, primers[0]),
        "nats_per_frame": nats_per_frame(given.checkpoint, sequences),
        "expected_frame_accuracy": expected_accuracy(sequences, draw_each(model, sequences, 0)),
        "frame_accuracy_threshold_0": expected_accuracy(sequences, [decide_each(model, each) for each in sequences]),
        "composed": composed(model, primers, given.draws),
        "true": shares([frames for frames in true if len(frames) == COMPOSED_FRAMES]),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
