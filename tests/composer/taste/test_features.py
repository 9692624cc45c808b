"""The numbers that describe a stretch of music."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given

from composer.encoding.vocabulary import encode
from composer.generation.candidates import PlayedNote, played_notes
from composer.notes import Score
from composer.taste.features import FEATURES, FEWEST_NOTES, stretch_features
from composer.taste.windows import mean_features
from tests.composer.evaluation.small_music import chords, melody
from tests.composer.strategies import grid_scores


def _notes(score: Score) -> list[PlayedNote]:
    return played_notes(encode(score))


def _features(score: Score) -> dict[str, float]:
    return dict(zip(FEATURES, stretch_features([_notes(score)])[0].tolist(), strict=True))


def test_density_register_and_tempo_are_what_they_are_called() -> None:
    """Nine quarter notes on one key at 120 bpm: nine notes in four seconds, two beats a second, one register."""
    found = _features(melody([60] * 9, beats=1.0))

    assert math.exp(found["notes_a_second"]) == pytest.approx(9 / 4)
    assert math.exp(found["tempo"]) == pytest.approx(48)
    assert (found["low"], found["high"], found["pitch"], found["pitch_spread"]) == (60, 60, 60, 0)
    assert (found["on_the_beat"], found["single_notes"], found["chords"]) == (1, 1, 0)


def test_chords_are_told_from_single_notes() -> None:
    """Triads are three notes an onset, seven semitones wide, all thirds and fifths."""
    found = _features(chords((60, 64, 67), (62, 65, 69), (60, 64, 67)))

    assert math.exp(found["notes_an_onset"]) == pytest.approx(3)
    assert (found["chords"], found["single_notes"]) == (1, 0)
    assert found["reach"] == pytest.approx(7)
    assert found["sweet"] == pytest.approx(1 / 2)
    assert found["hollow"] == pytest.approx(1 / 2)
    assert found["dissonant"] == 0


def test_minor_is_above_major() -> None:
    """A scale of A minor with its leading note is more minor than one of C major."""
    minor = _features(melody([69, 71, 72, 74, 76, 77, 80, 81, 76, 72, 69]))
    major = _features(melody([60, 62, 64, 65, 67, 69, 71, 72, 67, 64, 60]))

    assert minor["minor"] > 0 > major["minor"]


def test_steps_leaps_and_staccato() -> None:
    """Octave leaps are leaps, a scale is steps, and notes held for a quarter of their time are detached."""
    leaps = _features(melody([60, 72] * 5))
    steps = _features(melody([60, 62, 64, 65, 67, 69, 71, 72]))
    short = Score(tuple(note.__class__(note.start, 60, note.start + 0.125, 64) for note in melody([60] * 8).notes))

    assert (leaps["top_leaps"], leaps["top_steps"], leaps["top_interval"]) == (1, 0, 12)
    assert (steps["top_leaps"], steps["top_steps"]) == (0, 1)
    assert (_features(short)["staccato"], leaps["staccato"]) == (1, 0)


@given(score=grid_scores())
def test_every_piece_has_finite_features(score: Score) -> None:
    """Whatever the music, every feature is a number."""
    assert np.isfinite(stretch_features([_notes(score)])).all()
    assert np.isfinite(mean_features(_notes(score))).all()


@given(first=grid_scores(), second=grid_scores())
def test_stretches_do_not_mix(first: Score, second: Score) -> None:
    """Two stretches described together are described as each is alone."""
    together = stretch_features([_notes(first), _notes(second)])
    alone = [stretch_features([_notes(score)])[0] for score in (first, second)]

    assert together == pytest.approx(np.array(alone), abs=1e-9)


def test_hardly_any_notes_say_nothing() -> None:
    """Fewer notes than tell anything have no features, and do not disturb their neighbours."""
    few = _notes(melody([60] * (FEWEST_NOTES - 1)))
    enough = _notes(melody([60] * FEWEST_NOTES))
    found = stretch_features([few, enough, []])

    assert not found[0].any()
    assert found[1] == pytest.approx(stretch_features([enough])[0])
    assert not found[2].any()


def test_a_piece_is_the_mean_of_its_stretches() -> None:
    """Where the second half is an octave higher, the pitch of the piece lies in between."""
    low, high = [60] * 40, [72] * 40
    found = dict(zip(FEATURES, mean_features(_notes(melody(low + high))), strict=True))

    assert 60 < found["pitch"] < 72
    assert mean_features([]) == pytest.approx(np.zeros(len(FEATURES)))
