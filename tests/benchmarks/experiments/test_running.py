"""A real, tiny experiment, and the corpus from which a second one starts quickly."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from benchmarks.experiments.corpus_cache import NAMES, cached_pieces
from composer.encoding.features import piece_features
from composer.encoding.vocabulary import encode
from composer.learning.corpus import CorpusFile, CorpusPiece
from composer.midi.writer import write_midi
from composer.notes import Note, Score

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("keras", reason="needs Keras and TensorFlow")


def _scale(first: int) -> Score:
    steps = [0, 2, 4, 5, 7, 9, 11, 12, 11, 9, 7, 5, 4, 2] * 6
    return Score(tuple(Note(i / 2, first + step, i / 2 + 0.5) for i, step in enumerate(steps)))


def _pieces(count: int, split: str) -> list[CorpusPiece]:
    return [
        CorpusPiece(CorpusFile(f"{n}.mid", "mutopia", split), piece_features(encode(_scale(45 + n)), 1))
        for n in range(count)
    ]


def _tiny(**changes: Any) -> Any:
    from benchmarks.experiments.experiment import read_experiment
    from composer.networks.note_lstm import NoteLSTMConfig

    base = read_experiment("base")
    training = replace(
        base.training,
        network=NoteLSTMConfig(layers=1, width=16, head_width=12),
        streams=2,
        window=32,
        epochs=2,
        batches_per_epoch=4,
        precision="float32",
    )
    return replace(base, training=training, **changes)


@pytest.mark.slow
def test_an_experiment_goes_on_where_it_stopped_and_counts_all_of_it(tmp_path: Path) -> None:
    """One epoch, then the second: two rows of metrics, and the figures of a run of two epochs."""
    from benchmarks.experiments.running import run

    pieces = _pieces(6, "train"), _pieces(7, "validation")
    first = _tiny()
    run(replace(first, training=replace(first.training, epochs=1)), *pieces, tmp_path)
    result = run(first, *pieces, tmp_path)
    with (tmp_path / "metrics.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    total = sum(sum(row["nats"][:5]) for row in result["pieces"])

    assert [row["epoch"] for row in rows] == ["0", "1"]
    assert result["notes_trained"] == 2 * 4 * 2 * 32
    assert result["figures"]["mutopia"]["nats_per_note"] == pytest.approx(total / (7 * 84), abs=1e-3)
    assert [row["path"] for row in result["pieces"]] == [piece.file.path for piece in pieces[1]]


@pytest.mark.slow
def test_a_network_is_measured_in_another_way_without_training_it(tmp_path: Path) -> None:
    """With the cache, on the weights of the run before; music that repeats is no more surprising with it."""
    from benchmarks.experiments.running import run

    pieces = _pieces(6, "train"), _pieces(4, "validation")
    plain = run(_tiny(label_smoothing=0.05), *pieces, tmp_path)
    cached = run(_tiny(of="base", motif_cache=True), *pieces, tmp_path)

    assert "notes_trained" not in cached
    assert cached["figures"]["mutopia"]["nats_per_note"] < plain["figures"]["mutopia"]["nats_per_note"]


def test_scores_of_pieces_are_their_own() -> None:
    """Scored side by side in windows, every piece gets what it gets alone."""
    from benchmarks.experiments.running import new_network
    from benchmarks.experiments.scoring import score, score_and_memories

    experiment = _tiny()
    network, pieces = new_network(experiment), _pieces(5, "validation")
    together = score(network, pieces, experiment.training)
    with_memories, memories = score_and_memories(network, pieces, experiment.training)

    for index, piece in enumerate(pieces):
        alone = score(network, [piece], experiment.training)[0]
        np.testing.assert_allclose(together[index], alone, atol=1e-4)
        np.testing.assert_allclose(with_memories[index], alone, atol=1e-4)
        np.testing.assert_allclose(np.linalg.norm(memories[index], axis=1), 1.0, atol=1e-4)


def test_features_come_from_the_cache_until_a_file_changes(tmp_path: Path) -> None:
    """The second reading needs no MIDI file to be encoded; another content makes another cache."""
    corpus, cache = tmp_path / "corpus", tmp_path / "cache"
    corpus.mkdir()
    lines = ["path,source,split"]
    for number in range(3):
        (corpus / f"{number}.mid").write_bytes(write_midi(_scale(45 + number)))
        lines.append(f"{number}.mid,mutopia,train")
    (corpus / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    first, second = (cached_pieces(corpus, "train", cache, workers=1) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert one.file == other.file
        for name in NAMES:
            np.testing.assert_array_equal(getattr(one.features, name), getattr(other.features, name))
    assert len(list(cache.iterdir())) == 1

    (corpus / "0.mid").write_bytes(write_midi(_scale(60)))
    third = cached_pieces(corpus, "train", cache, workers=1)

    assert len(list(cache.iterdir())) == 2
    assert (third[0].features.factors != first[0].features.factors).any()
