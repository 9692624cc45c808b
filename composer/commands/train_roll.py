"""``train --engine roll``: train a network that writes piano rolls, on a corpus or, as in 2016, on one song."""

from __future__ import annotations

import csv
import sys
import time
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from composer.commands.folders import keep_config, writable_folder
from composer.commands.options import whole_number
from composer.commands.terminal import answer_lines, say
from composer.errors import BadInputError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence
    from pathlib import Path

    from composer.learning.corpus import CorpusFile
    from composer.learning.roll_batches import RollPiece
    from composer.learning.roll_training import RollTrainingConfig

MOST_VALIDATION_PIECES = 24
"""So many choose the best epoch; more would take as long as the training itself."""
FEWEST_KEYS = 12


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--engine", choices=("notes", "roll"), default="notes", help="what the network writes (notes)")
    parser.add_argument("--epochs", type=whole_number(1, 100_000), metavar="N", help="other than the configuration's")
    parser.add_argument(
        "--frames-per-quarter",
        type=whole_number(1, 48),
        metavar="N",
        help="with --engine roll: frames in a quarter note (4)",
    )
    parser.add_argument(
        "--lowest-pitch", type=whole_number(21, 108), metavar="N", help="with --engine roll: lowest MIDI pitch (21)"
    )
    parser.add_argument(
        "--highest-pitch", type=whole_number(21, 108), metavar="N", help="with --engine roll: highest MIDI pitch (108)"
    )


def run(arguments: Namespace) -> None:
    """Read the music, train, export."""
    from composer.learning.roll_training import training_card

    files = corpus_files(arguments.corpus)
    output = writable_folder(arguments.output)
    config = _config(arguments, alone=len(files) == 1)
    keep_config(output, training_card(config))
    training, validation = _read(arguments, files, config)
    say(f"Training on {len(training)} pieces, {sum(map(len, training)):,} frames.")
    origin = {
        "training_pieces": len(training),
        "training_frames": sum(map(len, training)),
        "validation_pieces": len(validation),
    }
    with redirect_stdout(sys.stderr):
        train_and_write(config, training, validation, output, {"corpus": origin})
    answer_lines([str(output / "checkpoint")])


def corpus_files(corpus: Path) -> list[CorpusFile]:
    """The pieces of a corpus folder, or a MIDI file as the only one.

    Raises:
        BadInputError: there are none.
    """
    from composer.learning.corpus import CorpusFile, list_corpus

    if corpus.is_file():
        return [CorpusFile(corpus.name, "", "train")]
    return list_corpus(corpus)


def _config(arguments: Namespace, *, alone: bool) -> RollTrainingConfig:
    from composer.learning.roll_training import CONFIGS

    name = arguments.config or ("song" if alone else "roll")
    if name not in CONFIGS:
        message = f"There is no configuration '{name}' of the roll engine; choose one of {', '.join(CONFIGS)}."
        raise BadInputError(message)
    config = CONFIGS[name]
    lowest = config.network.lowest_pitch if arguments.lowest_pitch is None else arguments.lowest_pitch
    highest = lowest + config.network.keys - 1 if arguments.highest_pitch is None else arguments.highest_pitch
    highest = min(highest, 108)
    if highest - lowest + 1 < FEWEST_KEYS:
        message = f"From {lowest} to {highest} there are fewer than the {FEWEST_KEYS} keys that a roll needs."
        raise BadInputError(message)
    rate = arguments.frames_per_quarter or config.network.frames_per_quarter
    network = replace(config.network, lowest_pitch=lowest, keys=highest - lowest + 1, frames_per_quarter=rate)
    seed = config.random_seed if arguments.random_seed is None else arguments.random_seed % 2**32
    return replace(config, network=network, epochs=arguments.epochs or config.epochs, random_seed=seed)


def _read(
    arguments: Namespace, files: Sequence[CorpusFile], config: RollTrainingConfig
) -> tuple[list[RollPiece], list[RollPiece]]:
    """Training and validation pieces; where none are kept back, the training pieces choose the best epoch."""
    from composer.learning.roll_corpus import read_rolls

    folder = arguments.corpus.parent if arguments.corpus.is_file() else arguments.corpus
    training_files = [file for file in files if file.split == "train"]
    kept_back = [file for file in files if file.split == "validation"]
    # Evenly from the whole list: a manifest is sorted by source.
    chosen = kept_back[:: -(-len(kept_back) // MOST_VALIDATION_PIECES) or 1]
    training = read_rolls(folder, training_files, config.network, workers=arguments.workers)
    if not training:
        message = f"There is no usable training piece in {arguments.corpus}."
        raise BadInputError(message)
    validation = read_rolls(folder, chosen, config.network, workers=arguments.workers) if chosen else []
    if not validation:
        say("No piece is kept back for validation: the last epochs are kept by how well they know the training music.")
        return training, training[:MOST_VALIDATION_PIECES]
    return training, validation


def train_and_write(
    config: RollTrainingConfig,
    training: Sequence[RollPiece],
    validation: Sequence[RollPiece],
    output: Path,
    card: dict[str, Any],
) -> dict[str, Any]:
    """Train, write the checkpoint to ``output/checkpoint`` and return the metrics on its card."""
    from composer.learning.roll_checkpoint import write_roll_checkpoint
    from composer.learning.roll_training import train_roll, training_card

    began = time.monotonic()
    network = train_roll(training, validation, config, output)
    metrics = {**_best_metrics(output / "metrics.csv"), "training_seconds": round(time.monotonic() - began, 1)}
    say("Making the file that composes ...")
    trained = datetime.now(UTC).date().isoformat()
    about = {"training": training_card(config), "metrics": metrics, "trained": trained}
    write_roll_checkpoint(output / "checkpoint", network, {**card, **about})
    return metrics


def _best_metrics(path: Path) -> dict[str, float]:
    """Validation figures of the best epoch, in nats per frame."""
    with path.open(encoding="utf-8", newline="") as stream:
        best = min(csv.DictReader(stream), key=lambda row: float(row["val_nats"]))
    return {name: float(best[name]) for name in ("epoch", "val_nats")}
