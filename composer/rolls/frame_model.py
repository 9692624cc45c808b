"""A trained roll network as compiled steps (LiteRT): hears frames, and draws the next one from the lowest key up."""

from __future__ import annotations

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

FLOORS = [-20.0, -20.0]


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
    """The network of a checkpoint of the roll engine; not to be shared between threads."""

    def __init__(self, checkpoint: Checkpoint) -> None:
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

    def copied(self, state: FrameState) -> FrameState:
        """An independent state in which the same has been heard."""
        return state.copy()

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
            chosen: NDArray[np.bool_] = (logits / temperature > chances[plane]) & (logits > FLOORS[plane])
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

        One look at the whole frame gives all logits, for those of a key depend on the keys below it alone. As in
        training, an onset counts only where it is in question: where the key sounded before and sounds on.
        """
        ready = self._prepared(state)
        logits = self._keys(known=ready.known, frame=frame.astype(np.float32), past=ready.planes)["logits"]
        nats = np.logaddexp(0, np.where(frame > 0, -logits, logits).astype(np.float64))
        total = nats[:, 0].sum()
        if self.config.planes > 1:
            total += nats[(frame[:, 0] > 0) & (ready.planes[:, 0] > 0), 1].sum()
        return float(total)

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
        """Keys from the lowest up.

        The logits of all keys are computed as if none of those undecided sounded below them. That is right up to and
        including the next key that sounds; after each of those they are computed anew.
        """
        ready = self._prepared(state)
        frame = np.zeros((self.config.keys, self.config.planes), np.float32)
        before = ready.planes[:, 0] > 0
        first, state.nats = 0, 0.0
        while first < self.config.keys:
            logits = self._keys(known=ready.known, frame=frame, past=ready.planes)["logits"]
            biased = logits[:, 0] if bias is None else logits[:, 0] + bias
            sounding = np.flatnonzero(choose(biased, 0)[first:])
            key = first + int(sounding[0]) if len(sounding) else self.config.keys
            state.nats += float(np.logaddexp(0, logits[first:key, 0]).sum())
            if key < self.config.keys:
                frame[key, 0] = 1
                state.nats += float(np.logaddexp(0, -logits[key, 0]))
                if self.config.planes > 1:
                    struck = not before[key] or bool(choose(logits[:, 1], 1)[key])
                    frame[key, 1] = struck
                    if before[key]:
                        state.nats += float(np.logaddexp(0, -logits[key, 1] if struck else logits[key, 1]))
            first = key + 1
        return frame.astype(np.uint8)
