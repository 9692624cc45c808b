"""What simple statistics make of piano rolls: chances of each key alone, and given the same key one frame ago."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from composer.evaluation.frame_measures import sounding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Frames = NDArray[np.uint8]
    Chances = NDArray[np.float64]


@dataclass(frozen=True)
class FrameChances:
    """Independent chances of each key, add-one smoothed.

    Attributes:
        alone: ``(keys,)``, by how often a key sounds at all; also for the first frame of a sequence.
        after: ``(2, keys)``, given that the key was up (0) or down (1) one frame ago.
    """

    alone: Chances
    after: Chances

    def marginals(self, frames: Frames) -> Chances:
        """The chance of each key ``(time, keys)`` whatever came before."""
        return np.broadcast_to(self.alone, frames.shape[:2])

    def markov(self, frames: Frames) -> Chances:
        """The chance of each key ``(time, keys)`` given the same key in the frame before."""
        chances = self.alone[None].repeat(len(frames), axis=0)
        chances[1:] = np.where(sounding(frames)[:-1], self.after[1], self.after[0])
        return chances


def learn_chances(training: Sequence[Frames]) -> FrameChances:
    """Count over all frames, and over all pairs of frames that follow each other in a sequence."""
    rows = [sounding(frames) for frames in training]
    everything = np.concatenate(rows)
    before, now = (np.concatenate([row[place] for row in rows]) for place in (slice(None, -1), slice(1, None)))
    after = [_smoothed((now & was).sum(axis=0), was.sum(axis=0)) for was in (~before, before)]
    return FrameChances(_smoothed(everything.sum(axis=0), len(everything)), np.stack(after))


def _smoothed(hits: NDArray[np.int64], of: NDArray[np.int64] | int) -> Chances:
    return np.asarray((hits + 1) / (np.asarray(of) + 2), np.float64)


def bernoulli_nats(frames: Frames, chances: Chances) -> NDArray[np.float64]:
    """Nats of each frame ``(time,)`` where the keys are independent given the past.

    Args:
        frames: ``(time, keys, planes)``, of which the first plane counts.
        chances: ``(time, keys)``, each above 0 and below 1.
    """
    rows = sounding(frames)
    return np.asarray(-np.log(np.where(rows, chances, 1 - chances)).sum(axis=1), np.float64)
