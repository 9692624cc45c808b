"""Rated pieces and a base checkpoint in; a candidate checkpoint, measured against the gate, out.

The candidate is made of up to two parts, each of which has to prove itself on votes that it has not seen: a critic,
which has a say in which continuation goes on, and a fine-tuned network. What does not prove itself is left as it is in
the base. It is always the base that is tuned, never an earlier candidate, so that mistakes do not add up.
"""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import sys
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from composer.checkpoints import CRITIC, NETWORK, WEIGHTS, load_checkpoint, write_card
from composer.composer import Composer
from composer.errors import BadInputError
from composer.evaluation.likelihood import factor_nats
from composer.generation.decoder import Decoder
from composer.taste.windows import mean_features
from composer.tuning.critic_fit import Ballot, Learnt, learn_critic
from composer.tuning.gate import (
    GateLine,
    chance_line,
    critic_margin_line,
    held_out_line,
    margin_line,
    output_lines,
    speed_line,
)
from composer.tuning.measuring import Effort, base_pieces, compose_all, describe, features_of, race
from composer.tuning.rated_set import MANIFEST, read_rated_set
from composer.tuning.rehearsal import corpus_rehearsal, own_rehearsal
from composer.tuning.samples import write_samples

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from composer.checkpoints import Checkpoint
    from composer.tuning.measuring import Made, Output
    from composer.tuning.rated_set import RatedPiece
    from composer.tuning.rehearsal import Rehearsal

    Progress = Callable[[str, float], None]
    Floats = NDArray[np.float64]

FEWEST_VOTES, FEWEST_LIKED = 50, 30
"""For a critic, and for fine-tuning the network."""
FEWEST_FOR_CHANCE = 10
"""Liked pieces, and others, without which nobody can tell votes from chance."""
UNRATED_DOWN = 0.5
"""Of a vote against it is what nobody voted on: whoever heard it did not care to."""
REPORT = "report.json"
SAYS = (1.4, 0.8, 0.5)
"""How much the critic may have to say: the most with which what is composed stays as diverse and sound as it was."""
_SMALLEST_SCALE = 1e-3
_INHERITED = ("network", "training", "corpus", "trained", "metrics", "licence")
"""What a candidate's card says as its base's does."""


@dataclass(frozen=True)
class _Run:
    """What a run works with."""

    rated: Sequence[RatedPiece]
    manifest_sha256: str
    base: Checkpoint
    corpus: Path | None
    output: Path
    random_seed: int
    progress: Progress
    effort: Effort

    @property
    def votes(self) -> float:
        """That count."""
        return sum(piece.up + piece.down for piece in self.rated)

    @property
    def learns_critic(self) -> bool:
        """Whether there are votes enough for a critic."""
        return self.votes >= FEWEST_VOTES

    @property
    def learns_network(self) -> bool:
        """Whether there are liked pieces enough to fine-tune the network."""
        return sum(piece.liked for piece in self.rated) >= FEWEST_LIKED


@dataclass(frozen=True)
class _Parts:
    """What has been learnt: the lines of the gate about it, and what of it goes into the candidate."""

    lines: list[GateLine]
    learnt: Learnt | None
    weights: Path | None


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
    run = _Run(pieces, manifest, checkpoint, corpus, output, random_seed, progress, effort or Effort())
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
            parts = _Parts(lines, learnt, weights)
            candidate, lines = _best_candidate(run, parts, rehearsal, made)
    report = _report(run, lines, candidate) | {
        "seconds": round(time.monotonic() - began, 1),
        "peak_megabytes": round(peak_megabytes()),
    }
    (output / REPORT).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report


def _check_enough(run: _Run) -> None:
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


def _learnt_critic(run: _Run) -> tuple[Learnt | None, list[GateLine]]:
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


def _tuned_network(run: _Run, rehearsal: Rehearsal) -> tuple[list[GateLine], Path | None]:
    """Fine-tune the network; weights only where the liked pieces that were kept back have gained on the others."""
    if not run.learns_network:
        return [], None
    from composer.tuning.network import tune_network

    weights = run.output / WEIGHTS

    def advanced(share: float) -> None:
        run.progress("training", 0.25 + 0.25 * share)

    risen = tune_network(run.base, run.rated, rehearsal, weights, random_seed=run.random_seed, on_progress=advanced)
    line = margin_line(*risen, run.random_seed)
    return [line], weights if line.passed else None


def _best_candidate(
    run: _Run, parts: _Parts, rehearsal: Rehearsal, made: Sequence[Made]
) -> tuple[Checkpoint, list[GateLine]]:
    """The candidate whose critic has the most to say of those that pass, else the one whose critic has the least."""
    folder = run.output / "checkpoint"
    folder.mkdir()
    run.progress("exporting", 0.5)
    _write_network(run, parts.weights, folder)
    nats = held_out_line(*_held_out_nats(run.base, folder / NETWORK, rehearsal), rehearsal.source, run.random_seed)
    says: Sequence[float] = SAYS if parts.learnt is not None else (0.0,)
    for number, say in enumerate(says):
        candidate = _with_critic(run, parts.learnt, say, folder)
        progress = partial(_progress_of_one, run.progress, number, len(says))
        again = compose_all(Composer(folder), run.effort, progress)
        found = output_lines(*_described(run, rehearsal, made, again))
        if all(line.passed for line in found):
            break
    run.progress("sampling", 0.95)
    write_samples(run.output, made, again, run.random_seed)
    speed = speed_line(*race(Composer(run.base.folder), Composer(folder), run.effort))
    lines = [*parts.lines, nats, *found, speed]
    return write_card(folder, candidate.card | {"gate": [asdict(line) for line in lines]}), lines


def _progress_of_one(progress: Progress, number: int, count: int, share: float) -> None:
    """What has been done when a measurement of at most ``count`` is so far; most often the first is enough."""
    progress("measuring", 0.6 + 0.35 * (1 - 0.5**number + 0.5 ** min(number + 1, count - 1) * share))


def _write_network(run: _Run, weights: Path | None, folder: Path) -> None:
    """The base's network, or the one with the new weights."""
    if weights is None:
        for name in (WEIGHTS, NETWORK):
            shutil.copyfile(run.base.folder / name, folder / name)
        return
    from composer.learning.export import export_in_child
    from composer.networks.note_lstm import NoteLSTMConfig

    weights.replace(folder / WEIGHTS)
    export_in_child(folder / WEIGHTS, NoteLSTMConfig(**run.base.card["network"]), folder / NETWORK)


def _with_critic(run: _Run, learnt: Learnt | None, say: float, folder: Path) -> Checkpoint:
    """The candidate, with a critic that has so much to say."""
    if learnt is not None:
        (folder / CRITIC).write_text(replace(learnt.critic, say=say).to_json(), encoding="utf-8")
    inherited = {name: run.base.card[name] for name in _INHERITED if name in run.base.card}
    rated = {"manifest_sha256": run.manifest_sha256, "pieces": len(run.rated), "votes": run.votes}
    origin = {"parent": run.base.id, "retrained": datetime.now(UTC).date().isoformat(), "rated": rated}
    return write_card(folder, inherited | origin)


def _described(run: _Run, rehearsal: Rehearsal, made: Sequence[Made], again: Sequence[Made]) -> tuple[Output, Output]:
    """The figures of what the base has made and of what the candidate has."""
    scale = np.maximum(features_of(made).std(0), _SMALLEST_SCALE)
    learnt_from = [piece.features.factors for piece in run.rated if piece.liked]
    if run.corpus is not None:
        learnt_from += [features.factors for features in rehearsal.practised]
    return describe(made, scale, learnt_from), describe(again, scale, learnt_from)


def _held_out_nats(base: Checkpoint, network: Path, rehearsal: Rehearsal) -> tuple[Floats, Floats, Floats]:
    """Nats of every held-out piece by either network, all factors but the pedal, and its notes."""
    pieces = rehearsal.held_out

    def total(network: Path) -> Floats:
        found = factor_nats(Decoder(network), base.state_width, pieces)
        return np.array([nats[:, :-1].sum() for nats in found])

    before = total(base.network)
    is_same = base.network.read_bytes() == network.read_bytes()
    notes = np.array([len(piece.factors) for piece in pieces], float)
    return before, before if is_same else total(network), notes


def _report(run: _Run, lines: Sequence[GateLine], candidate: Checkpoint | None) -> dict[str, Any]:
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
        "votes": run.votes,
        "liked": sum(piece.liked for piece in run.rated),
        "learnt": _learnt_parts(lines),
    }


def _learnt_parts(lines: Sequence[GateLine]) -> list[str]:
    return [line.name for line in lines if line.is_of_a_part and line.passed]


def _samples(run: _Run) -> dict[str, str] | None:
    key = run.output / "samples" / "key.json"
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
