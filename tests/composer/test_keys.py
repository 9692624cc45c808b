"""Estimating the key of a piece."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.keys import Key, Mode, estimate_key, estimate_key_of_pitches, key_of_passage, named_key
from composer.notes import Note, Score
from composer.openers import list_openers

MAJOR_SCALE = (60, 62, 64, 65, 67, 69, 71, 72)
HARMONIC_MINOR_SCALE = (57, 59, 60, 62, 64, 65, 68, 69)


def test_scale_of_c_major() -> None:
    """A scale with its tonic at both ends is in its own key."""
    key = estimate_key_of_pitches(MAJOR_SCALE, [1.0] * 8)
    assert (key.name, key.tonic, key.mode) == ("C major", 0, "major")


def test_single_profile_correlates_fully() -> None:
    """Durations proportional to a profile of Krumhansl and Kessler correlate with it by 1 (values of their table)."""
    c_minor = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
    key = estimate_key_of_pitches(range(60, 72), c_minor)
    assert key.name == "C minor"
    assert key.correlation == pytest.approx(1.0)


def test_length_of_notes_counts() -> None:
    """Long notes weigh more than short ones: held G, B and D make the scale of C lean to G."""
    notes = [
        Note(beat, pitch, beat + (4 if pitch % 12 in {7, 11, 2} else 0.25)) for beat, pitch in enumerate(MAJOR_SCALE)
    ]
    assert estimate_key(Score(tuple(notes))).name == "G major"


@given(st.integers(-36, 36))
def test_transposing_moves_the_tonic(semitones: int) -> None:
    """A transposed minor scale has the transposed tonic."""
    key = estimate_key_of_pitches([pitch + semitones for pitch in HARMONIC_MINOR_SCALE], [2, 1, 1, 1, 2, 1, 1, 2])
    assert (key.tonic, key.mode) == ((9 + semitones) % 12, "minor")


def test_all_pitches_alike_fit_no_key() -> None:
    """A cluster of all twelve pitch classes has a correlation of 0 rather than an error."""
    assert estimate_key_of_pitches(range(12), [1.0] * 12).correlation == 0.0


def test_no_notes_have_no_key() -> None:
    """An empty Score is refused."""
    with pytest.raises(ValueError, match="no notes"):
        estimate_key(Score(()))


def test_pitch_classes_of_a_key() -> None:
    """Minor keys include both sevenths; names use the usual accidentals."""
    assert Key(5, "major").pitch_classes == {5, 7, 9, 10, 0, 2, 4}
    assert Key(9, "minor").pitch_classes == {9, 11, 0, 2, 4, 5, 7, 8}
    assert [Key(3, "major").name, Key(1, "minor").name] == ["Eb major", "C# minor"]


def test_share_inside() -> None:
    """The share of notes inside a key counts every note, in any octave."""
    assert Key(0, "major").share_inside([60, 72, 61, 50]) == 0.75
    assert Key(0, "major").share_inside([]) == 1.0


def test_most_openers_are_found_in_their_key() -> None:
    """Of the 65 beginnings at least sixty, many more than by the profiles of listeners."""
    openers = list_openers()
    found = sum(key_of_passage(opener.score).name == opener.known_key.name for opener in openers)

    assert found >= 60
    assert found > sum(estimate_key(opener.score).name == opener.known_key.name for opener in openers)


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("tonic", range(12))
def test_keys_are_found_by_their_names(tonic: int, mode: Mode) -> None:
    """The name of every key leads back to it; a tonic alone leaves the mode open."""
    key = Key(tonic, mode)

    assert Key.named(key.name) == key
    assert named_key(key.name.split()[0])[0] == tonic


@pytest.mark.parametrize("name", ["", "H major", "C dorian", "c"])
def test_unknown_keys_are_refused(name: str) -> None:
    """As are tonics where a key is needed."""
    with pytest.raises(ValueError, match=r"key|mode"):
        Key.named(name)
