"""Where and how a piece ends."""

from __future__ import annotations

import numpy as np
import pytest

from composer.encoding.context import Context
from composer.generation.candidates import Candidate, PlayedNote
from composer.generation.endings import (
    GOOD_CLOSE,
    HIGHEST_BASS,
    LONGEST_HOLD_SECONDS,
    SHORTEST_HOLD_SECONDS,
    best_close,
    favour,
    triad,
)
from composer.keys import Key

C_MAJOR, A_MINOR = Key(0, "major"), Key(9, "minor")


def _candidate(*chords: tuple[int, ...]) -> Candidate:
    """Half-second chords of one beat at 120 bpm, from second 0 on."""
    notes = [
        PlayedNote(24 * index, index / 2, 0, (24, pitch - 21, 24, 16, 20, 0))
        for index, chord in enumerate(chords)
        for pitch in chord
    ]
    return Candidate(Context(), np.zeros((1, 4), np.float32), notes=notes)


TONIC, DOMINANT = (48, 64, 67, 72), (43, 62, 65, 71)


def test_the_tonic_triad_has_the_tonic_first() -> None:
    """C major ends on C E G, A minor on A C E."""
    assert triad(C_MAJOR) == (0, 4, 7)
    assert triad(A_MINOR) == (9, 0, 4)


def test_a_close_that_the_music_reached_is_kept() -> None:
    """A tonic chord on a first beat is the end, and nothing is written."""
    close = best_close([_candidate(*[DOMINANT] * 12, TONIC, DOMINANT)], C_MAJOR, end_seconds=8.0)

    assert close.tick == 12 * 24
    assert not close.written
    assert close.score >= GOOD_CLOSE


def test_of_several_candidates_the_one_that_closes_is_chosen() -> None:
    """A candidate on the dominant throughout loses against one that comes home."""
    home = _candidate(*[DOMINANT] * 12, TONIC, DOMINANT)

    assert best_close([_candidate(*[DOMINANT] * 14), home], C_MAJOR, end_seconds=8.0).candidate is home


def test_where_nothing_closes_the_tonic_chord_is_written() -> None:
    """The written chord is the tonic triad over the tonic, inside the span of time for it."""
    close = best_close([_candidate(*[(44, 61, 66)] * 16)], C_MAJOR, end_seconds=8.0)

    assert {pitch % 12 for pitch in close.written} <= {0, 4, 7}
    assert min(close.written) % 12 == 0
    assert LONGEST_HOLD_SECONDS >= 8.0 - close.seconds >= SHORTEST_HOLD_SECONDS


def test_a_piece_does_not_end_high_up_without_a_bass() -> None:
    """A lone C7 would be silent long before the end: a chord with a bass is written instead."""
    close = best_close([_candidate(*[DOMINANT] * 12, (96,), (96,))], C_MAJOR, end_seconds=8.0)

    assert min(close.written) <= HIGHEST_BASS


@pytest.mark.parametrize("key", [C_MAJOR, A_MINOR])
def test_the_harmony_is_drawn_towards_the_tonic_triad(key: Key) -> None:
    """Near the end the triad is favoured, the rest of the scale left alone, everything else avoided."""
    bias = favour(key)

    assert (bias[list(triad(key))] > 0).all()
    assert all(bias[pitch_class] < 0 for pitch_class in range(12) if pitch_class not in key.pitch_classes)


def test_a_short_continuation_is_more_than_its_last_chord() -> None:
    """Where little time is left, a tonic chord that comes at once is not yet the end."""
    at_once = _candidate(TONIC, *[DOMINANT] * 8)

    assert best_close([at_once], C_MAJOR, end_seconds=2.5, start_seconds=0.0).seconds >= 2.5 / 3
