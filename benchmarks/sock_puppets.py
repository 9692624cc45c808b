"""Fifty sock puppets in one guild: what share of the pieces that the network learns from do they change?

Run ``python -m benchmarks.sock_puppets [--crowds 20] [--guilds 8] [--members 30]`` from the repository; it prints one
JSON object. For each attack: the pieces that are selected, or labelled, otherwise than without the puppets, as a share
of those selected without them; the mean and the worst of so many made-up crowds that vote for six weeks. What is worse
than the limit is mostly not the puppets' doing: people who came to the same guild on the same day wait with them.
``over_weeks`` is the attack that no rule tells from people. ``people_waiting`` and ``audience`` are the other side: the
share of honest votes that wait where nobody attacks, and of the votes of people in one room, all given within ten
minutes, that count.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from typing import TYPE_CHECKING

from bot.retraining.selection import WAITING, select
from tests.fakes.crowds import ATTACKS, audience, honest_guilds, over_weeks, with_puppets

if TYPE_CHECKING:
    from bot.retraining.selection import Selection

    Labels = set[tuple[int, bool]]

LIMIT = 0.01
"""What the attacks that can be told from people may change at most."""


def labels(selection: Selection) -> Labels:
    """The pieces of a selection, and whether they are liked."""
    return {(piece.piece_id, piece.is_liked) for piece in selection.pieces}


def change(before: Labels, after: Labels) -> float:
    """Pieces that are there or labelled otherwise, as a share of those before."""
    return len({piece for piece, _ in before ^ after}) / len(before)


def _measure(crowds: int, guilds: int, members: int) -> dict[str, list[float]]:
    attacks = {**ATTACKS, over_weeks.__name__: over_weeks}
    changes: dict[str, list[float]] = {name: [] for name in attacks}
    for number in range(crowds):
        rng = random.Random(number)  # noqa: S311 (a benchmark repeats itself)
        crowd = honest_guilds(rng, guilds=guilds, members=members)
        before = labels(select(crowd.ratings))
        for name, attack in attacks.items():
            changes[name].append(change(before, labels(select(with_puppets(crowd, attack(crowd, rng))))))
    return changes


def _waiting(crowds: int, guilds: int, members: int) -> list[float]:
    shares = []
    for number in range(crowds):
        ratings = honest_guilds(random.Random(number), guilds=guilds, members=members).ratings  # noqa: S311 (the same)
        shares.append(dict(select(ratings).excluded).get(WAITING, 0) / len(ratings))
    return shares


def _audience(crowds: int) -> list[float]:
    shares = []
    for number in range(crowds):
        crowd = audience(random.Random(number))  # noqa: S311 (the same)
        shares.append(select(crowd.ratings).votes / len(crowd.ratings))
    return shares


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--crowds", type=int, default=20)
    parser.add_argument("--guilds", type=int, default=8)
    parser.add_argument("--members", type=int, default=30)
    given = parser.parse_args()
    changes = _measure(given.crowds, given.guilds, given.members)
    figures = {
        name: {"mean": round(statistics.mean(shares), 4), "worst": round(max(shares), 4)}
        for name, shares in changes.items()
    }
    shares = [share for name in ATTACKS for share in changes[name]]
    waiting = _waiting(given.crowds, given.guilds, given.members)
    heard = _audience(given.crowds)
    print(
        json.dumps(
            {
                "crowds": given.crowds,
                "changed": figures,
                "limit": LIMIT,
                "within_limit": all(figures[name]["mean"] <= LIMIT for name in ATTACKS),
                "attacks_over_limit": sum(share > LIMIT for share in shares) / len(shares),
                "people_waiting": {"mean": round(statistics.mean(waiting), 4), "worst": round(max(waiting), 4)},
                "audience": {"mean": round(statistics.mean(heard), 4), "worst": round(min(heard), 4)},
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
