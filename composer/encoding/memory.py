"""What a piece has been so far, in the three forms the network is reminded of: pitch classes, onsets, repetitions."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from composer.encoding.fields import ABSENT
from composer.encoding.vocabulary import TICKS_PER_BEAT, ticks_to_id

if TYPE_CHECKING:
    from collections.abc import Callable

SHORT_BEATS, LONG_BEATS = 4.0, 48.0
"""Decay of the two pitch-class memories, in beats: the harmony of the moment and the key."""
LONGEST_WEIGHT = 2 * TICKS_PER_BEAT
MATCH_ORDER = 4
"""How many (interval, gap) pairs in a row must have occurred before."""


@dataclass
class Chroma:
    """Two decaying sums of sounding time by pitch class (C first)."""

    short: list[float] = field(default_factory=lambda: [0.0] * 12)
    long: list[float] = field(default_factory=lambda: [0.0] * 12)

    def pass_time(self, ticks: int) -> None:
        """Let both memories fade."""
        short, long = (math.exp(-ticks / TICKS_PER_BEAT / beats) for beats in (SHORT_BEATS, LONG_BEATS))
        self.short = [value * short for value in self.short]
        self.long = [value * long for value in self.long]

    def add(self, pitch_class: int, ticks: int) -> None:
        """Remember a note; long ones count as two beats."""
        weight = min(ticks, LONGEST_WEIGHT) + 1.0
        self.short[pitch_class] += weight
        self.long[pitch_class] += weight

    def shares(self) -> list[float]:
        """24 shares: the short memory's, then the long one's."""
        return _shares(self.short) + _shares(self.long)

    def copy(self) -> Chroma:
        """An independent memory of the same past."""
        return Chroma(self.short.copy(), self.long.copy())


def _shares(values: list[float]) -> list[float]:
    total = sum(values)
    return [value / total for value in values] if total > 0 else [0.0] * 12


@dataclass
class Onsets:
    """When notes began: to look up what stood at the same place a bar or a beat ago."""

    ticks: list[int] = field(default_factory=list)
    keys: dict[int, int] = field(default_factory=dict)
    first: dict[int, int] = field(default_factory=dict)
    end: dict[int, int] = field(default_factory=dict)

    def add(self, tick: int, pitch: int, index: int) -> None:
        """Remember that note number ``index`` strikes key ``pitch`` at ``tick``."""
        if tick not in self.first:
            self.ticks.append(tick)
            self.first[tick] = index
        self.keys[tick] = self.keys.get(tick, 0) | 1 << pitch
        self.end[tick] = index + 1

    def note_at(self, tick: int, position: int) -> int:
        """Index of the note number ``position`` of the chord at ``tick``; ABSENT where there is none."""
        index = self.first.get(tick, ABSENT) + position
        return index if tick in self.first and index < self.end[tick] else ABSENT

    def place_from(self, tick: int, above: Callable[[int], bool]) -> tuple[int, int] | None:
        """Tick and index of the first note at ``tick`` that is ``above``, else of the first one after it."""
        here = (
            next((index for index in range(self.first[tick], self.end[tick]) if above(index)), None)
            if tick in self.first
            else None
        )
        if here is not None:
            return tick, here
        index = bisect_right(self.ticks, tick)
        return (self.ticks[index], self.first[self.ticks[index]]) if index < len(self.ticks) else None

    def keys_within(self, start: int, stop: int) -> int:
        """Bit set of the keys struck from ``start`` to before ``stop``."""
        ticks = self.ticks[bisect_left(self.ticks, start) : bisect_left(self.ticks, stop)]
        return reduce(or_, (self.keys[tick] for tick in ticks), 0)

    def gap_after(self, tick: int) -> int:
        """Gap id from ``tick`` to the next onset that is known; ABSENT outside the music so far."""
        index = bisect_right(self.ticks, tick)
        if index == 0 or index >= len(self.ticks):
            return ABSENT
        return ticks_to_id(self.ticks[index] - tick)

    def copy(self) -> Onsets:
        """An independent memory of the same past."""
        return Onsets(self.ticks.copy(), self.keys.copy(), self.first.copy(), self.end.copy())


@dataclass
class Match:
    """Follows the last place where the music went as it does now: Magenta's lookback taken to its end.

    About half of all notes of classical piano music continue such a repetition. Pairs are (interval, gap), so a
    transposed repetition counts.

    Attributes:
        index: of the note that came next then; ABSENT without a match.
        length: notes for which the match has held.
    """

    pairs: list[tuple[int, int]] = field(default_factory=list)
    places: dict[tuple[tuple[int, int], ...], int] = field(default_factory=dict)
    index: int = ABSENT
    length: int = 0

    def add(self, interval: int, gap: int) -> None:
        """Follow the match while it was right, else look the last pairs up."""
        self.pairs.append((interval, gap))
        here = len(self.pairs)
        if self.index != ABSENT and self.pairs[self.index] == self.pairs[-1]:
            self.index, self.length = self.index + 1, self.length + 1
        else:
            self.index, self.length = ABSENT, 0
        if here > MATCH_ORDER:
            recent = tuple(self.pairs[-MATCH_ORDER:])
            place = self.places.get(recent)
            if self.index == ABSENT and place is not None:
                self.index, self.length = place, MATCH_ORDER
            self.places[recent] = here

    def copy(self) -> Match:
        """An independent match over the same past."""
        return Match(self.pairs.copy(), self.places.copy(), self.index, self.length)
