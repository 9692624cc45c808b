"""Tempo, metre and the first bar of a MIDI file."""

from __future__ import annotations

import pytest

from composer.midi.files import (
    read_midi,
    read_midi_with_remarks,
)
from composer.notes import Pedal, Tempo, TimeSignature
from tests.composer.midi_text import (
    QUARTER,
    control,
    melody,
    meta,
    metre,
    midi,
    off,
    on,
    song,
    tempo,
    track,
)


def test_keeps_tempo_and_metre_changes_of_every_track() -> None:
    """Tempo and time signature changes are found in any track."""
    conductor = track(tempo(0, 100), metre(0, 3, 2), tempo(4 * QUARTER, 50))
    second = track(melody(), metre(0, 6, 3))
    score = read_midi(midi(conductor, second))
    assert score.tempos == (Tempo(0.0, 100.0), Tempo(4.0, 50.0))
    assert score.time_signatures == (TimeSignature(0.0, 3, 4), TimeSignature(8.0, 6, 8))
    assert score.length_seconds == pytest.approx(4 * 0.6 + 4 * 1.2)


def test_last_tempo_of_several_at_one_time_counts() -> None:
    """Of several tempos at one time the last one is in force."""
    assert read_midi(song(tempo(0, 90), tempo(0, 60))).tempos == (Tempo(0.0, 60.0),)


def test_python_midi_facts() -> None:
    """500,000 microseconds are 120 bpm and the bytes 4, 2, 24, 8 are 4/4 (vectors of python-midi)."""
    score = read_midi(song(meta(0, 0x51, b"\x07\xa1\x20"), meta(0, 0x58, b"\x04\x02\x18\x08")))
    assert score.tempos == (Tempo(0.0, 120.0),)
    assert score.time_signatures == (TimeSignature(0.0, 4, 4),)


def test_whole_empty_bars_in_front_are_dropped() -> None:
    """Silence in front goes bar by bar, so that an upbeat stays where it is in its bar."""
    upbeat = b"".join((on(2 * 3 * QUARTER + 2 * QUARTER, 60), off(QUARTER, 60), melody()))
    result = read_midi(midi(track(metre(0, 3, 2), tempo(0, 75)), track(control(0, 64, 127), upbeat)))
    assert result.notes[0].start == 2.0
    assert result.time_signatures == (TimeSignature(0.0, 3, 4),)
    assert result.tempos == (Tempo(0.0, 75.0),)
    assert result.pedals[0] == Pedal(0.0, True)


def test_extreme_tempos_are_bounded() -> None:
    """A tempo that no music has is moved to the nearest that a Score allows, and the remarks say so."""
    result = read_midi_with_remarks(song(meta(0, 0x51, b"\xff\xff\xff"), meta(QUARTER, 0x51, b"\0\0\1")))
    assert [tempo.bpm for tempo in result.score.tempos] == [8.0, 640.0]
    assert any("2 tempos moved into the range of 8 to 640" in remark for remark in result.remarks)


def test_a_tempo_that_says_nothing_is_ignored() -> None:
    """A tempo of no length, or of one byte, changes nothing but is mentioned."""
    result = read_midi_with_remarks(song(tempo(0, 90), meta(0, 0x51, b"\0\0\0"), meta(QUARTER, 0x51, b"\7")))
    assert [tempo.bpm for tempo in result.score.tempos] == pytest.approx([90.0])
    assert any("2 impossible tempos ignored" in remark for remark in result.remarks)
