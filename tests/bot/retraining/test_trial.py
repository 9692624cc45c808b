"""What the votes of a trial come to, and which requests are part of it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import Tally
from bot.retraining.trial import FEWEST_VOTES, MOST_VOTES, Verdict, chance_better, decide, is_chosen

votes = st.builds(Tally, st.integers(0, 150), st.integers(0, 150))


@pytest.mark.parametrize(
    ("new", "current", "chance"),
    [
        (Tally(), Tally(), 1 / 2),
        (Tally(up=1), Tally(), 2 / 3),  # of three ranks, the largest has p**1: the integral of 2p * p
        (Tally(up=1), Tally(down=1), 5 / 6),
        (Tally(down=2), Tally(), 1 / 4),
    ],
)
def test_small_chances_are_as_on_paper(new: Tally, current: Tally, chance: float) -> None:
    """Where the integral can be solved by hand, the sum agrees."""
    assert chance_better(new, current) == pytest.approx(chance, abs=1e-12)


def test_the_chance_is_that_of_drawing() -> None:
    """Drawing from both posteriors gives the same chance."""
    rng = random.Random(5)  # noqa: S311 (nothing secret)
    draws = [rng.betavariate(1 + 9, 1 + 4) > rng.betavariate(1 + 21, 1 + 16) for _ in range(40_000)]

    assert chance_better(Tally(9, 4), Tally(21, 16)) == pytest.approx(sum(draws) / len(draws), abs=0.01)


@given(new=votes, current=votes)
def test_one_is_better_or_the_other(new: Tally, current: Tally) -> None:
    """Both chances together are one, also with hundreds of votes; a vote up makes it likelier."""
    chance = chance_better(new, current)

    assert chance + chance_better(current, new) == pytest.approx(1, abs=1e-9)
    assert chance_better(Tally(new.up + 1, new.down), current) >= chance - 1e-12


@pytest.mark.parametrize(
    ("new", "current", "verdict"),
    [
        (Tally(10, 0), Tally(19, 20), Verdict.GOES_ON),  # 49 votes are too few, whatever they say
        (Tally(10, 0), Tally(20, 20), Verdict.PROMOTE),
        (Tally(0, 10), Tally(20, 20), Verdict.RETIRE),
        (Tally(5, 5), Tally(20, 20), Verdict.GOES_ON),
        (Tally(0, 0), Tally(30, 20), Verdict.GOES_ON),
        (Tally(52, 48), Tally(150, 150), Verdict.PROMOTE),  # 400 votes, and the likelier one is taken
        (Tally(48, 52), Tally(150, 150), Verdict.RETIRE),
        (Tally(50, 50), Tally(150, 150), Verdict.RETIRE),  # no better is not better
    ],
)
def test_votes_decide(new: Tally, current: Tally, verdict: Verdict) -> None:
    """From 50 votes on one that is probably better is promoted, one that is probably not goes; at 400 one of both."""
    assert decide(new, current) is verdict


@given(new=votes, current=votes)
def test_a_trial_has_an_end(new: Tally, current: Tally) -> None:
    """Too few votes never decide anything, and enough always do."""
    count = new.up + new.down + current.up + current.down

    assert count >= FEWEST_VOTES or decide(new, current) is Verdict.GOES_ON
    assert count < MOST_VOTES or decide(new, current) is not Verdict.GOES_ON


def test_a_fifth_of_the_requests_is_chosen() -> None:
    """The share is met over many requests, over few that follow each other, and differs from trial to trial."""
    chosen = [is_chosen("note-lstm-1", ticket_id) for ticket_id in range(20_000)]
    runs = [sum(chosen[start : start + 200]) for start in range(0, 20_000, 200)]

    assert sum(chosen) / len(chosen) == pytest.approx(0.2, abs=0.01)
    assert min(runs) > 15
    assert max(runs) < 70
    assert [is_chosen("note-lstm-1", ticket_id) for ticket_id in range(20_000)] == chosen
    assert [is_chosen("note-lstm-2", ticket_id) for ticket_id in range(20_000)] != chosen
