"""How a continuation is played: as loud, as accented and with as much pedal as its primer."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.vocabulary import TICKS_PER_BEAT, PedalChange, pedal_events
from composer.notes import EPSILON, Note, Pedal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.notes import Score

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

MOST_NOTES = 600
"""The last notes of a primer say how it is played."""
TOP, INNER, BASS = 0, 1, 2
DOWNBEAT, BEAT, OFFBEAT = 0, 1, 2
VOICE_ACCENTS = (3.0, -3.0, 0.0)
PLACE_ACCENTS = (2.0, 0.0, -1.0)
"""What is usual (in steps of MIDI velocity) for voices and places in the bar of which a primer shows nothing."""
USUAL_WEIGHT = 4.0
"""The usual accents count as much as so many notes of the primer."""
CHANCE_SHARE = 0.6
"""Of what voice, place and phrase leave unexplained, so much returns as chance; the rest would sound careless."""
PHRASE_BARS = 0.5
"""Loudness is smoothed over about a bar: a Gaussian of this standard deviation."""
BEYOND = 6
"""A continuation gets so much louder or softer than its primer ever was."""
SOFTEST, LOUDEST = 12, 127
FEWEST_CHANGES_PER_BAR = 0.25
"""A primer with less movement of the pedal has no pattern of it."""
DOWN_SHARE = 0.5
"""Where there is no pattern, but the pedal was down for at least this share of the last bars, every bar has a pedal."""
PEDAL_BARS = 4
"""The pedal goes on as in the last bars."""
LONGEST_HELD_BEATS = 1.5
"""A pedal that has been down for longer is pressed afresh under a new bass note."""


def velocities(
    primer: Score, notes: Sequence[Note], primer_end_beat: float, rng: np.random.Generator
) -> tuple[int, ...]:
    """MIDI velocities for ``notes``, which follow ``primer`` from ``primer_end_beat`` on.

    Each is the sum of the primer's smoothed loudness, heard backwards from its end (so that nothing jumps where the
    continuation begins, and the dynamics stay those of the primer), of the primer's mean accents of the voice (top,
    inner, bass) and of the place in the bar, and of a little chance.

    Args:
        primer: at least one note.
        notes: of the continuation, sorted, with any velocity.
        primer_end_beat: where the continuation begins.
        rng: draws the chance.
    """
    heard = primer.notes[-MOST_NOTES:]
    starts = np.array([note.start for note in heard])
    loudness = np.array([note.velocity for note in heard], np.float64)
    bar = primer.time_signature_at(primer_end_beat).bar_beats
    beats, levels = _contour(starts, loudness, PHRASE_BARS * bar)
    accents = _Accents(primer, heard, loudness - np.interp(starts, beats, levels))
    mirrored = primer_end_beat - _reflected(
        np.array([note.start for note in notes]) - primer_end_beat, primer_end_beat - starts[0]
    )
    level = np.interp(mirrored, beats, levels) + accents.of(notes)
    drawn = level + CHANCE_SHARE * accents.unexplained * rng.standard_normal(len(notes))
    bounds = max(loudness.min() - BEYOND, SOFTEST), min(loudness.max() + BEYOND, LOUDEST)
    return tuple(np.clip(np.round(drawn), *bounds).astype(int).tolist())


def _contour(starts: Floats, loudness: Floats, deviation: float) -> tuple[Floats, Floats]:
    """Smoothed loudness at some beats from the first to the last of ``starts``."""
    beats = np.linspace(starts[0], starts[-1], min(int((starts[-1] - starts[0]) * 2) + 2, 1000))
    weights = np.exp(-0.5 * ((beats[:, None] - starts[None]) / deviation) ** 2) + 1e-12
    return beats, weights @ loudness / weights.sum(1)


def _reflected(distances: Floats, length: float) -> Floats:
    """Distances walked to and fro between 0 and ``length``."""
    length = max(length, 1.0)
    return length - np.abs(distances % (2 * length) - length)


class _Accents:
    """How much louder than the phrase each voice and each place in the bar is: means of ``residues`` of ``heard``."""

    def __init__(self, primer: Score, heard: Sequence[Note], residues: Floats) -> None:
        self._primer = primer
        voices, places = _voices(heard), self._places(heard)
        self._voices = _shrunk_means(residues, voices, VOICE_ACCENTS)
        left = residues - self._voices[voices]
        self._places_accents = _shrunk_means(left, places, PLACE_ACCENTS)
        self.unexplained = float((left - self._places_accents[places]).std())

    def of(self, notes: Sequence[Note]) -> Floats:
        """The accent of each note."""
        return self._voices[_voices(notes)] + self._places_accents[self._places(notes)]

    def _places(self, notes: Sequence[Note]) -> Ints:
        return np.array([_place(self._primer, note.start) for note in notes], np.intp)


def _place(score: Score, beat: float) -> int:
    signature = score.time_signature_at(beat)
    into = (beat - signature.beat + EPSILON) % signature.bar_beats
    pulse = 4 / signature.denominator * (3 if signature.denominator >= 8 and signature.numerator % 3 == 0 else 1)
    if into < 3 * EPSILON:
        return DOWNBEAT
    return BEAT if into % pulse < 3 * EPSILON else OFFBEAT


def _voices(notes: Sequence[Note]) -> Ints:
    """Top where nothing higher sounds when the key is struck, bass where nothing lower does, inner elsewhere."""
    starts, ends = np.array([note.start for note in notes]), np.array([note.end for note in notes])
    pitches = np.array([note.pitch for note in notes])
    voices = np.full(len(notes), INNER, np.intp)
    for index, note in enumerate(notes):
        # Notes are sorted: what begins up to here and a chord's breadth later is all that can sound.
        near = slice(max(index - 32, 0), index + 10)
        sounding = pitches[near][(starts[near] <= note.start + EPSILON) & (ends[near] > note.start + EPSILON)]
        voices[index] = TOP if note.pitch >= sounding.max() else BASS if note.pitch <= sounding.min() else INNER
    return voices


def _shrunk_means(values: Floats, groups: Ints, usual: Sequence[float]) -> Floats:
    """Mean of each group, drawn towards what is usual where the group is small."""
    prior = np.array(usual)
    sums = np.bincount(groups, weights=values, minlength=len(prior))
    counts = np.bincount(groups, minlength=len(prior))
    means: Floats = (sums + USUAL_WEIGHT * prior) / (counts + USUAL_WEIGHT)
    return means


def pedalled(primer: Score, notes: Sequence[Note], begin: float, close: float, end: float) -> tuple[Pedal, ...]:
    """The pedal from ``begin`` on: the pattern of the primer's last bars, repeated; none where the primer has none.

    Where a primer just keeps it down, it is pressed afresh with every bar.

    A pedal that has been down for a while is pressed afresh under a new bass note, because the pattern knows nothing of
    the new harmonies. The last chord at ``close`` is pedalled to the ``end`` of the piece.

    Args:
        primer: with its pedal.
        notes: of the continuation.
        begin: the beat where the continuation begins.
        close: the beat of the last onset.
        end: the beat of the last release.
    """
    pattern, period, origin = _pattern(primer, begin)
    down = [pedal.down for pedal in primer.pedals if pedal.beat < begin][-1:] == [True]
    if not pattern:
        return (Pedal(begin, False),) if down else ()
    changes = [
        Pedal(beat, presses)
        for repeat in range(int((close - origin) / period) + 1)
        for place, presses in pattern
        if begin <= (beat := origin + repeat * period + place) < close
    ]
    changes = _merged([Pedal(begin, False), *changes], _new_basses(notes, close), down=down)
    held = changes[-1].down if changes else down
    return (*changes, *pedal_events(PedalChange.FRESH, close, held=held), Pedal(end, False))


def _pattern(primer: Score, begin: float) -> tuple[list[tuple[float, bool]], float, float]:
    """Pedal movements within some bars (place in beats, down), the length of those bars, and where they go on."""
    signature = primer.time_signature_at(max(begin - EPSILON, 0.0))
    bars = int((begin - signature.beat) / signature.bar_beats + EPSILON)
    origin = signature.beat + bars * signature.bar_beats
    count = min(bars, PEDAL_BARS)
    period = count * signature.bar_beats
    start = origin - period
    pattern = [(pedal.beat - start, pedal.down) for pedal in primer.pedals if start <= pedal.beat < origin]
    if len(pattern) >= max(FEWEST_CHANGES_PER_BAR * count, 2) and any(down for _, down in pattern):
        return pattern, period, origin
    if count and _down_beats(primer, start, origin) >= DOWN_SHARE * period:
        # The lift before the press is what a foot does between two harmonies.
        return [(0.0, False), (1 / TICKS_PER_BEAT, True)], signature.bar_beats, origin
    return [], 1.0, origin


def _down_beats(score: Score, start: float, end: float) -> float:
    """For how many beats between two places the pedal is down."""
    changes = [(min(max(pedal.beat, start), end), pedal.down) for pedal in score.pedals]
    return sum(after - beat for (beat, down), (after, _) in pairwise([*changes, (end, False)]) if down)


def _new_basses(notes: Sequence[Note], close: float) -> list[float]:
    """Beats at which the lowest voice moves to another pitch class on a whole beat."""
    found: list[float] = []
    last = -1
    for note, voice in zip(notes, _voices(notes) if notes else (), strict=True):
        whole = abs(note.start - round(note.start)) < EPSILON
        if voice == BASS and whole and note.start < close:
            if note.pitch % 12 != last:
                found.append(note.start)
            last = note.pitch % 12
    return found


def _merged(changes: Sequence[Pedal], basses: Sequence[float], *, down: bool) -> list[Pedal]:
    """Real changes only, and a fresh press at each of ``basses`` where the pedal has been down for long.

    ``down`` says where it is before.
    """
    merged: list[Pedal] = []
    waiting = sorted([(pedal.beat, pedal.down) for pedal in changes] + [(beat, None) for beat in basses], key=_beat)
    for beat, wanted in waiting:
        held = merged[-1].down if merged else down
        earliest = merged[-1].beat + 1 / TICKS_PER_BEAT if merged else beat
        if wanted is None:
            if held and merged and beat - merged[-1].beat > LONGEST_HELD_BEATS:
                merged += pedal_events(PedalChange.FRESH, beat, held=True)
        elif wanted != held:
            merged.append(Pedal(max(beat, earliest), wanted))
    return merged


def _beat(item: tuple[float, bool | None]) -> float:
    return item[0]
