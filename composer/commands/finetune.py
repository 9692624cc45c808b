"""``train --finetune``: learn from rated pieces; a candidate checkpoint and a report on it come out."""

from __future__ import annotations

import json
import os
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from composer.commands.folders import checkpoint_folder, writable_folder
from composer.commands.terminal import answer_lines, say
from composer.errors import BadInputError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable
    from typing import TextIO

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
"""The other cores are for whoever waits for a piece meanwhile."""
_EARLIEST_GUESS = 0.05


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--finetune", type=Path, metavar="DIR", help="learn from a folder of rated pieces with manifest.json instead"
    )
    parser.add_argument(
        "--base", type=Path, metavar="DIR", help="with --finetune: checkpoint to start from (the released one)"
    )
    parser.add_argument(
        "--cache", type=Path, metavar="DIR", help="with --finetune: for what the base composes, always the same"
    )
    parser.add_argument("--json", action="store_true", help="with --finetune: progress and report as lines of JSON")


def run(arguments: Namespace) -> None:
    """Fine-tune."""
    output = writable_folder(arguments.output)
    if any(output.iterdir()):
        message = f"{output} is not empty; choose another folder for what comes out."
        raise BadInputError(message)
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    from composer.tuning.finetune import finetune

    stream = sys.stdout
    # TensorFlow and Keras write where they like.
    with redirect_stdout(sys.stderr):
        report = finetune(
            arguments.finetune,
            output,
            base=checkpoint_folder(arguments.base),
            corpus=arguments.corpus,
            random_seed=1 if arguments.random_seed is None else arguments.random_seed % 2**32,
            cache=arguments.cache,
            progress=_teller(stream) if arguments.json else _sayer(),
        )
    if arguments.json:
        _tell(stream, {"report": report})
    else:
        answer_lines(report_lines(report))


def _sayer() -> Callable[[str, float], None]:
    """Tells a person of every tenth of the work, and of every new stage."""
    told = ("", -1)

    def tell(stage: str, share: float) -> None:
        nonlocal told
        if (stage, int(share * 10)) != told:
            told = stage, int(share * 10)
            say(f"{share:4.0%} {stage}")

    return tell


def _teller(stream: TextIO) -> Callable[[str, float], None]:
    """Writes progress as JSON, with the seconds that are left by the pace so far."""
    began = time.monotonic()

    def tell(stage: str, share: float) -> None:
        elapsed = time.monotonic() - began
        left = None if share < _EARLIEST_GUESS else round(elapsed * (1 - share) / share, 1)
        _tell(stream, {"stage": stage, "share": round(share, 4), "eta_seconds": left})

    return tell


def _tell(stream: TextIO, content: dict[str, Any]) -> None:
    stream.write(json.dumps(content) + "\n")
    stream.flush()


def report_lines(report: dict[str, Any]) -> list[str]:
    """The report for a terminal: every line of the gate, then the decision."""
    lines = []
    for gate in report["gates"]:
        mark = "passed" if gate["passed"] else "FAILED"
        lines.append(f"{mark}  {gate['title']}: {gate['before']:.4g} -> {gate['after']:.4g}; {gate['sentence']}")
    return [*lines, report["sentence"]]
