"""The network in training and the network that composes are the same function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from composer.checkpoints import NETWORK, WEIGHTS, write_weights
from composer.encoding.features import piece_features
from composer.encoding.fields import ABSENT
from composer.encoding.vocabulary import FACTORS, encode
from composer.generation.decoder import Decoder
from composer.learning.corpus import CorpusFile, CorpusPiece
from composer.learning.export import export_in_child
from composer.learning.streams import stream_batches, transposed, whole_queues
from tests.networks import TWO_VOICES

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("keras", reason="needs Keras and TensorFlow")

FEATURES = piece_features(encode(TWO_VOICES), 0)
Inputs = dict[str, Any]


def _inputs(features: Any = FEATURES) -> Inputs:
    piece = CorpusPiece(CorpusFile("a.mid", "mutopia", "train"), features)
    return next(stream_batches(whole_queues([piece], 1), window=len(piece)))[0]


@pytest.fixture(scope="module")
def network() -> Any:
    """A tiny network with weights large enough to matter."""
    import keras

    from composer.networks.note_lstm import NoteLSTM, NoteLSTMConfig

    keras.utils.set_random_seed(1)
    network = NoteLSTM(NoteLSTMConfig(layers=2, width=16, head_width=12), batch_size=1)
    network.build()
    for variable in network.trainable_variables:
        noisy = variable.numpy() + 0.2 * np.random.default_rng(0).standard_normal(variable.shape)
        variable.assign(noisy.astype(np.float16))  # as stored
    return network


@pytest.fixture(scope="module")
def logits(network: Any) -> dict[str, np.ndarray]:
    """Teacher-forced logits of the whole piece."""
    return {factor: np.asarray(value)[0] for factor, value in network(_inputs()).items()}


def test_windows_with_carried_state_equal_one_pass(network: Any, logits: dict[str, np.ndarray]) -> None:
    """Scoring a piece in windows, state kept, gives the logits of scoring it at once."""
    piece = CorpusPiece(CorpusFile("a.mid", "mutopia", "train"), FEATURES)
    windows = [network(inputs) for inputs, _, _ in stream_batches(whole_queues([piece], 1), window=8)]

    for factor in FACTORS:
        joined = np.concatenate([np.asarray(window[factor])[0] for window in windows])
        np.testing.assert_allclose(joined[: len(piece)], logits[factor], atol=1e-4)


def test_chords_cannot_descend(logits: dict[str, np.ndarray]) -> None:
    """Inside a chord every key up to the last one is excluded."""
    for row, (_, _, floor) in zip(logits["pitch"], FEATURES.anchors, strict=True):
        assert (row[: floor + 1] < -1000).all()
        assert (row[floor + 1 :] > -1000).all()
    assert (FEATURES.anchors[:, 2] != ABSENT).any()


def test_a_head_sees_only_what_is_decided(network: Any, logits: dict[str, np.ndarray]) -> None:
    """Changing what is known of the last note from its velocity on leaves the earlier factors as they were."""
    from composer.encoding.inputs import KNOWN_WIDTHS

    inputs = _inputs()
    inputs["note"][:, -1, KNOWN_WIDTHS["velocity"] :] = 1.0
    changed = network(inputs)

    for factor in FACTORS:
        same = np.allclose(np.asarray(changed[factor])[0], logits[factor], atol=1e-5)
        assert same == (factor in {"gap", "pitch", "duration", "velocity"}), factor


def test_relative_logits_move_with_the_music(network: Any) -> None:
    """With only the relative parts of the pitch head, music a tone higher gives the same logits a tone higher."""
    head = network.heads["pitch"]
    kept = [variable.numpy() for variable in head.logits.trainable_variables]
    for variable in head.logits.trainable_variables:
        variable.assign(np.zeros(variable.shape))
    memory = np.random.default_rng(1).standard_normal((1, len(FEATURES.factors), 16)).astype("float32")
    note = _inputs()["note"]
    low, high = _inputs(), _inputs(transposed(FEATURES, 2))
    low["note"] = high["note"] = note
    first, second = (np.asarray(head(memory, inputs))[0] for inputs in (low, high))
    for variable, value in zip(head.logits.trainable_variables, kept, strict=True):
        variable.assign(value)

    # The first two notes have nothing before them that could move.
    np.testing.assert_allclose(second[2:, 2:], first[2:, :-2], atol=1e-3)


def test_half_precision_is_nearly_the_same(network: Any, logits: dict[str, np.ndarray]) -> None:
    """Trained in bfloat16, as is usual, the network gives 32-bit logits that are those of single precision, rounded."""
    import keras

    from composer.networks.note_lstm import NoteLSTM

    keras.mixed_precision.set_dtype_policy("mixed_bfloat16")
    try:
        half = NoteLSTM(network.config, batch_size=1)
        half.build()
    finally:
        keras.mixed_precision.set_dtype_policy("float32")
    half.set_weight_arrays(network.weight_arrays())
    for factor, values in half(_inputs()).items():
        allowed = logits[factor] > -1000
        assert values.dtype == "float32"
        assert np.abs(np.asarray(values)[0] - logits[factor])[allowed].max() < 0.5, factor


@pytest.mark.slow
@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-3), ("int8", 0.6)])
def test_the_exported_network_gives_the_same_logits(
    network: Any, logits: dict[str, np.ndarray], tmp_path: Path, precision: str, tolerance: float
) -> None:
    """Stepping through the piece with the LiteRT file gives what training saw, note by note."""
    write_weights(tmp_path / WEIGHTS, network.weight_arrays())
    export_in_child(tmp_path / WEIGHTS, network.config, tmp_path / NETWORK, precision)
    decoder = Decoder(tmp_path / NETWORK)
    inputs = _inputs()
    states = np.zeros((1, 2 * 2 * 16), np.float32)
    for index in range(len(FEATURES.factors)):
        row = {name: value[:, index] for name, value in inputs.items() if name != "keep"}
        memory, states = decoder.step(row["step"], states)
        for factor in FACTORS:
            stepped = decoder.logits(factor, memory, **row)[0]
            allowed = logits[factor][index] > -1000
            np.testing.assert_allclose(stepped[allowed], logits[factor][index][allowed], atol=tolerance, err_msg=factor)
