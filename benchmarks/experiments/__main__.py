"""Experiments with the network: one configuration file each, one command per run, one table of all.

``python -m benchmarks.experiments run NAME ... [--seed N] --corpus DIR --output RUNS [--backend torch]`` trains and
measures what the files of those names in ``configs/`` say (the same command goes on after an interruption, and what is
done is not done again) and writes one JSON file per run into ``results/``. ``python -m benchmarks.experiments cost
--corpus DIR`` measures what each network costs beside the base, in training and in composing, ``python -m
benchmarks.experiments checkpoint NAME FOLDER --corpus DIR --output RUNS`` a checkpoint on the same pieces, ``python -m
benchmarks.experiments baselines REPORT`` takes simple models from a report of ``composer evaluate --json``, and
``python -m benchmarks.experiments table`` writes ``docs/experiments.md`` from those files.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from composer.commands.options import LARGEST_RANDOM_SEED, whole_number
from composer.errors import BadInputError

RESULTS = Path(__file__).parent / "results"
DOCUMENT = Path(__file__).parents[2] / "docs" / "experiments.md"
BACKENDS = ("tensorflow", "torch", "jax")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    runs = commands.add_parser("run", help="train and measure")
    runs.add_argument("names", nargs="+", metavar="NAME")
    runs.add_argument("--seed", type=whole_number(0, LARGEST_RANDOM_SEED), default=1)
    runs.add_argument("--output", type=Path, required=True, metavar="RUNS", help="for backups, weights and the cache")
    costs = commands.add_parser("cost", help="measure what each network costs beside the base")
    costs.add_argument("names", nargs="*", metavar="NAME", help="every network of its own by default")
    checkpoint = commands.add_parser("checkpoint", help="measure a checkpoint on the same pieces")
    checkpoint.add_argument("name", metavar="NAME")
    checkpoint.add_argument("folder", type=Path, metavar="FOLDER")
    checkpoint.add_argument("--title", required=True, help="its name in the table")
    checkpoint.add_argument("--output", type=Path, required=True, metavar="RUNS", help="where the cache is")
    checkpoint.add_argument("--motif-cache", action="store_true", help="mix in what the piece has had before")
    for command in (runs, costs, checkpoint):
        command.add_argument("--corpus", type=Path, required=True, metavar="DIR")
        command.add_argument("--backend", choices=BACKENDS, default="tensorflow")
        command.add_argument("--workers", type=whole_number(1, 256), default=1, help="processes to read the corpus")
        command.add_argument("--results", type=Path, default=RESULTS, metavar="DIR")
    baselines = commands.add_parser("baselines", help="take simple models from a report of composer evaluate --json")
    baselines.add_argument("report", type=Path, metavar="REPORT")
    baselines.add_argument("--results", type=Path, default=RESULTS, metavar="DIR")
    table = commands.add_parser("table", help="write the table from the results")
    table.add_argument("--results", type=Path, default=RESULTS, metavar="DIR")
    table.add_argument("--document", type=Path, default=DOCUMENT, metavar="FILE")
    return parser


def _run(arguments: argparse.Namespace) -> None:
    from benchmarks.experiments.corpus_cache import cached_pieces
    from benchmarks.experiments.experiment import read_experiment
    from benchmarks.experiments.results import write_result
    from benchmarks.experiments.running import run

    experiments = [read_experiment(name).with_seed(arguments.seed) for name in arguments.names]
    paths = {name: arguments.results / f"{name}-{arguments.seed}.json" for name in arguments.names}
    wanted = [experiment for experiment in experiments if not paths[experiment.name].exists()]
    if not wanted:
        return
    cache = arguments.output / "corpus"
    training, validation = (
        cached_pieces(arguments.corpus, split, cache, arguments.workers) for split in ("train", "validation")
    )
    for experiment in wanted:
        folder = arguments.output / f"{experiment.of or experiment.name}-{arguments.seed}"
        result = run(experiment, training, validation, folder)
        write_result(result, paths[experiment.name])
        print(paths[experiment.name], flush=True)


def _cost(arguments: argparse.Namespace) -> None:
    from benchmarks.experiments.costs import measure_costs

    measure_costs(arguments.names, arguments.corpus, arguments.results)


def _checkpoint(arguments: argparse.Namespace) -> None:
    from benchmarks.experiments.checkpoint import measure_checkpoint
    from benchmarks.experiments.corpus_cache import cached_pieces
    from benchmarks.experiments.results import write_result

    pieces = cached_pieces(arguments.corpus, "validation", arguments.output / "corpus", arguments.workers)
    result = measure_checkpoint(arguments.folder, arguments.title, pieces, motif_cache=arguments.motif_cache)
    write_result(result, arguments.results / f"checkpoint_{arguments.name}-0.json")


def _baselines(arguments: argparse.Namespace) -> None:
    from benchmarks.experiments.baselines import write_baselines

    print(write_baselines(arguments.report, arguments.results))


def _table(arguments: argparse.Namespace) -> None:
    from benchmarks.experiments.table import write_document

    write_document(arguments.results, arguments.document)
    print(arguments.document)


def main() -> int:
    """Do what the command line says."""
    arguments = _parser().parse_args()
    # Keras reads the environment once, when it is first imported.
    os.environ["KERAS_BACKEND"] = getattr(arguments, "backend", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        {"run": _run, "cost": _cost, "checkpoint": _checkpoint, "baselines": _baselines, "table": _table}[
            arguments.command
        ](arguments)
    except BadInputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
