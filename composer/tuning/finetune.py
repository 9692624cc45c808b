"""Rated pieces and a base checkpoint in; a candidate checkpoint, measured against the gate, out.

The candidate is made of up to two parts, each of which has to prove itself on votes that it has not seen: a critic,
which has a say in which continuation goes on, and a fine-tuned network. What does not prove itself is left as it is in
the base. It is always the base that is tuned, never an earlier candidate, so that mistakes do not add up.
"""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from composer.checkpoints import WEIGHTS, load_checkpoint
from composer.errors import BadInputError
from composer.taste.windows import mean_features
from composer.tuning.candidate import Parts, best_candidate
from composer.tuning.critic_fit import Ballot, Learnt, learn_critic
from composer.tuning.gate import GateLine, chance_line, critic_margin_line, margin_line
from composer.tuning.measuring import Effort, base_pieces
from composer.tuning.rated_set import MANIFEST, read_rated_set
from composer.tuning.rehearsal import corpus_rehearsal, own_rehearsal
from composer.tuning.report import peak_megabytes, report_of
from composer.tuning.tuning_run import FEWEST_LIKED, FEWEST_VOTES, TuningRun

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from composer.tuning.rated_set import RatedPiece
    from composer.tuning.rehearsal import Rehearsal
    from composer.tuning.tuning_run import Progress

FEWEST_FOR_CHANCE = 10
"""Liked pieces, and others, without which nobody can tell votes from chance."""
UNRATED_DOWN = 0.5
"""Of a vote against it is what nobody voted on: whoever heard it did not care to."""
REPORT = "report.json"


def finetune(
    rated: Path,
    output: Path,
    *,
    base: Path | None = None,
    corpus: Path | None = None,
    random_seed: int = 1,
    effort: Effort | None = None,
    cache: Path | None = None,
    progress: Progress,
) -> dict[str, Any]:
    """Make a candidate in ``output/checkpoint`` and measure it; the report is returned and written beside it.

    Args:
        rated: folder of rated pieces (``composer.tuning.rated_set``).
        output: folder, empty.
        base: checkpoint folder to start from, the released one by default.
        corpus: music to rehearse with and to measure on; without it the base's own pieces serve.
        random_seed: the same one, with the same pieces, gives the same candidate.
        effort: how much is composed to measure by.
        cache: folder in which what the base composes is kept for other runs.
        progress: told the stage and the share of the whole work that is done.

    Raises:
        BadInputError: there are too few votes, or the set or the corpus cannot be used.
        CheckpointError: the base is missing or damaged.
    """
    began = time.monotonic()
    progress("reading", 0.0)
    pieces, checkpoint = read_rated_set(rated), load_checkpoint(base)
    manifest = hashlib.sha256((rated / MANIFEST).read_bytes()).hexdigest()
    run = TuningRun(pieces, manifest, checkpoint, corpus, output, random_seed, progress, effort or Effort())
    _check_enough(run)
    progress("critic", 0.02)
    learnt, lines = _learnt_critic(run)
    candidate = None
    if lines[0].passed:
        made = base_pieces(run.base, run.effort, cache, lambda share: progress("rehearsing", 0.05 + 0.2 * share))
        rehearsal = own_rehearsal(made) if corpus is None else corpus_rehearsal(corpus, random_seed)
        network_lines, weights = _tuned_network(run, rehearsal)
        lines += network_lines
        if learnt is not None or weights is not None:
            parts = Parts(lines, learnt, weights)
            candidate, lines = best_candidate(run, parts, rehearsal, made)
    report = report_of(run, lines, candidate) | {
        "seconds": round(time.monotonic() - began, 1),
        "peak_megabytes": round(peak_megabytes()),
    }
    (output / REPORT).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report


def _check_enough(run: TuningRun) -> None:
    liked, others = (sum(piece.liked is kind for piece in run.rated) for kind in (True, False))
    if not (run.learns_critic or run.learns_network):
        message = (
            f"There are {run.votes:g} votes and {liked} liked pieces; {FEWEST_VOTES} votes or {FEWEST_LIKED} liked "
            "pieces are needed to learn from. Rate some more."
        )
        raise BadInputError(message)
    if min(liked, others) < FEWEST_FOR_CHANCE:
        message = (
            f"There are {liked} liked pieces and {others} others; {FEWEST_FOR_CHANCE} of either are needed, because "
            "what is liked shows only beside what is not."
        )
        raise BadInputError(message)


def _learnt_critic(run: TuningRun) -> tuple[Learnt | None, list[GateLine]]:
    """Whether the votes say anything, and a critic, if it holds for votes that it has not seen."""
    ballot = ballot_of(run.rated)
    learnt = learn_critic(ballot, run.random_seed)
    lines = [chance_line(learnt.agreement, learnt.chance)]
    if run.learns_critic:
        lines.append(critic_margin_line(learnt.out_of_fold, ballot.up, ballot.down, run.random_seed))
    return learnt if run.learns_critic and all(line.passed for line in lines) else None, lines


def ballot_of(pieces: Sequence[RatedPiece]) -> Ballot:
    """What was said of the composed parts; the influence of a piece is limited by its weight."""
    return Ballot(
        np.array([mean_features(piece.continuation) for piece in pieces]),
        np.array([piece.up * piece.weight for piece in pieces]),
        np.array([(piece.down if piece.is_rated else UNRATED_DOWN) * piece.weight for piece in pieces]),
    )


def _tuned_network(run: TuningRun, rehearsal: Rehearsal) -> tuple[list[GateLine], Path | None]:
    """Fine-tune the network; weights only where the liked pieces that were kept back have gained on the others."""
    if not run.learns_network:
        return [], None
    from composer.tuning.network import tune_network

    weights = run.output / WEIGHTS

    def advanced(share: float) -> None:
        run.progress("training", 0.25 + 0.25 * share)

    outcome = tune_network(run.base, run.rated, rehearsal, weights, random_seed=run.random_seed, on_progress=advanced)
    line = margin_line(outcome.liked, outcome.disliked, run.random_seed)
    return [line], weights if line.passed else None
