"""Figures about piano rolls, and what simple statistics make of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from composer.evaluation.frame_baselines import bernoulli_nats, learn_chances
from composer.evaluation.frame_data import read_frame_file
from composer.evaluation.frame_measures import (
    expected_accuracy,
    frame_mean,
    has_long_frame_loop,
    has_short_frame_loop,
    keys_per_frame,
    longest_silence,
    sequence_mean,
    shares,
)
from composer.evaluation.frame_report import baseline_figures, standard_error
from tests.frame_files import PUBLISHED, chords, needs_published_frames, random_sequences

VARIED = [[40 + (index * index) % 41, 90 - index % 7] for index in range(40)]


def test_all_frames_weigh_the_same() -> None:
    """A long sequence counts for more than a short one, but in the mean of the sequences' means."""
    nats = [np.array([1.0, 1.0, 1.0]), np.array([5.0])]

    assert frame_mean(nats) == 2.0
    assert sequence_mean(nats) == 3.0


def test_spread_over_sequences() -> None:
    """Sequences that are alike leave no doubt; of one alone nothing can be said."""
    assert standard_error([np.array([2.0, 2.0]), np.array([2.0])]) == 0.0
    assert standard_error([np.array([2.0])]) is None


def test_expected_accuracy_counts_expected_hits() -> None:
    """Half a hit, half a miss and a quarter of a false key: 0.5 / 1.25."""
    true = chords([60])
    chances = np.zeros((1, 88))
    chances[0, [39, 40]] = 0.5, 0.25

    assert expected_accuracy([true], [chances]) == pytest.approx(0.4)
    assert expected_accuracy([true], [true[:, :, 0]]) == 1.0
    assert expected_accuracy([chords([])], [np.zeros((1, 88))]) == 1.0


def test_keys_of_silent_frames_count() -> None:
    """Three keys in two frames are one and a half."""
    assert keys_per_frame([chords([60, 64, 67], [])]) == 1.5


def test_short_loops() -> None:
    """Two frames that alternate nine times are a loop, eight times they are none; a key held for long is one too."""
    assert has_short_frame_loop(chords(*[[60], [64]] * 9))
    assert not has_short_frame_loop(chords(*[[60], [64]] * 8))
    assert has_short_frame_loop(chords(*VARIED, *[[60]] * 9))
    assert not has_short_frame_loop(chords(*VARIED))


def test_long_loops() -> None:
    """Eight different frames four times in a row are a loop, three times they are none."""
    phrase = [[60 + step] for step in range(8)]

    assert has_long_frame_loop(chords(*phrase * 3, phrase[0]))
    assert not has_long_frame_loop(chords(*phrase * 3))


def test_silence() -> None:
    """The longest stretch without a key counts."""
    assert longest_silence(chords([], [60], [], [], [60])) == 2
    assert longest_silence(chords([60])) == 0


def test_shares() -> None:
    """A stretch that is stuck and one that is not."""
    figures = shares([chords(*[[60]] * 40), chords(*VARIED)])

    assert figures["stretches"] == 2
    assert figures["short_loop_share"] == 0.5
    assert figures["silent_frame_share"] == 0.0
    assert figures["keys_per_frame"] == pytest.approx(1.5, abs=0.05)
    assert figures["changed_frame_share"] == 0.5


def test_chances_are_smoothed() -> None:
    """One is added to either count; the first frame of a sequence follows nothing."""
    chances = learn_chances([chords([60], [60], []), chords([60])])

    assert chances.alone[39] == pytest.approx(4 / 6)
    assert chances.alone[0] == pytest.approx(1 / 6)
    assert chances.after[1, 39] == pytest.approx(2 / 4)
    assert chances.after[0, 0] == pytest.approx(1 / 4)


def test_chances_add_up_to_one() -> None:
    """The chances of all patterns of a few keys add up to one."""
    training = [frames[:, :4] for frames in random_sequences(3, 30, 20)]
    chances = learn_chances(training)
    patterns = np.unpackbits(np.arange(16, dtype=np.uint8)[:, None], axis=1)[:, 4:, None]
    total = 0.0
    for pattern in patterns:
        frames = np.stack([training[0][0], pattern])
        total += math.exp(-bernoulli_nats(frames, chances.markov(frames))[1])

    assert total == pytest.approx(1.0)


@needs_published_frames
@pytest.mark.parametrize(
    ("name", "marginals", "markov", "later", "by_sequence"),
    [("piano_midi", 11.49, 9.24, 9.24, 8.82), ("jsb_chorales", 10.95, 10.13, 10.15, 10.21)],
)
def test_published_baselines(name: str, marginals: float, markov: float, later: float, by_sequence: float) -> None:
    """On the benchmark's files simple models give what is known: all frames, all but first ones, by sequence."""
    file = read_frame_file(PUBLISHED / f"{name}_train_valid.npz")
    training, valid = file.split("train"), file.split("valid")
    chances = learn_chances(training)
    without_first = np.concatenate([bernoulli_nats(frames, chances.markov(frames))[1:] for frames in valid])

    figures = baseline_figures(training, valid)

    assert figures["marginals"]["nats_per_frame"] == pytest.approx(marginals, abs=0.005)
    assert figures["markov"]["nats_per_frame"] == pytest.approx(markov, abs=0.005)
    assert float(without_first.mean()) == pytest.approx(later, abs=0.005)
    assert figures["markov"]["mean_of_sequence_means"] == pytest.approx(by_sequence, abs=0.005)
