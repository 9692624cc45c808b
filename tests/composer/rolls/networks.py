"""Small networks of frames for the roll engine's tests: each does one thing that a trained one might."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from composer.rolls.roll import Frames

    Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Shape:
    """What the frames of a network are."""

    keys: int = 88
    lowest_pitch: int = 21
    planes: int = 2
    frames_per_quarter: int = 4


@dataclass
class Heard:
    """The state of these networks: all that was heard."""

    tonic: int
    first_position: int
    frames: list[Frames] = field(default_factory=list)
    nats: float = 0.0

    def copy(self) -> Heard:
        """Another with the same frames."""
        return replace(self, frames=[*self.frames])


class Silent:
    """Never plays: the collapse that MSE on sparse frames led to in 2016."""

    def __init__(self, shape: Shape | None = None) -> None:
        self.config = shape or Shape()
        self.states: list[Heard] = []
        self.temperatures: list[float] = []
        self.thresholds: list[float] = []

    def start(self, tonic: int, first_position: int = 0) -> Heard:
        """Nothing heard."""
        self.states.append(Heard(tonic, first_position))
        return self.states[-1]

    def hear(self, state: Heard, frame: Frames) -> None:
        """Remember a frame."""
        assert frame.shape == (self.config.keys, self.config.planes)
        state.frames.append(frame.copy())

    def draw(
        self, state: Heard, rng: np.random.Generator, temperature: float = 1.0, bias: Floats | None = None
    ) -> Frames:
        """Sounding keys by ``chance``, and of those that are held a few struck anew."""
        self.temperatures.append(temperature)
        logits = self.logits(state) + (0 if bias is None else bias)
        sounding = rng.random(self.config.keys) < 1 / (1 + np.exp(-np.clip(logits / temperature, -60, 60)))
        return self._frame(sounding, self._held(state) & sounding & (rng.random(self.config.keys) < 0.05))

    def decide(self, state: Heard, threshold: float = 0.0, bias: Floats | None = None) -> Frames:
        """What is likelier than the threshold."""
        self.thresholds.append(threshold)
        sounding = self.logits(state) + (0 if bias is None else bias) > threshold
        return self._frame(sounding, np.zeros_like(sounding))

    def logits(self, state: Heard) -> Floats:
        """Of each key, that it sounds."""
        return np.full(len(self._held(state)), -60, np.float32)

    def _held(self, state: Heard) -> NDArray[np.bool_]:
        return state.frames[-1][:, 0].astype(bool) if state.frames else np.zeros(self.config.keys, bool)

    def _frame(self, sounding: NDArray[np.bool_], again: NDArray[np.bool_]) -> Frames:
        return np.stack([sounding, again], axis=1).astype(np.uint8)[:, : self.config.planes]


class Holding(Silent):
    """Keeps every key down that is down."""

    def logits(self, state: Heard) -> Floats:
        """As the frame before, for certain."""
        return np.where(self._held(state), 60, -60).astype(np.float32)


class Wandering(Silent):
    """Holds keys for a while, and strikes others of the scale at random: an untrained ear's idea of music."""

    def logits(self, state: Heard) -> Floats:
        """Held keys go on two times of three; about one key a frame is struck, most of the major scale."""
        keys = np.arange(self.config.keys) + self.config.lowest_pitch
        scale = np.isin((keys - state.tonic) % 12, (0, 2, 4, 5, 7, 9, 11))
        return np.where(self._held(state), 0.7, np.where(scale, -4.5, -6.5)).astype(np.float32)


class Crowded(Silent):
    """Plays every other key at once."""

    def logits(self, state: Heard) -> Floats:
        """Even everywhere."""
        return np.zeros(len(self._held(state)), np.float32)


class Replaying(Silent):
    """Plays the same frames again and again, whatever it hears, unless it is talked out of it."""

    def __init__(self, frames: Frames, certainty: float = 3.0, shape: Shape | None = None) -> None:
        super().__init__(shape)
        self._loop, self._certainty = frames, certainty

    def logits(self, state: Heard) -> Floats:
        """For the frame whose turn it is."""
        frame = self._loop[len(state.frames) % len(self._loop), :, 0]
        return np.where(frame > 0, self._certainty, -2 * self._certainty).astype(np.float32)
