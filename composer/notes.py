"""Note and Score: the one picture of music that every module shares.

Times are in *beats* (quarter notes, whatever the time signature) as floats; a Score's tempo map turns
beats into seconds. Everything is immutable and refuses nonsense at birth.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pretty_midi

LOWEST_PITCH = 21
"""A0, the lowest key of the piano (MIDI 60 is C4)."""
HIGHEST_PITCH = 108
"""C8, the highest key of the piano."""
SLOWEST_BPM, FASTEST_BPM = 8.0, 640.0
"""Bounds of a tempo in quarter notes per minute: 6/8 at 40 eighths gives 20, doubled scores reach 400."""
DEFAULT_BPM = 120.0
"""Tempo of a Standard MIDI File that states none."""
DEFAULT_VELOCITY = 72
MOST_BEATS = 64
"""Largest numerator of a time signature."""
EPSILON = 1e-6
"""Beats closer than this are the same."""


def _check(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One key press; ``start`` and ``end`` in beats from the beginning of the Score."""

    start: float
    pitch: int
    end: float
    velocity: int = DEFAULT_VELOCITY

    def __post_init__(self) -> None:
        _check(LOWEST_PITCH <= self.pitch <= HIGHEST_PITCH, f"pitch {self.pitch} is not on the piano")
        _check(1 <= self.velocity <= 127, f"velocity {self.velocity} is not in 1..127")
        _check(0 <= self.start < self.end < math.inf, f"a note cannot last from {self.start} to {self.end}")

    @property
    def duration(self) -> float:
        """How long the key is held, in beats."""
        return self.end - self.start


@dataclass(frozen=True, slots=True, order=True)
class Tempo:
    """From ``beat`` on, ``bpm`` quarter notes per minute."""

    beat: float
    bpm: float

    def __post_init__(self) -> None:
        _check(0 <= self.beat < math.inf, f"a tempo cannot start at beat {self.beat}")
        _check(SLOWEST_BPM <= self.bpm <= FASTEST_BPM, f"{self.bpm} bpm is not between {SLOWEST_BPM} and {FASTEST_BPM}")


@dataclass(frozen=True, slots=True, order=True)
class TimeSignature:
    """From ``beat`` on, bars of ``numerator`` notes of value 1/``denominator``."""

    beat: float
    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        _check(0 <= self.beat < math.inf, f"a time signature cannot start at beat {self.beat}")
        _check(1 <= self.numerator <= MOST_BEATS, f"a bar of {self.numerator} is not usable")
        _check(self.denominator in {1, 2, 4, 8, 16, 32, 64}, f"1/{self.denominator} is not a note value")

    @property
    def bar_beats(self) -> float:
        """Length of one bar in beats (quarter notes): 3/4 gives 3.0, 6/8 gives 3.0."""
        return self.numerator * 4 / self.denominator


@dataclass(frozen=True, slots=True, order=True)
class Pedal:
    """The sustain pedal goes down or comes up at ``beat``."""

    beat: float
    down: bool


@dataclass(frozen=True)
class Score:
    """A piece for piano: notes sorted by (start, pitch), tempo map, metre and pedal.

    Args:
        notes: any order; sorted at birth.
        tempos: the first one must be at beat 0; missing means 120 bpm.
        time_signatures: the first one must be at beat 0; missing means 4/4.
        pedals: alternating or not, sorted at birth.
        beat_grid: False where the beats mean nothing musically (a performance recorded at a constant
            120 bpm): the seconds are right all the same.
        title: as found in a file, cleaned; may be empty.
    """

    notes: tuple[Note, ...]
    tempos: tuple[Tempo, ...] = (Tempo(0.0, DEFAULT_BPM),)
    time_signatures: tuple[TimeSignature, ...] = (TimeSignature(0.0, 4, 4),)
    pedals: tuple[Pedal, ...] = ()
    beat_grid: bool = True
    title: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for name in ("notes", "tempos", "time_signatures", "pedals"):
            object.__setattr__(self, name, tuple(sorted(getattr(self, name))))
        _check(bool(self.tempos) and self.tempos[0].beat == 0, "the first tempo must stand at beat 0")
        _check(
            bool(self.time_signatures) and self.time_signatures[0].beat == 0,
            "the first time signature must stand at beat 0",
        )

    @cached_property
    def _tempo_beats(self) -> list[float]:
        return [tempo.beat for tempo in self.tempos]

    @cached_property
    def _tempo_seconds(self) -> list[float]:
        """Second at which each tempo starts."""
        seconds = [0.0]
        for before, after in zip(self.tempos, self.tempos[1:], strict=False):
            seconds.append(seconds[-1] + (after.beat - before.beat) * 60 / before.bpm)
        return seconds

    def seconds_at(self, beat: float) -> float:
        """Seconds from the beginning of the Score to ``beat``."""
        index = max(bisect_right(self._tempo_beats, beat) - 1, 0)
        return self._tempo_seconds[index] + (beat - self.tempos[index].beat) * 60 / self.tempos[index].bpm

    def beat_at(self, seconds: float) -> float:
        """The inverse of ``seconds_at``."""
        index = max(bisect_right(self._tempo_seconds, seconds) - 1, 0)
        return self.tempos[index].beat + (seconds - self._tempo_seconds[index]) * self.tempos[index].bpm / 60

    def bpm_at(self, beat: float) -> float:
        """Tempo in force at ``beat``, in quarter notes per minute."""
        return self.tempos[max(bisect_right(self._tempo_beats, beat) - 1, 0)].bpm

    @property
    def mean_bpm(self) -> float:
        """Beats over minutes from the first to the last onset; the tempo in force where there is one onset only."""
        first, last = self.notes[0].start, self.notes[-1].start
        if last <= first:
            return self.bpm_at(first)
        return (last - first) * 60 / (self.seconds_at(last) - self.seconds_at(first))

    def time_signature_at(self, beat: float) -> TimeSignature:
        """Time signature in force at ``beat``."""
        starts = [signature.beat for signature in self.time_signatures]
        return self.time_signatures[max(bisect_right(starts, beat) - 1, 0)]

    @cached_property
    def end_beat(self) -> float:
        """The beat at which the last key is released (0 for an empty Score)."""
        return max((note.end for note in self.notes), default=0.0)

    @cached_property
    def length_seconds(self) -> float:
        """Seconds from the beginning of the Score to the release of the last key."""
        return self.seconds_at(self.end_beat)

    def bar_lines(self) -> list[float]:
        """Beats at which bars begin, from 0 up to ``end_beat``."""
        lines: list[float] = []
        ends = [signature.beat for signature in self.time_signatures[1:]] + [self.end_beat]
        for signature, end in zip(self.time_signatures, ends, strict=True):
            count = max(math.ceil((end - signature.beat) / signature.bar_beats - EPSILON), 0)
            lines += [signature.beat + index * signature.bar_beats for index in range(count)]
        return lines

    def excerpt(self, start: float, end: float) -> Score:
        """The notes that begin in [start, end), moved so that ``start`` is beat 0; keys are released by ``end``."""
        notes = [
            Note(note.start - start, note.pitch, min(note.end, end) - start, note.velocity)
            for note in self.notes
            if start <= note.start < end
        ]
        held = [pedal.down for pedal in self.pedals if pedal.beat <= start][-1:]
        pedals = [Pedal(pedal.beat - start, pedal.down) for pedal in self.pedals if start < pedal.beat < end]
        later = [replace(other, beat=other.beat - start) for other in self.time_signatures if start < other.beat < end]
        return Score(
            notes=tuple(notes),
            tempos=(
                Tempo(0.0, self.bpm_at(start)),
                *(Tempo(tempo.beat - start, tempo.bpm) for tempo in self.tempos if start < tempo.beat < end),
            ),
            time_signatures=(*self._bars_from(start, later[0].beat if later else math.inf), *later),
            pedals=(*([Pedal(0.0, True)] if held == [True] else []), *pedals),
            beat_grid=self.beat_grid,
            title=self.title,
        )

    def _bars_from(self, start: float, until: float) -> list[TimeSignature]:
        """The metre at ``start``, moved to beat 0; a bar under way there becomes a short first bar (an upbeat)."""
        signature = self.time_signature_at(start)
        rest = -(start - signature.beat) % signature.bar_beats
        for denominator in (4, 8, 16, 32, 64):
            count = rest * denominator / 4
            if EPSILON < rest < until and abs(count - round(count)) < EPSILON and 1 <= round(count) <= MOST_BEATS:
                return [TimeSignature(0.0, round(count), denominator), replace(signature, beat=rest)]
        return [replace(signature, beat=0.0)]

    def transposed(self, semitones: int) -> Score:
        """Every note moved by ``semitones``; raises ValueError where one would leave the piano."""
        return replace(self, notes=tuple(replace(note, pitch=note.pitch + semitones) for note in self.notes))

    def to_pretty_midi(self) -> pretty_midi.PrettyMIDI:
        """This Score as the exchange type of the Python music world (480 ticks per quarter, one piano)."""
        from composer.midi.exchange import to_pretty_midi

        return to_pretty_midi(self)

    @classmethod
    def from_pretty_midi(cls, midi: pretty_midi.PrettyMIDI) -> Score:
        """A Score from a ``PrettyMIDI`` object that was built in Python (drums left out)."""
        from composer.midi.exchange import from_pretty_midi

        return from_pretty_midi(midi)


def with_repeats_cleaned(notes: Iterable[Note], shortest: float = 1 / 480) -> tuple[Note, ...]:
    """End a note where the same key is struck again; of two strikes at once keep the longer and louder.

    ``shortest`` is the shortest length left to a note, in beats; strikes of one key closer than this are one.
    """
    by_pitch: dict[int, list[Note]] = {}
    for note in sorted(notes):
        earlier = by_pitch.setdefault(note.pitch, [])
        if earlier and note.start - earlier[-1].start < shortest:
            last = earlier[-1]
            earlier[-1] = replace(last, end=max(last.end, note.end), velocity=max(last.velocity, note.velocity))
            continue
        if earlier and earlier[-1].end > note.start:
            earlier[-1] = replace(earlier[-1], end=note.start)
        earlier.append(note)
    return tuple(sorted(note for same in by_pitch.values() for note in same))
