"""A whole piece for the critic: the mean over stretches as long as those among which it will choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from composer.generation.critic import WINDOW_SECONDS
from composer.taste.features import FEATURES, FEWEST_NOTES, stretch_features

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.generation.candidates import PlayedNote

_STEP_SECONDS = WINDOW_SECONDS / 2


def mean_features(notes: Sequence[PlayedNote]) -> NDArray[np.float64]:
    """Features ``(F,)`` of a piece. A linear critic's verdict on them is the mean of its verdicts on the stretches."""
    stretches = [stretch for stretch in _stretches(notes) if len(stretch) >= FEWEST_NOTES]
    result: NDArray[np.float64] = stretch_features(stretches).mean(0) if stretches else np.zeros(len(FEATURES))
    return result


def _stretches(notes: Sequence[PlayedNote]) -> list[list[PlayedNote]]:
    if not notes:
        return []
    begins = np.arange(notes[0].seconds, max(notes[-1].seconds - _STEP_SECONDS, notes[0].seconds + 1e-6), _STEP_SECONDS)
    return [[note for note in notes if begin <= note.seconds < begin + WINDOW_SECONDS] for begin in begins.tolist()]
