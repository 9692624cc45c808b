"""Figures of how a piece is played."""

from __future__ import annotations

import math

import pytest

from composer.evaluation.playing import (
    PLAYING,
    articulation,
    loudness_arc,
    melody_lead,
    pedal_changes,
    pedal_share,
    pedalled_classes,
    tempo_change,
    tempo_spread,
    velocity_spread,
)
from composer.notes import Note, Pedal, Score, Tempo

EVEN = Score(tuple(Note(beat, 60 + beat, beat + 0.5) for beat in range(8)))


def test_flat_music_has_no_expression() -> None:
    """One velocity, one tempo, no pedal: every figure but the articulation is 0."""
    assert {name: measure(EVEN) for name, measure in PLAYING.items() if name != "articulation"} == pytest.approx(
        dict.fromkeys(set(PLAYING) - {"articulation"}, 0.0)
    )
    assert articulation(EVEN) == 0.5


def test_rubato_is_the_spread_of_the_logarithm_of_the_tempo() -> None:
    """Beats at 60 and 120 in turn lie half an octave off the mean, and change by an octave each time."""
    rubato = Score(EVEN.notes, tempos=tuple(Tempo(beat, 60 * (1 + beat % 2)) for beat in range(8)))

    assert tempo_change(rubato) == pytest.approx(math.log(2))
    assert tempo_spread(rubato) == pytest.approx(math.log(2) / 2, rel=0.02)


def test_melody_stands_out_by_the_difference() -> None:
    """The top of a chord at 80 over notes at 60 leads by 20."""
    chord = [Note(beat, pitch, beat + 1, 80 if pitch == 72 else 60) for beat in range(8) for pitch in (48, 64, 72)]

    assert melody_lead(Score(tuple(chord))) == 20
    assert velocity_spread(Score(tuple(chord))) == pytest.approx(20 * math.sqrt(2) / 3)


def test_arcs_are_slow_and_noise_is_not() -> None:
    """Loudness that swells and fades is correlated from beat to beat, loudness that jumps to and fro against itself."""
    arc = [Note(beat, 60, beat + 1, 60 + round(30 * math.sin(beat / 4))) for beat in range(32)]
    jumps = [Note(beat, 60, beat + 1, 60 + 20 * (beat % 2)) for beat in range(32)]

    assert loudness_arc(Score(tuple(arc))) > 0.9
    assert loudness_arc(Score(tuple(jumps))) < -0.9


def test_pedal_is_counted_and_timed() -> None:
    """Two presses of two beats each in eight beats, over two and three pitch classes that sound."""
    pedals = (Pedal(0, True), Pedal(2, False), Pedal(4.25, True), Pedal(6.25, False))
    score = Score((*EVEN.notes[:-1], Note(7, 67, 8)), pedals=pedals)

    assert pedal_changes(score) == pytest.approx(2 / 4)
    assert pedal_share(score) == pytest.approx(4 / 8)
    assert pedalled_classes(score) == 2.5
