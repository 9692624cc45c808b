"""What the engine asks of a network of frames; ``composer.rolls.frame_model`` has the trained one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from composer.rolls.roll import Frames


class Heard(Protocol):
    """A state: what has been heard.

    Attributes:
        nats: negative log-likelihood of the frame that was drawn or decided last.
    """

    nats: float

    def copy(self) -> Self:
        """An independent state in which the same has been heard."""


State = TypeVar("State", bound=Heard)


class FrameShape(Protocol):
    """What the frames of a network are."""

    @property
    def keys(self) -> int:
        """Keys of a frame."""

    @property
    def lowest_pitch(self) -> int:
        """MIDI pitch of the first key."""

    @property
    def planes(self) -> int:
        """1 (sounding) or 2 (sounding and onset)."""

    @property
    def frames_per_quarter(self) -> int:
        """Of the music that it was trained on; 0 where it differed."""


class FrameNetwork(Protocol[State]):
    """A network that hears frames and says what the next one may be."""

    @property
    def config(self) -> FrameShape:
        """What its frames are."""

    def start(self, tonic: int, first_position: int = 0) -> State:
        """A state in which nothing has been heard.

        Args:
            tonic: pitch class.
            first_position: place of the first frame in its bar, in frames.
        """

    def hear(self, state: State, frame: Frames) -> None:
        """Append a frame ``(keys, planes)`` to what has been heard; changes ``state``, never ``frame``."""

    def draw(
        self, state: State, rng: np.random.Generator, temperature: float = 1.0, bias: NDArray[np.float32] | None = None
    ) -> Frames:
        """Draw the next frame ``(keys, planes)``; it is not heard by that.

        Args:
            state: what has been heard.
            rng: what to draw with.
            temperature: 1 is as trained.
            bias: added to the logits that keys sound, ``(keys,)``.
        """

    def decide(self, state: State, threshold: float = 0.0, bias: NDArray[np.float32] | None = None) -> Frames:
        """The next frame ``(keys, planes)`` as in 2016: keys whose logit is above ``threshold`` sound."""
