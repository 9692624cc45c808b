"""Where and how a piece ends: on a close that the music reached by itself, or else on one written for it.

A close here is what listeners expect of the last chord of tonal music: tonic in the bass, the notes of the tonic triad,
on a strong beat, held longer than what came before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

import numpy as np

from composer.encoding.vocabulary import TICKS_PER_BEAT
from composer.keys import estimate_key_of_pitches
from composer.notes import HIGHEST_PITCH, LOWEST_PITCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.keys import Key
    from composer.notes import Score

LONGEST_HOLD_SECONDS, SHORTEST_HOLD_SECONDS = 3.6, 1.1
"""How long the last chord may be held."""
EARLIEST_SHARE = 1 / 3
"""At least this share of a continuation comes before its last chord."""
SOUGHT_SECONDS = 2.0
"""For so long before the last possible chord the harmony is drawn towards the tonic."""
GOOD_CLOSE = 3.0
"""A close of at least this score is left as the network wrote it."""
HIGHEST_BASS = 76
"""What lies higher than E5 is no bass: a last chord up there dies away long before its end."""
_MEMORY = 48


class StruckNote(Protocol):
    """A note with its place in time: ticks of 1/24 beat, and seconds from the beginning of the piece."""

    @property
    def tick(self) -> int:
        """When the key is struck."""

    @property
    def seconds(self) -> float:
        """When the key is struck."""

    @property
    def pitch(self) -> int:
        """MIDI pitch."""

    @property
    def end_tick(self) -> int:
        """When the key comes up."""


class Pulse(NamedTuple):
    """Bars of ``bar_ticks``, ``bar_offset`` ticks of the first of which lie before tick 0, and how fast they pass."""

    bar_ticks: int
    bar_offset: int
    seconds_per_tick: float


class Continuation(Protocol):
    """Music that is to end."""

    @property
    def notes(self) -> Sequence[StruckNote]:
        """Sorted by (tick, pitch); at least one."""

    @property
    def pulse(self) -> Pulse:
        """Metre and tempo at the end."""


Candidate = TypeVar("Candidate", bound=Continuation)


@dataclass(frozen=True)
class Close(Generic[Candidate]):
    """A last onset at ``tick`` (``seconds``).

    ``score`` says how much of a close it is; ``written`` are the pitches of a chord to add there.
    """

    candidate: Candidate
    tick: int
    seconds: float
    score: float
    written: tuple[int, ...] = ()


def triad(key: Key) -> tuple[int, int, int]:
    """Pitch classes of the tonic triad, tonic first."""
    return key.tonic, (key.tonic + (4 if key.mode == "major" else 3)) % 12, (key.tonic + 7) % 12


def favour(key: Key) -> NDArray[np.float32]:
    """Bias of each pitch class (C first) near the end, in nats."""
    bias = np.full(12, -1.0, np.float32)
    bias[[pitch_class % 12 for pitch_class in key.pitch_classes]] = 0.0
    bias[list(triad(key))] = (1.2, 0.7, 0.9)
    return bias


def closing_key(primer: Score, notes: Sequence[StruckNote]) -> Key:
    """The key to end in: that of all notes, the primer's counted twice, because listeners feel at home there."""
    pitches = [note.pitch for note in primer.notes] + [note.pitch for note in notes]
    ticks = [2 * note.duration * TICKS_PER_BEAT for note in primer.notes]
    return estimate_key_of_pitches(pitches, ticks + [note.end_tick - note.tick for note in notes])


def best_close(
    candidates: Sequence[Candidate],
    key: Key,
    end_seconds: float,
    start_seconds: float = 0.0,
    good: float = GOOD_CLOSE,
) -> Close[Candidate]:
    """The best place among all candidates to stop before ``end_seconds``, a written close where none is good.

    Args:
        candidates: have all passed ``end_seconds``.
        key: to close in.
        end_seconds: when the last chord is released.
        start_seconds: when the continuation begins.
        good: a close of at least this score is not written over.
    """
    window = _window(start_seconds, end_seconds)
    closes = [close for candidate in candidates for close in _closes(candidate, key, window)]
    best = max(closes, key=lambda close: close.score, default=None)
    if best is not None and best.score >= good:
        return best
    return _written(best.candidate if best else candidates[0], key, window)


def _window(start_seconds: float, end_seconds: float) -> tuple[float, float]:
    """Between which times the last chord may be struck."""
    last = end_seconds - SHORTEST_HOLD_SECONDS
    earliest = start_seconds + EARLIEST_SHARE * (end_seconds - start_seconds)
    return min(max(end_seconds - LONGEST_HOLD_SECONDS, earliest), last), last


def _closes(candidate: Candidate, key: Key, window: tuple[float, float]) -> list[Close[Candidate]]:
    first, last = window
    notes = candidate.notes[-_MEMORY:]
    onsets = sorted({(note.tick, note.seconds) for note in notes if first <= note.seconds <= last})
    return [Close(candidate, tick, seconds, _score(candidate.pulse, notes, tick, key)) for tick, seconds in onsets]


def _score(pulse: Pulse, notes: Sequence[StruckNote], tick: int, key: Key) -> float:
    """Up to about 6: tonic in the bass 2.5, a pure and full triad 2, a bar's first beat 1, tonic on top 0.5."""
    sounding = [note.pitch for note in notes if note.tick <= tick < note.end_tick]
    struck = [note.pitch for note in notes if note.tick == tick]
    tonic, _, fifth = triad(key)
    bass = min(sounding)
    score = {tonic: 2.5, fifth: 0.5}.get(bass % 12, -1.0) if bass <= HIGHEST_BASS else -1.0
    inside = sum(pitch % 12 in triad(key) for pitch in sounding) / len(sounding)
    score += 2.0 * inside - 1.0 + 0.25 * min(len(set(sounding)), 4)
    position = (tick + pulse.bar_offset) % pulse.bar_ticks
    score += 1.0 if position == 0 else 0.4 if position % TICKS_PER_BEAT == 0 else -0.5
    score += 0.5 * (max(struck) % 12 == tonic) + 0.25 * (max(struck) >= max(sounding))
    return float(score)


def _written(candidate: Candidate, key: Key, window: tuple[float, float]) -> Close[Candidate]:
    """The tonic chord near the hands, on the last strong beat that leaves it long enough."""
    bar_ticks, bar_offset, per_tick = candidate.pulse
    notes = candidate.notes[-_MEMORY:]
    first, last = window
    anchor = max((n for n in notes if n.seconds <= last), key=lambda n: n.tick, default=notes[0])
    ticks = [
        tick
        for tick in range(anchor.tick - 2 * bar_ticks, anchor.tick + 2 * bar_ticks)
        if (tick + bar_offset) % TICKS_PER_BEAT == 0
        and first <= anchor.seconds + (tick - anchor.tick) * per_tick <= last
    ]
    strong = [tick for tick in ticks if (tick + bar_offset) % bar_ticks == 0]
    tick = (strong or ticks or [anchor.tick])[-1]
    seconds = anchor.seconds + (tick - anchor.tick) * per_tick
    before = [note.pitch for note in notes if tick - bar_ticks <= note.tick < tick] or [48, 60, 64]
    return Close(candidate, tick, seconds, GOOD_CLOSE, _tonic_chord(key, min(before), max(before)))


def _tonic_chord(key: Key, lowest: int, highest: int) -> tuple[int, ...]:
    """Tonic in the bass near ``lowest``, and the triad under the tonic or third nearest to ``highest``."""
    tonic, third, fifth = triad(key)
    bass = _nearest(tonic, min(lowest, 48))
    top = min(
        (_nearest(pitch_class, max(highest, 60)) for pitch_class in (tonic, third)), key=lambda p: abs(p - highest)
    )
    inner = [pitch for pitch in range(top - 12, top) if pitch % 12 in {tonic, third, fifth} and pitch > bass + 4]
    return (bass, *inner[-2:], top)


def _nearest(pitch_class: int, pitch: int) -> int:
    """The key of a pitch class that is nearest to ``pitch``."""
    keys = range(LOWEST_PITCH + (pitch_class - LOWEST_PITCH) % 12, HIGHEST_PITCH + 1, 12)
    return min(keys, key=lambda key: abs(key - pitch))
