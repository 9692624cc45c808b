"""What experiments take away from the pieces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from composer.encoding.features import piece_features
from composer.encoding.fields import ABSENT, NOTE_FIELDS, STEP_FIELDS
from composer.encoding.vocabulary import FACTORS, encode
from composer.learning.corpus import CorpusFile, CorpusPiece
from composer.notes import Note, Score

pytest.importorskip("keras", reason="needs Keras and TensorFlow")

STEP = list(STEP_FIELDS)
NOTE = [name for fields in NOTE_FIELDS.values() for name in fields]
SCORE = Score(tuple(Note(i / 2, 50 + i % 4, i / 2 + 0.5) for i in range(48)))


def _piece(source: str, number: int) -> CorpusPiece:
    return CorpusPiece(CorpusFile("a.mid", source, "train", author="Bach"), piece_features(encode(SCORE), number))


def test_withheld_inputs_are_told_nowhere() -> None:
    """Every field whose name has the pattern in it is absent, before and during the note, and no other."""
    from benchmarks.experiments.material import withheld

    features = _piece("mutopia", 1).features
    hidden = withheld(features, ["match_"])
    matching = [name.startswith("match_") for name in STEP]

    assert (features.step[:, matching] != ABSENT).any()
    assert (hidden.step[:, matching] == ABSENT).all()
    assert (hidden.note[:, [name.startswith("match_") for name in NOTE]] == ABSENT).all()
    np.testing.assert_array_equal(hidden.step[:, ~np.array(matching)], features.step[:, ~np.array(matching)])
    np.testing.assert_array_equal(hidden.factors, features.factors)


def test_sets_of_keys_and_chroma_have_names_too() -> None:
    """The wide inputs are withheld as a whole."""
    from benchmarks.experiments.material import withheld

    features = _piece("mutopia", 1).features
    hidden = withheld(features, ["chroma", "held_keys"])

    assert not hidden.chroma.any()
    assert not hidden.keys[:, 0].any()
    np.testing.assert_array_equal(hidden.keys[:, 1:], features.keys[:, 1:])


def test_the_end_is_not_told_in_the_measurement_unless_asked() -> None:
    """Seconds that remain and the composer are hidden, or told where the experiment says so."""
    from benchmarks.experiments.experiment import read_experiment
    from benchmarks.experiments.material import held_out_material

    base = read_experiment("base")
    columns = [STEP.index("remaining"), STEP.index("composer")]
    plain, told = (
        held_out_material([_piece("mutopia", 1)], experiment)[0].features.step[:, columns]
        for experiment in (base, replace(base, told=("remaining", "composer")))
    )

    assert (plain == ABSENT).all()
    assert (told != ABSENT).all()


def test_flat_music_teaches_neither_tempo_nor_velocity() -> None:
    """Their weights are 0 in scores and stay as they are in played music."""
    from benchmarks.experiments.experiment import read_experiment
    from benchmarks.experiments.material import training_material

    experiment = replace(read_experiment("base"), flat_masked=True)
    played, score = training_material([_piece("piano-midi.de", 0), _piece("mutopia", 1)], experiment)
    flat = [FACTORS.index("velocity"), FACTORS.index("tempo")]

    assert played.features.weights[:, flat].any()
    assert not score.features.weights[:, flat].any()
    assert score.features.weights[:, :3].all()
