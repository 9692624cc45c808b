"""Every sentence about retraining, plain text on every platform."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from bot.retraining.domain import ModelState, RunState
from bot.wording import about_seconds, as_sentence, bar, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.retraining.domain import Model, Plan, Run

OPTIONS: Final = {
    "dry_run": "Only say what would be learnt from, and change nothing",
    "model": "The id of a network, or its beginning",
}
STAGES: Final = {
    "": "beginning",
    "reading": "reading the pieces",
    "critic": "learning what is liked",
    "rehearsing": "rehearsing what it knows",
    "training": "training",
    "exporting": "writing the network",
    "measuring": "measuring it against the present one",
    "sampling": "playing samples",
}
LEARNS: Final = {"critic": "which of several continuations to choose", "network": "to compose"}

# --- refusals

KEEPERS_ONLY = (
    "Only the keepers of this SchumaNN can do that, because the network plays for everybody; whoever runs me names "
    "them in SCHUMANN_ADMINS."
)
NO_RUN = "The network has not been retrained yet; /retrain begins."
RUN_ENDED = "It is too late to cancel this run: it has already ended."
NO_SAMPLE = "There is no such sample any more."
NOTHING_CHANGED = "The network that composes stays as it is."
RETRAIN_FIRST = "Start the retraining with these votes?"
STARTED = "The retraining has begun."
SAMPLES_LEFT_OUT = "(The samples cannot be attached here.)"
CANCEL_RUN = "Cancel the retraining"


def run_not_found(run_id: int | str) -> str:
    """That there is no such run."""
    return f"There is no retraining run {shortened(str(run_id), 20)}."


def run_under_way(run_id: int) -> str:
    """That there is one run at a time."""
    return f"Run {run_id} is under way already; wait for its end, or cancel it."


NOTHING_BEFORE = "No other network composed before this one, so there is nothing to go back to."


def network_not_found(text: str, found: int) -> str:
    """That an id or its beginning names no network, or several."""
    which = "No network" if not found else "More than one network"
    return f"{which} has an id that begins with '{shortened(text, 40)}'; /model list shows them all."


def network_damaged(checkpoint_id: str, current_id: str) -> str:
    """That a network cannot be used."""
    return f"The network {checkpoint_id} is damaged and is not used; {current_id} composes. The log says what is wrong."


def same_network(checkpoint_id: str) -> str:
    """That a run has made what was there already."""
    return f"The training gave {checkpoint_id}, which is the network that it began from or the one that composes."


def network_not_stored(reason: str) -> str:
    """That the files of a new network could not be moved to their place."""
    return f"The new network could not be stored ({reason}); make room in the data folder, and retrain again."


def too_few_votes(liked: int, votes: int, needed_liked: int, needed_votes: int) -> str:
    """What is missing before anything can be learnt."""
    pieces, marks = _count(needed_liked - liked, "liked piece"), _count(needed_votes - votes, "vote")
    return f"There is too little to learn from yet: {pieces} or {marks} more are needed."


def too_few_pieces(liked: int, others: int, needed: int) -> str:
    """That one kind of pieces is missing, without which nothing can be compared."""
    return (
        f"There is too little to learn from yet: {_count(liked, 'liked piece')} and {_count(others, 'other')} count, "
        f"and {needed} of either are needed, because what is liked shows only beside what is not."
    )


# --- how a run ends, where training does not say it

CANCELLED = "It was cancelled."
STOPPED = "SchumaNN was stopped meanwhile; start it anew when you like."
WITHDRAWN = "A piece that it learnt from has been withdrawn, so it was stopped; start it anew without that piece."
ON_TRIAL = "The new network has passed."


def no_room(reason: str) -> str:
    """That its files could not be written."""
    return f"Its files could not be written: {reason}. See to the disk, then start it anew."


def went_wrong(what: str, support_id: str) -> str:
    """That it was our fault."""
    return f"Something went wrong on our side ({what}, support id {support_id}); the log says more."


# --- a plan


def plan_text(plan: Plan) -> str:
    """What a run would learn from, what it leaves out, and what it would learn."""
    said = f"{_count(plan.votes, 'vote')} of {_count(plan.voters, 'listener')}"
    lines = [f"{_count(plan.liked, 'piece')} liked and {plan.disliked} disliked, by {said}."]
    if plan.silent:
        lines.append(f"They are compared with {_count(plan.silent, 'piece')} that nobody voted on, too.")
    if plan.excluded:
        lines += ["Left out:", *(f"• {amount} {what}" for what, amount in plan.excluded)]
    if plan.learns:
        lines.append(f"It would learn {' and '.join(LEARNS.get(what, what) for what in plan.learns)}.")
    lines.append(f"It begins from {plan.base_id}, {_rehearsal(corpus=plan.corpus)}. {plan.current_id} composes now.")
    if plan.refusal:
        lines.append(plan.refusal)
    return "\n".join(lines)


def _rehearsal(*, corpus: bool) -> str:
    return "and rehearses with the corpus" if corpus else "and rehearses with pieces of its own"


# --- a run


def run_text(run: Run) -> str:
    """How far a run is, or how it ended: the decision, and every measure before and after."""
    if run.state is RunState.RUNNING:
        return f"Retraining run {run.id}\n{progress_line(run)}"
    lines = [f"Retraining run {run.id}: {_ENDS[run.state]}."]
    if run.sentence:
        lines.append(run.sentence)
    if run.report:
        lines += _report_lines(run.report)
    if run.state not in {RunState.PASSED, RunState.KEPT}:
        lines.append(NOTHING_CHANGED)
    return "\n".join(lines)


_ENDS: Final = {
    RunState.PASSED: "on trial",
    RunState.KEPT: "not better",
    RunState.FAILED: "failed",
    RunState.CANCELLED: "cancelled",
    RunState.STOPPED: "stopped",
}


def progress_line(run: Run) -> str:
    """Bar, stage, and how long it will take."""
    wait = "" if run.eta_seconds is None else f", {about_seconds(run.eta_seconds)}"
    return f"{bar(run.share)} {STAGES.get(run.stage, STAGES[''])}{wait}"


def _report_lines(report: Mapping[str, Any]) -> Iterable[str]:
    yield from (gate_line(gate) for gate in report.get("gates", ()))
    took = [
        f"{_count(report['votes'], 'vote')}" if "votes" in report else "",
        about_seconds(report["seconds"]) if "seconds" in report else "",
        f"{report['peak_megabytes']:.0f} MB of memory" if "peak_megabytes" in report else "",
    ]
    if any(took):
        yield f"({', '.join(part for part in took if part)})"
    if report.get("samples"):
        yield "Two samples, A and B: one is by the new network, one by the present one. Which do you like better?"


def gate_line(gate: Mapping[str, Any]) -> str:
    """One measure, before and after; a part of what was learnt that did not prove itself is left out."""
    is_left_out = not gate["passed"] and gate.get("is_of_a_part")
    mark = "✓" if gate["passed"] else "○" if is_left_out else "✗"
    left_out = " (left out)" if is_left_out else ""
    return f"{mark} {gate['title']}: {figure(gate['before'])} → {figure(gate['after'])}{left_out}"


def figure(value: float | str | None) -> str:
    """A number as people write it.

    >>> figure(2.5512), figure(0.012), figure(1234.5), figure(None)
    ('2.551', '0.0120', '1234', '-')
    """
    if value is None or isinstance(value, str):
        return value or "-"
    if not math.isfinite(value):
        return "-"
    if value == 0 or abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.4f}" if abs(value) < 0.1 else f"{value:.4g}"


# --- models


def models_text(models: Iterable[Model]) -> str:
    """Every network that may compose, a line each."""
    return "\n".join(model_line(model) for model in models)


def model_line(model: Model) -> str:
    """A network in one line."""
    return f"{'▶' if model.is_current else '•'} {model.id}: {_role(model)}, {_liked(model)}"


def model_text(model: Model) -> str:
    """Everything about one network."""
    lines = [f"{model.id}: {_role(model)}", f"Composed {_liked(model)}."]
    if model.run_id is not None:
        made = f" on {model.made_at:%d %B %Y}" if model.made_at else ""
        lines.append(f"Made by retraining run {model.run_id}{made} from {model.parent_id}.")
    if model.report:
        lines += _report_lines({name: value for name, value in model.report.items() if name != "samples"})
        lines.append(as_sentence(str(model.report["sentence"])) if model.report.get("sentence") else "")
    return "\n".join(line for line in lines if line)


def _role(model: Model) -> str:
    roles = {
        ModelState.BASE: "the base",
        ModelState.ON_TRIAL: "on trial with a part of the requests",
        ModelState.KEPT: "kept",
        ModelState.DAMAGED: "damaged, not used",
    }
    role = roles[model.state]
    if not model.is_current:
        return role
    return f"{role}, composes now" if model.state is ModelState.BASE else "composes now"


def _liked(model: Model) -> str:
    return f"{_count(model.pieces, 'piece')}, 👍 {model.up} 👎 {model.down}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
