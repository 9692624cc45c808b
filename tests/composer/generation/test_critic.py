"""The critic that chooses among continuations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from composer.encoding.context import Context
from composer.generation.candidates import Candidate, PlayedNote, phrases_of
from composer.generation.critic import choose_best, loop_share, manner_of, newest, texture_of
from composer.keys import Key

Chord = tuple[int, ...]
BASS_AND_MELODY = tuple(
    (48 + index % 5, 60 + step) for index, step in enumerate((0, 4, 7, 5, 9, 7, 11, 12, 2, 4, 9, 7))
)


def _notes(*chords: Chord, rate: float = 4.0) -> list[PlayedNote]:
    """Chords of half a beat, ``rate`` of them a second."""
    return [
        PlayedNote(12 * index, index / rate, 0, (12, pitch - 21, 12, 16, 20, 0))
        for index, chord in enumerate(chords)
        for pitch in chord
    ]


def _candidate(*chords: Chord, rate: float = 4.0) -> Candidate:
    notes = _notes(*chords, rate=rate)
    return Candidate(Context(seconds=notes[-1].seconds), np.zeros((1, 4), np.float32), notes=notes)


def _single(*pitches: int) -> tuple[Chord, ...]:
    return tuple((pitch,) for pitch in pitches)


SCALE = _single(60, 62, 64, 65, 67, 69, 71, 72, 74, 71, 67, 62)
OUTSIDE = _single(60, 61, 63, 66, 68, 70, 73, 66, 61, 63, 68, 70)
IN_C = manner_of(_notes(*SCALE), Key(0, "major"))


def test_texture_says_how_full_the_music_is() -> None:
    """Four chords of three notes a second, each held until the next, around C4 and G4."""
    rate, chord, sounding, low, high = texture_of(_notes(*[(60, 64, 67)] * 9))

    assert np.exp([rate, chord, sounding]) == pytest.approx([27 / 2, 3, 27 / 8])
    assert (low, high) == (60, 67)


def test_music_in_the_key_is_preferred() -> None:
    """Between a scale and notes from elsewhere the scale goes on."""
    best = _candidate(*SCALE)

    assert choose_best([_candidate(*OUTSIDE), best], IN_C) is best


@pytest.mark.parametrize("rate", [1.0, 16.0])
def test_running_thin_or_thick_is_held_against_it(rate: float) -> None:
    """The candidate as dense as the primer wins over a quarter and over four times the density."""
    best = _candidate(*SCALE)

    assert choose_best([_candidate(*SCALE, rate=rate), best], IN_C) is best


def test_losing_a_voice_is_held_against_it() -> None:
    """After music in two voices the candidate with two voices goes on, not its melody alone."""
    manner = manner_of(_notes(*BASS_AND_MELODY), Key(0, "major"))
    best = _candidate(*BASS_AND_MELODY)

    assert choose_best([_candidate(*_single(*(high for _, high in BASS_AND_MELODY))), best], manner) is best


def test_going_round_in_circles_is_held_against_it() -> None:
    """Twelve notes of one triad round and round lose against a melody."""
    best = _candidate(*SCALE)

    assert choose_best([_candidate(*_single(*(60, 64, 67) * 4)), best], IN_C) is best


def test_only_the_newest_music_counts() -> None:
    """What lies more than five seconds back is not judged again."""
    candidate = _candidate(*OUTSIDE * 2, *SCALE)

    assert [note.pitch for note in newest(candidate)][-12:] == [pitch for (pitch,) in SCALE]
    assert len(newest(candidate)) == 21


def test_loop_share_is_zero_for_a_scale_and_one_for_a_loop() -> None:
    """The measure runs from no repetition to nothing but repetition."""
    assert loop_share(list(range(40, 70))) == 0
    assert loop_share([60, 64] * 20) == pytest.approx(1.0)


def test_plain_music_keeps_the_phrases_of_the_primer_once() -> None:
    """With little creativity a candidate with the primer's phrases goes on, not one that repeats a single one."""
    material = frozenset(phrases_of(_notes(*SCALE)))
    plain = replace(IN_C, boldness=-1.0, material=material)
    keeping, other = _candidate(*SCALE), _candidate(*_single(60, 64, 62, 65, 64, 67, 65, 69, 67, 71, 69, 72))
    keeping.fresh, other.fresh = (phrases_of(candidate.notes) for candidate in (keeping, other))

    assert choose_best([other, keeping], plain) is keeping
    keeping.fresh = keeping.fresh[:1] * len(keeping.fresh)
    once = _candidate(*SCALE)
    once.fresh = phrases_of(once.notes)
    assert choose_best([keeping, once], plain) is once


def test_bold_music_goes_on_with_what_is_new() -> None:
    """With much creativity, of two candidates alike in all else the one whose phrases were not heard before goes on."""
    known, new = _candidate(*SCALE), _candidate(*SCALE)
    known.fresh = new.fresh = phrases_of(known.notes)
    known.phrases = set(known.fresh)

    assert choose_best([known, new], replace(IN_C, boldness=1.0)) is new
