"""The gate: when a candidate passes, and when it must not."""

from __future__ import annotations

import numpy as np
import pytest

from composer.tuning.gate import (
    GateLine,
    chance_line,
    critic_margin_line,
    held_out_line,
    margin_line,
    output_lines,
    speed_line,
)
from composer.tuning.measuring import Output

RNG = np.random.default_rng(1)
NOTES = RNG.integers(200, 2000, 60).astype(float)
BEFORE = NOTES * RNG.normal(2.6, 0.5, 60)
USUAL = Output(distance=8.0, distinct=0.65, faulty=0.2, copied=14.0)


@pytest.mark.parametrize(
    ("worse", "passed"), [(0.0, True), (-0.01, True), (0.004, True), (0.0055, False), (0.02, False)]
)
def test_unseen_music_may_hardly_be_more_surprising(worse: float, passed: bool) -> None:
    """Half a per cent at the upper end of the interval is the limit."""
    line = held_out_line(BEFORE, BEFORE * (1 + worse), NOTES, "unseen music", 1)

    assert line.passed is passed
    assert line.after / line.before - 1 == pytest.approx(worse)


def test_the_interval_counts_not_the_mean() -> None:
    """A candidate that is as good on the whole but much worse on many pieces does not pass."""
    noise = RNG.permutation(np.repeat([-0.05, 0.05], 30))
    line = held_out_line(BEFORE, BEFORE * (1 + noise), NOTES, "unseen music", 1)

    assert line.bound > 0.005
    assert not line.passed


def test_liked_pieces_must_have_gained_on_the_others() -> None:
    """A clear rise passes, none does not, nor does one that everything shares, nor one that chance explains."""
    liked, disliked = RNG.normal(0.02, 0.02, 30), RNG.normal(0.0, 0.02, 30)

    assert margin_line(liked, disliked, 1).passed
    assert not margin_line(disliked, liked, 1).passed
    assert not margin_line(liked, liked.copy(), 1).passed
    assert not margin_line(liked[:2], disliked[:0], 1).passed


def test_a_critic_is_held_against_votes_it_has_not_seen() -> None:
    """Verdicts that go with the votes pass, verdicts that do not fail."""
    up = np.repeat(np.array([1.0, 0.0]), 30)
    scores = up + RNG.normal(0, 0.5, 60)

    assert critic_margin_line(scores, up, 1 - up, 1).passed
    assert not critic_margin_line(np.zeros(60), up, 1 - up, 1).passed


@pytest.mark.parametrize(("chance", "passed"), [(0.005, True), (0.01, True), (0.015, False), (0.5, False)])
def test_votes_that_chance_explains_change_nothing(chance: float, passed: bool) -> None:
    """One in a hundred is the limit."""
    assert chance_line(0.6, chance).passed is passed


@pytest.mark.parametrize(
    ("after", "failed"),
    [
        (USUAL, set()),
        (Output(7.7, 0.63, 0.27, 16.0), set()),
        (Output(7.5, 0.65, 0.2, 14.0), {"diversity_distance"}),
        (Output(8.0, 0.61, 0.2, 14.0), {"diversity_phrases"}),
        (Output(8.0, 0.65, 0.3, 14.0), {"validity"}),
        (Output(8.0, 0.65, 0.2, 17.0), {"originality"}),
    ],
)
def test_what_is_composed_must_not_get_worse(after: Output, failed: set[str]) -> None:
    """Each fault is found by its own line, and small changes pass."""
    assert {line.name for line in output_lines(USUAL, after) if not line.passed} == failed


def test_speed() -> None:
    """A tenth more time for a note is the limit."""
    assert speed_line(2.0, 2.2).passed
    assert not speed_line(2.0, 2.25).passed


def test_every_line_says_how_it_went() -> None:
    """Every line has a title and a sentence with figures for people."""
    lines: list[GateLine] = [
        held_out_line(BEFORE, BEFORE, NOTES, "unseen music", 1),
        margin_line(BEFORE, BEFORE, 1),
        chance_line(0.6, 0.005),
        *output_lines(USUAL, USUAL),
        speed_line(2.0, 2.0),
    ]

    assert all(line.title and any(sign.isdigit() for sign in line.sentence) for line in lines)
    assert len({line.name for line in lines}) == len(lines)
