"""Which key a piece is in: the Krumhansl-Schmuckler method with the Krumhansl-Kessler profiles.

The share of each pitch class in the sounding time is correlated with how well listeners found each pitch class to fit
into a key (Krumhansl and Kessler, *Psychological Review* 89, 1982; Krumhansl, *Cognitive Foundations of Musical Pitch*,
1990, chapter 4); the key with the highest correlation wins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from composer.notes import Score

Mode = Literal["major", "minor"]

PROFILES: dict[Mode, tuple[float, ...]] = {
    "major": (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    "minor": (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
}
"""How well each pitch class above the tonic fits into a key."""
_TONIC_NAMES: dict[Mode, tuple[str, ...]] = {
    "major": ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"),
    "minor": ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"),
}
SCALES: dict[Mode, tuple[int, ...]] = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10, 11)}
"""Semitones above the tonic; minor has both the lowered and the raised seventh."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key; ``tonic`` is a pitch class (0 is C), ``correlation`` (-1 to 1) says how well the music fits it."""

    tonic: int
    mode: Mode
    correlation: float = 1.0

    @property
    def name(self) -> str:
        """The usual name, e.g. "F major" or "C# minor"."""
        return f"{_TONIC_NAMES[self.mode][self.tonic]} {self.mode}"

    @property
    def pitch_classes(self) -> frozenset[int]:
        """Pitch classes of the scale; of minor keys the natural and the harmonic scale together."""
        return frozenset((self.tonic + step) % 12 for step in SCALES[self.mode])

    def share_inside(self, pitches: Iterable[int]) -> float:
        """Share of ``pitches`` (MIDI numbers) that belong to the key, 0 to 1; 1 for no pitches."""
        inside = [pitch % 12 in self.pitch_classes for pitch in pitches]
        return sum(inside) / len(inside) if inside else 1.0


def estimate_key(score: Score) -> Key:
    """The key of the whole ``score``, notes weighted by their length in beats.

    Raises:
        ValueError: the Score has no notes.
    """
    return estimate_key_of_pitches([note.pitch for note in score.notes], [note.duration for note in score.notes])


def estimate_key_of_pitches(pitches: Sequence[int], weights: Sequence[float]) -> Key:
    """The key in which ``pitches`` (MIDI numbers) fit best, each counted by its weight.

    Raises:
        ValueError: no pitches, or not one weight for each.
    """
    if not pitches:
        message = "no notes have no key"
        raise ValueError(message)
    shares = [0.0] * 12
    for pitch, weight in zip(pitches, weights, strict=True):
        shares[pitch % 12] += weight
    keys = (Key(tonic, mode, _fit(shares, tonic, mode)) for mode in PROFILES for tonic in range(12))
    return max(keys, key=lambda key: key.correlation)


def _fit(shares: list[float], tonic: int, mode: Mode) -> float:
    """Pearson's correlation of pitch class shares with the profile of a key; 0 where all shares are equal."""
    profile = PROFILES[mode]
    mean_share, mean_weight = sum(shares) / 12, sum(profile) / 12
    from_mean = [share - mean_share for share in shares[tonic:] + shares[:tonic]]
    weights = [weight - mean_weight for weight in profile]
    spread = math.hypot(*from_mean)
    product = sum(share * weight for share, weight in zip(from_mean, weights, strict=True))
    return product / (spread * math.hypot(*weights)) if spread > 1e-9 * max(shares) else 0.0
