"""Cells, attention and other variants of the network: what they must have in common with the released form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from composer.encoding.features import piece_features
from composer.encoding.vocabulary import FACTORS, encode
from composer.learning.corpus import CorpusFile, CorpusPiece
from composer.learning.streams import stream_batches, whole_queues
from tests.networks import TWO_VOICES

pytest.importorskip("keras", reason="needs Keras and TensorFlow")

CORPUS_PIECE = CorpusPiece(CorpusFile("a.mid", "mutopia", "train"), piece_features(encode(TWO_VOICES), 0))
VARIANTS: dict[str, dict[str, Any]] = {
    "lstm": {},
    "gru": {"cell": "gru"},
    "min_gru": {"cell": "min_gru"},
    "rg_lru": {"cell": "rg_lru"},
    "s_lstm": {"cell": "s_lstm"},
    "attention": {"attention": 5},
    "no_relations": {"relations": ()},
    "no_offers": {"offers": False, "relations": ("last", "bass", "chroma")},
    "pitch_first": {"pitch_first": True},
}


def _network(**variant: Any) -> Any:
    """A tiny network with weights large enough to matter."""
    import keras

    from benchmarks.experiments.experiment import Variant
    from benchmarks.experiments.variants import VariantNetwork
    from composer.networks.note_lstm import NoteLSTMConfig

    keras.utils.set_random_seed(1)
    network = VariantNetwork(NoteLSTMConfig(width=16, head_width=12), Variant(**variant), batch_size=1)
    network.build()
    for variable in network.trainable_variables:
        variable.assign(variable.numpy() + 0.2 * np.random.default_rng(0).standard_normal(variable.shape))
    return network


def _windows(piece: CorpusPiece, window: int) -> list[Any]:
    return [inputs for inputs, _, _ in stream_batches(whole_queues([piece], 1), window=window)]


def _logits(network: Any, piece: CorpusPiece, window: int) -> dict[str, np.ndarray]:
    parts = [network(inputs) for inputs in _windows(piece, window)]
    return {factor: np.concatenate([np.asarray(part[factor])[0] for part in parts])[: len(piece)] for factor in FACTORS}


@pytest.mark.parametrize("name", VARIANTS)
def test_windows_with_carried_state_equal_one_pass(name: str) -> None:
    """Scoring a piece in windows gives what scoring it at once gives, and a second time the same: states are reset."""
    network = _network(**VARIANTS[name])
    whole = _logits(network, CORPUS_PIECE, len(CORPUS_PIECE))

    for window in (8, 8):
        parts = _logits(network, CORPUS_PIECE, window)
        for factor in FACTORS:
            np.testing.assert_allclose(parts[factor], whole[factor], atol=2e-4, err_msg=factor)


@pytest.mark.parametrize("name", VARIANTS)
def test_nothing_is_known_of_what_is_to_come(name: str) -> None:
    """Other inputs from a note on leave all logits before it as they were."""
    network = _network(**VARIANTS[name])
    features, first = CORPUS_PIECE.features, 10
    later = features.step.copy()
    later[first:, :4] = later[first:, :4][::-1]
    changed = CorpusPiece(CORPUS_PIECE.file, replace(features, step=later))
    one, other = (_logits(network, piece, len(piece)) for piece in (CORPUS_PIECE, changed))

    for factor in FACTORS:
        np.testing.assert_allclose(one[factor][:first], other[factor][:first], atol=1e-5, err_msg=factor)
        assert not np.allclose(one[factor][first:], other[factor][first:], atol=1e-5), factor


def test_pitch_first_does_not_see_the_gap() -> None:
    """What the note input says of gap and place changes nothing for the pitch; the gap's head sees the pitch."""
    from composer.encoding.fields import NOTE_FIELDS
    from composer.encoding.inputs import KNOWN_WIDTHS, field_slice

    network = _network(pitch_first=True)
    inputs = _windows(CORPUS_PIECE, len(CORPUS_PIECE))[0]
    gap_told = inputs | {"note": inputs["note"].copy(), "sets": 1 - inputs["sets"], "anchors": inputs["anchors"].copy()}
    gap_told["note"][..., : KNOWN_WIDTHS["pitch"]] = 1.0
    gap_told["anchors"][..., 1:] = 50
    pitch_told = inputs | {"note": inputs["note"].copy()}
    pitch_told["note"][..., field_slice(NOTE_FIELDS, "pitch", "pitch")] = 0.5
    plain, without_gap, with_pitch = (network(version) for version in (inputs, gap_told, pitch_told))

    np.testing.assert_allclose(np.asarray(without_gap["pitch"]), np.asarray(plain["pitch"]), atol=1e-5)
    assert not np.allclose(np.asarray(with_pitch["gap"]), np.asarray(plain["gap"]), atol=1e-3)


def test_pitch_first_lets_chords_ascend() -> None:
    """After a key that is not higher than the last one, the note cannot be struck together with it."""
    network = _network(pitch_first=True)
    features = CORPUS_PIECE.features
    gaps = _logits(network, CORPUS_PIECE, len(CORPUS_PIECE))["gap"][1:, 0]
    falling = np.diff(features.factors[:, 1]) <= 0

    assert (gaps[falling] < -1000).all()
    assert (gaps[~falling] > -1000).all()


def test_the_gru_is_keras_own() -> None:
    """With the same weights both give the same."""
    import keras

    from benchmarks.experiments.cells import GRU

    inputs = np.random.default_rng(0).standard_normal((2, 7, 5)).astype("float32")
    theirs = keras.layers.GRU(4, return_sequences=True)
    theirs.build(inputs.shape)
    ours = GRU(4, batch_size=2)
    ours.build(inputs.shape)
    kernel, recurrent, biases = (np.asarray(value) for value in theirs.get_weights())
    ours.kernel.assign(kernel)
    ours.recurrent_kernel.assign(recurrent)
    ours.bias.assign(biases[0])

    np.testing.assert_allclose(np.asarray(ours(inputs, np.zeros(2))), np.asarray(theirs(inputs)), atol=1e-5)


def test_linear_recurrence() -> None:
    """Each state is the decayed one before it, and what is added."""
    from benchmarks.experiments.cells import linear_recurrence

    decay = np.array([[[0.5], [0.0], [1.0]]], "float32")
    outputs, last = linear_recurrence(decay, np.ones_like(decay), np.array([[4.0]], "float32"))

    assert np.asarray(outputs).ravel().tolist() == [3.0, 1.0, 2.0]
    assert np.asarray(last).tolist() == [[2.0]]
