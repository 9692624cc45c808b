"""Learning a critic from votes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.taste.features import FEATURES
from composer.tuning.critic_fit import Ballot, agreement, fit_critic, learn_critic

WIDTH = len(FEATURES)


def _ballot(pieces: int, seed: int, *, noise: float = 0.15, by_lot: bool = False) -> Ballot:
    """One vote each; what is high in the third feature and low in the seventh is liked."""
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((pieces, WIDTH)) * np.linspace(0.1, 10, WIDTH)
    merit = features[:, 3] / features[:, 3].std() - features[:, 7] / features[:, 7].std()
    liked = (merit > 0) != (rng.random(pieces) < noise)
    if by_lot:
        liked = rng.permutation(liked)
    return Ballot(features, liked.astype(float), (~liked).astype(float))


def test_it_finds_what_the_audience_likes() -> None:
    """With 15 % mistakes among 200 votes the two features that matter have the largest weights, with their signs."""
    learnt = learn_critic(_ballot(200, 1), random_seed=0)
    weights = learnt.critic.weights

    assert set(np.argsort(-np.abs(weights))[:2].tolist()) == {3, 7}
    assert weights[3] > 0 > weights[7]
    assert learnt.chance <= 0.01
    assert learnt.agreement > 0.7


def test_votes_by_lot_are_seldom_taken_for_taste() -> None:
    """Of ten audiences that vote by lot at most one looks as consistent as one in a hundred should."""
    chances = [learn_critic(_ballot(60, seed, by_lot=True), random_seed=seed).chance for seed in range(10)]

    assert sum(chance <= 0.01 for chance in chances) <= 1
    assert np.mean(chances) == pytest.approx(0.5, abs=0.25)


def test_verdicts_have_unit_spread() -> None:
    """However strong the penalty, pieces that were voted on differ by a standard deviation."""
    ballot = _ballot(100, 2)

    for strength in (10.0, 300.0):
        critic = fit_critic(ballot, strength)
        assert (critic.standardised(ballot.features) @ critic.weights).std() == pytest.approx(1.0)


def test_many_votes_weigh_more_than_few() -> None:
    """A piece with nine votes counts like nine pieces with one."""
    one = _ballot(30, 3)
    repeated = Ballot(*(np.repeat(array, [9] + [1] * 29, axis=0) for array in (one.features, one.up, one.down)))
    times = np.array([9.0] + [1.0] * 29)
    heavy = Ballot(one.features, one.up * times, one.down * times)

    assert repeated.votes == heavy.votes == 38


@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=12))
def test_agreement_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[float, int, int]]) -> None:
    """It equals the count over all pairs of a vote up and a vote down, ties counting half."""
    scores, up, down = (np.array(column, float) for column in zip(*rows, strict=True))
    pairs = [
        (u * d) * (1.0 if one > other else 0.5 if one == other else 0.0)
        for one, u in zip(scores, up, strict=True)
        for other, d in zip(scores, down, strict=True)
    ]

    if up.sum() and down.sum():
        assert agreement(scores, up, down) == pytest.approx(sum(pairs) / (up.sum() * down.sum()))
