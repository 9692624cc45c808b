"""Frames that a network of frames draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from composer.evaluation.frame_drawing import draw_each, go_on
from tests.frame_files import chords

Frames = NDArray[np.uint8]


@dataclass(frozen=True)
class Shape:
    """Frames of the benchmark."""

    keys: int = 88
    lowest_pitch: int = 21
    planes: int = 1
    frames_per_quarter: int = 0


class Follower:
    """A network that expects the last frame one key higher, and now and then, by chance, nothing."""

    config = Shape()

    def start(self, tonic: int, first_position: int = 0) -> list[Frames]:
        """Nothing heard."""
        assert (tonic, first_position) == (0, 0)
        return [np.zeros((88, 1), np.uint8)]

    def hear(self, state: list[Frames], frame: Frames) -> None:
        """Remember the frame."""
        state.append(frame)

    def draw(
        self,
        state: list[Frames],
        rng: np.random.Generator,
        temperature: float = 1.0,
        bias: NDArray[np.float32] | None = None,
    ) -> Frames:
        """The last frame moved up, or silence."""
        assert bias is None
        silent = rng.random() < 0.3 * temperature
        return np.zeros_like(state[-1]) if silent else np.roll(state[-1], 1, axis=0)

    def decide(self, state: list[Frames], threshold: float = 0.0, bias: NDArray[np.float32] | None = None) -> Frames:
        """The last frame moved up, unless the threshold is above 0."""
        assert bias is None
        return np.roll(state[-1], 1, axis=0) * np.uint8(threshold <= 0)


def test_each_frame_is_drawn_given_the_true_past() -> None:
    """What was drawn before does not matter: what is drawn follows the true frame, or is silence."""
    true = chords(*[[60 + index % 3] for index in range(40)])

    (drawn,) = draw_each(Follower(), [true], random_seed=1)

    expected = np.concatenate([np.zeros((1, 88)), np.roll(true[:-1, :, 0], 1, axis=1)]) > 0
    sounding = drawn.any(axis=1)
    assert drawn.shape == (40, 88)
    assert 0 < sounding.sum() < 40
    assert (drawn[sounding] == expected[sounding]).all()


def test_the_same_seed_draws_the_same() -> None:
    """Drawing can be repeated, sequence by sequence; progress is told."""
    sequences = [chords([60], [62], [64]), chords([50], [52])]
    told: list[int] = []

    first = draw_each(Follower(), sequences, 3, told.append)

    assert [drawn.tolist() for drawn in draw_each(Follower(), sequences, 3)] == [drawn.tolist() for drawn in first]
    assert told == [1, 2]


def test_composing_by_threshold() -> None:
    """The primer is gone on from, and not part of what comes out."""
    composed = go_on(Follower(), chords([60], [70]), 3, np.random.default_rng(1), threshold=0.0)

    assert composed.tolist() == chords([71], [72], [73]).tolist()
    assert not go_on(Follower(), chords([60]), 3, np.random.default_rng(1), threshold=1.0).any()


def test_composing_by_chance() -> None:
    """Drawn frames are heard in turn: after silence there is silence."""
    composed = go_on(Follower(), chords([30]), 40, np.random.default_rng(1), temperature=0.5)
    sounding = composed.reshape(40, -1).max(axis=1) > 0

    assert composed.shape == (40, 88, 1)
    assert sounding[0]
    assert not sounding[-1]
    assert (np.diff(sounding.astype(int)) <= 0).all()
