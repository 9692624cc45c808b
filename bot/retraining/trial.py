"""The trial of a new network: a share of the requests, blind, until people's votes decide.

Whether somebody likes a piece is a coin with an unknown bias. Before any vote all biases are as likely (Beta(1, 1));
with ``up`` and ``down`` votes the bias is distributed as Beta(1 + up, 1 + down), and the chance that one network's is
the larger has a closed form (E. Miller, Formulas for Bayesian A/B Testing, 2013).
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from math import exp, lgamma, log
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bot.domain import Tally

SHARE: Final = 0.2
"""Of the requests that the network on trial composes."""
FEWEST_VOTES: Final = 50
"""On both networks together: before these, nothing is decided."""
MOST_VOTES: Final = 400
"""With these, the likelier of the two is taken."""
SURE: Final = 0.8
"""So likely to be the better one, either is taken as soon as there are the fewest votes."""


class Verdict(StrEnum):
    """What the votes say of the network on trial."""

    GOES_ON = "goes on"
    PROMOTE = "is promoted"
    RETIRE = "is retired"


def is_chosen(trial_id: str, ticket_id: int) -> bool:
    """Whether the network on trial composes this request: the same each time, and spread evenly over requests."""
    digest = hashlib.sha256(f"{trial_id} {ticket_id}".encode()).digest()
    return int.from_bytes(digest[:8]) < SHARE * 2**64


def decide(new: Tally, current: Tally) -> Verdict:
    """What the votes on both networks' pieces of a trial come to."""
    votes = new.up + new.down + current.up + current.down
    if votes < FEWEST_VOTES:
        return Verdict.GOES_ON
    chance = chance_better(new, current)
    sure = SURE if votes < MOST_VOTES else 0.5
    if chance > sure:
        return Verdict.PROMOTE
    return Verdict.RETIRE if chance < 1 - sure or votes >= MOST_VOTES else Verdict.GOES_ON


def chance_better(new: Tally, current: Tally) -> float:
    """How likely it is, 0 to 1, that people like pieces of ``new`` more often than those of ``current``."""
    a, b = 1 + current.up, 1 + current.down
    c, d = 1 + new.up, 1 + new.down
    return sum(exp(_log_beta(a + i, b + d) - log(d + i) - _log_beta(1 + i, d) - _log_beta(a, b)) for i in range(c))


def _log_beta(a: float, b: float) -> float:
    """Logarithm of the beta function."""
    return lgamma(a) + lgamma(b) - lgamma(a + b)
