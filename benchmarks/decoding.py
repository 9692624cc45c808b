"""What composing costs: CPU seconds of one core for thirty seconds of continuation, with and without choosing.

Run ``python -m benchmarks.decoding [--pieces 21] [--candidates 1 8 12] [--repeats 3]`` from the repository; prints one
JSON object. The process keeps to one processor. Of the repeats of each piece the quickest counts: what else the machine
does only adds to the others. The hearing of the primer is included, its playing where it is flat is not.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from composer.checkpoints import load_checkpoint
from composer.generation.decoder import Decoder
from composer.generation.loop import Task, continue_primer
from composer.openers import list_openers

if TYPE_CHECKING:
    from composer.notes import Score

CONTINUATION_SECONDS = 30.0
PIECES = 21


class Cost(NamedTuple):
    """CPU and wall-clock seconds of one continuation, and its notes."""

    cpu_seconds: float
    wall_seconds: float
    notes: int


def decode(decoder: Decoder, state_width: int, primer: Score, random_seed: int, candidates: int) -> Cost:
    """Continue a primer for ``CONTINUATION_SECONDS``."""
    task = Task(primer, primer.end_beat, primer.length_seconds + CONTINUATION_SECONDS, random_seed)
    cpu, wall = time.process_time(), time.perf_counter()
    piece = continue_primer(decoder, state_width, task, candidates=candidates)
    return Cost(time.process_time() - cpu, time.perf_counter() - wall, len(piece.notes) - len(primer.notes))


def figures(costs: list[Cost]) -> dict[str, float]:
    """Medians, and the slowest."""
    return {
        "cpu_seconds_median": statistics.median(cost.cpu_seconds for cost in costs),
        "cpu_seconds_slowest": max(cost.cpu_seconds for cost in costs),
        "wall_seconds_median": statistics.median(cost.wall_seconds for cost in costs),
        "wall_seconds_slowest": max(cost.wall_seconds for cost in costs),
        "cpu_ms_a_note_median": statistics.median(1000 * cost.cpu_seconds / cost.notes for cost in costs),
        "notes_median": statistics.median(cost.notes for cost in costs),
    }


def main() -> None:
    """Continue many openers and print what that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=PIECES, help="of which the median is taken")
    parser.add_argument("--candidates", type=int, nargs="+", default=[1, 8, 12], help="grown side by side")
    parser.add_argument("--repeats", type=int, default=3, help="of each piece; the quickest counts")
    given = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    checkpoint, openers = load_checkpoint(), list_openers()
    decoder = Decoder(checkpoint.network)
    primers = [openers[index * 7 % len(openers)].score for index in range(given.pieces)]
    decode(decoder, checkpoint.state_width, primers[0], 0, max(given.candidates))
    report: dict[str, Any] = {
        "checkpoint": checkpoint.id,
        "pieces": given.pieces,
        "continuation_seconds": CONTINUATION_SECONDS,
    }
    for candidates in given.candidates:
        costs = [
            min(decode(decoder, checkpoint.state_width, primer, random_seed, candidates) for _ in range(given.repeats))
            for random_seed, primer in enumerate(primers)
        ]
        report[f"best_of_{candidates}"] = {name: round(value, 3) for name, value in figures(costs).items()}
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
