"""Finding the beats of a performance."""

from __future__ import annotations

import numpy as np
import pytest

from composer.beat_grid import has_beat_grid
from composer.beat_tracking import with_tracked_beats
from composer.midi.files import read_corpus_file
from composer.notes import Note, Pedal, Score, TimeSignature
from tests.corpus import CORPUS, needs_corpus


def performed(bpm: float, *, rubato: float = 0.0, jitter: float = 0.008, bars: int = 16) -> Score:
    """An accompanied melody in 3/4 as recorded without a click: low notes on the first beat, eighths above."""
    rng = np.random.default_rng(1)
    notes = []
    for eighth in range(bars * 6):
        beat = eighth / 2
        seconds = 0.5 + (beat + rubato * np.sin(beat / 4)) * 60 / bpm + rng.normal(0, jitter)
        keys = {0: (48, 64, 72), 2: (55, 60), 4: (55, 60)}.get(eighth % 6, (71 + eighth % 3,))
        notes += [Note(seconds * 2, key, seconds * 2 + 0.4, 90 if eighth % 6 == 0 else 60) for key in keys]
    return Score(tuple(notes), pedals=(Pedal(1.0, True), Pedal(3.0, False)), beat_grid=False, title="Waltz")


def share_near_eighths(score: Score) -> float:
    """Share of notes within 1/12 beat of an eighth."""
    onsets = np.array([note.start * 2 for note in score.notes])
    return float(np.mean(np.abs(onsets - np.round(onsets)) < 1 / 6))


@pytest.mark.parametrize("bpm", [76, 97, 131])
@pytest.mark.parametrize("rubato", [0.0, 0.15])
def test_finds_the_beats_of_a_waltz(bpm: float, rubato: float) -> None:
    """A steady or swaying performance is counted in its own quarter notes."""
    played = performed(bpm, rubato=rubato)
    tracked = with_tracked_beats(played)
    assert not has_beat_grid(played)
    assert tracked is not None
    assert tracked.beat_grid
    assert has_beat_grid(tracked)
    assert share_near_eighths(tracked) > 0.95
    assert np.median([tempo.bpm for tempo in tracked.tempos]) == pytest.approx(bpm, rel=0.05)


@pytest.mark.parametrize("lead", [0.0, 0.01, 0.2, 1.7])
def test_seconds_stay(lead: float) -> None:
    """Notes and pedal keep their seconds, lengths, velocities and order, whatever silence comes first."""
    moved = performed(97)
    earliest = moved.notes[0].start
    shift = lead * 2 - earliest
    played = Score(
        tuple(Note(note.start + shift, note.pitch, note.end + shift, note.velocity) for note in moved.notes),
        time_signatures=(TimeSignature(0.0, 3, 4),),
        pedals=tuple(Pedal(pedal.beat + shift + 2, pedal.down) for pedal in moved.pedals),
        title="Waltz",
    )
    tracked = with_tracked_beats(played)
    assert tracked is not None
    for before, after in zip(played.notes, tracked.notes, strict=True):
        assert (after.pitch, after.velocity) == (before.pitch, before.velocity)
        assert tracked.seconds_at(after.start) == pytest.approx(played.seconds_at(before.start), rel=1e-6)
        assert tracked.seconds_at(after.end) == pytest.approx(played.seconds_at(before.end), rel=1e-6)
    pedals = [tracked.seconds_at(pedal.beat) for pedal in tracked.pedals]
    assert pedals == pytest.approx([played.seconds_at(pedal.beat) for pedal in played.pedals])
    assert tracked.time_signatures == played.time_signatures
    assert tracked.title == "Waltz"


def test_disorder_has_no_beats() -> None:
    """Random onsets are left alone."""
    for seed in range(4):
        rng = np.random.default_rng(seed)
        onsets = np.cumsum(0.05 + rng.exponential(0.25, 300)) * 2
        notes = [Note(onset, int(rng.integers(40, 80)), onset + 0.2, int(rng.integers(30, 100))) for onset in onsets]
        assert with_tracked_beats(Score(tuple(notes))) is None


@pytest.mark.parametrize(
    "onsets",
    [[], [0.0], [0.0, 1.0, 2.0], [0.0] * 30, [index * 0.01 for index in range(500)], [0.0, 100.0, 200.0, 300.0]],
)
def test_too_little_to_go_by(onsets: list[float]) -> None:
    """Nothing, single chords, dense noise and far apart notes are left alone."""
    notes = tuple(Note(onset, 21 + index % 88, onset + 0.05) for index, onset in enumerate(onsets))
    assert with_tracked_beats(Score(notes)) is None


@needs_corpus
@pytest.mark.parametrize("name", ["clementi/clementi_opus36_3_1.mid", "haydn/haydn_33_3.mid", "schubert/schumm-3.mid"])
def test_finds_the_beats_of_real_pieces(name: str) -> None:
    """Pieces with rubato, flattened to 120 bpm, come back in quarter notes: nine of ten beats within 70 ms."""
    written = read_corpus_file(CORPUS / "piano-midi.de" / name)
    flat = Score(
        tuple(
            Note(written.seconds_at(note.start) * 2, note.pitch, written.seconds_at(note.end) * 2, note.velocity)
            for note in written.notes
        )
    )
    tracked = with_tracked_beats(flat)
    assert tracked is not None
    true = np.array([written.seconds_at(float(beat)) for beat in range(int(written.end_beat))])
    found = np.array([tracked.seconds_at(float(beat)) for beat in range(int(tracked.end_beat))])
    distances = np.abs(found[:, None] - true[None, :])
    assert np.mean(distances.min(axis=0) < 0.07) > 0.9
    assert np.mean(distances.min(axis=1) < 0.07) > 0.9
