"""The gate: what a candidate must not be worse in, and the one thing in which it must be better. Pure arithmetic.

Each line compares the candidate with the base on the same pieces or primers and says in a sentence how that went.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from composer.tuning.measuring import Output

    Floats = NDArray[np.float64]

MOST_NATS_LOST = 0.005
"""Of the nats per note on held-out music: half a per cent, at the upper end of the interval."""
LEAST_DIVERSITY = 0.95
MOST_FAULTS_MORE = 0.08
"""With 96 pieces the difference of two equal networks has a standard error of 5 points."""
MOST_PAIRS_MORE = 2.0
MOST_TIME_MORE = 1.10
LARGEST_CHANCE = 0.01
"""Votes that chance explains as well as this are no reason to change anything."""
RESAMPLES = 4000
_LOWER, _UPPER = 1.0, 95.0
"""One in twenty would let a useless part into every twentieth candidate; one of nine audiences got such a network."""


@dataclass(frozen=True)
class GateLine:
    """One comparison.

    Attributes:
        name: for programs.
        title: for people.
        before, after: of the base and of the candidate.
        bound: the figure that is held against ``limit``.
        passed: whether it is on the right side.
        sentence: how it went.
        is_of_a_part: it decides only whether one part of what was learnt goes into the candidate.
    """

    name: str
    title: str
    before: float
    after: float
    bound: float
    limit: float
    passed: bool
    sentence: str
    is_of_a_part: bool = False


def held_out_line(before: Floats, after: Floats, notes: Floats, what: str, random_seed: int) -> GateLine:
    """Nats per note on music that nothing has learnt from; upper bound of a bootstrap over pieces, paired.

    Args:
        before: nats of each piece ``(pieces,)`` by the base.
        after: the same by the candidate.
        notes: of each piece.
        what: the music, for the sentence.
        random_seed: of the resampling.
    """
    rng = np.random.default_rng(random_seed)
    drawn = rng.integers(len(notes), size=(RESAMPLES, len(notes)))
    increases = after[drawn].sum(1) / before[drawn].sum(1) - 1
    bound = float(np.percentile(increases, _UPPER))
    one, other = float(before.sum() / notes.sum()), float(after.sum() / notes.sum())
    return GateLine(
        "held_out_nats",
        f"Surprise at {what} (nats per note)",
        one,
        other,
        bound,
        MOST_NATS_LOST,
        bound <= MOST_NATS_LOST,
        f"{other / one - 1:+.2%}, with 95 % certainty at most {bound:+.2%} ({MOST_NATS_LOST:.1%} is allowed)",
    )


def margin_line(liked: Floats, disliked: Floats, random_seed: int) -> GateLine:
    """Whether liked pieces have become likelier against disliked ones; lower bound of a bootstrap over pieces.

    Args:
        liked: by how much the log-likelihood per note of each held-out liked piece has risen, in nats.
        disliked: the same of disliked pieces.
        random_seed: of the resampling.
    """
    risen, bound = _difference(liked, disliked, random_seed)
    return GateLine(
        "liked_margin",
        "Network: liked over disliked pieces that were kept back (nats per note)",
        0.0,
        risen,
        bound,
        0.0,
        bound > 0.0,
        f"risen by {risen:+.4f}, with 99 % certainty by more than {bound:+.4f} (it must be above 0)",
        is_of_a_part=True,
    )


def critic_margin_line(scores: Floats, up: Floats, down: Floats, random_seed: int) -> GateLine:
    """The same for the critic: each piece judged by a critic that has not seen it, in standard deviations.

    Args:
        scores: verdict on each piece ``(pieces,)``.
        up: votes for each.
        down: votes against each.
        random_seed: of the resampling.
    """
    margin, bound = _difference(scores[up > down], scores[up < down], random_seed)
    return GateLine(
        "critic_margin",
        "Critic: liked over disliked pieces that were kept back (deviations)",
        0.0,
        margin,
        bound,
        0.0,
        bound > 0.0,
        f"{margin:+.2f}, with 99 % certainty more than {bound:+.2f} (it must be above 0)",
        is_of_a_part=True,
    )


def _difference(liked: Floats, disliked: Floats, random_seed: int) -> tuple[float, float]:
    """Difference of the means, and the lower bound of a bootstrap of it; nothing where either is empty."""
    if not (len(liked) and len(disliked)):
        return 0.0, 0.0
    rng = np.random.default_rng(random_seed)
    one, other = (
        values[rng.integers(len(values), size=(RESAMPLES, len(values)))].mean(1) for values in (liked, disliked)
    )
    return float(liked.mean() - disliked.mean()), float(np.percentile(one - other, _LOWER))


def chance_line(agreement: float, chance: float) -> GateLine:
    """Whether the votes say anything that can be learnt: cross-validated agreement against shuffled votes."""
    return GateLine(
        "votes_not_chance",
        "Agreement with votes it has not seen (0.5 is guessing)",
        0.5,
        agreement,
        chance,
        LARGEST_CHANCE,
        chance <= LARGEST_CHANCE,
        f"random votes would look as consistent in {chance:.1%} of cases ({LARGEST_CHANCE:.0%} is allowed)",
    )


def output_lines(before: Output, after: Output) -> list[GateLine]:
    """What is composed: diversity, faults, copying."""
    return [
        _ratio_line("diversity_distance", "How different pieces are from each other", before.distance, after.distance),
        _ratio_line("diversity_phrases", "Share of four-note phrases that are unique", before.distinct, after.distinct),
        GateLine(
            "validity",
            "Pieces with a loop, a long silence, a wrong length or no close",
            before.faulty,
            after.faulty,
            after.faulty - before.faulty,
            MOST_FAULTS_MORE,
            after.faulty - before.faulty <= MOST_FAULTS_MORE,
            f"{after.faulty:.0%} against {before.faulty:.0%} ({MOST_FAULTS_MORE:.0%} more is allowed)",
        ),
        GateLine(
            "originality",
            "Longest run copied from music it has learnt from, 95th percentile (notes)",
            before.copied,
            after.copied,
            after.copied - before.copied,
            MOST_PAIRS_MORE,
            after.copied - before.copied <= MOST_PAIRS_MORE,
            f"{after.copied:.0f} against {before.copied:.0f} ({MOST_PAIRS_MORE:.0f} more is allowed)",
        ),
    ]


def speed_line(before: float, after: float) -> GateLine:
    """Milliseconds for a composed note."""
    ratio = after / before
    return GateLine(
        "speed",
        "Time to compose a note (milliseconds)",
        before,
        after,
        ratio,
        MOST_TIME_MORE,
        ratio <= MOST_TIME_MORE,
        f"{ratio - 1:+.0%} ({MOST_TIME_MORE - 1:.0%} more is allowed)",
    )


def _ratio_line(name: str, title: str, before: float, after: float) -> GateLine:
    ratio = after / before if before else 1.0
    sentence = f"{ratio:.0%} of what it was ({LEAST_DIVERSITY:.0%} is needed)"
    return GateLine(name, title, before, after, ratio, LEAST_DIVERSITY, ratio >= LEAST_DIVERSITY, sentence)
