"""Which of several continuations is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from composer.keys import estimate_key
from composer.notes import Note
from composer.rolls.choosing import Listener, faults, played
from composer.rolls.roll import Roll, roll_of
from tests.composer.rolls.music import ARPEGGIOS

FRAME_SECONDS = 0.125


@pytest.fixture
def listener() -> Listener:
    """Has heard four bars of arpeggios."""
    return Listener(roll_of(ARPEGGIOS), estimate_key(ARPEGGIOS), FRAME_SECONDS)


def _continued(*later: Note) -> Roll:
    """The arpeggios, then other notes: their beats are counted from there."""
    moved = [replace(note, start=note.start + 16, end=note.end + 16) for note in later]
    return roll_of(replace(ARPEGGIOS, notes=(*ARPEGGIOS.notes, *moved)))


AGAIN = ARPEGGIOS.notes


def test_what_goes_on_as_it_began_has_no_faults(listener: Listener) -> None:
    """The primer once more is near the best there is."""
    assert listener.score(_continued(*AGAIN)) > -1


@pytest.mark.parametrize(
    "later",
    [
        [replace(note, pitch=note.pitch + 1) for note in AGAIN],
        [*AGAIN, *(replace(note, pitch=note.pitch + 1) for note in AGAIN)],
        [Note(index / 4, 60, (index + 1) / 4) for index in range(64)],
        [Note(0, 48, 16), Note(15, 60, 16)],
        [replace(note, pitch=note.pitch - 24) for note in AGAIN],
    ],
    ids=["another key", "semitones", "one key over and over", "held", "another register"],
)
def test_faults_are_heard(listener: Listener, later: list[Note]) -> None:
    """Each of them is worse than going on, whichever is asked first."""
    good, bad = _continued(*AGAIN), _continued(*later)

    assert listener.choose([bad, good], [1.0, 1.0]) == 1
    assert listener.choose([good, bad], [1.0, 1.0]) == 0


def test_of_equals_the_most_usual_is_chosen(listener: Listener) -> None:
    """Neither the likeliest nor the unlikeliest."""
    roll = _continued(*AGAIN)

    assert listener.choose([roll] * 3, [1.0, 9.0, 3.0]) == 2


def test_shares_are_counted() -> None:
    """Of four frames one has a semitone in it; of three strikes one follows another of its key."""
    frames = np.zeros((4, 12, 2), np.uint8)
    frames[0:2, 0] = 1
    frames[1, 1] = 1
    found = faults(Roll(frames, 4, 60))

    assert found.clashes == 0.25
    assert found.restrikes == pytest.approx(1 / 3)
    assert found.classes[:2].tolist() == pytest.approx([2 / 3, 1 / 3])


def test_notes_are_told_with_gap_and_duration() -> None:
    """In ids of 1/24 beat, as the note engine's."""
    roll = roll_of(replace(ARPEGGIOS, notes=(Note(1, 60, 2), Note(1, 64, 1.5), Note(1.75, 67, 2))))
    notes = played(roll, FRAME_SECONDS)

    assert [note.factors[:3] for note in notes] == [(0, 39, 24), (0, 43, 12), (18, 46, 6)]
    assert [(note.tick, note.seconds, note.end_tick) for note in notes] == [
        (24, 0.5, 48),
        (24, 0.5, 36),
        (42, 0.875, 48),
    ]
