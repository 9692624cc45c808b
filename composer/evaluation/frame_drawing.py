"""Frames drawn from a network of frames: each given the true past, or going on by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from composer.rolls.frame_network import FrameNetwork

    Frames = NDArray[np.uint8]

C = 0
"""Pitch class of the tonic: all pieces of the benchmark stand in C."""


def draw_each(
    model: FrameNetwork[Any],
    sequences: Sequence[Frames],
    random_seed: int,
    progress: Callable[[int], None] | None = None,
) -> list[NDArray[np.bool_]]:
    """Draw every frame once, given the true frames before it.

    Args:
        model: that draws.
        sequences: the true frames, each ``(time, keys, planes)``, in C.
        random_seed: the same draws the same.
        progress: is told the number of sequences that are done.

    Returns:
        For each sequence which keys sound ``(time, keys)``.
    """
    rng = np.random.default_rng(random_seed)
    drawn = []
    for done, frames in enumerate(sequences, start=1):
        state, guesses = model.start(C), []
        for frame in frames:
            guesses.append(model.draw(state, rng)[:, 0] > 0)
            model.hear(state, frame)
        drawn.append(np.stack(guesses))
        if progress:
            progress(done)
    return drawn


def go_on(
    model: FrameNetwork[Any],
    primer: Frames,
    length: int,
    rng: np.random.Generator,
    *,
    threshold: float | None = None,
    temperature: float = 1.0,
) -> Frames:
    """Compose so many frames after a primer in C; without the primer ``(length, keys, planes)``.

    Args:
        model: that composes.
        primer: what it hears first, ``(time, keys, planes)``.
        length: in frames.
        rng: that draws; not used with a threshold.
        threshold: what is above it sounds, as in 2016; None draws.
        temperature: of drawing.
    """
    state, composed = model.start(C), []
    for frame in primer:
        model.hear(state, frame)
    for _ in range(length):
        frame = model.draw(state, rng, temperature) if threshold is None else model.decide(state, threshold)
        model.hear(state, frame)
        composed.append(frame)
    return np.stack(composed)
