"""What a person is told of a run: every line of the gate, and the decision."""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from composer.tuning.samples import FOLDER, KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from composer.checkpoints import Checkpoint
    from composer.tuning.gate import GateLine
    from composer.tuning.tuning_run import TuningRun


def report_of(run: TuningRun, lines: Sequence[GateLine], candidate: Checkpoint | None) -> dict[str, Any]:
    """What a person is told, and the decision."""
    needed = [line for line in lines if not line.is_of_a_part]
    failed = [line for line in needed if not line.passed]
    passed = candidate is not None and not failed
    return {
        "base": run.base.id,
        "checkpoint": candidate.id if candidate is not None else None,
        "passed": passed,
        "sentence": _decision(lines, failed, candidate),
        "gates": [asdict(line) for line in lines],
        "samples": _samples(run),
        "votes": round(run.votes),
        "liked": sum(piece.liked for piece in run.rated),
        "learnt": _learnt_parts(lines),
    }


def _learnt_parts(lines: Sequence[GateLine]) -> list[str]:
    return [line.name for line in lines if line.is_of_a_part and line.passed]


def _samples(run: TuningRun) -> dict[str, str] | None:
    key = run.output / FOLDER / KEY
    if not key.exists():
        return None
    answers: dict[str, str] = json.loads(key.read_text(encoding="utf-8"))
    return answers


def _decision(lines: Sequence[GateLine], failed: Sequence[GateLine], candidate: Checkpoint | None) -> str:
    if failed and failed[0].name == "votes_not_chance":
        return "The votes agree on nothing that could be learnt yet, so everything stays as it is."
    if candidate is None:
        return "Nothing that was learnt holds for votes that were kept back, so everything stays as it is."
    if failed:
        return f"The candidate is worse than it may be ({failed[0].title}), so everything stays as it is."
    names = {"critic_margin": "what to choose", "liked_margin": "what to play"}
    learnt = " and ".join(names[name] for name in _learnt_parts(lines))
    return f"The candidate has learnt {learnt}, and is worse in nothing that is measured."


def peak_megabytes() -> float:
    """The most memory that this process, or a child of it, has had at a time."""
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / unit
