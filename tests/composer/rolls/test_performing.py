"""Loudness and pedal of a continuation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from composer.notes import Note, Pedal, Score
from composer.rolls.performing import FEWEST_CHANGES_PER_BAR, pedalled, velocities
from tests.composer.rolls.music import ARPEGGIOS, WALTZ

LATER = [replace(note, start=note.start + 18, end=note.end + 18, velocity=64) for note in WALTZ.notes]


def _velocities(primer: Score, notes: list[Note], seed: int = 1) -> list[int]:
    return list(velocities(primer, notes, primer.end_beat, np.random.default_rng(seed)))


def test_accents_are_those_of_the_primer() -> None:
    """A waltz that is loud on the first beat goes on being loud there, and soft on the others."""
    loudness = _velocities(replace(WALTZ, notes=(*WALTZ.notes, Note(17.9, 60, 18))), LATER)
    first = [value for value, note in zip(loudness, LATER, strict=True) if note.start % 3 == 0]
    other = [value for value, note in zip(loudness, LATER, strict=True) if note.start % 3 != 0]

    assert np.mean(first) > np.mean(other) + 10
    assert np.mean(loudness) == pytest.approx(np.mean([note.velocity for note in WALTZ.notes]), abs=4)


def test_the_phrase_goes_on_where_the_primer_ended() -> None:
    """A primer that grows louder leaves off loud, and the continuation begins loud before it grows softer."""
    growing = Score(tuple(Note(float(beat), 60 + beat % 7, beat + 1.0, 30 + 4 * beat) for beat in range(20)))
    notes = [Note(beat + 20.0, 60 + beat % 7, beat + 21.0) for beat in range(20)]
    loudness = _velocities(growing, notes)

    assert min(loudness[:3]) > 85
    assert max(loudness[-3:]) < 60


def test_a_flat_primer_goes_on_nearly_flat() -> None:
    """Who hears no dynamics in a primer hears hardly any after it."""
    flat = replace(WALTZ, notes=tuple(replace(note, velocity=72) for note in WALTZ.notes))

    assert all(abs(value - 72) <= 4 for value in _velocities(flat, LATER))


@pytest.mark.parametrize("velocity", [1, 127])
def test_extremes_stay_playable(velocity: int) -> None:
    """However soft or loud a primer is, what follows is heard and is MIDI."""
    extreme = replace(WALTZ, notes=tuple(replace(note, velocity=velocity) for note in WALTZ.notes))

    assert all(1 <= value <= 127 for value in _velocities(extreme, LATER))


def test_the_pedal_goes_on_bar_by_bar() -> None:
    """Pressed and lifted where the primer does, pressed afresh at the close, up in the end."""
    pedals = pedalled(ARPEGGIOS, [], 16.0, 24.0, 30.0)

    assert [(pedal.beat, pedal.down) for pedal in pedals[:4]] == [
        (16, True),
        (19.75, False),
        (20, True),
        (23.75, False),
    ]
    assert pedals[-2].down
    assert 24 <= pedals[-2].beat < 24.1
    assert pedals[-1] == Pedal(30, False)


def test_a_new_bass_note_is_pedalled_afresh() -> None:
    """Under a bass that moves within the bar the pedal changes, although the primer's did not."""
    basses = [
        note
        for pitch, beat in ((40, 16.0), (45, 18.0))
        for note in (Note(beat, pitch, beat + 2), Note(beat, 72, beat + 2))
    ]
    changes = [(round(pedal.beat, 2), pedal.down) for pedal in pedalled(ARPEGGIOS, basses, 16.0, 20.0, 24.0)]

    assert (18.0, False) in changes
    assert (18.04, True) in changes


@pytest.mark.parametrize("pedals", [(), (Pedal(3, False),)])
def test_no_pedal_stays_none(pedals: tuple[Pedal, ...]) -> None:
    """A primer without pedal (or with hardly any movement of it) is followed by none."""
    assert FEWEST_CHANGES_PER_BAR > 0
    assert pedalled(replace(WALTZ, pedals=pedals), LATER, 18.0, 30.0, 36.0) == ()


def test_a_pedal_that_stays_down_changes_with_the_bars() -> None:
    """What one held pedal would blur over the whole continuation is pedalled bar by bar."""
    pedals = pedalled(replace(WALTZ, pedals=(Pedal(1, True),)), [], 18.0, 24.0, 30.0)

    assert [(round(pedal.beat, 2), pedal.down) for pedal in pedals[:4]] == [
        (18, False),
        (18.04, True),
        (21, False),
        (21.04, True),
    ]


def test_a_pedal_held_into_the_continuation_is_pressed_afresh() -> None:
    """Where the pattern presses at the very place where the primer's pedal comes up, it presses just after."""
    held = replace(ARPEGGIOS, pedals=tuple(pedal for pedal in ARPEGGIOS.pedals if pedal.beat < 15))
    changes = [(round(pedal.beat, 2), pedal.down) for pedal in pedalled(held, [], 16.0, 24.0, 30.0)]

    assert changes[:3] == [(16.0, False), (16.04, True), (19.75, False)]


def test_a_pedal_left_down_at_the_end_comes_up() -> None:
    """A primer that just ends with the pedal down does not blur what follows."""
    assert pedalled(replace(WALTZ, pedals=(Pedal(17, True),)), LATER, 18.0, 30.0, 36.0) == (Pedal(18.0, False),)


def test_pedals_alternate() -> None:
    """No movement is written twice, and none backwards in time."""
    notes = [replace(note, start=note.start + 16, end=note.end + 16) for note in ARPEGGIOS.notes]
    pedals = pedalled(ARPEGGIOS, notes, 16.0, 32.0, 36.0)

    assert [pedal.down for pedal in pedals] == [index % 2 == 0 for index in range(len(pedals))]
    assert [pedal.beat for pedal in pedals] == sorted(pedal.beat for pedal in pedals)
