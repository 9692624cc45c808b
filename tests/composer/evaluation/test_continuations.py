"""Continuing the beginnings of unseen pieces, and comparing, with composers whose continuations are known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from composer.composer import Composer, Composition
from composer.encoding.vocabulary import encode
from composer.evaluation.comparison import MEASURES, compare, percentiles
from composer.evaluation.continuations import after, choose_files, run_trials
from composer.learning.corpus import CorpusFile, list_corpus
from composer.notes import Note, Score, Tempo
from tests.composer.evaluation.small_music import melody, write_corpus

if TYPE_CHECKING:
    from pathlib import Path

    from composer.evaluation.continuations import Trial

LONG = melody([55 + (index * index) % 17 for index in range(80)], bpm=60)
"""40 seconds."""
OTHER = melody([50 + (index * 7) % 23 for index in range(80)], beats=0.75, bpm=60)
SHORT = melody([60, 62, 64, 65] * 14, bpm=60)
"""28 seconds."""
CUT = 10.0
"""Beat, and second, at which these composers take over."""


class Copyist(Composer):
    """Goes on exactly as the piece itself does, up to the length asked for."""

    def __init__(self) -> None:
        pass

    def compose(self, primer: Score, **options: Any) -> Composition:
        """The piece itself, cut at 30 s."""
        score = self.written(primer.excerpt(0.0, primer.beat_at(options["length_seconds"])))
        return Composition(score, CUT, "C major", 120.0, options["random_seed"], "copyist", {})

    def written(self, score: Score) -> Score:
        """What is handed in."""
        return score


class Repeater(Copyist):
    """Strikes one key for ever, a tritone below where the music was, at half the pace."""

    def written(self, score: Score) -> Score:
        """The primer, then the one key."""
        pitch = score.notes[0].pitch - 6
        struck = [Note(float(beat), pitch, beat + 0.5) for beat in range(int(CUT), int(score.end_beat))]
        return replace(score, notes=(*score.excerpt(0.0, CUT).notes, *struck))


def _corpus(folder: Path) -> Path:
    return write_corpus(
        folder,
        {
            "a.mid": ("mutopia", "test", LONG),
            "b.mid": ("mutopia", "test", OTHER),
            "c.mid": ("snortum", "test", SHORT),
            "d.mid": ("snortum", "test", LONG.transposed(3)),
        },
    )


def _trials(composer: Composer, folder: Path, primers: int = 8) -> list[Trial]:
    return run_trials(composer, folder, list_corpus(folder, "test"), primers=primers, random_seeds=(1, 2))


def test_sources_take_turns() -> None:
    """Files come in a fixed order in which no source is used up before the others have had their turn."""
    files = [CorpusFile(f"{source}{index}", source, "test") for source in "abc" for index in range(3)]

    chosen = choose_files(files)

    assert [file.source for file in chosen] == list("abcabcabc")
    assert choose_files(reversed(files)) == chosen


def test_pieces_that_are_too_short_are_passed_over(tmp_path: Path) -> None:
    """Only pieces of 30 seconds have a true continuation to compare with; the limit on primers holds."""
    folder = _corpus(tmp_path)

    assert sorted(trial.file.path for trial in _trials(Copyist(), folder)) == ["a.mid", "b.mid", "d.mid"]
    assert len(_trials(Copyist(), folder, primers=2)) == 2


def test_primer_and_continuation_make_up_the_piece(tmp_path: Path) -> None:
    """The true continuation begins where the primer ends and stops at 30 seconds; there is one piece for each seed."""
    trial = next(trial for trial in _trials(Copyist(), _corpus(tmp_path)) if trial.file.path == "a.mid")

    pitches = [note.pitch for note in LONG.notes]
    assert [note.pitch for note in trial.primer.notes] == pitches[:20]
    assert [note.pitch for note in trial.true.notes] == pitches[20:60]
    assert [len(score.notes) for score in trial.composed] == [40, 40]
    assert len(trial.whole.notes) == 80


def test_longer_pieces_are_asked_of_longer_ones_only(tmp_path: Path) -> None:
    """Of pieces of 40 and 28 seconds, the former are continued to 35 seconds, from the same primers."""
    folder = _corpus(tmp_path)
    files = list_corpus(folder, "test")

    trials = run_trials(Copyist(), folder, files, primers=8, random_seeds=(1,), piece_seconds=35.0)

    assert sorted(trial.file.path for trial in trials) == ["a.mid", "b.mid", "d.mid"]
    assert all(trial.seconds == 35.0 for trial in trials)
    assert [trial.true_piece.length_seconds for trial in trials] == pytest.approx([35.0] * 3, abs=0.5)
    assert compare(trials, [])["length_error_seconds"]["largest"] < 0.5


def test_a_cut_between_two_places_of_the_grid_moves_to_the_nearer() -> None:
    """Continuations are written on the grid, so a primer that ends a hair after it loses none of their notes."""
    assert [note.start for note in after(LONG, 10.01, 12.0).notes] == [0.0, 0.5, 1.0, 1.5]


def test_the_true_continuation_compares_with_itself(tmp_path: Path) -> None:
    """Who copies is like the original in everything, and every pair that it copied is found in the training music."""
    trials = _trials(Copyist(), _corpus(tmp_path))

    table = compare(trials, [encode(LONG).factors, encode(OTHER).factors])

    measured = [row for name, row in table.items() if {"composed", "true"} == set(row) and name != "ends_on_close"]
    assert len(measured) >= 12
    assert all(row["composed"] == pytest.approx(row["true"]) for row in measured)
    assert table["overlap_with_own_true"]["composed"] == pytest.approx(1.0)
    assert table["overlap_with_another_true"]["composed"] < 0.9
    assert table["length_error_seconds"]["largest"] < 0.5
    assert table["longest_copied_run"]["composed_largest"] == table["longest_copied_run"]["true_largest"] == 39


def test_going_round_in_circles_shows(tmp_path: Path) -> None:
    """One key for ever is a loop, has no entropy, leaves the key or not at all, and is unlike the true continuation."""
    table = compare(_trials(Repeater(), _corpus(tmp_path)), [])

    assert table["short_loops"] == {"composed": 1.0, "true": 0.0}
    assert table["motif_recall"]["composed"] == 0.0
    assert table["pitch_class_entropy_bits"]["composed"] == 0.0
    assert table["polyphony"]["composed"] == pytest.approx(1.0)
    assert table["longest_silence_seconds"]["composed"] == pytest.approx(0.5)
    assert table["notes_per_second"]["composed"] < table["notes_per_second"]["true"]
    assert table["overlap_with_own_true"]["composed"] < 0.5
    assert "longest_copied_run" not in table


@pytest.mark.parametrize(("rest", "is_long"), [(1.9, False), (2.1, True)])
def test_a_silence_is_long_after_two_seconds(rest: float, *, is_long: bool) -> None:
    """Two seconds without a sound inside a continuation count, less does not."""
    score = Score((Note(0.0, 60, 1.0), Note(1.0 + rest, 62, 4.0 + rest)), tempos=(Tempo(0.0, 60.0),))

    assert MEASURES["long_silences"](score, score) == is_long


def test_a_single_trial_has_no_other_to_compare_with(tmp_path: Path) -> None:
    """With one primer, the overlap with another piece is left out."""
    table = compare(_trials(Copyist(), _corpus(tmp_path), primers=1), [])

    assert "overlap_with_another_true" not in table
    assert "overlap_with_own_true" in table


def test_percentiles_are_named() -> None:
    """Median, 95th percentile and largest of 0 to 100."""
    assert percentiles("run", list(range(101))) == {"run_median": 50.0, "run_95th": 95.0, "run_largest": 100.0}
