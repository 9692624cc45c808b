"""A real, tiny training."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from composer.encoding.features import piece_features
from composer.encoding.vocabulary import encode
from composer.learning.corpus import CorpusFile, CorpusPiece
from composer.notes import Note, Score

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("keras", reason="needs Keras and TensorFlow")


def _pieces(count: int) -> list[CorpusPiece]:
    """Scales up and down from different keys: easy to learn."""
    pieces = []
    for number in range(count):
        steps = [0, 2, 4, 5, 7, 9, 11, 12, 11, 9, 7, 5, 4, 2] * 6
        notes = tuple(Note(i / 2, 45 + number + step, i / 2 + 0.5) for i, step in enumerate(steps))
        pieces.append(
            CorpusPiece(CorpusFile(f"{number}.mid", "mutopia", "train"), piece_features(encode(Score(notes)), 1))
        )
    return pieces


def _metrics(folder: Path) -> list[dict[str, str]]:
    with (folder / "metrics.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_nats_are_the_negative_logarithm_of_the_probability() -> None:
    """A target with probability one quarter costs the logarithm of four."""
    from composer.learning.training import nats

    assert nats(np.zeros((1, 4)), np.array([2])) == pytest.approx(np.log(4))


@pytest.mark.slow
def test_training_learns_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """Two epochs and then two more bring the held-out loss down step by step, and the metrics hold all four."""
    from composer.learning.training import CONFIGS, train

    config = replace(CONFIGS["tiny"], learning_rate=0.01, warmup=2, ema_momentum=0.5, epochs=2)
    train(_pieces(8), _pieces(2), config, tmp_path)
    network = train(_pieces(8), _pieces(2), replace(config, epochs=4), tmp_path)
    losses = [float(row["val_nats"]) for row in _metrics(tmp_path)]

    assert len(losses) == 4
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.8 * losses[0]
    assert all(np.isfinite(array).all() for array in network.weight_arrays().values())


def test_the_learning_rate_rises_then_falls() -> None:
    """Warm-up to the peak, then half a cosine down to a twentieth of it."""
    from composer.learning.fitting import WarmCosine

    schedule = WarmCosine(1e-3, warmup=10, steps=110)
    rates = [float(schedule(step)) for step in range(111)]

    assert rates[9] == pytest.approx(1e-3)
    assert rates[110] == pytest.approx(5e-5)
    assert rates[:10] == sorted(rates[:10])
    assert rates[10:] == sorted(rates[10:], reverse=True)
