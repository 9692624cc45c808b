"""A primer that comes in flat is played by the network: loudness, rubato and pedal where nobody has marked any.

Scores made by notation programs, and what people type, have one velocity, one tempo and no pedal. Continued as it is,
such a primer is continued flat. So the network, which knows how pianists play, hears the notes and draws the rest.
Notes stay as they are (pitch, onset in beats, length), and so do the primer's seconds and whatever is marked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.context import Context
from composer.encoding.fields import ABSENT
from composer.encoding.vocabulary import (
    TEMPO_RATIO,
    TEMPO_REACH,
    TICKS_PER_BEAT,
    PedalChange,
    encode,
    pedal_events,
    tempo_step,
    velocity_of,
)
from composer.generation.candidates import Candidate
from composer.generation.drawing import Draw
from composer.generation.steering import Constraints
from composer.notes import FASTEST_BPM, LOWEST_PITCH, SLOWEST_BPM, Tempo

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from composer.encoding.vocabulary import NoteEvents
    from composer.generation.decoder import Decoder
    from composer.generation.loop import Task
    from composer.notes import Pedal, Score

TAKES = 6
"""As many times the primer is played; the most usual of these performances is taken."""
SOBER = 0.1
"""The temperature at which a primer is played: hotter, loudness jumps more than pianists' does."""
FEWEST_NOTES = 8
"""Of fewer it cannot be told whether they are meant to be even."""
MOST_LEVELS = 2
"""So many different velocities are no dynamics yet: one, or one for each hand."""
STEADY = 1.01
"""Tempos that differ by less than 1 % are one."""
ON_GRID, NEAR_TICKS = 0.5, 0.06
"""Where at least so many of the onsets lie so near to the grid of 1/24 beat, nobody has played them."""
SOFT, SOFTEST = 60, 16
"""A velocity below the first is no program's default: somebody wants it soft. Below the second it is hardly heard."""


@dataclass(frozen=True)
class Flat:
    """What of a Score nobody has played or marked."""

    velocity: bool
    tempo: bool
    pedal: bool

    def __bool__(self) -> bool:
        return self.velocity or self.tempo


def flatness(score: Score) -> Flat:
    """What is flat about a Score; where there are dynamics, it has as much pedal as is meant, perhaps none."""
    ticks = np.array([note.start for note in score.notes]) * TICKS_PER_BEAT
    on_grid = float((np.abs(ticks - np.rint(ticks)) < NEAR_TICKS).mean())
    tempos = [tempo.bpm for tempo in score.tempos if tempo.beat <= score.notes[-1].start]
    enough = len(score.notes) >= FEWEST_NOTES
    velocity = enough and len({note.velocity for note in score.notes}) <= MOST_LEVELS
    return Flat(
        velocity=velocity,
        tempo=enough and score.beat_grid and on_grid >= ON_GRID and max(tempos) <= STEADY * min(tempos),
        pedal=velocity and not any(pedal.down for pedal in score.pedals),
    )


def as_played(decoder: Decoder, state_width: int, task: Task) -> Score:
    """The primer of a task as a pianist might play it, where it is flat; otherwise as it is.

    Args:
        decoder: the network.
        state_width: numbers of its recurrent state.
        task: its random seed gives the same performance each time.
    """
    score = task.primer
    flat = flatness(score)
    if not flat:
        return score
    events = encode(score)
    takes = [
        Candidate(Context(beat_grid=score.beat_grid), np.zeros((1, state_width), np.float32)) for _ in range(TAKES)
    ]
    steady = Constraints(SOBER, task.end_seconds, 0, tempo_step(score.mean_bpm), np.inf, np.zeros(12, np.float32))
    _Pianists(decoder, takes, flat, steady, np.random.default_rng((task.random_seed, 2))).play(events)
    return _performed(task, events, flat, _most_usual(takes))


@dataclass
class _Pianists:
    """Takes of one performance, played side by side: each hears the notes and draws what is flat about them."""

    decoder: Decoder
    takes: list[Candidate]
    flat: Flat
    constraints: Constraints
    rng: np.random.Generator

    def play(self, events: NoteEvents) -> None:
        """Play all notes."""
        contexts = [take.context for take in self.takes]
        new_onset = np.r_[True, np.diff(events.onsets) > 0].tolist()
        for index, row in enumerate(events.factors.tolist()):
            onset = int(events.onsets[index])
            for context in contexts:
                context.tick = context.tick if index else onset
                context.set_bar(int(events.bar_ticks[index]), int(events.bar_positions[index]), onset)
            later = index > 0 and new_onset[index]
            for context, (_, velocity, tempo, pedal) in zip(contexts, self._draw(row), strict=True):
                # The first tempo is where the music starts from; inside chords there is neither tempo nor pedal.
                marks = (tempo if later else row[4], pedal if new_onset[index] else row[5])
                context.push((*row[:3], velocity, *marks), tick=onset)
                if index == 0:
                    context.tempo_step = round(self.constraints.tempo_anchor)

    def _draw(self, row: list[int]) -> list[list[int]]:
        """Duration, velocity, tempo and pedal of one note for each take: drawn where flat, else as in ``row``."""
        draw, flat = Draw(self.decoder, self.takes, self.constraints, self.rng), self.flat
        contexts = [take.context for take in self.takes]
        known = [context.after_gap(row[0]) for context in contexts]
        for context, item in zip(contexts, known, strict=True):
            context.after_pitch(item, row[1])
        is_flat = (False, flat.velocity, flat.tempo, flat.pedal)
        given = [ABSENT if draws else value for draws, value in zip(is_flat, row[2:], strict=True)]
        return draw.touches(known, [given] * len(self.takes))


def _most_usual(takes: list[Candidate]) -> Candidate:
    """The take whose loudness, dynamics, rubato and pedal are nearest to the middle of all takes."""
    rows = []
    for take in takes:
        factors = np.array(take.context.notes)
        change = (factors[1:, 4] - TEMPO_REACH)[factors[1:, 0] > 0]
        rows.append([factors[:, 3].mean(), factors[:, 3].std(), np.cumsum(change).std(), (factors[:, 5] > 0).mean()])
    features = np.array(rows)
    away = np.abs(features - np.median(features, axis=0)) / (features.std(axis=0) + 1e-9)
    return takes[int(away.sum(axis=1).argmin())]


def _performed(task: Task, events: NoteEvents, flat: Flat, take: Candidate) -> Score:
    """The primer with what the take has added, as long as before."""
    score, factors = task.primer, np.array(take.context.notes)
    if flat.velocity:
        place = {(int(tick), int(row[1])): row for tick, row in zip(events.onsets, factors, strict=True)}
        score = _with_dynamics(score, place)
    first = np.r_[True, np.diff(events.onsets) > 0]
    beats = events.onsets[first] / TICKS_PER_BEAT
    if flat.pedal:
        score = replace(score, pedals=_pedals(beats.tolist(), factors[first, 5].tolist()))
    if flat.tempo:
        end = max(task.primer_end_beat, float(beats[-1]))
        score = _with_rubato(score, np.r_[beats, end], factors[first, 4] - TEMPO_REACH)
    return score


def _with_dynamics(score: Score, place: dict[tuple[int, int], NDArray[np.int64]]) -> Score:
    """Drawn velocities; of two levels the one stays so much louder than the other, and soft music stays as soft."""
    given = np.array([note.velocity for note in score.notes])
    spots = [(round(note.start * TICKS_PER_BEAT), note.pitch - LOWEST_PITCH) for note in score.notes]
    drawn = np.array([velocity_of(int(place[spot][3])) for spot in spots]) + given - given.mean()
    if given.mean() < SOFT:
        drawn += given.mean() - drawn.mean()
    velocities = np.clip(np.rint(drawn), SOFTEST, 127).astype(int).tolist()
    notes = [replace(note, velocity=value) for note, value in zip(score.notes, velocities, strict=True)]
    return replace(score, notes=tuple(notes))


def _pedals(beats: list[float], changes: list[int]) -> tuple[Pedal, ...]:
    pedals: list[Pedal] = []
    held = False
    for beat, change in zip(beats, changes, strict=True):
        pedals += pedal_events(PedalChange(change), beat, held=held)
        held = change != PedalChange.UP
    return tuple(pedals)


def _with_rubato(score: Score, beats: NDArray[np.float64], changes: NDArray[np.int64]) -> Score:
    """The tempo changed by so many steps of 3 % at each onset, to the end, the last of ``beats``, as fast as before."""
    bpms = TEMPO_RATIO ** np.r_[0, np.cumsum(changes[1:])]
    bpms *= (
        (np.diff(beats) / bpms).sum() / (score.seconds_at(float(beats[-1])) - score.seconds_at(float(beats[0]))) * 60
    )
    bpms = np.clip(bpms, SLOWEST_BPM, FASTEST_BPM)
    kept = np.r_[True, np.diff(bpms) != 0]
    tempos = [Tempo(float(beat), float(bpm)) for beat, bpm in zip(beats[:-1][kept], bpms[kept], strict=True)]
    return replace(score, tempos=(replace(tempos[0], beat=0.0), *tempos[1:]))
