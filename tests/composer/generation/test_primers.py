"""Cutting a primer out of a piece."""

from __future__ import annotations

import pytest

from composer.generation.primers import cut_primer
from composer.notes import Note, Score, Tempo, TimeSignature

QUARTERS = Score(tuple(Note(float(beat), 60, beat + 1.0) for beat in range(40)), tempos=(Tempo(0, 60),))


def test_a_long_piece_is_cut_at_a_bar_line() -> None:
    """Ten seconds of 4/4 at 60 bpm hold two whole bars."""
    primer, end = cut_primer(QUARTERS, 10.0)

    assert end == 8.0
    assert len(primer.notes) == 8


def test_a_bar_line_without_held_notes_is_preferred() -> None:
    """A chord held over the second bar line moves the cut to another one."""
    held = Score((*QUARTERS.notes, Note(7.5, 36, 9.0)), tempos=(Tempo(0, 60),))

    assert cut_primer(held, 13.0)[1] == 12.0
    assert cut_primer(Score((*held.notes, Note(11.5, 36, 13.0)), tempos=(Tempo(0, 60),)), 15.0)[1] == 12.0


def test_silence_before_the_first_note_is_left_out() -> None:
    """A primer begins with its first note, and its bar lines stay where they were."""
    late = Score(tuple(Note(beat + 7.0, 60, beat + 8.0) for beat in range(30)), tempos=(Tempo(0, 60),))

    primer, end = cut_primer(late, 10.0)

    assert primer.notes[0].start == 0
    assert primer.bar_lines()[:3] == [0, 1, 5]
    assert end in {5.0, 9.0}


def test_a_short_piece_is_taken_whole_to_the_end_of_its_bar() -> None:
    """Three quarters of 4/4 end where the bar does, so that the continuation begins on the first beat."""
    short = Score(QUARTERS.notes[:3], tempos=(Tempo(0, 60),))

    primer, end = cut_primer(short, 10.0)

    assert primer.notes == short.notes
    assert end == 4.0


def test_without_a_beat_grid_the_cut_is_at_an_onset() -> None:
    """Bars mean nothing in a free performance; it is cut just before a note."""
    free = Score(QUARTERS.notes, tempos=(Tempo(0, 60),), time_signatures=(TimeSignature(0, 5, 4),), beat_grid=False)

    assert cut_primer(free, 9.5)[1] == 9.0


def test_only_so_much_is_left_out_as_is_allowed() -> None:
    """Where notes are held over every bar line but an early one, the primer still reaches nearly as far as it may."""
    later = tuple(Note(beat, 36, beat + 1) for beat in (27.5, 31.5, 35.5))
    held = Score((*QUARTERS.notes, *later), tempos=(Tempo(0, 60),))

    assert cut_primer(held, 38.0)[1] == 24.0
    assert cut_primer(held, 38.0, most_left_out=8.0)[1] == 36.0


@pytest.mark.parametrize("longest", [1.7, 3.3, 10.0, 40.0])
def test_a_primer_is_never_too_long(longest: float) -> None:
    """However short the piece that is asked for, the primer leaves room."""
    primer, end = cut_primer(QUARTERS, longest)

    assert primer.seconds_at(end) <= longest + 1e-9
    assert primer.notes


def test_a_primer_does_not_wait_through_a_pause() -> None:
    """Where the music pauses for long the continuation begins at once, or at a bar line that comes soon."""
    late = Note(30.0, 60, 31.0)
    paused = Score((*QUARTERS.notes[:3], late), tempos=(Tempo(0, 60),))
    mid_bar = Score((*QUARTERS.notes[:2], late), tempos=(Tempo(0, 60),))

    assert cut_primer(paused, 10.0)[1] == 4.0
    assert cut_primer(mid_bar, 10.0)[1] == 2.0


def test_a_primer_ends_within_reach_of_its_last_onset() -> None:
    """The network steps 12 beats at most; a chord held for longer is cut shorter, on a bar line."""
    held = Score((Note(0.0, 60, 60.0), Note(0.0, 64, 60.0)))

    primer, end = cut_primer(held, 10.0)

    assert end == 11.0 or end % 4 == 0
    assert end <= 12.0
    assert len(primer.notes) == 2


@pytest.mark.parametrize("length", [1 / 480, 1 / 24, 1 / 8, 0.2])
def test_notes_shorter_than_a_legato_are_kept(length: float) -> None:
    """A single short chord on a bar line belongs to the bar that it begins."""
    chord = Score((Note(0.0, 60, length), Note(0.0, 64, length)), tempos=(Tempo(0, 240),))

    primer, end = cut_primer(chord, 10.0)

    assert primer.notes == chord.notes
    assert end == 4.0
