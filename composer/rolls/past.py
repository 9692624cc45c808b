"""What the roll network is shown of the frames before the one that it predicts; grows frame by frame.

For every key: what it did a few frames ago, how much it has sounded lately, how long it has been as it is, and what
*memories* expect of it. A memory looks for earlier places of the piece that were reached as the present one was, and
offers what came next there: repetition is half of music. How alike two places are is a mean of the Jaccard similarity
of their frames, the newest weighing most; the offers of all places are averaged with weights that grow exponentially
with likeness (a Nadaraya-Watson estimate), beside a constant that stands for "nothing like it": where the piece has
been nowhere similar, a memory offers little.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Frames = NDArray[np.uint8]
    Floats = NDArray[np.float32]

LAGS: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)
"""Frames ago."""
DECAYS: Final = (0.5, 0.8, 0.95, 0.99)
"""Of running means, per frame."""
MEMORIES: Final = ((0.5, 8.0), (0.75, 16.0), (0.875, 24.0), (0.95, 40.0))
"""Each with the decay of the context that it compares, per frame, and the sharpness with which it prefers the alike."""
OWN: Final = 3
"""Numbers about how long a key has been as it is."""
_HORIZON: Final = 4096
"""So many frames back is remembered."""
_ALIKE, _NOTHING_LIKE_IT = 0.75, 0.3
_LONG: Final = 3.0
"""Logarithm of about how many frames a key may be held."""


def plane_count(planes: int) -> int:
    """Planes that ``Past.planes`` gives for frames of so many planes."""
    return planes * (len(LAGS) + len(MEMORIES) + len(DECAYS))


def past_card() -> dict[str, Any]:
    """What a network is shown, as JSON-able values: one that was trained on something else must not be loaded."""
    memories = [list(memory) for memory in MEMORIES]
    return {"lags": list(LAGS), "decays": list(DECAYS), "memories": memories, "own": OWN}


@dataclass(frozen=True)
class History:
    """The past of each frame of a piece: ``planes`` ``(time, keys, plane_count)`` and ``own`` ``(time, keys, OWN)``."""

    planes: NDArray[np.float16]
    own: NDArray[np.float16]


class Past:
    """The frames heard so far.

    Args:
        keys: in a frame.
        planes: of a frame: 1 (sounding) or 2 (sounding and onset).
    """

    def __init__(self, keys: int, planes: int) -> None:
        self.shape = keys, planes
        self.length = 0
        self._heard: Floats = np.zeros((256, keys * planes), np.float32)
        self._sizes: Floats = np.zeros(256, np.float32)
        self._likeness: Floats = np.zeros((len(MEMORIES), 256), np.float32)
        self._means: Floats = np.zeros((len(DECAYS), keys * planes), np.float32)
        self._age: Floats = np.zeros(keys, np.float32)

    def copy(self) -> Past:
        """An independent past with the same frames."""
        return deepcopy(self)

    def push(self, frame: Frames) -> None:
        """Append a frame ``(keys, planes)``."""
        self._make_room()
        length, flat = self.length, frame.reshape(-1).astype(np.float32)
        previous = self._heard[length - 1] if length else np.zeros_like(flat)
        # An onset begins anew what a key does; that it is over in the next frame does not.
        now, before = flat.reshape(self.shape), previous.reshape(self.shape)
        changed = (now[:, 0] != before[:, 0]) | (now > before).any(1)
        self._age = np.where(changed, np.float32(1), self._age + np.float32(1))
        decays = np.array(DECAYS, np.float32)[:, None]
        self._means = decays * self._means + (1 - decays) * flat
        self._heard[length], self._sizes[length] = flat, flat.sum()
        self._compare(flat)
        self.length += 1

    def _compare(self, flat: Floats) -> None:
        """How like every earlier place (that after frame ``i`` at ``i + 1``) is to the place after the newest frame."""
        length = self.length
        shared = self._heard[:length] @ flat
        union = self._sizes[:length] + self._sizes[length] - shared
        alike = np.where(union > 0, shared / np.maximum(union, 1), np.float32(1))
        decays = np.array([decay for decay, _ in MEMORIES], np.float32)[:, None]
        self._likeness[:, 1 : length + 1] = (1 - decays) * alike + decays * self._likeness[:, :length]
        self._likeness[:, 0] = 0

    def _make_room(self) -> None:
        if self.length < len(self._heard):
            return
        if self.length >= _HORIZON:
            self._forget(_HORIZON // 2)
            return
        room = len(self._heard)
        self._heard = np.concatenate([self._heard, np.zeros_like(self._heard)])
        self._sizes = np.concatenate([self._sizes, np.zeros(room, np.float32)])
        self._likeness = np.concatenate([self._likeness, np.zeros_like(self._likeness)], axis=1)

    def _forget(self, count: int) -> None:
        """Leave the oldest frames."""
        kept = self.length - count
        self._heard[:kept] = self._heard[count : self.length]
        self._sizes[:kept] = self._sizes[count : self.length]
        self._likeness[:, :kept] = self._likeness[:, count : self.length]
        self.length = kept

    def planes(self) -> tuple[Floats, Floats]:
        """What is shown for the next frame: ``(keys, plane_count)`` and ``(keys, OWN)``."""
        keys, planes = self.shape
        shown = [self._heard[self.length - lag] if lag <= self.length else self._blank for lag in LAGS]
        stacked = np.concatenate([np.stack(shown), self._offers(), self._means])
        ordered = stacked.reshape(-1, keys, planes).transpose(1, 0, 2).reshape(keys, -1)
        age = np.log1p(self._age) / np.float32(_LONG)
        sounding = shown[0].reshape(keys, planes)[:, 0]
        return ordered, np.stack([age, age * sounding, self._age == 1], axis=1).astype(np.float32)

    @property
    def _blank(self) -> Floats:
        return np.zeros(self.shape[0] * self.shape[1], np.float32)

    def _offers(self) -> Floats:
        """What each memory expects: ``(memories, keys * planes)``, between 0 and 1."""
        if self.length < 2:
            return np.zeros((len(MEMORIES), self.shape[0] * self.shape[1]), np.float32)
        sharpness = np.array([sharp for _, sharp in MEMORIES], np.float32)[:, None]
        weights = np.exp(sharpness * (self._likeness[:, 1 : self.length] - _ALIKE))
        offers: Floats = weights @ self._heard[1 : self.length] / (_NOTHING_LIKE_IT + weights.sum(1, keepdims=True))
        return offers


def history_of(frames: Frames) -> History:
    """The past of every frame of ``frames`` ``(time, keys, planes)``."""
    past = Past(*frames.shape[1:])
    shown: list[tuple[Any, Any]] = []
    for frame in frames:
        planes, own = past.planes()
        shown.append((planes.astype(np.float16), own.astype(np.float16)))
        past.push(frame)
    return History(np.stack([planes for planes, _ in shown]), np.stack([own for _, own in shown]))
