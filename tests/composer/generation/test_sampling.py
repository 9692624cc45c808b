"""Choosing from logits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from composer.encoding.vocabulary import FACTORS
from composer.generation.sampling import FORBIDDEN, MIN_P, TEMPERATURES, heat, log_probability, sample

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _shares(logits: NDArray[np.float32], temperature: float, min_p: float) -> NDArray[np.float64]:
    """How often each class is drawn with a thousand evenly spread random numbers."""
    rows = np.tile(logits, (1000, 1))
    choices = sample(rows, (np.arange(1000) + 0.5) / 1000, temperature, min_p)
    return np.bincount(choices, minlength=logits.shape[-1]) / 1000


def test_min_p_cuts_off_the_tail() -> None:
    """A choice less than half as likely as the likeliest is never made at min-p 0.5; the others keep their odds."""
    logits = np.log(np.array([0.5, 0.3, 0.2], np.float32))

    np.testing.assert_allclose(_shares(logits, 1.0, 0.5), [0.625, 0.375, 0.0], atol=0.002)


def test_temperature_flattens_or_sharpens() -> None:
    """At a temperature of one half probabilities are squared, at two their roots are taken."""
    logits = np.log(np.array([0.8, 0.2], np.float32))

    np.testing.assert_allclose(_shares(logits, 0.5, 0.0), [16 / 17, 1 / 17], atol=0.002)
    np.testing.assert_allclose(_shares(logits, 2.0, 0.0), [2 / 3, 1 / 3], atol=0.002)


def test_low_temperature_picks_the_likeliest() -> None:
    """Close to temperature zero chance has no say."""
    logits = np.array([[0.0, 1.0, 0.5]] * 5, np.float32)

    assert sample(logits, np.linspace(0.001, 0.999, 5), 0.01, 0.0).tolist() == [1] * 5


def test_samples_follow_the_distribution() -> None:
    """Evenly spread random numbers give shares equal to the probabilities."""
    logits = np.log(np.array([0.5, 0.3, 0.2], np.float32))

    np.testing.assert_allclose(_shares(logits, 1.0, 0.0), [0.5, 0.3, 0.2], atol=0.002)


@given(
    st.lists(st.floats(-20, 20), min_size=2, max_size=90),
    st.floats(0, 1, exclude_max=True),
    st.floats(0.1, 2),
    st.floats(0, 0.2),
    st.data(),
)
def test_forbidden_choices_are_never_made(
    values: list[float], uniform: float, temperature: float, min_p: float, data: st.DataObject
) -> None:
    """Whatever the random number, a masked class is not drawn while another is allowed."""
    logits = np.array([values], np.float32)
    allowed = data.draw(st.integers(0, len(values) - 1))
    masked = np.full_like(logits, FORBIDDEN)
    masked[0, allowed] = 0.0

    assert sample(logits + masked, np.array([uniform]), temperature, min_p).tolist() == [allowed]


def test_log_probability_is_that_of_the_choice() -> None:
    """The score of a choice is the logarithm of its probability."""
    logits = np.log(np.array([[0.5, 0.3, 0.2], [0.1, 0.1, 0.8]], np.float32))

    np.testing.assert_allclose(np.exp(log_probability(logits, np.array([1, 2]))), [0.3, 0.8], rtol=1e-5)


def test_one_is_as_tuned() -> None:
    """At temperature 1 every factor has its own temperature and min-p."""
    assert {factor: heat(factor, 1.0) for factor in FACTORS} == {
        factor: (TEMPERATURES[factor], MIN_P[factor]) for factor in FACTORS
    }


@given(st.floats(0.1, 2), st.floats(0.1, 2))
def test_hotter_is_bolder(one: float, other: float) -> None:
    """The more is asked the more is dared, but never so little that music stands still or so much that it is noise."""
    cooler, hotter = sorted((one, other))
    for factor in FACTORS:
        (low, _), (high, _) = heat(factor, cooler), heat(factor, hotter)

        assert 0.75 < low <= high < 1.35
