"""``benchmark frames``: the likelihood of piano rolls, on the benchmark of Boulanger-Lewandowski and others (2012)."""

from __future__ import annotations

import json
import logging
import os
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from composer.commands.evaluate import figure_lines
from composer.commands.folders import checkpoint_folder, writable_folder
from composer.commands.options import LARGEST_RANDOM_SEED, add_debug, whole_number
from composer.commands.terminal import answer, answer_lines, say
from composer.errors import BadInputError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    import numpy as np
    from numpy.typing import NDArray

    from composer.evaluation.frame_data import FrameFile
    from composer.learning.roll_batches import RollPiece
    from composer.learning.roll_training import RollTrainingConfig

    Frames = NDArray[np.uint8]

HELP = "Measure a network on a benchmark of the field."
FRAMES_HELP = "Train a network on piano rolls and measure how well it foretells others, in nats per frame."
STREAMS, WINDOW = 8, 96
"""How music is scored: so many sequences side by side, so many frames at a time."""
HELD_OUT_SHARE = 0.1
"""Of the training sequences, to choose the best epoch by, where the file has no split for that."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the actions and their options."""
    actions = parser.add_subparsers(dest="action", metavar="frames", required=True)
    frames = actions.add_parser("frames", help=FRAMES_HELP, description=FRAMES_HELP, allow_abbrev=False)
    frames.add_argument("--data", type=Path, required=True, metavar="FILE", help="piano rolls to score (.npz)")
    frames.add_argument("--split", default="test", metavar="NAME", help="which of them (test)")
    frames.add_argument("--train", type=Path, metavar="FILE", help="piano rolls to learn from: the split 'train'")
    frames.add_argument("--checkpoint", type=Path, metavar="DIR", help="a trained network; then nothing is trained")
    frames.add_argument("--output", type=Path, metavar="DIR", help="for backups, metrics and the trained network")
    frames.add_argument("--config", default="piano_midi", metavar="NAME", help="how to train: piano_midi, jsb_chorales")
    frames.add_argument(
        "--random-seed", type=whole_number(0, LARGEST_RANDOM_SEED), metavar="N", help="other than the configuration's"
    )
    frames.add_argument("--json", action="store_true", help="print one JSON object")
    add_debug(frames)


def run(arguments: Namespace) -> None:
    """Train where no network is named, score, print."""
    from composer.evaluation.frame_data import read_frame_file
    from composer.evaluation.frame_report import baseline_figures

    # What can be refused is refused before anything is trained.
    data = read_frame_file(arguments.data)
    sequences = data.split(arguments.split)
    rolls = None if arguments.train is None else read_frame_file(arguments.train)
    baselines = None if rolls is None else baseline_figures(rolls.split("train"), sequences)
    checkpoint = checkpoint_folder(arguments.checkpoint)
    with redirect_stdout(sys.stderr):
        if checkpoint is None:
            checkpoint = _trained(rolls, arguments)
        report = _report(checkpoint, sequences, arguments.random_seed or 0)
    report |= {"split": arguments.split, "data": data.name, "sha256": data.sha256}
    if baselines:
        report["baselines"] = baselines
    if arguments.json:
        answer(report)
    else:
        answer_lines(figure_lines(report))


def _prepare_keras() -> None:
    """Keras and TensorFlow read the environment once, when they are first imported."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)


def _trained(rolls: FrameFile | None, arguments: Namespace) -> Path:
    """Train, or go on where an interrupted training stopped; the folder of the checkpoint."""
    if rolls is None or arguments.output is None:
        message = "Name a trained network with --checkpoint DIR, or what to train with --train FILE and --output DIR."
        raise BadInputError(message)
    output = writable_folder(arguments.output)
    _prepare_keras()
    from composer.learning.roll_checkpoint import write_roll_checkpoint
    from composer.learning.roll_training import train_roll, training_card
    from composer.learning.stopwatch import seconds_so_far, stopwatch

    config = _config(arguments.config, arguments.random_seed)
    training, validation, chosen_on = _pieces(rolls, config.random_seed)
    frames = sum(map(len, training))
    card = {
        "training": training_card(config),
        "data": {
            "sha256": rolls.sha256,
            "split": "train",
            "sequences": len(training),
            "frames": frames,
            "best_epoch_by": chosen_on,
        },
    }
    _keep_settings(output, card)
    checkpoint = output / "checkpoint"
    if (checkpoint / "card.json").exists():
        say(f"{checkpoint} has been trained already.")
        return checkpoint
    say(f"Training on {len(training)} sequences, {frames:,} frames; the best epoch by {len(validation)} others.")
    with stopwatch(output):
        network = train_roll(training, validation, config, output)
    seconds, today = round(seconds_so_far(output), 1), datetime.now(UTC).date().isoformat()
    say("Making the file that composes ...")
    write_roll_checkpoint(checkpoint, network, card | {"training_seconds": seconds, "trained": today})
    return checkpoint


def _config(name: str, random_seed: int | None) -> RollTrainingConfig:
    """A configuration, for frames of the benchmark."""
    from composer.evaluation.frame_data import KEYS, LOWEST_PITCH
    from composer.learning.roll_training import CONFIGS

    if name not in CONFIGS:
        message = f"There is no configuration '{name}'; choose one of {', '.join(CONFIGS)}."
        raise BadInputError(message)
    config = CONFIGS[name]
    network = replace(config.network, keys=KEYS, lowest_pitch=LOWEST_PITCH, planes=1, frames_per_quarter=0)
    # NumPy and TensorFlow take 32 bits.
    seed = config.random_seed if random_seed is None else random_seed % 2**32
    return replace(config, network=network, random_seed=seed)


def _pieces(rolls: FrameFile, random_seed: int) -> tuple[list[RollPiece], list[RollPiece], str]:
    """What is learnt from, what the best epoch is chosen by, and what that is called."""
    import numpy as np

    from composer.learning.roll_batches import RollPiece

    training = [RollPiece(frames) for frames in rolls.split("train")]
    if "valid" in rolls.splits:
        return training, [RollPiece(frames) for frames in rolls.split("valid")], "valid"
    if len(training) < 2:
        message = f"{rolls.name} has one training sequence and no split 'valid'; at least two sequences are needed."
        raise BadInputError(message)
    order = np.random.default_rng(random_seed).permutation(len(training)).tolist()
    aside = set(order[: max(round(len(order) * HELD_OUT_SHARE), 1)])
    kept = [piece for place, piece in enumerate(training) if place not in aside]
    return kept, [training[place] for place in sorted(aside)], f"{len(aside)} training sequences set aside"


def _keep_settings(output: Path, card: dict[str, Any]) -> None:
    """Refuse to go on with a training that was begun with other settings or other music."""
    place, text = output / "config.json", json.dumps(card, indent=1)
    if place.exists() and place.read_text(encoding="utf-8", errors="replace") != text:
        message = f"{output} holds a training with other settings or other music; choose another folder."
        raise BadInputError(message)
    place.write_text(text, encoding="utf-8")


def _report(folder: Path, sequences: list[Frames], random_seed: int) -> dict[str, Any]:
    """Score sequences with a checkpoint, always as it is stored: in half precision."""
    _prepare_keras()
    from composer.checkpoints import load_checkpoint
    from composer.evaluation.frame_data import KEYS, LOWEST_PITCH
    from composer.evaluation.frame_drawing import draw_each
    from composer.evaluation.frame_report import data_figures, model_figures
    from composer.learning.roll_batches import RollPiece
    from composer.learning.roll_checkpoint import load_roll_network
    from composer.learning.roll_training import frame_nats
    from composer.rolls.frame_model import NO_FLOORS, FrameModel

    network = load_roll_network(folder, STREAMS)
    shape = network.config.keys, network.config.lowest_pitch, network.config.planes
    if shape != (KEYS, LOWEST_PITCH, 1):
        message = f"The network in {folder} is for other frames; name one that benchmark frames has trained."
        raise BadInputError(message)
    say(f"Scoring {len(sequences)} sequences, {sum(map(len, sequences)):,} frames ...")
    pieces = [RollPiece(frames, keeps_history=False) for frames in sequences]
    nats = frame_nats(network, pieces, STREAMS, WINDOW)
    say("Drawing each frame once, for the expected accuracy ...")
    checkpoint = load_checkpoint(folder)
    drawn = draw_each(FrameModel(checkpoint, NO_FLOORS), sequences, random_seed)
    origin = {name: checkpoint.card.get(name) for name in ("training_seconds", "data")}
    return {
        **model_figures(sequences, nats, drawn),
        **data_figures(sequences),
        "checkpoint": checkpoint.id,
        "parameters": sum(array.size for array in network.weight_arrays().values()),
        "training_seconds": origin["training_seconds"],
        "trained_on": origin["data"],
        "random_seed": checkpoint.card.get("training", {}).get("random_seed"),
    }
