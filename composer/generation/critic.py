"""Which of several continuations a listener would rather hear: a small critic over the newest stretch of each.

Of its own it knows no taste. It takes away what the network gets wrong more often than people do: leaving the key,
losing texture or rhythm (thinning out to one voice, running thick, drifting off the keyboard), going in circles.
Of what remains it prefers the typical to the extreme (arXiv 2408.06022): the likeliest and the unlikeliest of several
samples both sound worst. Where listeners have voted, what was learnt from that (``composer.taste``) has a say as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.vocabulary import FACTOR_SIZES
from composer.generation.guiding import qualities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.generation.candidates import Candidate, Phrase, PlayedNote
    from composer.keys import Key
    from composer.taste.critic import TasteCritic

WINDOW_SECONDS = 5.0
"""How much of the newest music is judged."""
KEY_WEIGHT, TEXTURE_WEIGHT, RHYTHM_WEIGHT, LOOP_WEIGHT, TYPICALITY_WEIGHT = 6.0, 1.0, 2.0, 2.0, 0.6
KEY_SLACK, GROWN_KEY_SLACK = 0.08, 0.16
"""A continuation may lie this much more outside the key than the primer did: modulation is music.

The second is the note engine's: with the first it held the key better than composers do."""
REPETITION_WEIGHT = 2.0
"""Where taste has a say: choosing by it alone runs into phrases that were played before (docs/decisions.md)."""
TEXTURE_UNITS = np.array([math.log(1.4), math.log(1.35), math.log(1.5), 5.0, 6.0])
"""A noticeable change of notes per second, notes per onset, sounding notes, lowest and highest voice (semitones)."""
RHYTHM_SHARED = 0.65
"""A continuation that shares this much of the primer's distribution of gaps moves as the primer does."""
GROWTH = np.array([0.10, 0.05, 0.07, 0.0, 0.0])
"""By so much the texture of the next 20 seconds is above that of a beginning: the mean of 130 training pieces."""
TEXTURE_SLACK = 0.8
"""Changes of less than this many units pass."""
AIM_WEIGHT = np.array([4.0, 4.0, 2.0])
"""Of a fault of 1 in density, register and loudness, where they are asked."""
STYLE_WEIGHT = 10.0
"""Of the nats by which a note is likelier in the style that is asked."""
NOVELTY_WEIGHT, KEPT_WEIGHT = 3.0, 3.0
"""Of the share of phrases that were not heard before, and of those that are the primer's, where creativity is asked."""
DENSER_CHORDS = 0.35
"""Twice the notes a second mean chords and sounding notes 2 ** 0.35 times as many as before."""
_LOOP_PERIODS = range(1, 33)
_FEWEST_NOTES, _MOST_NOTES = 2, 200


@dataclass(frozen=True)
class Manner:
    """What a continuation is compared with: how the primer goes, changed by what is asked.

    Attributes:
        key: of the primer.
        share_in_key: of the primer's notes.
        texture: as ``texture_of`` gives it.
        rhythm: as ``rhythm_of`` gives it; None where the density that is asked leaves nothing of the primer's.
        aim: ``qualities`` that are asked, NaN where none is.
        boldness: -1 wants the primer's phrases, 1 what was not heard before.
        slack: changes of texture of less than this many units pass.
        material: the primer's phrases, where it is below 0.
        key_slack: how much more outside the key than the primer the music may lie.
    """

    key: Key
    share_in_key: float
    texture: NDArray[np.float64]
    rhythm: NDArray[np.float64] | None
    aim: NDArray[np.float64] | None = None
    boldness: float = 0.0
    slack: float = TEXTURE_SLACK
    material: frozenset[Phrase] = frozenset()
    key_slack: float = KEY_SLACK

    def grown(self) -> Manner:
        """How music goes on that begins in this manner."""
        return replace(self, texture=self.texture + GROWTH, key_slack=GROWN_KEY_SLACK)

    def towards(self, aim: NDArray[np.float64], own: NDArray[np.float64]) -> Manner:
        """The same music if its qualities were not ``own`` but as asked."""
        denser, higher, _ = np.nan_to_num(aim - own) * (math.log(2), 12, 1)
        change = np.array([denser, DENSER_CHORDS * denser, DENSER_CHORDS * denser, higher, higher])
        rhythm = None if abs(denser) > TEXTURE_UNITS[0] else self.rhythm
        return replace(self, texture=self.texture + change, rhythm=rhythm, aim=aim)


def manner_of(notes: Sequence[PlayedNote], key: Key) -> Manner:
    """The manner of a primer."""
    return Manner(key, key.share_inside(note.pitch for note in notes), texture_of(notes), rhythm_of(notes))


def texture_of(notes: Sequence[PlayedNote]) -> NDArray[np.float64]:
    """Logarithms of notes per second, per onset and sounding at once; mean lowest and highest pitch of the onsets."""
    onsets: dict[int, list[int]] = {}
    for note in notes:
        onsets.setdefault(note.tick, []).append(note.pitch)
    seconds = max(notes[-1].seconds - notes[0].seconds, 0.5)
    ticks = max(notes[-1].tick - notes[0].tick, 12)
    sounding = sum(note.end_tick - note.tick for note in notes) / ticks
    low, high = (float(np.mean([edge(chord) for chord in onsets.values()])) for edge in (min, max))
    return np.array([math.log(len(notes) / seconds), math.log(len(notes) / len(onsets)), math.log(sounding), low, high])


def rhythm_of(notes: Sequence[PlayedNote]) -> NDArray[np.float64]:
    """Shares of the gap ids between onsets (those inside chords left out)."""
    counts = np.bincount([note.factors[0] for note in notes], minlength=FACTOR_SIZES["gap"])
    counts[0] = 0
    shares: NDArray[np.float64] = counts / max(counts.sum(), 1)
    return shares


def choose_best(candidates: Sequence[Candidate], manner: Manner, taste: TasteCritic | None = None) -> Candidate:
    """The candidate whose newest music is best, by what is wrong with it and by the listeners' ``taste``."""
    stretches = [newest(candidate) for candidate in candidates]
    liking = np.zeros(len(candidates))
    if taste is not None:
        repeated = np.array([candidate.repeated_share() for candidate in candidates])
        liking = taste.say * (taste.judge(stretches) - REPETITION_WEIGHT * repeated)
    nats = np.array([candidate.pitch_nats / max(len(candidate.notes), 1) for candidate in candidates])
    unusual = np.abs(nats - np.median(nats))
    faultless = np.array([stretch_score(stretch, manner) for stretch in stretches])
    if any(candidate.style_nats for candidate in candidates):
        liking += STYLE_WEIGHT * np.array([c.style_nats / max(len(c.fresh), 1) for c in candidates])
    if manner.boldness:
        liking += np.array([_creative(candidate, manner) for candidate in candidates])
    return candidates[int(np.argmax(faultless - TYPICALITY_WEIGHT * unusual + liking))]


def _creative(candidate: Candidate, manner: Manner) -> float:
    """For bold music the phrases that are new in it, for plain music those of the primer, each once: no loops."""
    if manner.boldness > 0:
        return NOVELTY_WEIGHT * manner.boldness * (1 - candidate.repeated_share())
    kept = len(manner.material.intersection(candidate.fresh))
    return -KEPT_WEIGHT * manner.boldness * kept / max(len(candidate.fresh), 1)


def newest(candidate: Candidate) -> list[PlayedNote]:
    """The notes of the last ``WINDOW_SECONDS``."""
    since = candidate.context.seconds - WINDOW_SECONDS
    return [note for note in candidate.notes[-_MOST_NOTES:] if note.seconds >= since]


def stretch_score(notes: Sequence[PlayedNote], manner: Manner) -> float:
    """0 for nothing to complain about, less for each fault."""
    if len(notes) < _FEWEST_NOTES:
        return -10.0
    pitches = [note.pitch for note in notes]
    outside = max(manner.share_in_key - manner.key_slack - manner.key.share_inside(pitches), 0.0)
    change = np.abs(texture_of(notes) - manner.texture) / TEXTURE_UNITS
    texture = float(np.maximum(change - manner.slack, 0.0).sum())
    faults = KEY_WEIGHT * outside + TEXTURE_WEIGHT * texture
    if manner.rhythm is not None:
        faults += RHYTHM_WEIGHT * max(RHYTHM_SHARED - float(np.minimum(rhythm_of(notes), manner.rhythm).sum()), 0.0)
    if manner.aim is not None:
        faults += float(AIM_WEIGHT @ np.abs(np.nan_to_num(manner.aim - qualities(notes))))
    return -faults - LOOP_WEIGHT * loop_share(pitches)


def loop_share(pitches: Sequence[int]) -> float:
    """Largest share of notes that repeat the note one period earlier, above half: 0 for none, 1 for a loop."""
    array = np.asarray(pitches)
    shares = [float((array[period:] == array[:-period]).mean()) for period in _LOOP_PERIODS if len(array) > 2 * period]
    return max(max(shares, default=0.0) - 0.5, 0.0) * 2
