"""Form of long pieces: planned, unplanned and by people, side by side.

Run ``python -m benchmarks.form --corpus DIR`` from the repository: the beginnings of unseen pieces are continued to
pieces of each length, with the plan and without, and measured as ``composer evaluate`` does. Prints one table for each
length; true pieces are cut at that length. Copies are sought in the training split of the same corpus (``--copies``).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from composer.composer import Composer
from composer.evaluation.baselines import read_music
from composer.evaluation.comparison import compare
from composer.evaluation.continuations import run_trials
from composer.learning.corpus import list_corpus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.composer import Composition
    from composer.notes import Score

SECONDS = (60, 120)
PRIMERS = 16


class Unplanned(Composer):
    """Goes on as it comes."""

    def compose(self, primer: Score, **options: Any) -> Composition:
        """The piece without a plan."""
        return super().compose(primer, **options, planned=False)


def rows(corpus: Path, seconds: float, given: argparse.Namespace, training: Sequence[NDArray[Any]]) -> list[str]:
    """The table of one length, as lines."""
    files = list_corpus(corpus, "validation")
    tables, costs = [], []
    for kind in (Composer, Unplanned):
        composer, began = kind(given.checkpoint), time.process_time()
        trials = run_trials(
            composer, corpus, files, primers=given.primers, random_seeds=given.random_seeds, piece_seconds=seconds
        )
        costs.append((time.process_time() - began) / sum(len(trial.pieces) for trial in trials))
        tables.append(compare(trials, training))
    planned, unplanned = tables
    lines = [
        f"| {seconds:.0f} s, {len(trials)} beginnings x {len(given.random_seeds)} | planned | unplanned | true |",
        "|---|--:|--:|--:|",
    ]
    for name, row in planned.items():
        for column in (column for column in row if column.startswith("composed")):
            figures = (row[column], unplanned[name][column], row.get(column.replace("composed", "true")))
            which = column.removeprefix("composed").replace("_", ", ")
            cells = " | ".join("" if figure is None else f"{figure:.3f}" for figure in figures)
            lines.append(f"| {name}{which} | {cells} |")
    return [*lines, f"| cpu seconds a piece | {costs[0]:.2f} | {costs[1]:.2f} | |", ""]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, help="another trained network")
    parser.add_argument("--seconds", type=float, nargs="+", default=SECONDS, help="lengths of the pieces")
    parser.add_argument("--primers", type=int, default=PRIMERS, help="beginnings to continue")
    parser.add_argument("--random-seeds", type=int, nargs="+", default=[1], help="continuations of each")
    parser.add_argument("--copies", action="store_true", help="look for copies of training music as well")
    given = parser.parse_args()
    training: list[NDArray[Any]] = []
    if given.copies:
        training = [music.factors for music in read_music(given.corpus, list_corpus(given.corpus, "train"), 1).values()]
    for seconds in given.seconds:
        print("\n".join(rows(given.corpus, seconds, given, training)), flush=True)


if __name__ == "__main__":
    main()
