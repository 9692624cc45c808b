"""Weights of a network with fewer inputs, made to fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from composer.encoding.fields import NOTE_FIELDS, STEP_FIELDS
from composer.encoding.inputs import KNOWN_WIDTHS, STEP_WIDTH, field_slice
from composer.errors import BadInputError
from composer.learning.widening import widened

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIRST_STEP = dict(list(STEP_FIELDS.items())[:24])
FIRST_NOTE = NOTE_FIELDS | {
    "gap": {name: size for name, size in NOTE_FIELDS["gap"].items() if name != "two_bars_ago_interval"}
}
"""The inputs of the first release, which knew neither wishes nor what stood two bars ago."""
ADDED = STEP_WIDTH - sum(FIRST_STEP.values()) - 24 - 88


def _random(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def _widened(name: str, old: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    return widened({name: old}, {name: np.zeros(shape, np.float32)}, FIRST_STEP, FIRST_NOTE)[name]


def test_what_was_known_is_heard_as_before_and_what_is_new_not_at_all() -> None:
    """Every old field, the chroma and the keys keep their weights; new fields have none."""
    old = _random(STEP_WIDTH - ADDED, 3)
    new = _widened("embed/kernel", old, (STEP_WIDTH, 3))

    np.testing.assert_array_equal(new[-112:], old[-112:])
    for name in FIRST_STEP:
        places = (field_slice({"": fields}, "", name) for fields in (FIRST_STEP, STEP_FIELDS))
        before, after = places
        np.testing.assert_array_equal(new[after], old[before])
    assert np.count_nonzero(new) == np.count_nonzero(old)


def test_heads_keep_what_they_knew_of_the_note() -> None:
    """A field that comes after the new one moves along with its weights."""
    added = NOTE_FIELDS["gap"]["two_bars_ago_interval"]
    old = _random(KNOWN_WIDTHS["velocity"] - added, 2)
    new = _widened("head_velocity/from_known/kernel", old, (KNOWN_WIDTHS["velocity"], 2))
    place = field_slice(NOTE_FIELDS, "gap", "two_bars_ago_interval")

    np.testing.assert_array_equal(np.delete(new, place, axis=0), old)
    assert not new[place].any()


@pytest.mark.parametrize(("name", "kept_last"), [("head_gap/gates/kernel", 0), ("head_pitch/relative/gates/bias", 2)])
def test_gates_of_new_offers_are_shut(name: str, kept_last: int) -> None:
    """The new gate is zero and stands after the offers that there were."""
    old = _random(4, 4 + kept_last)
    new = _widened(name, old, (4, 5 + kept_last))

    np.testing.assert_array_equal(np.delete(new, 4, axis=1), old)
    assert not new[:, 4].any()


def test_another_network_is_refused() -> None:
    """Weights of another size, or that are missing, are no beginning."""
    with pytest.raises(BadInputError, match="another network"):
        _widened("norm/gamma", _random(4), (8,))
    with pytest.raises(BadInputError, match="another network"):
        widened({}, {"norm/gamma": _random(4)}, FIRST_STEP, FIRST_NOTE)
