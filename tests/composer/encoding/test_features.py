"""What the network is told of a piece."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from composer.encoding.context import Context
from composer.encoding.features import PieceFeatures, piece_features
from composer.encoding.fields import ABSENT, NOTE_FIELDS, STEP_FIELDS
from composer.encoding.inputs import unpack_keys
from composer.encoding.vocabulary import FACTORS, encode
from composer.learning.streams import transposed
from composer.notes import Note, Score
from tests.composer.strategies import grid_scores

STEP = {name: index for index, name in enumerate(STEP_FIELDS)}
NOTE = {name: index for index, name in enumerate(name for fields in NOTE_FIELDS.values() for name in fields)}


def _features(score: Score) -> PieceFeatures:
    return piece_features(encode(score), source=0)


def _melody(*pitches: int, length: float = 0.5) -> Score:
    return Score(tuple(Note(i * length, pitch, (i + 1) * length) for i, pitch in enumerate(pitches)))


@given(grid_scores())
def test_ids_are_inside_their_fields(score: Score) -> None:
    """No piece makes a field say something that it has no input for."""
    features = _features(score)
    sizes = [size for fields in NOTE_FIELDS.values() for size in fields.values()]

    assert (features.step < list(STEP_FIELDS.values())).all()
    assert (features.note < sizes).all()
    assert min(features.step.min(), features.note.min()) >= ABSENT


@given(grid_scores(), st.integers(-6, 6))
def test_transposed_features_are_the_features_of_transposed_music(score: Score, semitones: int) -> None:
    """Moving the features gives exactly what the moved music gives, so augmentation tells the truth."""
    pitches = [note.pitch for note in score.notes]
    semitones = max(min(semitones, 108 - max(pitches)), 21 - min(pitches))
    moved = transposed(_features(score), semitones)
    expected = _features(score.transposed(semitones))

    for name in ("step", "keys", "factors", "weights", "matched"):
        np.testing.assert_array_equal(getattr(moved, name), getattr(expected, name), err_msg=name)
    np.testing.assert_allclose(moved.chroma, expected.chroma, atol=1e-3)
    np.testing.assert_allclose(moved.coming, expected.coming, atol=1e-3)
    # The first note has none before it: its interval counts from middle C, which does not move.
    np.testing.assert_array_equal(moved.note[1:], expected.note[1:])
    np.testing.assert_array_equal(moved.anchors[1:], expected.anchors[1:])


def test_the_first_note_is_told_nothing_of_the_past() -> None:
    """Before the first note only the piece itself is known."""
    known = {name for name, index in STEP.items() if _features(_melody(60, 62)).step[0, index] != ABSENT}

    assert known == {"bar_length", "remaining", "source"}


def test_a_repeated_phrase_is_matched_and_offered() -> None:
    """After four notes of a repetition the next one is offered, transposed to where the music is."""
    phrase = (60, 64, 62, 67, 65, 69)
    features = _features(_melody(*phrase, *(pitch + 2 for pitch in phrase)))

    assert not features.matched[:11].any()
    assert features.matched[11]
    assert features.note[11, NOTE["match_interval"]] == 69 - 65 + 25
    assert features.step[11, STEP["match_duration"]] == 12


def test_a_match_that_fails_is_dropped() -> None:
    """The offer ends with the first note that goes elsewhere."""
    phrase = (60, 64, 62, 67, 65, 69, 71)
    features = _features(_melody(*phrase, *phrase[:5], 50, 52))

    assert features.matched.nonzero()[0].tolist() == [12]


def test_what_stood_a_bar_ago_is_told() -> None:
    """In the second bar of 4/4 the pitch head sees the keys, the interval and the length of the first."""
    features = _features(_melody(60, 64, 67, 64, 57, 60, 64, 60, length=1.0))
    keys = unpack_keys(features.keys)

    assert np.flatnonzero(keys[5, 1]).tolist() == [64 - 21]
    assert features.note[5, NOTE["bar_ago_interval"]] == 64 - 60 + 25
    assert features.note[5, NOTE["bar_ago_duration"]] == 24
    assert features.step[5, STEP["bar_ago_gap"]] == 24


def test_later_heads_never_see_what_is_not_decided_yet() -> None:
    """Changing the last note's velocity changes nothing that is told before the velocity is decided."""
    score = _melody(60, 64, 62, 67)
    louder = Score((*score.notes[:-1], Note(1.5, 67, 2.0, 127)))
    before, after = _features(score), _features(louder)
    changed = {name for name, index in NOTE.items() if (before.note[:, index] != after.note[:, index]).any()}

    assert changed == {"velocity"}
    np.testing.assert_array_equal(before.step, after.step)


def test_tempo_and_pedal_are_asked_only_at_onsets() -> None:
    """The second note of a chord has no tempo of its own, and without pedalling there is nothing to learn about it."""
    features = _features(Score((Note(0, 60, 1), Note(0, 64, 1), Note(1, 62, 2))))

    assert features.weights[:, FACTORS.index("tempo")].tolist() == [True, False, True]
    assert not features.weights[:, FACTORS.index("pedal")].any()


def test_a_copied_context_goes_its_own_way() -> None:
    """Notes pushed to a copy leave the original untouched."""
    context = Context()
    for pitch in (39, 43, 46):
        context.push((12, pitch, 12, 16, 20, 0))
    before = (context.step_ids(None), context.chroma(), context.held_keys())
    other = context.copy()
    for pitch in (30, 31, 39, 43, 46):
        other.push((6, pitch, 24, 20, 22, 2))

    assert before == (context.step_ids(None), context.chroma(), context.held_keys())
    assert len(context.notes) == 3


def test_without_a_beat_grid_places_in_the_bar_are_not_told() -> None:
    """A performance recorded without a metronome has no phase and no bars."""
    notes = _melody(60, 62, 64).notes
    features = _features(Score(notes, beat_grid=False))

    assert (features.step[:, [STEP["phase"], STEP["bar_position"], STEP["bar_length"]]] == ABSENT).all()


def test_a_repeated_bar_is_told() -> None:
    """In the second time of a bar each note repeats the bar ago; in the second time of two bars, two bars ago."""
    bar, other = (60, 64, 62, 67), (59, 65, 71, 66)
    twice = _features(_melody(*bar, *bar, length=1.0)).step[:, STEP["bars_ago_repeated"]]
    in_turn = _features(_melody(*bar, *other, *bar, *other, length=1.0)).step[:, STEP["bars_ago_repeated"]]

    assert twice[1:5].tolist() == [ABSENT] * 4
    assert twice[6:8].tolist() == [1, 1]
    assert in_turn[10:].tolist() == [2] * 6
    assert in_turn[6] == 0
