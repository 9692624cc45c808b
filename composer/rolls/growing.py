"""Several continuations of one primer, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic

import numpy as np

from composer.rolls.frame_network import State
from composer.rolls.roll import ONSET, SOUNDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from composer.rolls.frame_network import FrameNetwork
    from composer.rolls.guards import Guard
    from composer.rolls.roll import Frames, Roll


@dataclass
class Drawing:
    """How frames are drawn: with what chance and temperature, or above which threshold instead."""

    rng: np.random.Generator
    temperature: float
    threshold: float | None


@dataclass
class Growth(Generic[State]):
    """A continuation in the making.

    Attributes:
        model: the network.
        state: it has heard all frames.
        guard: has followed all frames.
        heard: the primer.
        frames: after the primer, each ``(keys, 2)``.
        nats: negative log-likelihood of what was drawn for it.
    """

    model: FrameNetwork[State]
    state: State
    guard: Guard
    heard: Roll
    frames: list[Frames]
    nats: float = 0.0

    def copy(self) -> Growth[State]:
        """An independent continuation with the same past."""
        return replace(self, state=self.state.copy(), guard=self.guard.copy(), frames=[*self.frames])

    def append(self, drawing: Drawing, closing: NDArray[np.float32]) -> None:
        """Draw, correct and hear a frame; ``closing`` ``(keys,)`` is added to what the guard wants."""
        frame = self.guard.corrected(self._proposed(drawing, self.guard.bias() + closing))
        self.frames.append(frame)
        self.guard.push(frame)
        self.nats += self.state.nats
        self.model.hear(self.state, frame[:, : self.model.config.planes])

    def _proposed(self, drawing: Drawing, bias: NDArray[np.float32]) -> Frames:
        """The network's next frame ``(keys, 2)``."""
        if drawing.threshold is None:
            temperature = drawing.temperature * self.guard.restlessness
            # The network's wishes fade with the heat, what is wanted of them does not.
            drawn = self.model.draw(self.state, drawing.rng, temperature, bias * np.float32(max(temperature, 1.0)))
        else:
            drawn = self.model.decide(self.state, drawing.threshold, bias)
        frame = np.zeros((len(drawn), 2), np.uint8)
        frame[:, : drawn.shape[1]] = drawn
        if not self.frames:
            # The notes of the primer end where it ends: what the network would hold on comes up.
            frame[:, SOUNDING] &= frame[:, ONSET] | (1 - self.heard.frames[-1, :, SOUNDING])
        return frame

    def roll(self) -> Roll:
        """Primer and continuation up to now."""
        if not self.frames:
            return self.heard
        return replace(self.heard, frames=np.concatenate([self.heard.frames, np.stack(self.frames)]))
