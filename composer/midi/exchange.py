"""Score <-> ``pretty_midi.PrettyMIDI``, the type in which Python programs about music pass pieces on."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from composer.errors import BadInputError
from composer.midi.files import SHORTEST_NOTE
from composer.midi.playing import PEDAL_THRESHOLD, folded_pitch, merged_pedals
from composer.midi.writer import SUSTAIN_PEDAL, write_midi
from composer.notes import (
    DEFAULT_BPM,
    FASTEST_BPM,
    SLOWEST_BPM,
    Note,
    Pedal,
    Score,
    Tempo,
    TimeSignature,
    with_repeats_cleaned,
)

if TYPE_CHECKING:
    import pretty_midi

_TICK_SLACK = 1e-3
"""Ticks by which the rounding of floats may miss a tick that was meant."""


def to_pretty_midi(score: Score) -> pretty_midi.PrettyMIDI:
    """The Score as it is written to a file: 480 ticks per quarter note, one piano, tempo map, metre, pedal."""
    import pretty_midi

    return pretty_midi.PrettyMIDI(io.BytesIO(write_midi(score)))


def from_pretty_midi(midi: pretty_midi.PrettyMIDI) -> Score:
    """A Score from a ``PrettyMIDI`` object built in Python: drums left out, instruments merged, pitches folded.

    Raises:
        BadInputError: a time is negative or infinite, a note ends before it begins, or there are no notes.
    """
    try:
        return _converted(midi)
    except (ValueError, OverflowError) as error:
        message = f"This PrettyMIDI object cannot be a piece: {error}."
        raise BadInputError(message) from error


def _converted(midi: pretty_midi.PrettyMIDI) -> Score:
    clock = Score((), tempos=_tempos(midi))
    resolution = midi.resolution

    def beat(seconds: float) -> float:
        ticks = clock.beat_at(float(seconds)) * resolution
        nearest = float(round(ticks))
        return float((nearest if abs(ticks - nearest) < _TICK_SLACK else ticks) / resolution)

    pitched = [instrument for instrument in midi.instruments if not instrument.is_drum]
    notes: list[Note] = []
    for played in (note for instrument in pitched for note in instrument.notes):
        start, end = beat(played.start), beat(played.end)
        end = start + SHORTEST_NOTE if end == start else end
        notes.append(Note(start, folded_pitch(int(played.pitch)), end, min(max(int(played.velocity), 1), 127)))
    moves = sorted(
        (beat(change.time), channel, change.value >= PEDAL_THRESHOLD)
        for channel, instrument in enumerate(pitched)
        for change in instrument.control_changes
        if change.number == SUSTAIN_PEDAL
    )
    metres = {0.0: (4, 4)} | {
        beat(change.time): (change.numerator, change.denominator) for change in midi.time_signature_changes
    }
    return Score(
        notes=with_repeats_cleaned(notes),
        tempos=clock.tempos,
        time_signatures=tuple(TimeSignature(at, *metre) for at, metre in metres.items()),
        pedals=tuple(Pedal(at, down) for at, down in merged_pedals(moves)),
    )


def _tempos(midi: pretty_midi.PrettyMIDI) -> tuple[Tempo, ...]:
    tempos: list[Tempo] = []
    beats = seconds = 0.0
    bpm = DEFAULT_BPM
    for time, stated in zip(*midi.get_tempo_changes(), strict=True):
        beats += (float(time) - seconds) * bpm / 60
        seconds, bpm = float(time), min(max(float(stated), SLOWEST_BPM), FASTEST_BPM)
        tempos.append(Tempo(beats, bpm))
    return tuple(tempos)
