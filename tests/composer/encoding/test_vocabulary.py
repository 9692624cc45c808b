"""Score to note events and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.encoding.vocabulary import (
    FACTOR_SIZES,
    FACTORS,
    TICKS,
    PedalChange,
    decode,
    encode,
    step_bpm,
    tempo_step,
    ticks_to_id,
    velocity_of,
)
from composer.notes import Note, Pedal, Score, Tempo
from tests.composer.strategies import grid_scores


def _strikes(score: Score) -> list[tuple[float, int, float]]:
    return [(round(note.start, 6), note.pitch, round(note.duration, 6)) for note in score.notes]


@given(grid_scores())
def test_notes_on_the_grid_survive_encoding(score: Score) -> None:
    """Onset, pitch and duration come back exactly where every gap and duration has a bin of its own."""
    events = encode(score)
    gaps = {round(b.start * 24) - round(a.start * 24) for a, b in zip(score.notes, score.notes[1:], strict=False)}
    lengths = {round(note.duration * 24) for note in score.notes}
    decoded = decode(events.factors, first_beat=score.notes[0].start)

    if (gaps | lengths) <= set(TICKS.tolist()):
        assert _strikes(decoded) == _strikes(score)
    assert [note.pitch for note in decoded.notes] == [note.pitch for note in score.notes]


@given(grid_scores())
def test_every_id_is_inside_its_factor(score: Score) -> None:
    """No Score gives an id that the network has no class for."""
    factors = encode(score).factors

    for index, factor in enumerate(FACTORS):
        assert factors[:, index].min() >= 0
        assert factors[:, index].max() < FACTOR_SIZES[factor]


@given(grid_scores())
def test_decoding_and_encoding_again_changes_nothing(score: Score) -> None:
    """What was decoded encodes to the same gaps, pitches, durations and velocities."""
    once = encode(decode(encode(score).factors))
    twice = encode(decode(once.factors))

    assert (once.factors[1:, :4] == twice.factors[1:, :4]).all()


def test_chords_ascend_with_gap_zero() -> None:
    """The notes of a chord come from the lowest to the highest, and only the first has a gap."""
    events = encode(Score((Note(0, 48, 1), Note(1, 67, 2), Note(1, 60, 2), Note(1, 64, 2))))

    assert events.factors[:, 0].tolist() == [0, 24, 0, 0]
    assert events.factors[:, 1].tolist() == [27, 39, 43, 46]


def test_a_leap_of_tempo_beyond_reach_is_made_up_later() -> None:
    """From 120 to 30 bpm takes three onsets of at most twenty steps of 3 %."""
    score = Score(tuple(Note(beat, 60, beat + 1) for beat in range(4)), tempos=(Tempo(0, 30),))

    changes = [int(change) - 20 for change in encode(score).factors[:, 4]]

    assert changes == [-20, -20, tempo_step(30) + 40, 0]


@given(st.floats(8, 640))
def test_tempo_steps_are_within_three_per_cent(bpm: float) -> None:
    """Rounding a tempo to its step changes it by less than 1.6 %, and by no more than a step at the ends."""
    assert step_bpm(tempo_step(bpm)) == pytest.approx(bpm, rel=0.031)


def test_pedal_says_up_fresh_and_held() -> None:
    """A pedal pressed after the first beat and changed after the third is fresh, held, fresh and up."""
    notes = tuple(Note(float(beat), 60, beat + 0.5) for beat in range(5))
    pedals = (Pedal(0.1, True), Pedal(2.0, False), Pedal(2.1, True), Pedal(4.0, False))

    events = encode(Score(notes, pedals=pedals))

    expected = [PedalChange.FRESH, PedalChange.HELD, PedalChange.FRESH, PedalChange.HELD, PedalChange.UP]
    assert events.factors[:, 5].tolist() == expected
    assert events.has_pedal


def test_decoded_pedal_sounds_the_same() -> None:
    """Decoding the pedal factor and encoding the result gives the same pedal factor."""
    notes = tuple(Note(float(beat), 60, beat + 0.5) for beat in range(5))
    events = encode(Score(notes, pedals=(Pedal(0.1, True), Pedal(2.0, False), Pedal(2.1, True), Pedal(4.0, False))))

    assert encode(decode(events.factors)).factors[:, 5].tolist() == events.factors[:, 5].tolist()


@given(st.integers(0, 10_000))
def test_the_nearest_length_is_chosen(ticks: int) -> None:
    """No other bin is nearer to a length than the one it gets."""
    distance = abs(int(TICKS[ticks_to_id(ticks)]) - ticks)

    assert distance == min(abs(int(other) - ticks) for other in TICKS)


@given(st.integers(1, 127))
def test_velocities_stay_within_their_bin(velocity: int) -> None:
    """Decoding moves a velocity by at most two."""
    assert abs(velocity_of(velocity // 4) - velocity) <= 2


def test_a_score_without_notes_cannot_be_encoded() -> None:
    """There is nothing to encode in silence."""
    with pytest.raises(ValueError, match="without notes"):
        encode(Score(()))
