"""``train``: train a network on a corpus and make a checkpoint that ``compose --checkpoint`` takes."""

from __future__ import annotations

import csv
import importlib.util
import logging
import os
import sys
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from composer.commands import finetune, train_roll
from composer.commands.folders import keep_config, writable_folder
from composer.commands.options import LARGEST_RANDOM_SEED, whole_number
from composer.commands.terminal import answer_lines, say
from composer.errors import BadInputError, MissingToolError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from composer.checkpoints import Checkpoint
    from composer.learning.corpus import CorpusFile, CorpusPiece
    from composer.learning.training import TrainingConfig

HELP = "Train a network on a corpus; the same command goes on where an interrupted training stopped."
BACKENDS = {"tensorflow": "tensorflow", "torch": "torch", "jax": "jax"}
"""Keras' name of a backend, and the package that it needs."""
PIECES_BETWEEN_REPORTS = 200


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--corpus",
        type=Path,
        metavar="DIR",
        help="folder of MIDI files to learn from, or (with --finetune) to rehearse; one file with --engine roll",
    )
    parser.add_argument(
        "--config",
        metavar="NAME",
        help="base, small, tiny, or onward with --from; roll, song or tiny with --engine roll",
    )
    parser.add_argument(
        "--from",
        dest="begin",
        type=Path,
        metavar="DIR",
        help="a checkpoint to begin with, also of a version with fewer inputs (notes only)",
    )
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="for backups, metrics and checkpoint")
    parser.add_argument("--backend", choices=BACKENDS, default="tensorflow", help="what Keras computes with")
    parser.add_argument(
        "--random-seed", type=whole_number(0, LARGEST_RANDOM_SEED), metavar="N", help="other than the configuration's"
    )
    parser.add_argument(
        "--workers", type=whole_number(1, 256), default=os.cpu_count() or 1, metavar="N", help="processes to read files"
    )
    train_roll.add_arguments(parser)
    finetune.add_arguments(parser)


def run(arguments: Namespace) -> None:
    """Read the corpus, train, export; or fine-tune on rated pieces."""
    if arguments.finetune is not None:
        finetune.run(arguments)
        return
    from composer.learning.corpus import list_corpus

    if arguments.corpus is None:
        message = "Name a folder of MIDI files with --corpus DIR, or a folder of rated pieces with --finetune DIR."
        raise BadInputError(message)
    if arguments.engine == "roll":
        _choose_backend(arguments.backend)
        train_roll.run(arguments)
        return
    files = list_corpus(arguments.corpus)
    output = writable_folder(arguments.output)
    _choose_backend(arguments.backend)
    from composer.learning.training import config_card

    config = _config(arguments)
    begin = None if arguments.begin is None else _beginning(arguments.begin, config)
    keep_config(output, config_card(config))
    training = _read(arguments, files, "train")
    validation = _read(arguments, files, "validation")
    say(f"Training on {len(training)} pieces, {sum(map(len, training)):,} notes.")
    with redirect_stdout(sys.stderr):
        card = _card(config, files, training, validation, arguments.corpus)
        _train(config, (training, validation), output, card, begin)
    answer_lines([str(output / "checkpoint")])


def _choose_backend(backend: str) -> None:
    """Keras reads the environment once, when it is first imported."""
    if importlib.util.find_spec(BACKENDS[backend]) is None:
        message = f"{BACKENDS[backend]} is not installed: .venv/bin/python -m pip install {BACKENDS[backend]}."
        raise MissingToolError(message)
    os.environ["KERAS_BACKEND"] = backend
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)


def _config(arguments: Namespace) -> TrainingConfig:
    from composer.learning.training import CONFIGS

    name = arguments.config or "base"
    if name not in CONFIGS:
        message = f"There is no configuration '{name}'; choose one of {', '.join(CONFIGS)}."
        raise BadInputError(message)
    config = CONFIGS[name]
    # NumPy and TensorFlow take 32 bits.
    seed = config.random_seed if arguments.random_seed is None else arguments.random_seed % 2**32
    return replace(config, random_seed=seed, epochs=arguments.epochs or config.epochs)


def _beginning(folder: Path, config: TrainingConfig) -> Checkpoint:
    """The checkpoint to begin with: of this engine, with the same factors, of the configured size."""
    from composer.checkpoints import NOTES, verified_checkpoint, vocabulary_card

    checkpoint = verified_checkpoint(folder)
    same_engine = checkpoint.engine == NOTES
    if not same_engine or checkpoint.card["vocabulary"]["factors"] != vocabulary_card()["factors"]:
        message = f"The checkpoint {checkpoint.id} writes music in another way; begin with one of the note engine."
        raise BadInputError(message)
    if checkpoint.card["network"] != asdict(config.network):
        message = f"The checkpoint {checkpoint.id} is of another size than the configuration; choose the same --config."
        raise BadInputError(message)
    return checkpoint


def _read(arguments: Namespace, files: list[CorpusFile], split: str) -> list[CorpusPiece]:
    from composer.learning.corpus import read_pieces

    chosen = [file for file in files if file.split == split and (arguments.corpus / file.path).exists()]

    def progress(done: int) -> None:
        if done % PIECES_BETWEEN_REPORTS == 0 or done == len(chosen):
            say(f"Read {done} of {len(chosen)} {split} pieces.")

    pieces = read_pieces(arguments.corpus, chosen, workers=arguments.workers, progress=progress)
    if not pieces:
        message = f"The corpus {arguments.corpus} has no usable {split} pieces; a few dozen pieces are needed in all."
        raise BadInputError(message)
    return pieces


def _card(
    config: TrainingConfig,
    files: list[CorpusFile],
    training: list[CorpusPiece],
    validation: list[CorpusPiece],
    folder: Path,
) -> dict[str, Any]:
    """What the checkpoint's card says about its origin."""
    from composer.learning.corpus import corpus_hash
    from composer.learning.training import config_card

    return {
        "network": asdict(config.network),
        "training": config_card(config),
        "corpus": {
            "sha256": corpus_hash([file for file in files if file.split in {"train", "validation"}], folder),
            "training_pieces": len(training),
            "training_notes": sum(map(len, training)),
            "validation_pieces": len(validation),
            "sources": dict(Counter(piece.file.source for piece in training)),
        },
        "trained": datetime.now(UTC).date().isoformat(),
    }


def _train(
    config: TrainingConfig,
    pieces: tuple[list[CorpusPiece], list[CorpusPiece]],
    output: Path,
    card: dict[str, Any],
    begin: Checkpoint | None,
) -> None:
    """Train, then write the checkpoint: plain weights, their LiteRT form, the card."""
    from composer.checkpoints import NETWORK, WEIGHTS, write_card, write_weights
    from composer.learning.export import export_in_child
    from composer.learning.training import train

    network = train(*pieces, config, output, begin)
    if begin is not None:
        card = card | {"begun_from": begin.id}
    folder = output / "checkpoint"
    folder.mkdir(exist_ok=True)
    write_weights(folder / WEIGHTS, network.weight_arrays())
    say("Making the file that composes ...")
    export_in_child(folder / WEIGHTS, config.network, folder / NETWORK)
    write_card(folder, card | {"metrics": _best_metrics(output / "metrics.csv")})


def _best_metrics(path: Path) -> dict[str, float]:
    """Validation figures of the best epoch, in nats per note."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    best = min(rows, key=lambda row: float(row["val_nats"]))
    return {name: float(value) for name, value in best.items() if name == "epoch" or name.startswith("val_")}
