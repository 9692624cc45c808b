"""Score <-> note events: one table of factors and bins, used in both directions.

A piece is a sequence of note events sorted by (onset, pitch). Each event is six small integers, the *factors*, decoded
in this order, each conditioned on the ones before it:

=========  =====  ==============================================================================================
factor     ids    meaning
=========  =====  ==============================================================================================
gap        49     time since the previous onset in ticks of 1/24 beat: 0-24 exactly, then 24 coarse musical values
pitch      88     keys of the piano, 0 = A0 (MIDI 21); inside a chord (gap 0) pitches ascend strictly
duration   49     how long the key is held, same bins as gap
velocity   32     MIDI velocity // 4
tempo      41     change of tempo in steps of 3 %, -20..+20; only at the first note of an onset
pedal      3      sustain pedal after this onset: up, held on, pressed afresh; only at the first note of an onset
=========  =====  ==============================================================================================

98 % of the onsets of sequenced piano music lie on the 1/24-beat grid and its rubato lives in the tempo map, so beats
and a tempo factor cost about a fifth fewer bits than seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from composer.notes import DEFAULT_BPM, FASTEST_BPM, LOWEST_PITCH, SLOWEST_BPM, Note, Pedal, Score, Tempo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TICKS_PER_BEAT = 24
COARSE_TICKS = (27, 30, 33, 36, 39, 42, 45, 48, 54, 60, 66, 72, 78, 84, 90, 96, 108, 120, 132, 144, 168, 192, 240, 288)
"""Lengths over one beat that occur in scores: dotted, tied and whole notes, up to three bars of 4/4."""
TICKS = np.array([*range(TICKS_PER_BEAT + 1), *COARSE_TICKS])
"""Length in ticks of every gap and duration id."""
_TICK_IDS = np.abs(np.arange(TICKS[-1] + 1)[:, None] - TICKS[None, :]).argmin(axis=1)

FACTORS = ("gap", "pitch", "duration", "velocity", "tempo", "pedal")
FACTOR_SIZES = {"gap": len(TICKS), "pitch": 88, "duration": len(TICKS), "velocity": 32, "tempo": 41, "pedal": 3}
ONSET_FACTORS = ("tempo", "pedal")
"""Factors that only the first note of an onset has."""

TEMPO_RATIO = 1.03
TEMPO_REACH = FACTOR_SIZES["tempo"] // 2
"""Largest tempo change of one onset, in steps of 3 %."""
_SLOWEST_STEP = math.ceil(math.log(SLOWEST_BPM / DEFAULT_BPM) / math.log(TEMPO_RATIO))
_FASTEST_STEP = math.floor(math.log(FASTEST_BPM / DEFAULT_BPM) / math.log(TEMPO_RATIO))


class PedalChange(IntEnum):
    """Ids of the pedal factor."""

    UP = 0
    HELD = 1
    FRESH = 2


def ticks_to_id(ticks: int) -> int:
    """Id of the bin nearest to a length in ticks."""
    return int(_TICK_IDS[min(max(ticks, 0), len(_TICK_IDS) - 1)])


def tempo_step(bpm: float) -> int:
    """Tempo on a logarithmic scale: steps of 3 % above (or below) 120 bpm."""
    step = round(math.log(bpm / DEFAULT_BPM) / math.log(TEMPO_RATIO))
    return min(max(step, _SLOWEST_STEP), _FASTEST_STEP)


def step_bpm(step: int) -> float:
    """Beats per minute of a tempo step."""
    return float(DEFAULT_BPM * TEMPO_RATIO ** min(max(step, _SLOWEST_STEP), _FASTEST_STEP))


@dataclass(frozen=True)
class NoteEvents:
    """A piece as arrays of one row per note.

    Attributes:
        factors: int16 ``(notes, 6)``, ids in the order of ``FACTORS`` (0 where the note has no such factor).
        onsets: int64 ``(notes,)``, ticks of 1/24 beat from the beginning of the Score.
        seconds: float64 ``(notes,)``, time of each onset.
        bar_ticks: int16 ``(notes,)``, length of the bar at each onset.
        bar_positions: int16 ``(notes,)``, ticks since the bar line.
        length_seconds: until the release of the last key.
        has_pedal: whether the pedal factor says anything about this piece.
        beat_grid: whether beats and bars mean anything.
    """

    factors: NDArray[np.int16]
    onsets: NDArray[np.int64]
    seconds: NDArray[np.float64]
    bar_ticks: NDArray[np.int16]
    bar_positions: NDArray[np.int16]
    length_seconds: float
    has_pedal: bool
    beat_grid: bool

    def __len__(self) -> int:
        return len(self.onsets)


def encode(score: Score) -> NoteEvents:
    """Turn a Score into note events; onsets and durations are rounded to 1/24 beat.

    Raises:
        ValueError: the Score has no notes.
    """
    if not score.notes:
        message = "a Score without notes cannot be encoded"
        raise ValueError(message)
    notes = _snapped(score)
    onsets = np.array([onset for onset, _ in notes])
    first = np.r_[True, onsets[1:] != onsets[:-1]]
    factors = np.zeros((len(notes), len(FACTORS)), np.int16)
    factors[:, 0] = _bins(np.diff(onsets, prepend=onsets[0]))
    factors[:, 1] = [note.pitch - LOWEST_PITCH for _, note in notes]
    factors[:, 2] = _bins(
        np.maximum(np.rint([note.duration * TICKS_PER_BEAT for _, note in notes]).astype(np.int64), 1)
    )
    factors[:, 3] = [note.velocity // 4 for _, note in notes]
    beats = onsets / TICKS_PER_BEAT
    factors[first, 4] = _tempo_changes(score, beats[first])
    factors[first, 5] = _pedal_changes(score, beats[first])
    bar_ticks, bar_positions = _bars(score, onsets)
    return NoteEvents(
        factors=factors,
        onsets=onsets,
        seconds=np.array([score.seconds_at(beat) for beat in beats]),
        bar_ticks=bar_ticks,
        bar_positions=bar_positions,
        length_seconds=score.length_seconds,
        has_pedal=any(pedal.down for pedal in score.pedals),
        beat_grid=score.beat_grid,
    )


def _snapped(score: Score) -> list[tuple[int, Note]]:
    """Notes with their onset tick, ascending in (onset, pitch), one note per key and onset."""
    snapped: dict[tuple[int, int], Note] = {}
    for note in score.notes:
        place = (round(note.start * TICKS_PER_BEAT), note.pitch)
        if place not in snapped or snapped[place].duration < note.duration:
            snapped[place] = note
    return [(onset, note) for (onset, _), note in sorted(snapped.items(), key=lambda item: item[0])]


def _bins(ticks: NDArray[np.int64]) -> NDArray[np.int16]:
    ids: NDArray[np.int16] = _TICK_IDS[np.clip(ticks, 0, len(_TICK_IDS) - 1)].astype(np.int16)
    return ids


def _tempo_changes(score: Score, beats: NDArray[np.float64]) -> list[int]:
    """Change ids at every onset, measured from the tempo already reached, so a clipped leap is made up later."""
    reached, changes = 0, []
    for beat in beats:
        change = min(max(tempo_step(score.bpm_at(float(beat))) - reached, -TEMPO_REACH), TEMPO_REACH)
        reached += change
        changes.append(change + TEMPO_REACH)
    return changes


def _pedal_changes(score: Score, beats: NDArray[np.float64]) -> NDArray[np.int16]:
    """Pedal ids at every onset, from the pedal half way to the next one: players change it just after the beat."""
    middles = np.r_[(beats[:-1] + beats[1:]) / 2, beats[-1] + 0.5]
    times = np.array([pedal.beat for pedal in score.pedals])
    down = np.array([pedal.down for pedal in score.pedals], bool)
    presses = np.cumsum(down & ~np.r_[False, down[:-1]]) if len(down) else np.zeros(0, np.int64)
    index = np.searchsorted(times, middles, side="right") - 1
    is_down = np.where(index >= 0, down[index] if len(down) else False, False)
    pressed = np.where(index >= 0, presses[index] if len(down) else 0, 0)
    fresh = np.diff(pressed, prepend=0) > 0
    return np.where(is_down, np.where(fresh, PedalChange.FRESH, PedalChange.HELD), PedalChange.UP).astype(np.int16)


def _bars(score: Score, onsets: NDArray[np.int64]) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    starts = np.array([round(signature.beat * TICKS_PER_BEAT) for signature in score.time_signatures])
    lengths = np.array([max(round(s.bar_beats * TICKS_PER_BEAT), 1) for s in score.time_signatures])
    index = np.searchsorted(starts, onsets, side="right") - 1
    return lengths[index].astype(np.int16), ((onsets - starts[index]) % lengths[index]).astype(np.int16)


def decode(
    factors: NDArray[np.int16], *, first_beat: float = 0.0, first_tempo_step: int = 0, pedal_down: bool = False
) -> Score:
    """Turn note events back into a Score: the inverse of ``encode`` up to the bins.

    Args:
        factors: ``(notes, 6)`` ids in the order of ``FACTORS``.
        first_beat: onset of the first note is this plus its own gap.
        first_tempo_step: tempo reached before the first note.
        pedal_down: whether the pedal was held before the first note.
    """
    tick, tempo = round(first_beat * TICKS_PER_BEAT), first_tempo_step
    notes: list[Note] = []
    tempos = [Tempo(0.0, step_bpm(tempo))]
    pedals: list[Pedal] = []
    previous = -1
    for gap, pitch, duration, velocity, change, pedal in factors.tolist():
        tick += int(TICKS[gap])
        beat = tick / TICKS_PER_BEAT
        if tick != previous:
            tempo += change - TEMPO_REACH
            tempos.append(Tempo(beat, step_bpm(tempo)))
            pedals += pedal_events(PedalChange(pedal), beat, held=pedal_down)
            pedal_down = pedal != PedalChange.UP
        previous = tick
        held = max(int(TICKS[duration]), 1) / TICKS_PER_BEAT
        notes.append(Note(beat, pitch + LOWEST_PITCH, beat + held, velocity_of(velocity)))
    return Score(tuple(notes), tempos=_merged(tempos), pedals=tuple(pedals))


def velocity_of(velocity_id: int) -> int:
    """MIDI velocity in the middle of a velocity bin."""
    return min(max(velocity_id * 4 + 2, 1), 127)


def pedal_events(change: PedalChange, beat: float, *, held: bool) -> list[Pedal]:
    """Pedal movements of a pedal id at an onset; a fresh press follows the lift by 1/24 beat (legato pedalling)."""
    if change == PedalChange.UP:
        return [Pedal(beat, False)] if held else []
    if change == PedalChange.FRESH:
        press = Pedal(beat + 1 / TICKS_PER_BEAT, True)
        return [Pedal(beat, False), press] if held else [press]
    return [] if held else [Pedal(beat, True)]


def _merged(tempos: Sequence[Tempo]) -> tuple[Tempo, ...]:
    """The last tempo stated for each beat, repeats of the same tempo left out."""
    last = {tempo.beat: tempo for tempo in tempos}
    kept: list[Tempo] = []
    for beat in sorted(last):
        if not kept or kept[-1].bpm != last[beat].bpm:
            kept.append(last[beat])
    return tuple(kept)
