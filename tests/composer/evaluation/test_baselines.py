"""Simple models of little music."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from composer.encoding.features import piece_features
from composer.encoding.vocabulary import FACTORS, encode
from composer.evaluation.baselines import Baselines, read_music, score_baselines, set_aside
from composer.evaluation.ngrams import Music
from composer.learning.corpus import CorpusFile, CorpusPiece, list_corpus
from composer.notes import Score
from tests.composer.evaluation.small_music import chords, melody, piece, write_corpus

if TYPE_CHECKING:
    from pathlib import Path

CYCLE = (60, 62, 64, 67)


def _file(name: str, source: str = "mutopia") -> CorpusFile:
    return CorpusFile(name, source, "train")


def _train(scores: dict[str, Score], source: str = "mutopia") -> dict[CorpusFile, Music]:
    files = {name: _file(name, source) for name in scores}
    return {files[name]: Music(encode(score).factors, files[name].source_id) for name, score in scores.items()}


def _baselines(scores: dict[str, Score], asked: CorpusPiece, source: str = "mutopia") -> Baselines:
    """Baselines of ``scores``, the last of which is held out for choosing."""
    train = _train(scores, source)
    file = list(train)[-1]
    held_out = CorpusPiece(file, piece_features(encode(list(scores.values())[-1]), file.source_id))
    return score_baselines(train, [held_out], [asked])


def _walk(seed: int, notes: int = 300) -> Score:
    """A melody that no context predicts."""
    return melody(np.random.default_rng(seed).integers(40, 80, notes).tolist())


def _accented(rounds: int) -> Score:
    """Loud and soft notes in turn."""
    notes = melody(CYCLE * rounds).notes
    return Score(tuple(replace(note, velocity=40 + 60 * (index % 2)) for index, note in enumerate(notes)))


def test_a_cycle_is_learnt_by_its_context() -> None:
    """Of four notes in a circle, a unigram knows each to a quarter, an n-gram the next one nearly for certain."""
    scores = {f"{index}": melody(CYCLE * 30) for index in range(4)}

    baselines = _baselines(scores, piece(melody(CYCLE * 10)))

    assert baselines.unigram[0][:, 1].mean() == pytest.approx(np.log(4), abs=0.1)
    assert baselines.ngram[0][8:, 1].max() < 0.1
    assert baselines.orders[-1]["pitch"] > 1


def test_chance_is_left_to_the_unigram() -> None:
    """Where no context helps, none is chosen."""
    scores = {f"{index}": _walk(index) for index in range(8)}

    baselines = _baselines(scores, piece(_walk(99)))

    assert baselines.orders[-1]["pitch"] <= 2
    assert baselines.ngram[0][:, 1].mean() == pytest.approx(np.log(40), abs=0.2)


def test_the_match_helps_where_a_piece_repeats_itself() -> None:
    """A random melody heard again costs little the second time with the match, and as much as before without."""
    scores = {f"{index}": _walk(index) for index in range(6)}
    scores["repeating"] = melody([note.pitch for note in _walk(50).notes] * 2)
    asked = piece(melody([note.pitch for note in _walk(51).notes] * 2))

    baselines = _baselines(scores, asked)

    again = asked.features.matched
    assert again.sum() > 280
    assert baselines.ngram[0][again, 1].mean() > 3
    assert baselines.ngram_match[0][again, 1].mean() < 1
    assert np.median(baselines.ngram_match[0][again, 1]) < 0.01
    assert baselines.ngram_match[0][~again] == pytest.approx(baselines.ngram[0][~again])


def test_factors_that_a_note_lacks_cost_nothing() -> None:
    """Upper notes of chords have no tempo, and a piece without pedal has no pedal."""
    triads = chords(*[[60, 64, 67], [59, 62, 67]] * 10)

    baselines = _baselines({"a": triads, "b": triads, "c": triads}, piece(triads))

    for model in (baselines.unigram, baselines.ngram, baselines.ngram_match):
        assert (model[0][1::3, 4] == 0).all()
        assert (model[0][::3, 4] > 0).all()
        assert not model[0][:, 5].any()


@pytest.mark.parametrize("source", ["mutopia", "snortum", "somebody's attic"])
def test_a_piece_of_unknown_origin_is_scored_like_any(source: str) -> None:
    """Dynamics are told apart by source; for sources that are not in the training music, all of it serves."""
    scores = {f"{index}": _accented(30) for index in range(4)}

    baselines = _baselines(scores, piece(_accented(10), source))

    assert baselines.unigram[0][:, 3].mean() == pytest.approx(np.log(2), abs=0.1)
    assert baselines.ngram[0][8:, 3].max() < 0.1


def test_orders_are_named_by_source() -> None:
    """Only sources with enough music have orders of their own."""
    long = melody(CYCLE * 1500)
    baselines = _baselines({"a": long, "b": long}, piece(melody(CYCLE)))

    assert set(baselines.named_orders()) == {"all", "mutopia"}
    assert set(baselines.named_orders()["mutopia"]) == set(FACTORS)


def test_near_copies_are_not_set_aside() -> None:
    """Of twenty pieces one is set aside, the same whatever their order, unless it is in the corpus twice."""
    train = _train({f"{index}": _walk(index, 60) for index in range(20)})
    (chosen,) = set_aside(train)
    twins = {_file(f"{again}-{file.path}"): music for file, music in train.items() for again in (1, 2)}

    assert set_aside(dict(reversed(train.items()))) == [chosen]
    assert set_aside(twins) == []


def test_unusable_files_are_left_out(tmp_path: Path) -> None:
    """A damaged training file does not stop the others."""
    tune = melody(CYCLE * 4)
    folder = write_corpus(tmp_path, {"good.mid": ("mutopia", "train", tune), "bad.mid": ("mutopia", "train", tune)})
    (folder / "bad.mid").write_bytes(b"MThd and nothing more")

    music = read_music(folder, list_corpus(folder, "train"), workers=1)

    assert [file.path for file in music] == ["good.mid"]
    assert music[_only(music)].factors.tolist() == encode(tune).factors.tolist()


def _only(music: dict[CorpusFile, Music]) -> CorpusFile:
    (file,) = music
    return file
