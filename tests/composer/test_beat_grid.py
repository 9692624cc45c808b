"""Deciding whether the beats of a file mean anything."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from composer.beat_grid import grid_concentration, has_beat_grid
from composer.midi.files import read_corpus_file
from composer.notes import Note, Score
from tests.corpus import CORPUS, needs_corpus

EXPRESSIVE = CORPUS / "piano-midi.de"


def score_of(onsets: list[float]) -> Score:
    """Short notes at these beats."""
    return Score(tuple(Note(max(onset, 0.0), 60, max(onset, 0.0) + 0.1) for onset in onsets))


def against_a_click(score: Score, jitter: float) -> Score:
    """The performance of ``score`` recorded at 120 bpm, every onset off by about ``jitter`` seconds."""
    rng = np.random.default_rng(1)
    return score_of([(score.seconds_at(note.start) + rng.normal(0, jitter)) * 2 for note in score.notes])


@pytest.mark.parametrize("division", [2, 3, 4, 5, 6, 8, 12])
def test_even_notes_have_a_grid(division: int) -> None:
    """Every usual division of the beat is a grid."""
    assert has_beat_grid(score_of([index / division for index in range(40)]))


def test_shifted_grid_is_a_grid() -> None:
    """A grid that a grace note in front has moved is still one."""
    assert has_beat_grid(score_of([index / 4 + 0.03 for index in range(40)]))


def test_playing_to_a_click_keeps_the_grid() -> None:
    """Onsets that miss the beats by about 10 ms at 120 bpm still follow them."""
    rng = np.random.default_rng(2)
    assert has_beat_grid(score_of([1 + index / 2 + rng.normal(0, 0.02) for index in range(100)]))


@pytest.mark.parametrize("bpm", [71, 97, 133.7])
def test_another_tempo_has_no_grid(bpm: float) -> None:
    """Even notes at another tempo than the one of the file, with human jitter, have no grid in it."""
    rng = np.random.default_rng(3)
    assert not has_beat_grid(score_of([1 + (index * 30 / bpm + rng.normal(0, 0.01)) * 2 for index in range(100)]))


def test_random_onsets_have_no_concentration() -> None:
    """Onsets without order stay below chance, whatever their number."""
    rng = np.random.default_rng(4)
    for count in (8, 20, 200, 2000):
        figures = [grid_concentration(list(rng.uniform(0, 50, count))) for _ in range(20)]
        assert sum(figures) / 20 < 0.1


def test_few_onsets_are_believed() -> None:
    """A handful of chords cannot prove that a file has no grid."""
    assert has_beat_grid(score_of([0.013, 1.31, 2.77]))
    assert grid_concentration([]) == 0.0


@needs_corpus
def test_corpus_has_a_grid() -> None:
    """Every 40th file of the corpus has a grid."""
    assert all(read_corpus_file(path).beat_grid for path in sorted(CORPUS.rglob("*.mid"))[::40])


@needs_corpus
def test_corpus_played_freely_has_none() -> None:
    """Pieces with a detailed tempo curve have no grid left when they are recorded against a 120 bpm click."""
    scores = [read_corpus_file(path) for path in sorted(EXPRESSIVE.rglob("*.mid"))[::30]]
    played = [score for score in scores if len(score.tempos) > 100]
    assert len(played) >= 5
    assert not any(has_beat_grid(against_a_click(score, 0.01)) for score in played)
    assert all(has_beat_grid(replace(score, notes=score.notes[: math.ceil(len(score.notes) / 2)])) for score in played)
