"""Small pieces, random ones, and what is needed to hear them, for the tests of everything that renders."""

from __future__ import annotations

import io
import shutil

import mido  # type: ignore[import-untyped]
import pytest
from hypothesis import strategies as st

from composer.errors import MissingToolError
from composer.notes import Note, Pedal, Score, Tempo, TimeSignature
from composer.sound.fluidsynth_library import load_fluidsynth


def _has_library() -> bool:
    try:
        load_fluidsynth()
    except MissingToolError:
        return False
    return True


needs_library = pytest.mark.skipif(not _has_library(), reason="libfluidsynth is not installed")
needs_program = pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="fluidsynth is not installed")

SCALE = Score(tuple(Note(beat / 2, pitch, beat / 2 + 0.5, 70) for beat, pitch in enumerate((60, 62, 64, 65, 67))))
"""C4 to G4 in eighths at 120 bpm: 1.25 seconds."""
ONE_SOFT_NOTE = Score((Note(0.0, 60, 2.0, 8),))
DENSE_FORTISSIMO = Score(
    tuple(Note(beat / 4, pitch, beat / 4 + 1, 127) for beat in range(16) for pitch in (26, 38, 50, 57, 62, 66, 69, 74)),
    pedals=(Pedal(0.0, down=True),),
)

any_beat = st.floats(0, 200, allow_nan=False)
any_note = st.builds(
    lambda start, length, pitch, velocity: Note(start, pitch, start + length, velocity),
    any_beat,
    st.floats(1e-4, 30),
    st.integers(21, 108),
    st.integers(1, 127),
)
any_tempo = st.builds(Tempo, any_beat, st.floats(8, 640))
any_time_signature = st.builds(TimeSignature, any_beat, st.integers(1, 64), st.sampled_from((1, 2, 4, 8, 16, 32, 64)))
any_pedal = st.builds(Pedal, any_beat, st.booleans())
scores = st.builds(
    lambda played, first, later, metres, feet: Score(
        tuple(played), (Tempo(0.0, first), *later), (TimeSignature(0.0, 3, 4), *metres), tuple(feet)
    ),
    st.lists(any_note, min_size=1, max_size=12),
    st.floats(8, 640),
    st.lists(any_tempo, max_size=3),
    st.lists(any_time_signature, max_size=2),
    st.lists(any_pedal, max_size=8),
)


def messages(data: bytes) -> list[tuple[int, str]]:
    """Tick and text of every message of a MIDI file, by mido."""
    tick, found = 0, []
    for message in mido.merge_tracks(mido.MidiFile(file=io.BytesIO(data)).tracks):
        tick += message.time
        found.append((tick, str(message.copy(time=0))))
    return found


def midi_seconds(data: bytes) -> float:
    """Length of a MIDI file by mido's clock, in seconds."""
    return float(mido.MidiFile(file=io.BytesIO(data)).length)


def read_with_mido(data: bytes) -> tuple[Score, str]:
    """The Score and track name in a MIDI file of ours, by a reader that shares nothing with the writer."""
    file = mido.MidiFile(file=io.BytesIO(data))
    name, tick, sounding = "", 0, dict[int, tuple[int, int]]()
    notes, tempos, time_signatures, pedals = list[Note](), list[Tempo](), list[TimeSignature](), list[Pedal]()
    for message in mido.merge_tracks(file.tracks):
        tick += message.time
        beat = tick / file.ticks_per_beat
        match message.type:
            case "track_name":
                name = message.name.encode("latin-1").decode()
            case "set_tempo":
                tempos.append(Tempo(beat, round(60e6 / message.tempo, 3)))
            case "time_signature":
                time_signatures.append(TimeSignature(beat, message.numerator, message.denominator))
            case "control_change":
                pedals.append(Pedal(beat, message.value >= 64))
            case "note_on":
                assert message.note not in sounding, "a key is struck while it is held"
                sounding[message.note] = (tick, message.velocity)
            case "note_off":
                start, velocity = sounding.pop(message.note)
                notes.append(Note(start / file.ticks_per_beat, message.note, beat, velocity))
    assert not sounding, "a note never ends"
    return Score(tuple(notes), tuple(tempos), tuple(time_signatures), tuple(pedals)), name
