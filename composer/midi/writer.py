"""A Score as the bytes of a Standard MIDI File: one piano, 480 ticks per quarter note, every note ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symusic.core import ControlChangeTick, NoteTick, ScoreTick, TempoTick, TimeSignatureTick, TrackTick

from composer.performance import TICKS_PER_BEAT, playable
from composer.titles import clean_title

if TYPE_CHECKING:
    from composer.notes import Score

SUSTAIN_PEDAL = 64
"""Number of the MIDI controller; values from 64 on mean down."""
MICROSECONDS_PER_MINUTE = 60_000_000


def write_midi(score: Score, *, title: str = "", silent_beats: float = 0.0) -> bytes:
    """The Score as a MIDI file of format 1: tempo map, time signatures, acoustic grand piano, pedal.

    The same Score always gives the same bytes. At one tick the pedal moves first, then keys are released, then struck.

    Args:
        score: any Score; what is written is ``playable(score)``.
        title: name of the track; control characters and line ends are taken out.
        silent_beats: how long the file goes on after the last release, in beats, for a renderer that would
            otherwise cut off the last sound.

    Raises:
        BadInputError: the Score is longer than a MIDI file can be.
    """
    played = playable(score)
    midi = ScoreTick(TICKS_PER_BEAT)
    for tempo in played.tempos:
        midi.tempos.append(TempoTick(_tick(tempo.beat), mspq=round(MICROSECONDS_PER_MINUTE / tempo.bpm)))
    for metre in played.time_signatures:
        midi.time_signatures.append(TimeSignatureTick(_tick(metre.beat), metre.numerator, metre.denominator))
    midi.tracks.append(_piano(played, clean_title(title or score.title), silent_beats))
    return bytes(midi.dumps_midi())


def _tick(beat: float) -> int:
    return round(beat * TICKS_PER_BEAT)


def _piano(score: Score, title: str, silent_beats: float) -> TrackTick:
    track = TrackTick(title, 0, False)
    for note in score.notes:
        start = _tick(note.start)
        track.notes.append(NoteTick(start, _tick(note.end) - start, note.pitch, note.velocity))
    for pedal in score.pedals:
        track.controls.append(ControlChangeTick(_tick(pedal.beat), SUSTAIN_PEDAL, 127 if pedal.down else 0))
    if silent_beats:
        last = max(score.end_beat, score.pedals[-1].beat if score.pedals else 0.0)
        track.controls.append(ControlChangeTick(_tick(last + silent_beats), SUSTAIN_PEDAL, 0))
    return track
