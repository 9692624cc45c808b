"""Does retraining learn what an audience likes?

``python -m benchmarks.retraining [--tastes NAME ...] [--votes N ...] [--seeds N ...]``

A simulated audience with a hidden taste votes on pieces of the base, some of the votes being mistakes; the real command
retrains; base and candidate continue primers that nobody has voted on, with the same random seeds, and the share of
pieces of that taste is compared (exact McNemar test, two-sided). With ``--random`` audiences vote by lot: nothing may
pass the gate then. Prints one JSON object; every run's report stays in ``--work``, and what is there already is not run
again.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from composer.composer import Composer
from composer.evaluation import measures
from composer.evaluation.continuations import after
from composer.keys import estimate_key
from composer.openers import find_opener, list_openers
from composer.score_json import from_json, to_json
from tests.composer.tuning.rated import write_rated_set

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from composer.notes import Score

PIECE_SECONDS = 30.0
VOTED_OPENERS, VOTED_SEEDS = 40, range(1000, 1010)
FRESH_SEEDS = range(500, 507)
NOISE, LIKED_SHARE = 0.15, 1 / 3


@dataclass(frozen=True)
class Piece:
    """A composed piece, and where its composed part begins."""

    score: Score
    primer_end_beat: float

    @property
    def continuation(self) -> Score:
        """What was composed."""
        return after(self.score, self.primer_end_beat, math.inf)


def heard(piece: Piece) -> dict[str, float]:
    """What the audience hears of a piece; none of it uses the features that the critic learns from."""
    new = piece.continuation
    return {
        "density": measures.notes_per_second(new),
        "minor": float(estimate_key(new).mode == "minor"),
        "velocity": float(np.mean([note.velocity for note in new.notes])),
        "pitch": float(np.mean([note.pitch for note in new.notes])),
        "polyphony": measures.polyphony(new),
    }


def tastes(
    base: Sequence[dict[str, float]], share: float = LIKED_SHARE
) -> dict[str, Callable[[dict[str, float]], bool]]:
    """What audiences may like, against what the base usually composes.

    The first three like the ``share`` of all pieces that comes nearest to what they want; ``strict`` likes only what is
    in minor and not among the sparsest pieces, a seventh of all.
    """
    names = list(base[0])
    values = np.array([list(piece.values()) for piece in base])
    mean, spread = values.mean(0), np.maximum(values.std(0), 1e-9)

    def nearest(**wanted: float) -> Callable[[dict[str, float]], bool]:
        def merit(piece: dict[str, float]) -> float:
            away = {name: (piece[name] - mean[names.index(name)]) / spread[names.index(name)] for name in wanted}
            return float(sum(sign * away[name] for name, sign in wanted.items()))

        least = float(np.percentile([merit(piece) for piece in base], 100 * (1 - share)))
        return lambda piece: merit(piece) > least

    sparse = float(np.percentile([piece["density"] for piece in base], 30))
    return {
        "dense_minor": nearest(density=1, minor=1),
        "calm_low": nearest(density=-1, pitch=-1),
        "soft_full": nearest(velocity=-1, polyphony=1),
        "strict": lambda piece: piece["density"] > sparse and piece["minor"] > 0,
    }


def split_openers() -> tuple[list[str], list[str]]:
    """Openers to vote on (as many in minor as in major) and fresh ones."""
    rng = np.random.default_rng(0)
    minor = [opener.slug for opener in list_openers() if "minor" in opener.key]
    major = [opener.slug for opener in list_openers() if "minor" not in opener.key]
    minor, major = rng.permutation(minor).tolist(), rng.permutation(major).tolist()
    half = VOTED_OPENERS // 2
    return minor[:half] + major[:half], minor[half:] + major[half:]


@cache
def _composer(folder: Path | None) -> Composer:
    return Composer(folder)


def _compose(job: tuple[Path | None, str, int]) -> tuple[str, float]:
    folder, slug, random_seed = job
    piece = _composer(folder).compose(
        find_opener(slug).score, length_seconds=PIECE_SECONDS, random_seed=random_seed, is_opener=True
    )
    return to_json(piece.score), piece.primer_end_beat


def compose_all(
    folder: Path | None, slugs: Sequence[str], seeds: Sequence[int], kept: Path, workers: int
) -> list[Piece]:
    """Continue every opener with every random seed; what is in ``kept`` is not composed again."""
    if not kept.exists():
        jobs = [(folder, slug, seed) for slug in slugs for seed in seeds]
        with ProcessPoolExecutor(workers) as pool:
            rows = list(pool.map(_compose, jobs, chunksize=8))
        kept.write_text(json.dumps(rows), encoding="utf-8")
    return [Piece(from_json(score), beat) for score, beat in json.loads(kept.read_text(encoding="utf-8"))]


def vote(likes: Sequence[bool], count: int, seed: int, *, by_lot: bool) -> dict[int, bool]:
    """Votes on ``count`` pieces; ``NOISE`` of them are mistakes, or all are dealt out by lot."""
    rng = np.random.default_rng((seed, count))
    chosen = rng.choice(len(likes), count, replace=False).tolist()
    votes = {index: bool(likes[index]) != bool(rng.random() < NOISE) for index in chosen}
    if by_lot:
        votes = dict(zip(votes, rng.permutation(list(votes.values())).tolist(), strict=True))
    return votes


def retrain(rated: Path, output: Path, corpus: Path | None) -> dict[str, Any]:
    """Run the real command; its report, or why there is none."""
    report = output / "report.json"
    if not report.exists():
        output.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "composer", "train", "--finetune", str(rated), "--output", str(output)]
        command += ["--cache", str(output.parents[1] / "base")]
        command += ["--corpus", str(corpus)] if corpus else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
        if done.returncode:
            sentence = done.stderr.strip().splitlines()[-1]
            refusal: dict[str, Any] = {"passed": False, "checkpoint": None, "sentence": sentence, "gates": []}
            report.write_text(json.dumps(refusal), encoding="utf-8")
    content: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return content


def mcnemar(before: Sequence[bool], after_: Sequence[bool]) -> float:
    """Two-sided exact p of paired yes and no."""
    gained = sum(b and not a for a, b in zip(before, after_, strict=True))
    lost = sum(a and not b for a, b in zip(before, after_, strict=True))
    count = gained + lost
    tail = sum(math.comb(count, k) for k in range(min(gained, lost) + 1)) / 2.0**count
    return min(1.0, 2 * tail)


@dataclass(frozen=True)
class Audience:
    """What all runs share."""

    work: Path
    corpus: Path | None
    voted: Sequence[Piece]
    fresh_slugs: Sequence[str]
    fresh: Sequence[Piece]

    def trial(self, case: tuple[str, int, int, bool]) -> dict[str, Any]:
        """One audience: vote, retrain, compare."""
        taste, count, seed, by_lot = case
        likes = tastes([heard(piece) for piece in self.voted])[taste]
        folder = self.work / f"{'lot' if by_lot else taste}-{count}-{seed}{'-corpus' if self.corpus else ''}"
        votes = vote([likes(heard(piece)) for piece in self.voted], count, seed, by_lot=by_lot)
        voted = [(self.voted[index], is_up) for index, is_up in votes.items()]
        write_rated_set(folder / "set", [(piece.score, piece.primer_end_beat, is_up) for piece, is_up in voted])
        began = time.monotonic()
        report = retrain(folder / "set", folder / "out", self.corpus)
        row = {"taste": "by lot" if by_lot else taste, "votes": count, "seed": seed, "liked": sum(votes.values())}
        row |= {"passed": report["passed"], "sentence": report["sentence"], "seconds": round(time.monotonic() - began)}
        row |= {gate["name"]: gate["bound"] for gate in report["gates"]}
        if report["checkpoint"] and not by_lot:
            row |= self._compare(folder, likes)
        print(json.dumps(row), file=sys.stderr, flush=True)
        return row

    def _compare(self, folder: Path, likes: Callable[[dict[str, float]], bool]) -> dict[str, Any]:
        made = compose_all(folder / "out" / "checkpoint", self.fresh_slugs, FRESH_SEEDS, folder / "fresh.json", 1)
        before, now = ([likes(heard(piece)) for piece in pieces] for pieces in (self.fresh, made))
        taste = Composer(folder / "out" / "checkpoint").taste
        return {
            "share_before": float(np.mean(before)),
            "share_after": float(np.mean(now)),
            "p": mcnemar(before, now),
            "say": taste.say if taste else 0.0,
        }


def main() -> None:
    """Run the audiences."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retraining", description=__doc__.splitlines()[0])
    parser.add_argument("--tastes", nargs="+", default=["dense_minor", "calm_low", "soft_full"], metavar="NAME")
    parser.add_argument("--votes", nargs="+", type=int, default=[200], metavar="N", help="how many votes (200)")
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3], metavar="N", help="of the audiences (1 2 3)")
    parser.add_argument("--random", action="store_true", help="votes by lot")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="music to rehearse with")
    parser.add_argument("--work", type=Path, default=Path("build/retraining"), metavar="DIR", help="for what is kept")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="runs at a time")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    voted_slugs, fresh_slugs = split_openers()
    audience = Audience(
        arguments.work,
        arguments.corpus,
        compose_all(None, voted_slugs, VOTED_SEEDS, arguments.work / "voted.json", arguments.workers),
        fresh_slugs,
        compose_all(None, fresh_slugs, FRESH_SEEDS, arguments.work / "fresh.json", arguments.workers),
    )
    cases = [(t, n, s, arguments.random) for n in arguments.votes for s in arguments.seeds for t in arguments.tastes]
    with ThreadPoolExecutor(arguments.workers) as pool:
        rows = list(pool.map(audience.trial, cases))
    print(json.dumps({"runs": rows}, indent=1))


if __name__ == "__main__":
    main()
