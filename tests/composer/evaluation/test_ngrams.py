"""Witten-Bell n-grams against the formula, worked out by hand and by a plain dictionary."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.encoding.vocabulary import encode
from composer.evaluation.ngrams import Music, Observations, observe, witten_bell
from tests.composer.evaluation.small_music import chords, melody

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE = 5
symbols = st.integers(0, SIZE - 1)
rows = st.lists(st.tuples(symbols, symbols, symbols), min_size=1, max_size=60)


def _observations(table: Sequence[tuple[int, ...]], floor: int = -1) -> Observations:
    """Rows of (symbol, nearer context, farther context)."""
    array = np.array(table, np.int16).T
    floors = np.full(len(table), floor, np.int16)
    return Observations(SIZE, array[0], array[1:], floors, np.arange(len(table)))


def _by_dictionary(train: Sequence[tuple[int, ...]], asked: tuple[int, ...], order: int) -> float:
    """The formula, recursively."""
    if order == 0:
        return 1 / SIZE
    counts: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for symbol, *context in train:
        counts[tuple(context[: order - 1])][symbol] += 1
    seen = counts[tuple(asked[1:order])]
    lower = _by_dictionary(train, asked, order - 1)
    if not seen:
        return lower
    return (seen[asked[0]] + len(seen) * lower) / (seen.total() + len(seen))


def test_unigram_by_hand() -> None:
    """Twice one symbol, once another: P = (2 + 2 types / 5 symbols) / (3 + 2 types)."""
    train = _observations([(0, 1, 1), (0, 1, 1), (3, 1, 1)])

    unigram = next(witten_bell(train, _observations([(0, 1, 1), (4, 1, 1)])))

    assert unigram == pytest.approx([2.4 / 5, 0.4 / 5])


@given(rows, rows)
def test_every_order_follows_the_formula(train: list[tuple[int, ...]], asked: list[tuple[int, ...]]) -> None:
    """Probabilities from sorted hashes are those of a plain dictionary of counts."""
    for order, found in enumerate(witten_bell(_observations(train), _observations(asked)), 1):
        assert found == pytest.approx([_by_dictionary(train, row, order) for row in asked])


@given(rows, symbols, symbols, st.integers(-1, SIZE - 2))
def test_the_possible_symbols_share_all_probability(
    train: list[tuple[int, ...]], near: int, far: int, floor: int
) -> None:
    """In any context, probabilities of the symbols above the floor add up to one at every order."""
    asked = _observations([(symbol, near, far) for symbol in range(floor + 1, SIZE)], floor)

    for found in witten_bell(_observations(train), asked):
        assert found.sum() == pytest.approx(1.0)


def test_context_does_not_reach_into_the_piece_before() -> None:
    """What lies before the first note of a piece is the same for every piece."""
    music = [Music(encode(melody([60, 62, 64])).factors), Music(encode(melody([70, 72])).factors)]

    found = observe(music, "pitch", [("pitch", 1), ("pitch", 2)])

    before = found.contexts[0, 0]
    assert found.contexts[0].tolist() == [before, 60 - 21, 62 - 21, before, 70 - 21]
    assert found.contexts[1].tolist() == [before, before, 60 - 21, before, before]


def test_tempo_is_observed_at_onsets_only() -> None:
    """Three chords of two notes have three tempo changes, and chords in between do not count as steps back."""
    score = chords([60, 64], [62, 65], [64, 67])

    found = observe([Music(encode(score).factors)], "tempo", [("tempo", 1), ("tempo", 2)])

    assert found.rows.tolist() == [0, 2, 4]
    assert found.contexts[1, 2] == found.symbols[0]


def test_upper_notes_of_a_chord_lie_above_the_lower_ones() -> None:
    """The floor of a note is the note below it in its chord, and nothing at the first note of an onset."""
    found = observe([Music(encode(chords([60, 64, 67], [62])).factors)], "pitch", [])

    assert found.floors.tolist() == [-1, 60 - 21, 64 - 21, -1]
