"""The figures of the frame benchmark as one JSON-able document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from composer.evaluation.frame_baselines import bernoulli_nats, learn_chances
from composer.evaluation.frame_measures import expected_accuracy, frame_mean, keys_per_frame, sequence_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Frames = NDArray[np.uint8]


def data_figures(sequences: Sequence[Frames]) -> dict[str, Any]:
    """What was scored."""
    return {
        "sequences": len(sequences),
        "frames": sum(map(len, sequences)),
        "first_frame_counts": True,
        "keys_per_frame": keys_per_frame(sequences),
    }


def model_figures(
    sequences: Sequence[Frames], nats: Sequence[NDArray[np.float64]], expected: Sequence[NDArray[np.generic]]
) -> dict[str, float | None]:
    """How well a model foretold frames.

    Args:
        sequences: the true frames, each ``(time, keys, 1)``.
        nats: of every frame, each ``(time,)``.
        expected: chances of the keys, or frames drawn by them, see ``expected_accuracy``.
    """
    return {
        "nats_per_frame": frame_mean(nats),
        "standard_error": standard_error(nats),
        "mean_of_sequence_means": sequence_mean(nats),
        "expected_frame_accuracy": expected_accuracy(sequences, expected),
        "expected_keys_per_frame": float(np.concatenate([chances.sum(axis=1) for chances in expected]).mean()),
    }


def standard_error(nats: Sequence[NDArray[np.float64]]) -> float | None:
    """Of the nats per frame, over sequences (of a ratio, by linearisation); None for a single sequence."""
    if len(nats) < 2:
        return None
    lengths, sums = (np.array([of(sequence) for sequence in nats]) for of in (len, np.sum))
    residuals = sums - frame_mean(nats) * lengths
    return float(np.sqrt(len(nats) / (len(nats) - 1) * (residuals**2).sum()) / lengths.sum())


def baseline_figures(training: Sequence[Frames], sequences: Sequence[Frames]) -> dict[str, dict[str, float | None]]:
    """The same figures for chances of each key alone, and given the same key one frame ago."""
    chances = learn_chances(training)
    models = {"marginals": chances.marginals, "markov": chances.markov}
    figures = {}
    for name, model in models.items():
        said = [model(frames) for frames in sequences]
        nats = [bernoulli_nats(frames, of_frames) for frames, of_frames in zip(sequences, said, strict=True)]
        figures[name] = model_figures(sequences, nats, said)
    return figures
