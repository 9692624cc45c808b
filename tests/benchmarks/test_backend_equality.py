"""The same code trains on other backends, and their weights mean the same in TensorFlow."""

from __future__ import annotations

import importlib.util

import pytest

from benchmarks.backend_equality import LARGEST_DIFFERENCE, compare

pytest.importorskip("keras", reason="needs Keras and TensorFlow")


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_weights_have_the_same_likelihood_in_tensorflow(backend: str) -> None:
    """A network that a backend has trained scores the openers alike there and in TensorFlow."""
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    result = compare(backend, batches=2)

    assert result["difference"] <= LARGEST_DIFFERENCE
    assert result["largest_difference_at_a_factor"] < 1e-3
