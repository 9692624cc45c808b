"""What each network costs beside the base: in training (alternating rounds), as an int8 file, for a composed note.

Costs follow from the shape alone, so networks with random weights are measured.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.experiments.experiment import BASE, Experiment, Variant, experiment_names, read_experiment
from benchmarks.experiments.running import new_network
from composer.checkpoints import write_weights
from composer.encoding.features import piece_features
from composer.encoding.fields import ABSENT
from composer.encoding.inputs import KEYS, NOTE_WIDTH, STEP_WIDTH, TOUCH
from composer.encoding.vocabulary import encode
from composer.generation.decoder import Decoder, Drawing
from composer.learning.corpus import CorpusPiece, list_corpus, read_score
from composer.learning.export import export_in_child
from composer.learning.streams import stream_batches, training_queues

if TYPE_CHECKING:
    from collections.abc import Sequence

    from composer.learning.streams import Batch

PIECES, ROUNDS, BATCHES = 24, 3, 2
STEPS = 300


def measure_costs(names: Sequence[str], corpus: Path, results: Path) -> None:
    """Write ``costs.json``: every network of its own by default."""
    experiments = [read_experiment(name) for name in dict.fromkeys([BASE, *(names or experiment_names())])]
    different = list({_shape(experiment): experiment for experiment in reversed(experiments)}.values())[::-1]
    seconds = training_seconds(different, _batches(corpus, different[0]))
    costs = {
        experiment.name: {
            "weights": _weight_count(experiment),
            "relative_training_cost": round(seconds[experiment.name] / seconds[BASE], 3),
            **composing_cost(experiment),
        }
        for experiment in different
    }
    results.mkdir(parents=True, exist_ok=True)
    (results / "costs.json").write_text(json.dumps(costs, indent=1) + "\n", encoding="utf-8")


def _shape(experiment: Experiment) -> str:
    network = experiment.training.network
    return f"{network.layers} {network.width} {network.head_width} {experiment.variant}"


def _weight_count(experiment: Experiment) -> int:
    return int(sum(np.prod(variable.shape) for variable in new_network(experiment).trainable_variables))


def _batches(corpus: Path, experiment: Experiment) -> list[Batch]:
    """A few training batches."""
    files = list_corpus(corpus, "train")
    pieces = [
        CorpusPiece(file, piece_features(encode(read_score(corpus, file)), file.source_id))
        for file in files[:: len(files) // PIECES]
    ]
    config = experiment.training
    walked = stream_batches(training_queues(pieces, {}, config.streams, np.random.default_rng(1)), config.window)
    return [next(walked) for _ in range(BATCHES)]


def training_seconds(experiments: Sequence[Experiment], batches: Sequence[Batch]) -> dict[str, float]:
    """Seconds of the processor for the batches: medians of rounds in which all networks take their turn."""
    networks = {experiment.name: new_network(experiment) for experiment in experiments}
    times: dict[str, list[float]] = {name: [] for name in networks}
    for _ in range(ROUNDS + 1):
        for name, network in networks.items():
            began = time.process_time()
            for batch in batches:
                network.train_on_batch(*batch)
            times[name].append(time.process_time() - began)
    # The first round warms up.
    return {name: median(of_name[1:]) for name, of_name in times.items()}


def composing_cost(experiment: Experiment) -> dict[str, Any]:
    """Size and speed of the file that composes; nothing for networks that have none."""
    if experiment.variant != Variant():
        return {}
    network = new_network(experiment)
    with tempfile.TemporaryDirectory() as folder:
        weights, compiled = Path(folder) / "weights.npz", Path(folder) / "network.tflite"
        write_weights(weights, network.weight_arrays())
        export_in_child(weights, experiment.training.network, compiled)
        config = experiment.training.network
        return {
            "int8_megabytes": round(compiled.stat().st_size / 1e6, 2),
            "composing_ms_per_note": round(1000 * _note_seconds(compiled, 2 * config.layers * config.width), 4),
        }


def _note_seconds(compiled: Path, state_width: int) -> float:
    """Median time of one note: a recurrent step and all heads, one stream."""
    decoder = Decoder(compiled)
    inputs: dict[str, Any] = {
        "step": np.zeros((1, STEP_WIDTH), np.float32),
        "note": np.zeros((1, NOTE_WIDTH), np.float32),
        "sets": np.zeros((1, 2, KEYS), np.float32),
        "anchors": np.zeros((1, 3), np.int32),
    }
    drawn, drawing = np.full((1, len(TOUCH)), ABSENT, np.int32), Drawing.none(1)
    states, times = np.zeros((1, state_width), np.float32), []
    for _ in range(STEPS):
        began = time.perf_counter()
        memory, states = decoder.step(inputs["step"], states)
        decoder.logits("gap", memory, **inputs)
        decoder.logits("pitch", memory, **inputs)
        decoder.touch(memory, inputs["note"], drawn, drawing)
        times.append(time.perf_counter() - began)
    return median(times)
