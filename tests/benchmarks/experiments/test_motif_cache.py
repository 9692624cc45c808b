"""The continuous cache of a piece's motifs."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.experiments.motif_cache import cache_probabilities, with_motif_cache
from composer.encoding.features import piece_features
from composer.encoding.vocabulary import encode
from composer.notes import Note, Score

FEATURES = piece_features(encode(Score(tuple(Note(i / 2, 50 + i % 4, i / 2 + 0.5) for i in range(32)))), 1)


def _memories(period: int) -> np.ndarray:
    """The same memory again after every so many notes, and at right angles to the others."""
    return np.eye(period, dtype=np.float32)[np.arange(len(FEATURES.factors)) % period]


def test_what_came_after_the_same_moment_is_likely() -> None:
    """From the second round on the cache is sure of the pitch that returns."""
    found = cache_probabilities(_memories(4), FEATURES)[-1]

    assert found[0, 1] == -1
    assert (found[4:, 1] > 0.99).all()


def test_windows_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reckoned block after block, and with a short memory, every note sees the notes before it and no others."""
    monkeypatch.setattr("benchmarks.experiments.motif_cache.REACH", 6)
    whole = cache_probabilities(_memories(5), FEATURES)
    monkeypatch.setattr("benchmarks.experiments.motif_cache.BLOCK", 7)

    np.testing.assert_allclose(cache_probabilities(_memories(5), FEATURES), whole)


def test_a_cache_that_helps_lowers_the_nats() -> None:
    """Two pieces that repeat, and a network that has no idea: the cache is chosen on the other one."""
    nats = [np.full((len(FEATURES.factors), 6), 4.0)] * 2
    helped = with_motif_cache(nats, [_memories(4)] * 2, [FEATURES] * 2)

    assert helped[0][4:, 1].mean() < 2.0
    assert helped[0][:, 5] == pytest.approx(4.0)


def test_a_cache_that_misleads_is_not_asked() -> None:
    """Where the network knows the pitch better, the share that is chosen for it is nothing."""
    nats = [np.full((len(FEATURES.factors), 6), 1e-3)] * 2
    misled = with_motif_cache(nats, [_memories(3)] * 2, [FEATURES] * 2)

    assert misled[0][:, 1] == pytest.approx(1e-3)
