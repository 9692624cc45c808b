"""Score and PrettyMIDI."""

from __future__ import annotations

import pretty_midi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.errors import BadInputError
from composer.notes import Note, Pedal, Score, Tempo, TimeSignature, with_repeats_cleaned

PIECE = Score(
    notes=tuple(Note(beat, 60 + beat, beat + 1.0, 70 + beat) for beat in range(8)),
    tempos=(Tempo(0.0, 100.0), Tempo(4.0, 60.0)),
    time_signatures=(TimeSignature(0.0, 3, 4), TimeSignature(3.0, 6, 8)),
    pedals=(Pedal(0.0, True), Pedal(2.5, False)),
)


def test_pretty_midi_hears_the_same_seconds() -> None:
    """Notes, pedal, tempo and metre stand in the PrettyMIDI object at the seconds of the Score."""
    midi = PIECE.to_pretty_midi()
    (piano,) = midi.instruments
    assert midi.resolution == 480
    assert [(note.pitch, note.velocity) for note in piano.notes] == [
        (note.pitch, note.velocity) for note in PIECE.notes
    ]
    assert [note.end for note in piano.notes] == pytest.approx([PIECE.seconds_at(note.end) for note in PIECE.notes])
    assert [(change.value >= 64, change.time) for change in piano.control_changes] == [(True, 0.0), (False, 1.5)]
    assert midi.get_end_time() == pytest.approx(PIECE.length_seconds)


def test_comes_back_equal() -> None:
    """A Score on the ticks of a file survives the exchange."""
    assert Score.from_pretty_midi(PIECE.to_pretty_midi()) == PIECE


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 5000), st.integers(21, 108), st.integers(1, 900), st.integers(1, 127)),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from([50.0, 75.0, 120.0, 160.0]),
)
def test_any_piece_on_ticks_comes_back(rows: list[tuple[int, int, int, int]], bpm: float) -> None:
    """Whatever notes lie on ticks of 1/480 beat, the exchange gives them back."""
    notes = [Note(start / 480, pitch, (start + length) / 480, velocity) for start, pitch, length, velocity in rows]
    score = Score(with_repeats_cleaned(notes), tempos=(Tempo(0.0, bpm),))
    assert Score.from_pretty_midi(score.to_pretty_midi()) == score


def test_object_built_in_python() -> None:
    """Instruments are merged, drums left out, pitches folded; times are those of the object."""
    midi = pretty_midi.PrettyMIDI(initial_tempo=90)
    piano, drums = pretty_midi.Instrument(0), pretty_midi.Instrument(0, is_drum=True)
    piano.notes = [pretty_midi.Note(100, 60, 0.1, 0.7), pretty_midi.Note(100, 10, 1.0, 1.0)]
    drums.notes = [pretty_midi.Note(100, 36, 0.0, 1.0)]
    midi.instruments = [piano, drums]
    score = Score.from_pretty_midi(midi)
    assert [note.pitch for note in score.notes] == [60, 22]
    assert [score.seconds_at(score.notes[0].start), score.seconds_at(score.notes[0].end)] == pytest.approx([0.1, 0.7])
    assert score.tempos[0].bpm == pytest.approx(90.0)


@pytest.mark.parametrize(("start", "end"), [(-1.0, 1.0), (2.0, 1.0), (0.0, float("inf")), (float("nan"), 1.0)])
def test_impossible_times_are_refused(start: float, end: float) -> None:
    """An object with impossible times is bad input, not a crash."""
    midi = pretty_midi.PrettyMIDI()
    midi.instruments = [pretty_midi.Instrument(0)]
    note = pretty_midi.Note(100, 60, 0.0, 1.0)
    note.start, note.end = start, end
    midi.instruments[0].notes = [note]
    with pytest.raises(BadInputError, match="cannot be a piece"):
        Score.from_pretty_midi(midi)
