"""``evaluate``: measure a checkpoint on held-out music, beside n-grams and beside the true continuations."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from composer.commands.folders import engine_checkpoint
from composer.commands.options import ENGINES, whole_number
from composer.commands.terminal import answer, answer_lines, say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Mapping

HELP = "Measure a checkpoint on the held-out pieces of a corpus."
DEFAULT_PRIMERS, DEFAULT_SECONDS = 32, 30


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--corpus", type=Path, required=True, metavar="DIR", help="folder of MIDI files")
    parser.add_argument("--split", default="validation", metavar="NAME", help="which of its files (validation)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--checkpoint", type=Path, metavar="DIR", help="another trained network")
    parser.add_argument(
        "--engine", choices=ENGINES, help="whose released network is measured (notes, or that of --checkpoint)"
    )
    parser.add_argument(
        "--train-corpus", type=Path, metavar="DIR", help="whose train split the n-grams learn from (that of --corpus)"
    )
    parser.add_argument(
        "--primers",
        type=whole_number(0, 10_000),
        default=DEFAULT_PRIMERS,
        metavar="N",
        help=f"pieces to continue, three times each ({DEFAULT_PRIMERS}); 0 for none",
    )
    parser.add_argument(
        "--piece-seconds",
        type=whole_number(10, 600),
        default=DEFAULT_SECONDS,
        metavar="N",
        help=f"to which they are continued ({DEFAULT_SECONDS}); pieces that are shorter are passed over",
    )
    parser.add_argument(
        "--workers", type=whole_number(1, 256), default=os.cpu_count() or 1, metavar="N", help="processes to read files"
    )


def run(arguments: Namespace) -> None:
    """Evaluate."""
    from composer.learning.corpus import list_corpus

    # What can be refused is refused before the evaluation is loaded.
    list_corpus(arguments.corpus, arguments.split)
    checkpoint = engine_checkpoint(arguments.checkpoint, arguments.engine)
    from composer.evaluation.report import evaluate

    report = evaluate(
        arguments.corpus,
        arguments.split,
        checkpoint,
        train_corpus=arguments.train_corpus,
        primers=arguments.primers,
        piece_seconds=float(arguments.piece_seconds),
        workers=arguments.workers,
        progress=say,
    )
    if arguments.json:
        answer(report)
        return
    del report["file_sha256"]
    answer_lines(figure_lines(report))


def figure_lines(report: Mapping[str, Any]) -> list[str]:
    """A report for people: every figure on a line of its own, after its full name."""
    figures = list(_figures(report))
    width = max(len(name) for name, _ in figures)
    return [f"{name:{width}}  {value}" for name, value in figures]


def _figures(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every figure with its full name."""
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _figures(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            yield f"{prefix}{name}", ", ".join(map(str, value))
        else:
            yield f"{prefix}{name}", value
