"""A stretch of music as three dozen plain numbers: density, register, rhythm, harmony, dynamics, pedal.

All are means, shares or spreads, so that stretches of different length compare. They are computed for many stretches at
once, because several continuations are judged every second and a half. How often things repeat is left out on purpose:
choosing by that is a short cut to loops (docs/decisions.md).
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from composer.encoding.vocabulary import TICKS, TICKS_PER_BEAT, PedalChange
from composer.generation.candidates import PlayedNote
from composer.keys import PROFILES, SCALES
from composer.notes import LOWEST_PITCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.int64]

FEWEST_NOTES = 4
"""Less than this says nothing: all features are 0."""
_SHORTEST_SECONDS, _SHORTEST_TICKS = 0.5, 12
_INTERVALS = {"dissonant": (1, 2, 6, 10, 11), "sweet": (3, 4, 8, 9), "hollow": (0, 7)}
"""Intervals above the bass within an octave: seconds, sevenths and tritone; thirds and sixths; fifths and octaves."""
_KINDS = {name: np.isin(range(12), kind) for name, kind in _INTERVALS.items()}
_KEYS = [(mode, tonic) for mode in PROFILES for tonic in range(12)]
_PROFILES = np.array([np.roll(PROFILES[mode], tonic) for mode, tonic in _KEYS])
_PROFILES = _PROFILES - _PROFILES.mean(1, keepdims=True)
_PROFILES /= np.linalg.norm(_PROFILES, axis=1, keepdims=True)
_SCALES = np.array([np.roll(np.isin(range(12), SCALES[mode]), tonic) for mode, tonic in _KEYS]).astype(float)
_STACCATO = 0.5
"""A note shorter than this share of the time to the next onset is detached."""


class _Music(NamedTuple):
    """Notes and onsets of several stretches, one after another; ``of`` says of which stretch each is."""

    of: Whole
    tick: Whole
    second: Floats
    pitch: Whole
    held: Whole
    velocity: Whole
    pedal: Whole
    onset: Whole
    first: Whole
    begin: Whole
    last: Whole
    stretches: int

    def mean(self, values: Floats | NDArray[np.bool_], of: Whole) -> Floats:
        """Mean of ``values`` in each stretch; 0 where it has none."""
        sums = np.bincount(of, values, minlength=self.stretches)
        means: Floats = sums / np.maximum(np.bincount(of, minlength=self.stretches), 1)
        return means

    def spread(self, values: Floats, of: Whole) -> Floats:
        """Standard deviation of ``values`` in each stretch."""
        spreads: Floats = np.sqrt(np.maximum(self.mean(values**2, of) - self.mean(values, of) ** 2, 0.0))
        return spreads

    def both(self, name: str, values: Floats, of: Whole) -> dict[str, Floats]:
        """Mean and spread."""
        return {name: self.mean(values, of), f"{name}_spread": self.spread(values, of)}


def stretch_features(stretches: Sequence[Sequence[PlayedNote]]) -> Floats:
    """The features ``(stretches, len(FEATURES))`` of several stretches of notes sorted by (tick, pitch)."""
    told = [notes for notes in stretches if len(notes) >= FEWEST_NOTES]
    output = np.zeros((len(stretches), len(FEATURES)))
    if told:
        rows = [index for index, notes in enumerate(stretches) if len(notes) >= FEWEST_NOTES]
        output[rows] = np.stack(list(_described(told).values()), axis=1)
    return output


def _described(stretches: Sequence[Sequence[PlayedNote]]) -> dict[str, Floats]:
    music = _music(stretches)
    return _texture(music) | _rhythm(music) | _melody(music) | _harmony(music) | _touch(music)


def _music(stretches: Sequence[Sequence[PlayedNote]]) -> _Music:
    notes = list(chain.from_iterable(stretches))
    of = np.repeat(np.arange(len(stretches)), [len(stretch) for stretch in stretches])
    tick = np.array([note.tick for note in notes])
    # A flat list becomes an array in half the time that a list of tuples does.
    factors = np.array(list(chain.from_iterable(note.factors for note in notes))).reshape(len(notes), -1)
    begins = np.ones(len(notes), bool)
    begins[1:] = of[1:] != of[:-1]
    is_first = begins.copy()
    is_first[1:] |= tick[1:] != tick[:-1]
    begin = np.flatnonzero(begins)
    return _Music(
        of=of,
        tick=tick,
        second=np.array([note.seconds for note in notes]),
        pitch=factors[:, 1] + LOWEST_PITCH,
        held=np.maximum(TICKS[factors[:, 2]], 1),
        velocity=factors[:, 3],
        pedal=factors[:, 5],
        onset=np.cumsum(is_first) - 1,
        first=np.flatnonzero(is_first),
        begin=begin,
        last=np.append(begin[1:], len(notes)) - 1,
        stretches=len(stretches),
    )


def _seconds(music: _Music) -> Floats:
    """Length of each stretch from its first onset to its last."""
    seconds: Floats = np.maximum(music.second[music.last] - music.second[music.begin], _SHORTEST_SECONDS)
    return seconds


def _ticks(music: _Music) -> Floats:
    ticks: Floats = np.maximum(music.tick[music.last] - music.tick[music.begin], _SHORTEST_TICKS).astype(float)
    return ticks


def _texture(music: _Music) -> dict[str, Floats]:
    """How much sounds, and where."""
    low, high = _edges(music)
    of, sizes = music.of[music.first], np.bincount(music.onset).astype(float)
    count = np.bincount(music.of, minlength=music.stretches)
    seconds, ticks = _seconds(music), _ticks(music)
    sounding = np.bincount(music.of, music.held, minlength=music.stretches) / ticks
    return {
        "notes_a_second": np.log(count / seconds),
        "notes_an_onset": np.log(music.mean(sizes, of)),
        "sounding": np.log(sounding),
        "tempo": np.log(ticks / seconds),
        "single_notes": music.mean(sizes == 1, of),
        "chords": music.mean(sizes >= 3, of),
        "low": music.mean(low, of),
        "high": music.mean(high, of),
        "reach": music.mean(high - low, of),
        **music.both("pitch", music.pitch.astype(float), music.of),
    }


def _edges(music: _Music) -> tuple[Floats, Floats]:
    """Lowest and highest pitch of every onset: notes of one onset ascend."""
    last = np.append(music.first[1:], len(music.pitch)) - 1
    return music.pitch[music.first].astype(float), music.pitch[last].astype(float)


def _rhythm(music: _Music) -> dict[str, Floats]:
    """When things happen."""
    of, tick, second = music.of[music.first], music.tick[music.first], music.second[music.first]
    within = of[1:] == of[:-1]
    seconds = np.maximum(np.diff(second)[within], 0.01)
    between = of[1:][within]
    place = tick % TICKS_PER_BEAT
    return {
        **music.both("time_between_onsets", np.log(seconds), between),
        "on_the_beat": music.mean(place == 0, of),
        "off_the_half_beat": music.mean(place % 12 != 0, of),
        "triplets": music.mean((place % 8 == 0) & (place != 0), of),
    }


def _melody(music: _Music) -> dict[str, Floats]:
    """How the highest and the lowest voice move."""
    low, high = _edges(music)
    of = music.of[music.first]
    within = of[1:] == of[:-1]
    rise, step, between = np.diff(high)[within], np.abs(np.diff(low))[within], of[1:][within]
    leap = np.abs(rise)
    return {
        "top_interval": music.mean(leap, between),
        "top_rise": music.mean(rise, between),
        "top_steps": music.mean((leap > 0) & (leap <= 2), between),
        "top_semitones": music.mean(leap == 1, between),
        "top_leaps": music.mean(leap >= 7, between),
        "bass_interval": music.mean(step, between),
    }


def _harmony(music: _Music) -> dict[str, Floats]:
    """Keys and chords."""
    classes = _counts(music.pitch % 12, music.of, music, 12, music.held.astype(float))
    shares = classes / classes.sum(1, keepdims=True)
    from_mean = shares - shares.mean(1, keepdims=True)
    fits = from_mean / np.maximum(np.linalg.norm(from_mean, axis=1, keepdims=True), 1e-9) @ _PROFILES.T
    major, minor = fits[:, :12].max(1), fits[:, 12:].max(1)
    low, _ = _edges(music)
    above = (music.pitch - low[music.onset]).astype(int)
    upper = above > 0
    interval, of = above[upper] % 12, music.of[upper]
    return {
        "minor": minor - major,
        "key_clarity": np.maximum(major, minor),
        "in_key": (shares * _SCALES[fits.argmax(1)]).sum(1),
        **{name: music.mean(is_one[interval], of) for name, is_one in _KINDS.items()},
    }


def _touch(music: _Music) -> dict[str, Floats]:
    """Dynamics, articulation, pedal."""
    of, tick = music.of[music.first], music.tick[music.first]
    ahead = np.append(np.where(of[1:] == of[:-1], np.diff(tick), 0), 0)[music.onset]
    told = ahead > 0
    legato, held_of = music.held[told] / ahead[told], music.of[told]
    pedal = music.pedal[music.first]
    a_tick = (_seconds(music) / _ticks(music))[music.of]
    return {
        **music.both("velocity", music.velocity.astype(float), music.of),
        **music.both("held_seconds", np.log(music.held * a_tick), music.of),
        "legato": music.mean(np.log(np.clip(legato, 0.1, 10.0)), held_of),
        "staccato": music.mean(legato < _STACCATO, held_of),
        "pedal": music.mean(pedal != PedalChange.UP, of),
        "pedal_changes": music.mean(pedal == PedalChange.FRESH, of),
    }


def _counts(ids: Whole, of: Whole, music: _Music, size: int, weights: Floats | None = None) -> Floats:
    """How often each id occurs in each stretch, ``(stretches, size)``."""
    counts = np.bincount(of * size + ids, weights, minlength=music.stretches * size)
    return counts.reshape(music.stretches, size).astype(float)


_EXAMPLE = [PlayedNote(24 * beat, beat / 2, 0, (24, 40 + beat, 24, 16, 20, 0)) for beat in range(FEWEST_NOTES)]
FEATURES = tuple(_described([_EXAMPLE]))
"""Names of the features, in their order."""
