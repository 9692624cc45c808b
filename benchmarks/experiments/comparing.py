"""Results of runs beside those of the base: means over seeds, and differences with an interval over pieces."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from composer.evaluation.tables import TOTAL

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RESAMPLES = 10_000
RANDOM_SEED = 0
NOT_RUNS = ("costs", "baselines")


class Interval(NamedTuple):
    """A difference to the base and the 95 % interval of a paired bootstrap over pieces."""

    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Runs:
    """All runs of one experiment, by seed; a checkpoint that was measured has one run of seed 0."""

    name: str
    by_seed: dict[int, dict[str, Any]]

    @property
    def first(self) -> dict[str, Any]:
        """The run of the lowest seed."""
        return self.by_seed[min(self.by_seed)]

    def figure(self, source: str, *path: str) -> float:
        """Mean over the seeds of a figure of a source."""
        return float(np.mean([_inner(run["figures"][source], path) for run in self.by_seed.values()]))

    def mean_over_sources(self) -> float:
        """What training selects by: every source counts alike."""
        return float(np.mean([self.figure(source, "nats_per_note") for source in self.first["figures"]]))

    def spread(self, source: str) -> float | None:
        """Half of the range of the seeds' nats per note; None for a single one."""
        values = [run["figures"][source]["nats_per_note"] for run in self.by_seed.values()]
        return (max(values) - min(values)) / 2 if len(values) > 1 else None


def read_runs(results: Path) -> dict[str, Runs]:
    """Every experiment that has results."""
    found: dict[str, Runs] = {}
    for path in sorted(results.glob("*.json")):
        if path.stem in NOT_RUNS:
            continue
        name, _, seed = path.stem.rpartition("-")
        runs = found.setdefault(name, Runs(name, {}))
        runs.by_seed[int(seed)] = json.loads(path.read_text(encoding="utf-8"))
    return found


def against(runs: Runs, base: Runs, source: str = "") -> Interval:
    """Nats per note more than the base, of one source or (as the mean) of all, over the seeds that both have.

    Pieces are drawn again with replacement, each source's among themselves, the same ones for both.
    """
    seeds = sorted(runs.by_seed.keys() & base.by_seed.keys()) or sorted(base.by_seed)
    ours, theirs = _sums(runs, seeds), _sums(base, seeds)
    rng = np.random.default_rng(RANDOM_SEED)
    sources = [source] if source else list(runs.first["figures"])
    differences, exact = np.zeros((len(sources), RESAMPLES)), []
    for index, name in enumerate(sources):
        more, notes = ours[name][0] - theirs[name][0], ours[name][1]
        drawn = rng.integers(len(notes), size=(RESAMPLES, len(notes)))
        differences[index] = more[drawn].sum(axis=1) / notes[drawn].sum(axis=1)
        exact.append(more.sum() / notes.sum())
    low, high = np.percentile(differences.mean(axis=0), [2.5, 97.5])
    return Interval(float(np.mean(exact)), float(low), float(high))


def _sums(runs: Runs, seeds: list[int]) -> dict[str, tuple[Floats, Floats]]:
    """By source: nats of all factors but the pedal, mean over the seeds, and notes, of each piece."""
    chosen = [runs.by_seed[seed] for seed in seeds if seed in runs.by_seed] or [runs.first]
    sums: dict[str, tuple[Floats, Floats]] = {}
    for source in runs.first["figures"]:
        of_source = [[row for row in run["pieces"] if row["source"] == source] for run in chosen]
        nats = np.mean([[sum(row["nats"][: len(TOTAL)]) for row in rows] for rows in of_source], axis=0)
        sums[source] = nats, np.array([float(row["notes"]) for row in of_source[0]])
    return sums


def _inner(content: Any, path: tuple[str, ...]) -> float:
    for key in path:
        content = content[key]
    return float(content)
