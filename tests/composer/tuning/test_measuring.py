"""Figures of what checkpoints compose."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from composer.composer import Composer
from composer.encoding.vocabulary import encode
from composer.taste.features import FEATURES
from composer.tuning.measuring import (
    Effort,
    Made,
    chosen_openers,
    compose_all,
    describe,
    distinct_phrases,
    is_faulty,
    mean_distance,
    race,
)
from composer.tuning.rehearsal import own_rehearsal
from composer.tuning.samples import write_samples
from tests.composer.evaluation.small_music import melody

if TYPE_CHECKING:
    from pathlib import Path

    from composer.notes import Score

SMALL = Effort(primers=2, random_seeds=(1, 2), seconds=8.0, races=2)
TUNE = [60, 62, 64, 65, 67, 69, 71, 72, 74, 71, 67, 62, 59, 60, 64, 60]


def _made(score: Score, opener: str = "schumann:traumerei") -> Made:
    return Made(opener, score, 0.0, score.length_seconds)


def test_distance_of_two_points() -> None:
    """Three points in a row, one apart from the next: 1, 1 and 2 on average."""
    assert mean_distance(np.array([[0.0], [1.0], [2.0]])) == pytest.approx(4 / 3)


def test_repeated_phrases_are_not_distinct() -> None:
    """Music that repeats itself has fewer different phrases than music that does not, transposed or not."""
    once, again = encode(melody(TUNE)).factors, encode(melody([pitch + 3 for pitch in TUNE])).factors

    assert distinct_phrases([once, again]) == pytest.approx(distinct_phrases([once]) / 2)
    assert distinct_phrases([encode(melody([60] * 20)).factors]) < 0.2


def test_loops_and_wrong_lengths_are_faults() -> None:
    """A note struck forty times is a loop; a piece that lasts a second too long was not what was asked."""
    sound = melody([*TUNE, *[pitch - 5 for pitch in TUNE], 60])
    ending = sound.__class__((*sound.notes[:-1], sound.notes[-1].__class__(16.0, 60, 20.0, 64)))

    assert not is_faulty(_made(ending))
    assert is_faulty(_made(melody([60] * 40)))
    assert is_faulty(Made("", ending, 0.0, ending.length_seconds - 1.0))


def test_primers_are_spread_over_all_openers() -> None:
    """The chosen openers are different ones, and the same each time."""
    assert len(set(chosen_openers(32))) == 32
    assert chosen_openers(8) == chosen_openers(8)
    assert len(chosen_openers(10_000)) == len(set(chosen_openers(10_000)))


def test_the_same_checkpoint_has_the_same_figures() -> None:
    """Composed twice with the same primers and random seeds, everything measured is equal; copies are found."""
    composer, progress = Composer(), list[float]()
    made = compose_all(composer, SMALL, progress.append)
    again = compose_all(composer, SMALL)
    scale = np.ones(len(FEATURES))

    assert describe(made, scale, []) == describe(again, scale, [])
    assert progress == pytest.approx([0.25, 0.5, 0.75, 1.0])
    own = [encode(piece.continuation).factors for piece in made]
    assert describe(made, scale, own).copied == np.percentile([len(factors) - 1 for factors in own], 95)
    assert all(milliseconds > 0 for milliseconds in race(composer, Composer(), SMALL))


def test_own_pieces_are_practised_or_set_aside() -> None:
    """No primer is in both, so nothing that only measures has been practised."""
    tunes = [melody([pitch + shift for pitch in TUNE]) for shift in range(8)]
    rehearsal = own_rehearsal([_made(tune, f"opener {number}") for number, tune in enumerate(tunes)])

    assert (len(rehearsal.practised), len(rehearsal.held_out)) == (6, 2)


def test_samples_are_blind(tmp_path: Path) -> None:
    """Two recordings with neutral names; which is which stands in the key, and differs from run to run."""
    first, second = [_made(melody(TUNE))], [_made(melody(TUNE[::-1]))]
    keys = []
    for seed in range(6):
        folder = tmp_path / str(seed)
        folder.mkdir()
        write_samples(folder, first, second, seed)
        keys.append(json.loads((folder / "samples" / "key.json").read_text()))

    assert {key["a"] for key in keys} == {"new", "current"}
    assert all(set(key.values()) == {"new", "current"} for key in keys)
    assert all((tmp_path / "0" / "samples" / name).stat().st_size > 1000 for name in ("a.mp3", "b.mp3"))
