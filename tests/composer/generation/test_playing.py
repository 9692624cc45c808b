"""Flat primers, played by the network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from composer.checkpoints import load_checkpoint
from composer.composer import Composer
from composer.evaluation.playing import pedal_share, tempo_spread, velocity_spread
from composer.generation.decoder import Decoder
from composer.generation.loop import Task
from composer.generation.playing import SOFT, as_played, flatness
from composer.notation import parse_notation
from composer.notes import Note, Pedal, Score, Tempo

FLAT = Score(
    tuple(
        Note(beat + place / 4, pitch, beat + place / 4 + 0.25)
        for beat in range(16)
        for place, pitch in enumerate((48 + beat % 3, 64, 67, 72 + beat % 5))
    ),
    tempos=(Tempo(0.0, 90.0),),
)


END = 17.0
"""The beat at which the primer ends."""


@pytest.fixture(scope="module")
def network() -> tuple[Decoder, int]:
    """The released one, and the width of its state."""
    checkpoint = load_checkpoint()
    return Decoder(checkpoint.network), checkpoint.state_width


def _played(network: tuple[Decoder, int], score: Score, random_seed: int = 1) -> Score:
    return as_played(*network, Task(score, END, 60.0, random_seed))


def test_a_flat_score_is_recognised() -> None:
    """One velocity, one tempo and no pedal: nobody has played or marked that."""
    flat = flatness(FLAT)

    assert (flat.velocity, flat.tempo, flat.pedal) == (True, True, True)


def test_what_is_marked_is_not_flat() -> None:
    """Dynamics, changes of tempo and pedal are recognised each by itself."""
    swelling = replace(FLAT, notes=tuple(replace(note, velocity=40 + index) for index, note in enumerate(FLAT.notes)))
    slower = replace(FLAT, tempos=(Tempo(0.0, 90.0), Tempo(8.0, 80.0)))
    pedalled = replace(FLAT, pedals=(Pedal(0.0, True), Pedal(4.0, False)))

    assert not flatness(swelling).velocity
    assert not flatness(slower).tempo
    assert not flatness(pedalled).pedal


def test_a_performance_without_pedal_is_left_alone() -> None:
    """Where somebody has played with dynamics and freely in time, the lack of pedal is meant."""
    played = replace(
        FLAT,
        notes=tuple(
            replace(note, start=note.start + 0.013, end=note.end + 0.013, velocity=50 + index % 7)
            for index, note in enumerate(FLAT.notes)
        ),
    )

    assert not flatness(played)
    assert not flatness(played).pedal


def test_a_few_notes_are_left_alone(network: tuple[Decoder, int]) -> None:
    """Three notes are too few to tell whether they are meant to be even."""
    score = parse_notation("C5q E5q G5h")

    assert _played(network, score) is score


def test_notes_stay_and_expression_comes(network: tuple[Decoder, int]) -> None:
    """Pitch, onset and length of every note stay; there are dynamics, rubato and pedal; it lasts as long as before."""
    played = _played(network, FLAT)

    assert [(note.start, note.pitch, note.end) for note in played.notes] == [
        (note.start, note.pitch, note.end) for note in FLAT.notes
    ]
    assert velocity_spread(played) > 2
    assert 0.002 < tempo_spread(played) < 0.2
    assert 0 < pedal_share(played) < 1
    assert played.seconds_at(END) == pytest.approx(FLAT.seconds_at(END))


def test_the_same_random_seed_gives_the_same_performance(network: tuple[Decoder, int]) -> None:
    """Another one gives another."""
    first, again, other = (_played(network, FLAT, random_seed) for random_seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_dynamics_that_are_there_stay(network: tuple[Decoder, int]) -> None:
    """Marked velocities are not touched where rubato is missing, and whoever has marked them wants no pedal."""
    marked = replace(FLAT, notes=tuple(replace(note, velocity=40 + note.pitch // 2) for note in FLAT.notes))
    played = _played(network, marked)

    assert played.notes == marked.notes
    assert played.pedals == ()
    assert tempo_spread(played) > 0


def test_soft_music_stays_soft_and_the_louder_hand_louder(network: tuple[Decoder, int]) -> None:
    """A single soft level is kept as the mean; of two levels one stays so much louder than the other."""
    soft = replace(FLAT, notes=tuple(replace(note, velocity=SOFT - 20) for note in FLAT.notes))
    hands = replace(FLAT, notes=tuple(replace(note, velocity=90 if note.pitch > 60 else 64) for note in FLAT.notes))
    whisper, melody = (_played(network, score) for score in (soft, hands))
    high = [note.velocity for note in melody.notes if note.pitch > 60]
    low = [note.velocity for note in melody.notes if note.pitch <= 60]

    assert np.mean([note.velocity for note in whisper.notes]) == pytest.approx(SOFT - 20, abs=1)
    assert np.mean(high) > np.mean(low) + 13


def test_any_tempo_can_be_played(network: tuple[Decoder, int]) -> None:
    """Very slow and very fast primers keep their tempo, which the network's own steps would not reach at once."""
    for bpm in (24.0, 280.0):
        score = replace(FLAT, tempos=(Tempo(0.0, bpm),))

        assert _played(network, score).seconds_at(END) == pytest.approx(score.seconds_at(END))


def test_composing_plays_unless_asked_not_to() -> None:
    """A flat primer is played in a composed piece, or left as it is written; its notes are the same either way."""
    composer = Composer()
    pieces = [composer.compose(FLAT, length_seconds=12.0, random_seed=1, play_primer=play) for play in (True, False)]
    played, written = ([n for n in piece.score.notes if n.start < piece.primer_end_beat] for piece in pieces)

    assert [(note.start, note.pitch) for note in played] == [(note.start, note.pitch) for note in written]
    assert len({note.velocity for note in played}) > 2
    assert len({note.velocity for note in written}) == 1
