"""Form in figures, on pieces whose form is known."""

from __future__ import annotations

import time

import numpy as np
import pytest

from composer.evaluation.structure import (
    motif_recall,
    segment_fitness,
    self_similarity,
    structure_indicators,
)
from tests.composer.evaluation.small_music import melody

BPM = 120.0
NOTES_A_SECOND = 4


def _phrase(seed: int, seconds: int) -> list[int]:
    """A melody by chance, four notes a second, in a key of its own."""
    rng = np.random.default_rng(seed)
    scale = [60 + 3 * seed % 12 + step for step in (0, 2, 4, 5, 7, 9, 11)]
    return [scale[step] for step in rng.integers(len(scale), size=seconds * NOTES_A_SECOND)]


A, B, C = _phrase(1, 12), _phrase(2, 12), _phrase(3, 12)


def test_what_comes_back_gives_a_piece_structure() -> None:
    """A B A has more structure than three different parts, and A A A A more than A B A; of segments of every length."""
    nothing, returning, always = (
        structure_indicators(melody(notes, bpm=BPM)) for notes in (A + B + C, A + B + A, A + A + A + A)
    )

    assert all(returning[band] > 1.3 * nothing[band] for band in ("short", "middle"))
    assert all(always[band] > 1.1 * returning[band] for band in ("short", "middle", "long"))
    assert always["middle"] > 0.7


def test_what_comes_back_in_another_key_counts() -> None:
    """A part that returns a fifth higher is heard as well as one that returns where it was."""
    same, higher = (structure_indicators(melody(A + B + [pitch + shift for pitch in A], bpm=BPM)) for shift in (0, 7))

    assert higher["middle"] == pytest.approx(same["middle"], rel=0.1)


def test_a_short_piece_has_no_long_segments() -> None:
    """A piece of ten seconds cannot hold eight seconds twice."""
    assert structure_indicators(melody(A[:40], bpm=BPM))["middle"] == 0.0


def test_two_minutes_are_judged_quickly() -> None:
    """The structure of two minutes of music takes at most a few seconds of the processor, on a busy machine too."""
    piece = melody([*A, *B, *A, *C] * 3, bpm=BPM)

    began = time.process_time()
    structure_indicators(piece)

    assert time.process_time() - began < 5.0


def test_a_segment_that_is_found_once_more_explains_half_of_a_piece() -> None:
    """In A A, the fitness of A is a harmonic mean: of half the score of its paths, and of the half it adds."""
    similarity = np.full((20, 20), -2.0)
    np.fill_diagonal(similarity, 1.0)
    similarity[np.arange(10), np.arange(10, 20)] = similarity[np.arange(10, 20), np.arange(10)] = 1.0

    (whole, half) = segment_fitness(similarity, np.array([[0, 10], [0, 5]]))

    assert whole == pytest.approx(0.5)
    assert half == pytest.approx(2 * 0.5 * 0.25 / 0.75)


def test_a_slower_repetition_is_found() -> None:
    """A path may take two frames of the piece for one of the segment."""
    similarity = np.full((30, 30), -2.0)
    np.fill_diagonal(similarity, 1.0)
    similarity[10 + 2 * np.arange(10), np.arange(10)] = 1.0

    # Ten cells on the diagonal, ten on the slow path, which covers 19 frames: (20 - 10) / 20 and (29 - 10) / 30.
    expected = 2 * 0.5 * (19 / 30) / (0.5 + 19 / 30)
    assert segment_fitness(similarity, np.array([[0, 10]]))[0] == pytest.approx(expected)


def test_music_is_like_itself() -> None:
    """The diagonal of the similarity is 1, a quarter of the places pass for alike, the others are penalised."""
    similarity = self_similarity(melody(A + B, bpm=BPM))

    assert np.allclose(np.diag(similarity), 1.0)
    assert (similarity >= 0).mean() == pytest.approx(0.25, abs=0.06)
    assert similarity.min() == -2.0


def test_motifs_are_recalled_in_any_key() -> None:
    """All motifs of the beginning come back in A B A', none in B C, half of them where half of A comes back."""
    moved = [pitch + 5 for pitch in A]
    primer = melody(A)

    assert motif_recall(primer, melody(B + moved)) == pytest.approx(1.0)
    assert motif_recall(primer, melody(B + C)) < 0.1
    assert motif_recall(primer, melody(B + A[: len(A) // 2])) == pytest.approx(0.5, abs=0.1)


def test_another_rhythm_is_another_motif() -> None:
    """The same pitches at half the pace do not count."""
    assert motif_recall(melody(A), melody(A, beats=1.0)) == 0.0


def test_late_recall_leaves_out_what_comes_at_once() -> None:
    """What is repeated in the first fifteen seconds of the continuation is not recalled late."""
    primer, at_once, late = melody(A, bpm=BPM), melody(A + B + C, bpm=BPM), melody(B + C + A, bpm=BPM)

    assert motif_recall(primer, at_once, 15.0) < 0.1
    assert motif_recall(primer, late, 15.0) == pytest.approx(1.0)


def test_nothing_has_no_motifs() -> None:
    """Three notes are no motif, and nothing is recalled in them."""
    assert motif_recall(melody(A[:3]), melody(A)) == 0.0
    assert motif_recall(melody(A), melody(A[:3])) == 0.0
