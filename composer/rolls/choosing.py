"""Which of several ways to go on is kept: the roll engine's side of ``composer.generation.critic``.

What the critic hears of a roll are its notes, as it hears those of the note engine; of its own this module adds what a
network of frames gets wrong: keys a semitone apart that sound together, and keys struck again frame after frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.vocabulary import TICKS, TICKS_PER_BEAT
from composer.generation.candidates import PlayedNote
from composer.generation.critic import TYPICALITY_WEIGHT, WINDOW_SECONDS, manner_of, stretch_score
from composer.notes import LOWEST_PITCH
from composer.rolls.roll import notes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.generation.critic import Manner
    from composer.keys import Key
    from composer.rolls.roll import Roll

CLASH_WEIGHT, RESTRIKE_WEIGHT, HARMONY_WEIGHT = 4.0, 2.0, 4.0
"""Of shares: frames with semitones in them, strikes that follow one in the frame before, foreign pitch classes."""


@dataclass(frozen=True)
class Faults:
    """Shares in which a continuation should not exceed its primer, and the pitch classes of that."""

    clashes: float
    restrikes: float
    classes: NDArray[np.float64]


class Listener:
    """Judges continuations of a primer.

    Args:
        primer: with at least one note.
        key: of the primer.
        frame_seconds: how long a frame of the continuation lasts.
    """

    def __init__(self, primer: Roll, key: Key, frame_seconds: float) -> None:
        self._seconds = frame_seconds
        self._window = max(round(WINDOW_SECONDS / frame_seconds), 1)
        self._manner: Manner = manner_of(played(primer, frame_seconds), key)
        self._usual = faults(primer)

    def choose(self, rolls: Sequence[Roll], nats: Sequence[float]) -> int:
        """Which of some continuations of the same length is the best; ``nats`` are those of their newest frames."""
        scores = np.array([self.score(roll) for roll in rolls])
        unusual = np.abs(np.array(nats) - np.median(nats))
        return int(np.argmax(scores - TYPICALITY_WEIGHT * unusual))

    def score(self, roll: Roll) -> float:
        """0 for nothing to complain about in the newest frames of ``roll``, less for each fault."""
        newest = roll.newest(self._window)
        found, usual = faults(newest), self._usual
        clashes, restrikes = max(found.clashes - usual.clashes, 0), max(found.restrikes - usual.restrikes, 0)
        foreign = 1 - np.minimum(found.classes, usual.classes).sum()
        own = CLASH_WEIGHT * clashes + RESTRIKE_WEIGHT * restrikes + HARMONY_WEIGHT * float(foreign)
        return stretch_score(played(newest, self._seconds), self._manner) - own


def faults(roll: Roll) -> Faults:
    """What is counted of a roll."""
    sounding, struck = roll.sounding, roll.onsets
    clashes = (sounding[:, 1:] & sounding[:, :-1]).any(1).mean()
    again = (struck[1:] & struck[:-1]).sum() / max(struck.sum(), 1)
    weights = struck.sum(0)
    classes = np.bincount((np.arange(len(weights)) + roll.lowest_pitch) % 12, weights=weights, minlength=12)
    return Faults(float(clashes), float(again), classes / max(classes.sum(), 1))


def played(roll: Roll, frame_seconds: float) -> list[PlayedNote]:
    """The notes of ``roll`` as the critic takes them: gap, pitch and duration to the nearest 1/24 beat."""
    ticks = TICKS_PER_BEAT / roll.frames_per_quarter
    notes = np.array(notes_of(roll)).reshape(-1, 3)
    starts, lengths = notes[:, 0], notes[:, 1] - notes[:, 0]
    gaps = np.diff(starts, prepend=starts[:1])
    columns = (
        np.round(starts * ticks).astype(int),
        starts * frame_seconds,
        _tick_ids(gaps * ticks),
        notes[:, 2] - LOWEST_PITCH,
        _tick_ids(lengths * ticks),
    )
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [PlayedNote(tick, seconds, 0, (gap, key, length, 0, 0, 0)) for tick, seconds, gap, key, length in rows]


def _tick_ids(ticks: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.searchsorted(TICKS, np.round(ticks)).clip(0, len(TICKS) - 1)
