"""The whole report, on little corpora and with the released network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from composer.checkpoints import RELEASED
from composer.errors import BadInputError, CheckpointError
from composer.evaluation.report import evaluate
from tests.composer.evaluation.small_music import melody, write_corpus

if TYPE_CHECKING:
    from pathlib import Path

    from composer.notes import Score

needs_network = pytest.mark.skipif(not RELEASED.exists(), reason="there is no released checkpoint")


def _tune(seed: int, notes: int = 90) -> Score:
    """A walk over the white keys in steps and small leaps, 45 seconds."""
    white = [pitch for pitch in range(36, 97) if pitch % 12 in {0, 2, 4, 5, 7, 9, 11}]
    places = np.cumsum(np.random.default_rng(seed).integers(-2, 3, notes))
    return melody([white[18 + place % 12] for place in places], bpm=60)


def _pieces(split: str, count: int, seed: int, source: str = "mutopia") -> dict[str, tuple[str, str, Score]]:
    return {f"{split}-{index}.mid": (source, split, _tune(seed + index)) for index in range(count)}


@needs_network
def test_a_report_on_a_little_corpus(tmp_path: Path) -> None:
    """Network and n-grams are measured by source and over all, and continuations beside the true ones."""
    folder = write_corpus(tmp_path, _pieces("test", 2, 0) | _pieces("train", 6, 50))
    (folder / "test-1.mid").write_bytes(b"MThd")

    report = evaluate(folder, "test", primers=1, random_seeds=(1,), workers=1)

    source = report["sources"]["mutopia"]
    assert (source["pieces"], source["notes"], report["unusable_files"]) == (1, 90, 1)
    models = ("", "unigram_", "ngram_", "ngram_match_")
    assert all(source[f"{model}nats_per_note"] > 0 for model in models)
    assert source["ngram_nats_per_note"] < source["unigram_nats_per_note"]
    assert source["nats_per_note"] == pytest.approx(sum(list(source["factors"].values())[:5]), abs=0.001)
    assert report["continuations"]["primers"] == ["test-0.mid"]
    assert report["continuations"]["measures"]["length_error_seconds"]["largest"] < 0.5
    assert set(report["file_sha256"]) == {"test-0.mid", "test-1.mid"}
    assert json.loads(json.dumps(report, allow_nan=False)) == report


@needs_network
def test_the_same_report_twice(tmp_path: Path) -> None:
    """Nothing in a report is left to chance."""
    folder = write_corpus(tmp_path, _pieces("test", 1, 0) | _pieces("train", 4, 50))

    first, second = (evaluate(folder, "test", primers=1, random_seeds=(7,), workers=1) for _ in range(2))

    assert first == second


@needs_network
def test_a_split_alone_has_no_ngrams_and_says_why(tmp_path: Path) -> None:
    """Where there is nothing to train on, the network is measured and the rest is None, with a remark."""
    folder = write_corpus(tmp_path, _pieces("test", 1, 0, source="an attic"))

    report = evaluate(folder, "test", primers=0, workers=1)

    assert report["sources"]["an attic"]["nats_per_note"] > 0
    assert report["all"]["ngram_nats_per_note"] is None
    assert report["copying"] is None
    assert "continuations" not in report
    assert any("Name a training corpus" in remark for remark in report["remarks"])


@needs_network
def test_a_split_alone_is_measured_against_its_other_half(tmp_path: Path) -> None:
    """With pieces enough, each half is scored by n-grams of the other, and a remark says so."""
    folder = write_corpus(tmp_path, _pieces("test", 6, 0))

    report = evaluate(folder, "test", primers=0, workers=1)

    source = report["sources"]["mutopia"]
    assert 0 < source["ngram_nats_per_note"] < source["unigram_nats_per_note"]
    assert any("other half" in remark for remark in report["remarks"])


@needs_network
def test_training_music_may_lie_elsewhere(tmp_path: Path) -> None:
    """A training corpus that is named is used, without the pieces that are being evaluated."""
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    test = _pieces("test", 1, 0)
    here = write_corpus(tmp_path / "here", test)
    there = write_corpus(tmp_path / "there", _pieces("train", 4, 50) | {"test-0.mid": ("mutopia", "train", _tune(0))})

    report = evaluate(here, "test", train_corpus=there, primers=0, workers=1)

    assert report["all"]["ngram_nats_per_note"] < report["all"]["unigram_nats_per_note"]
    assert report["copying"]["near_copies_of_training_pieces"] == []


@needs_network
def test_folders_without_music_are_refused(tmp_path: Path) -> None:
    """An absent split, an absent training corpus and a split of damaged files each give one sentence."""
    folder = write_corpus(tmp_path, _pieces("test", 1, 0))

    with pytest.raises(BadInputError, match="no MIDI files of the split 'final'"):
        evaluate(folder, "final")
    with pytest.raises(BadInputError, match="does not exist"):
        evaluate(folder, "test", train_corpus=tmp_path / "nowhere")
    (folder / "test-0.mid").write_bytes(b"MThd")
    with pytest.raises(BadInputError, match="can be read"):
        evaluate(folder, "test", workers=1)


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    """Without a network nothing is evaluated."""
    with pytest.raises(CheckpointError, match="no usable checkpoint"):
        evaluate(write_corpus(tmp_path, _pieces("test", 1, 0)), "test", tmp_path / "nothing")
