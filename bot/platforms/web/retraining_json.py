"""Retraining as JSON: plans, runs, networks; ``openapi.json`` describes the shapes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from bot import wording
from bot.retraining import wording as sentences
from bot.retraining.domain import RunState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.platforms.web.json_views import Json
    from bot.retraining.domain import Model, Plan, Run

_FACTS = ("votes", "liked", "seconds", "peak_megabytes")
SAMPLES = ("a", "b")


def plan_json(plan: Plan) -> Json:
    """What a run would learn from."""
    return {
        "liked": plan.liked,
        "disliked": plan.disliked,
        "votes": plan.votes,
        "voters": plan.voters,
        "excluded": [{"what": what, "number": number} for what, number in plan.excluded],
        "base_id": plan.base_id,
        "current_id": plan.current_id,
        "corpus": plan.corpus,
        "learns": list(plan.learns),
        "refusal": plan.refusal,
        "text": sentences.plan_text(plan),
    }


def run_json(run: Run) -> Json:
    """A run, as it stands."""
    is_over = run.state is not RunState.RUNNING
    return {
        "id": run.id,
        "state": run.state,
        "started_at": run.started_at.isoformat(),
        "ended_at": None if run.ended_at is None else run.ended_at.isoformat(),
        "stage": run.stage,
        "share": round(min(max(_number(run.share) or 0.0, 0.0), 1.0), 3),
        "eta_seconds": _number(run.eta_seconds),
        "sentence": None if run.sentence is None else wording.as_sentence(run.sentence),
        "report": None if run.report is None else report_json(run.report),
        "samples": _samples(run),
        "checkpoint_id": run.checkpoint_id,
        "text": sentences.run_text(run) if is_over else sentences.progress_line(run),
        "url": f"/api/retraining/{run.id}",
    }


def report_json(report: Mapping[str, Any]) -> Json:
    """What the training process found, as far as it found anything."""
    facts = {name: _number(report.get(name)) for name in _FACTS}
    return {**facts, "passed": bool(report.get("passed")), "gates": [_gate(gate) for gate in report.get("gates", ())]}


def model_json(model: Model) -> Json:
    """A network that may compose."""
    return {
        "id": model.id,
        "state": model.state,
        "is_current": model.is_current,
        "parent_id": model.parent_id,
        "made_at": None if model.made_at is None else model.made_at.isoformat(),
        "run_id": model.run_id,
        "pieces": model.pieces,
        "up": model.up,
        "down": model.down,
        "report": None if model.report is None else report_json(model.report),
        "text": sentences.model_line(model),
        "url": f"/api/models/{model.id}",
    }


def _gate(gate: Mapping[str, Any]) -> Json:
    """One measure of the network as it was and as it would be."""
    return {
        "name": str(gate.get("name", "")),
        "title": str(gate.get("title", "")),
        "before": _number(gate.get("before")),
        "after": _number(gate.get("after")),
        "limit": _number(gate.get("limit")),
        "before_text": sentences.figure(gate.get("before")),
        "after_text": sentences.figure(gate.get("after")),
        "passed": bool(gate.get("passed")),
        "optional": bool(gate.get("is_of_a_part")),
        "sentence": str(gate.get("sentence", "")),
    }


def _samples(run: Run) -> list[Json]:
    """The blind samples; whoever shows them keeps to themselves by which network each is until somebody asks."""
    made_by = (run.report or {}).get("samples") or {}
    return [
        {"name": name, "network": made_by[name], "url": f"/api/retraining/{run.id}/samples/{name}.mp3"}
        for name in SAMPLES
        if made_by.get(name) in {"new", "current"}
    ]


def _number(value: Any) -> float | None:
    """What JSON has no number for is nothing."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return value if is_number else None
