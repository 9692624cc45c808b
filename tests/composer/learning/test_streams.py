"""Training batches."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from composer.encoding.features import piece_features
from composer.encoding.fields import ABSENT, STEP_FIELDS, WISHES
from composer.encoding.inputs import KEYS, NOTE_WIDTH, STEP_WIDTH
from composer.encoding.styles import Style
from composer.encoding.vocabulary import FACTORS, encode
from composer.learning.corpus import CorpusFile, CorpusPiece
from composer.learning.streams import augmented, stream_batches, training_queues, whole_queues
from composer.notes import Note, Score


def _piece(length: int, source: str = "piano-midi.de", pitch: int = 60) -> CorpusPiece:
    notes = tuple(Note(index / 2, pitch + index % 7, index / 2 + 0.5) for index in range(length))
    return CorpusPiece(CorpusFile(f"{source}/{length}.mid", source, "train"), piece_features(encode(Score(notes)), 0))


def test_every_note_is_scored_exactly_once() -> None:
    """Whole pieces, side by side in two streams, give each note one place with weight."""
    pieces = [_piece(length) for length in (5, 12, 30)]
    weights = [batch[2]["pitch"].sum() for batch in stream_batches(whole_queues(pieces, 2), window=8)]

    assert sum(weights) == 5 + 12 + 30


def test_a_stream_keeps_its_state_inside_a_piece_only() -> None:
    """The first window of each piece starts from nothing, later windows go on."""
    keeps = [batch[0]["keep"].tolist() for batch in stream_batches(whole_queues([_piece(20), _piece(8)], 1), window=8)]

    assert keeps == [[0.0], [1.0], [1.0], [0.0]]


def test_batches_have_the_shapes_the_network_reads() -> None:
    """Streams by window by width, for every input, target and weight."""
    inputs, targets, weights = next(stream_batches(whole_queues([_piece(20), _piece(8)], 2), window=8))

    assert inputs["step"].shape == (2, 8, STEP_WIDTH)
    assert inputs["note"].shape == (2, 8, NOTE_WIDTH)
    assert inputs["sets"].shape == (2, 8, 2, KEYS)
    assert inputs["anchors"].shape == (2, 8, 3)
    assert all(targets[factor].shape == weights[factor].shape == (2, 8) for factor in FACTORS)


def test_filling_after_a_piece_excludes_no_target() -> None:
    """Places without a note have no floor, so their loss is finite before it is weighted away."""
    inputs, _, weights = next(stream_batches(whole_queues([_piece(3)], 1), window=8))

    assert (inputs["anchors"][0, :, 2][weights["pitch"][0] == 0] == ABSENT).all()


def test_variation_keeps_the_music_on_the_piano() -> None:
    """Music that reaches the top key is never transposed beyond it."""
    features = _piece(20, pitch=102).features
    rng = np.random.default_rng(0)

    assert max(int(augmented(features, Style(), rng).factors[:, 1].max()) for _ in range(30)) == KEYS - 1


def test_hints_are_sometimes_withheld() -> None:
    """Over many draws the time that remains is hidden about half of the time, and the piece is otherwise as it was."""
    features = _piece(20).features
    rng = np.random.default_rng(0)
    column = list(STEP_FIELDS).index("remaining")
    hidden = sum(bool((augmented(features, Style(), rng).step[:, column] == ABSENT).all()) for _ in range(200))

    assert 70 <= hidden <= 130


def test_wishes_are_told_in_a_part_of_the_training_and_never_where_music_is_scored() -> None:
    """Each wish appears in some draws and not in others; whole pieces say nothing of any."""
    features = _piece(20).features
    rng = np.random.default_rng(0)
    columns = [list(STEP_FIELDS).index(name) for name in WISHES]
    told = np.mean([augmented(features, Style(3, 1), rng).step[5, columns] != ABSENT for _ in range(300)], axis=0)

    np.testing.assert_allclose(told, [0.6, 0.7, 0.455, 0.455, 0.455], atol=0.1)
    assert (features.step[:, columns] == ABSENT).all()


def test_a_source_comes_up_as_often_as_its_weight_says() -> None:
    """Of two pieces of equal length, one weighted three to one, three quarters of the draws are its."""
    pieces = [_piece(10, "piano-midi.de", pitch=40), _piece(10, "mutopia", pitch=80)]
    queue = training_queues(pieces, {"piano-midi.de": 3.0}, 1, np.random.default_rng(0))[0]
    low = sum(int(features.factors[:, 1].mean()) < 40 for features in islice(queue, 400))

    assert low / 400 == pytest.approx(0.75, abs=0.07)
