"""A trained roll network as compiled steps (LiteRT): hears frames, and draws the next one from the lowest key up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from composer.generation.decoder import quiet_interpreter
from composer.rolls.past import Past

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from composer.checkpoints import Checkpoint
    from composer.rolls.past import Floats, Frames

    Choose = Callable[[Floats, int], NDArray[np.bool_]]

FLOORS = (-5.3, -2.0)
"""Logits of sounding and of being struck anew below which no key is drawn: 88 small chances add up to wrong notes, and
a key that is struck in every frame likes to go on so. Biases count, so that what is urged comes all the same."""

NO_FLOORS = (-math.inf, -math.inf)


@dataclass(frozen=True)
class RollConfig:
    """What the frames of a network are: see ``PianoRollConfig`` for the fields."""

    keys: int
    lowest_pitch: int
    planes: int
    frames_per_quarter: int


@dataclass
class FrameState:
    """A piece as far as it has been heard.

    Attributes:
        past: its frames.
        states: of the network, before the next frame.
        tonic: pitch class of its key.
        clock: number of the next frame, counted from a bar line.
        nats: negative log-likelihood of the frame that was drawn last.
    """

    past: Past
    states: Floats
    tonic: int
    clock: int = 0
    nats: float = 0.0
    ready: _Ready | None = None

    def copy(self) -> FrameState:
        """An independent state with the same past."""
        return FrameState(self.past.copy(), self.states, self.tonic, self.clock, self.nats, self.ready)


@dataclass(frozen=True)
class _Ready:
    """What is known before a frame is decided: of each key, of the past, and the states after it."""

    known: Floats
    planes: Floats
    states: Floats


class FrameModel:
    """The network of a checkpoint of the roll engine; not to be shared between threads.

    Args:
        checkpoint: of the roll engine.
        floors: logits of each plane below which nothing is drawn; with ``NO_FLOORS`` the distribution is exact.
    """

    def __init__(self, checkpoint: Checkpoint, floors: tuple[float, float] = FLOORS) -> None:
        self._floors = floors
        content = checkpoint.card["network"]
        self.config = RollConfig(*(int(content[name]) for name in RollConfig.__dataclass_fields__))
        units = int(content["key_units"]) * self.config.keys + int(content["frame_units"])
        self._state_width = 2 * units
        interpreter = quiet_interpreter(checkpoint.network)
        self._frame: Any = interpreter.get_signature_runner("frame")
        self._keys: Any = interpreter.get_signature_runner("keys")

    def start(self, tonic: int, first_position: int = 0) -> FrameState:
        """A piece of which nothing has been heard; its first frame will be so many frames after a bar line."""
        past = Past(self.config.keys, self.config.planes)
        return FrameState(past, np.zeros(self._state_width, np.float32), tonic, first_position)

    def hear(self, state: FrameState, frame: Frames) -> None:
        """Append a frame ``(keys, planes)``."""
        state.states = self._prepared(state).states
        state.past.push(frame)
        state.clock += 1
        state.ready = None

    def draw(
        self,
        state: FrameState,
        rng: np.random.Generator,
        temperature: float = 1.0,
        bias: Floats | None = None,
    ) -> Frames:
        """Draw the next frame from the network's distribution; it is not appended.

        Args:
            state: what has been heard; its ``nats`` are set.
            rng: that draws.
            temperature: logits are divided by it.
            bias: ``(keys,)``, is added to the logits of sounding.
        """
        chances = np.log(1 / np.clip(rng.random((self.config.planes, self.config.keys)), 1e-9, 1 - 1e-9) - 1)

        def choose(logits: Floats, plane: int) -> NDArray[np.bool_]:
            # u < sigmoid(x), said of the logit of u: one comparison, whatever the temperature.
            chosen: NDArray[np.bool_] = (logits / temperature > chances[plane]) & (logits > self._floors[plane])
            return chosen

        return self._decided(state, choose, bias)

    def decide(self, state: FrameState, threshold: float = 0.0, bias: Floats | None = None) -> Frames:
        """The next frame as in 2016: what is above a threshold sounds. 0, of a logit, is one chance in two."""

        def choose(logits: Floats, _plane: int) -> NDArray[np.bool_]:
            chosen: NDArray[np.bool_] = logits > threshold
            return chosen

        return self._decided(state, choose, bias)

    def nats_of(self, state: FrameState, frame: Frames) -> float:
        """Negative log-likelihood of ``frame`` ``(keys, planes)`` as the next one; it is not appended.

        One look at the whole frame gives all logits, for those of a key depend on the keys below it alone.
        """
        before = self._prepared(state).planes[:, 0] > 0
        return _nats(self.logits_of(state, frame), frame.astype(np.float32), before)

    def logits_of(self, state: FrameState, frame: Frames) -> Floats:
        """Of each bit of the next frame, ``(keys, planes)``, given the keys below it as they are in ``frame``."""
        return self._logits(self._prepared(state), frame.astype(np.float32))

    def _logits(self, ready: _Ready, frame: Floats) -> Floats:
        logits: Floats = self._keys(known=ready.known, frame=frame, past=ready.planes)["logits"]
        return logits

    def _prepared(self, state: FrameState) -> _Ready:
        if state.ready is None:
            planes, own = state.past.planes()
            found = self._frame(
                past=planes,
                own=own,
                clock=np.array([state.clock], np.int32),
                tonic=np.array([state.tonic], np.int32),
                states=state.states,
            )
            state.ready = _Ready(found["known"], planes, found["new_states"])
        return state.ready

    def _decided(self, state: FrameState, choose: Choose, bias: Floats | None) -> Frames:
        """Keys from the lowest up, each given those below it, in few calls.

        All keys are decided at once, given a guess: that what sounded sounds on. They are right up to and including the
        first one that differs from the guess; the others become the next guess. (With what was drawn by chance fixed,
        this is what deciding key by key would give; it is Jacobi decoding, arXiv 2305.10427.)
        """
        ready = self._prepared(state)
        before = ready.planes[:, 0] > 0
        frame = np.zeros((self.config.keys, self.config.planes), np.float32)
        frame[:, 0] = before
        first = 0
        while True:
            logits = self._logits(ready, frame)
            decided = np.empty_like(frame)
            decided[:, 0] = choose(logits[:, 0] if bias is None else logits[:, 0] + bias, 0)
            if self.config.planes > 1:
                decided[:, 1] = decided[:, 0] * (~before | choose(logits[:, 1], 1))
            wrong = np.flatnonzero((decided[first:] != frame[first:]).any(1))
            if not len(wrong):
                state.nats = _nats(logits, frame, before)
                return frame.astype(np.uint8)
            first += int(wrong[0])
            frame[first:] = decided[first:]
            first += 1


def _nats(logits: Floats, frame: Floats, before: NDArray[np.bool_]) -> float:
    """Negative log-likelihood of a frame, of all its logits.

    As in training, an onset counts only where it is in question: where the key sounded before and sounds on.
    """
    nats = np.logaddexp(0, np.where(frame > 0, -logits, logits).astype(np.float64))
    total = nats[:, 0].sum()
    if frame.shape[1] > 1:
        total += nats[(frame[:, 0] > 0) & before, 1].sum()
    return float(total)
