"""Figures that describe one piece, each a plain function of a Score: texture, harmony, tempo, silence, ending."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from composer.keys import estimate_key

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from composer.notes import Score

LONG_CLOSE = 2.0
"""The last sound is long where it lasts this many times the median time between onsets."""


def notes_per_second(score: Score) -> float:
    """Notes per second from the first onset to the release of the last key."""
    return len(score.notes) / (score.length_seconds - score.seconds_at(score.notes[0].start))


def polyphony(score: Score) -> float:
    """Mean number of keys that are down while any is, in beats (muspy's definition)."""
    spans = np.array([(note.start, note.end) for note in score.notes])
    reached = np.maximum.accumulate(spans[:, 1])
    begun = np.maximum(spans[:, 0], np.r_[-np.inf, reached[:-1]])
    return float((spans[:, 1] - spans[:, 0]).sum() / np.maximum(spans[:, 1] - begun, 0).sum())


def pitch_class_entropy(score: Score) -> float:
    """Entropy in bits of the pitch classes of the notes: 0 for one, 3.58 for all twelve alike."""
    counts = np.bincount([note.pitch % 12 for note in score.notes])
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum()) + 0.0


def longest_silence(score: Score) -> float:
    """The longest time in seconds within the piece in which no key and no pedal holds a note."""
    onsets = np.array([score.seconds_at(note.start) for note in score.notes])
    ends = np.maximum.accumulate([score.seconds_at(beat) for beat in _damped(score)])
    return float(np.maximum(onsets[1:] - ends[:-1], 0).max(initial=0))


def _damped(score: Score) -> NDArray[np.float64]:
    """The beat at which each note is damped: where its key comes up, or the pedal if that is down then."""
    beats = np.array([pedal.beat for pedal in score.pedals])
    down = np.array([pedal.down for pedal in score.pedals], bool)
    lifts = np.r_[beats[~down], np.inf]
    ends = np.array([note.end for note in score.notes])
    held = np.r_[False, down][np.searchsorted(beats, ends, side="right")]
    return np.where(held, np.minimum(lifts[np.searchsorted(lifts[:-1], ends, side="right")], score.end_beat), ends)


def key_hold(continuation: Score, primer: Score) -> float:
    """Share of the continuation's notes that belong to the primer's key (Krumhansl-Kessler profiles)."""
    return estimate_key(primer).share_inside(note.pitch for note in continuation.notes)


def tempo_ratio(score: Score, other: Score) -> float:
    """Mean tempo of a piece as a multiple of another's."""
    return score.mean_bpm / other.mean_bpm


def ends_on_close(score: Score) -> bool:
    """Whether a piece ends as tonal music does: tonic or dominant in the bass, and a last sound that is long.

    The bass is the lowest note that sounds at the last onset, the key that of the whole piece, and long at least twice
    the median time between onsets.
    """
    onsets = np.unique([note.start for note in score.notes])
    last = float(onsets[-1])
    bass = min(note.pitch for note in score.notes if note.end > last)
    if len(onsets) == 1 or (bass - estimate_key(score).tonic) % 12 not in {0, 7}:
        return False
    seconds = np.array([score.seconds_at(float(beat)) for beat in onsets])
    return bool(score.length_seconds - seconds[-1] >= LONG_CLOSE * np.median(np.diff(seconds)))
