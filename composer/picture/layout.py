"""Where things stand in the picture of a piano roll: rows of time, lines of pitch, all in pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from composer.notes import HIGHEST_PITCH, LOWEST_PITCH
from composer.performance import opening_second

if TYPE_CHECKING:
    from collections.abc import Sequence

    from composer.notes import Score

WIDTH = 1_600
HEADER = 98
LABELS_LEFT, KEYBOARD_LEFT, ROLL_LEFT, ROLL_RIGHT = 26, 66, 112, 1_574
BAR_NUMBERS, PEDAL_GAP, PEDAL_LANE, TIME_AXIS = 20, 6, 10, 32
ROW_HEIGHTS = {1: 590, 2: 410}
LOW_ROW_HEIGHT = 330
BOTTOM = 12
SECONDS_PER_ROW = 100.0
MOST_ROWS = 5
FEWEST_SEMITONES = 24
TIME_LABELS_APART = 70
TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_200, 3_600)


@dataclass(frozen=True, slots=True)
class Row:
    """One strip of the roll: ``top`` in pixels, from ``start`` to ``end`` in seconds of the Score."""

    top: float
    start: float
    end: float

    def x(self, second: float) -> float:
        """Pixels from the left; times outside the row are drawn at its edges."""
        share = (second - self.start) / (self.end - self.start)
        return ROLL_LEFT + min(max(share, 0.0), 1.0) * (ROLL_RIGHT - ROLL_LEFT)

    @property
    def pixels_per_second(self) -> float:
        """Width of a second."""
        return (ROLL_RIGHT - ROLL_LEFT) / (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole picture: ``height`` in pixels, its rows, and the keys from ``lowest`` to ``highest``."""

    height: int
    rows: tuple[Row, ...]
    row_height: int
    lowest: int
    highest: int
    opening: float

    @classmethod
    def of(cls, score: Score) -> Layout:
        """Fit the Score (at least one note): its own range of keys, more rows where it is long."""
        opening = opening_second(score)
        seconds = max(score.length_seconds - opening, 1.0)
        count = min(math.ceil(seconds / SECONDS_PER_ROW), MOST_ROWS)
        row_height = ROW_HEIGHTS.get(count, LOW_ROW_HEIGHT)
        share = seconds / count
        rows = tuple(
            Row(HEADER + index * row_height + BAR_NUMBERS, opening + index * share, opening + (index + 1) * share)
            for index in range(count)
        )
        lowest, highest = _key_range([note.pitch for note in score.notes])
        return cls(HEADER + count * row_height + BOTTOM, rows, row_height, lowest, highest, opening)

    @property
    def roll_height(self) -> float:
        """Pixels from the highest key's upper edge to the lowest key's lower edge."""
        return self.row_height - BAR_NUMBERS - PEDAL_GAP - PEDAL_LANE - TIME_AXIS

    @property
    def key_height(self) -> float:
        """Pixels of one semitone."""
        return self.roll_height / (self.highest - self.lowest + 1)

    def y(self, row: Row, pitch: float) -> float:
        """Upper edge of the line of ``pitch``."""
        return row.top + (self.highest - pitch) * self.key_height

    def time_step(self) -> int:
        """Seconds between two labels of the time axis, at least ``TIME_LABELS_APART``."""
        pixels = self.rows[0].pixels_per_second
        return next((step for step in TIME_STEPS if step * pixels >= TIME_LABELS_APART), TIME_STEPS[-1])


def thinned(positions: Sequence[float], apart: float) -> int:
    """Every how many of rising ``positions`` must be left so that they are ``apart`` on average: 1, 2, 4, 8 ..."""
    mean = (positions[-1] - positions[0]) / (len(positions) - 1) if positions[1:] else apart
    every = 1
    while every * max(mean, 1e-6) < apart:
        every *= 2
    return every


def _key_range(pitches: Sequence[int]) -> tuple[int, int]:
    """The keys to show: two more than needed on each side, and at least two octaves."""
    lowest, highest = min(pitches) - 2, max(pitches) + 2
    missing = max(FEWEST_SEMITONES - (highest - lowest), 0)
    lowest, highest = lowest - missing // 2, highest + missing - missing // 2
    shift = max(LOWEST_PITCH - lowest, 0) - max(highest - HIGHEST_PITCH, 0)
    if highest - lowest < HIGHEST_PITCH - LOWEST_PITCH:
        lowest, highest = lowest + shift, highest + shift
    return max(lowest, LOWEST_PITCH), min(highest, HIGHEST_PITCH)
