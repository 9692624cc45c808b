"""Figures of single pieces where the right answer is obvious."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from composer.evaluation.measures import (
    ends_on_close,
    key_hold,
    longest_silence,
    notes_per_second,
    pitch_class_entropy,
    polyphony,
    tempo_ratio,
)
from composer.notes import Note, Pedal, Score, Tempo
from tests.composer.evaluation.small_music import chords, melody
from tests.composer.strategies import grid_scores

C_MAJOR_SCALE = (60, 62, 64, 65, 67, 69, 71, 72)
CADENCE = ([48, 64, 67], [53, 65, 69], [55, 65, 71])


def test_eight_notes_in_four_seconds() -> None:
    """Notes per second count from the first onset to the last release."""
    late = Score(
        tuple(replace(note, start=note.start + 4, end=note.end + 4) for note in melody(C_MAJOR_SCALE, 1).notes)
    )

    assert notes_per_second(late) == pytest.approx(2.0)


def test_polyphony_leaves_rests_out() -> None:
    """A triad and, after a rest, a single note of the same length: two keys on average."""
    assert polyphony(Score((*chords([60, 64, 67]).notes, Note(9.0, 60, 10.0)))) == pytest.approx(2.0)
    assert polyphony(melody(C_MAJOR_SCALE)) == pytest.approx(1.0)


def test_polyphony_of_overlapping_notes() -> None:
    """A note held over two shorter ones counts all the time."""
    assert polyphony(Score((Note(0.0, 40, 4.0), Note(0.0, 60, 1.0), Note(2.0, 62, 3.0)))) == pytest.approx(1.5)


def test_entropy_of_pitch_classes() -> None:
    """One pitch class has none, in whatever octaves; all twelve alike have log2(12) bits."""
    assert pitch_class_entropy(melody([48, 60, 72])) == 0.0
    assert pitch_class_entropy(melody(range(60, 72))) == pytest.approx(3.585, abs=0.001)


def test_the_longest_silence() -> None:
    """A rest of three beats at 60 bpm lasts three seconds; one of two beats is shorter."""
    notes = (Note(0.0, 60, 1.0), Note(3.0, 62, 4.0), Note(7.0, 64, 8.0))

    assert longest_silence(Score(notes, tempos=(Tempo(0, 60),))) == pytest.approx(3.0)
    assert longest_silence(melody(C_MAJOR_SCALE)) == 0.0


def test_a_held_note_and_the_pedal_fill_a_rest() -> None:
    """Nothing is silent while a key or the pedal holds a note; after the pedal comes up it is."""
    notes = (Note(0.0, 60, 1.0), Note(5.0, 64, 6.0))

    def silence(*more: Note, pedals: tuple[Pedal, ...] = ()) -> float:
        return longest_silence(Score((*notes, *more), tempos=(Tempo(0, 60),), pedals=pedals))

    assert silence(Note(0.0, 48, 4.5)) == pytest.approx(0.5)
    assert silence(pedals=(Pedal(0.5, True), Pedal(3.0, False))) == pytest.approx(2.0)
    assert silence(pedals=(Pedal(0.5, True),)) == 0.0
    assert silence(pedals=(Pedal(2.0, True),)) == pytest.approx(4.0)


def test_key_hold_is_measured_in_the_primers_key() -> None:
    """After a primer in C major, a continuation of two white and two black keys stays half in the key."""
    assert key_hold(melody([60, 61, 64, 66]), melody(C_MAJOR_SCALE)) == 0.5
    assert key_hold(melody(C_MAJOR_SCALE), melody(C_MAJOR_SCALE)) == 1.0


def test_a_piece_that_is_faster_by_half() -> None:
    """The ratio of 180 to 120 bpm is 1.5."""
    assert tempo_ratio(melody(C_MAJOR_SCALE, bpm=180), melody(C_MAJOR_SCALE, bpm=120)) == pytest.approx(1.5)


def test_a_full_close() -> None:
    """A cadence that ends on a long tonic or dominant chord closes; a short one, or one over another bass, does not."""
    before = chords(*CADENCE)

    def ending(pitches: tuple[int, ...], beats: float) -> Score:
        return Score((*before.notes, *(Note(3.0, pitch, 3.0 + beats) for pitch in pitches)))

    assert ends_on_close(ending((48, 64, 72), 3.0))
    assert ends_on_close(ending((43, 67, 71), 2.0))
    assert not ends_on_close(ending((48, 64, 72), 1.0))
    assert not ends_on_close(ending((52, 67, 72), 3.0))


def test_a_bass_still_held_at_the_last_onset_counts() -> None:
    """The last chord's bass may have been struck earlier."""
    held = Score((*chords(*CADENCE).notes, Note(2.5, 36, 7.0), Note(3.0, 64, 7.0)))

    assert ends_on_close(held)


def test_a_single_chord_is_no_close() -> None:
    """Where nothing came before, nothing is closed."""
    assert not ends_on_close(chords([48, 64, 67], beats=8))


@given(grid_scores())
def test_every_piece_has_figures(score: Score) -> None:
    """Whatever the music, each figure lies in its range."""
    assert notes_per_second(score) > 0
    assert polyphony(score) >= 1 - 1e-9
    assert 0 <= pitch_class_entropy(score) <= 3.586
    assert 0 <= longest_silence(score) <= score.length_seconds
    assert 0 <= key_hold(score, score) <= 1
    assert tempo_ratio(score, score) == pytest.approx(1.0)
    assert ends_on_close(score) in {True, False}
