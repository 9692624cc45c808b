"""What is asked of a continuation, second by second: how dense, high and loud it shall be by now, and whether it is.

The network is told (``Wishes``), the critic holds candidates against it (``Manner.aim``), and where the music is not
as asked, a pull on the logits grows until it is: an integral controller, set anew each time a candidate is chosen.

*Qualities* of music are arrays of three numbers in octaves and the like, so that a difference of 1 is plain to hear:
the logarithm to base 2 of its notes a second, its mean MIDI pitch / 12 and its mean velocity / 16. NaN asks nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.fields import ABSENT
from composer.encoding.vocabulary import TEMPO_RATIO, step_bpm
from composer.encoding.wishes import Wishes, coming_ids
from composer.generation.candidates import phrases_of
from composer.notes import LOWEST_PITCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.controls import Controls
    from composer.generation.candidates import Candidate, Phrase, PlayedNote
    from composer.generation.critic import Manner
    from composer.generation.steering import Constraints

    Qualities = NDArray[np.float64]

APPROACH_SECONDS = 4.0
"""What is asked is reached by and by, over so long after the primer."""
HEARD_SECONDS = 4.0
"""How much of the newest music says how it goes now."""
SHIFT_FROM_SECONDS = 10.0
"""A shift of register is counted from the beginning of the primer, so that a piece that is carried on keeps it."""
GAIN, AT_ONCE, STRONGEST = np.array([0.4, 0.5, 0.4]), np.array([0.6, 1.0, 0.8]), np.array([2.0, 4.0, 3.0])
"""Of the pull, in nats: what a fault of 1 adds to it each time for good, what it adds now, and its limit."""
LASTING = 0.9
"""So much of a pull is left the next time; without that it goes on when the music has come there, and overshoots."""
DRIFT, HELD = 0.5, np.array([1.0, 1.0, 0.0])
"""Where something is asked, density and register that are not may change by so much with it before they are held."""
MOST_TEMPO_HELP = 3.5
"""By so many steps of 3 % the tempo's anchor is moved at most, to bring the mean of the whole piece back."""
COOLEST, HOTTEST = 0.5, 1.6
"""What the temperature is multiplied by for the least and the most creativity."""
STYLE_SLACK = 2.0
"""Where a style is asked, the texture may change by so many of the critic's units, and the rhythm as it will."""
MOST_DEPARTING = 0.75
"""The share of candidates that depart from what came before, at the most creativity."""
_LEAST_SECONDS = 0.5


def qualities(notes: Sequence[PlayedNote]) -> Qualities:
    """How played notes go."""
    seconds = max(notes[-1].seconds - notes[0].seconds, _LEAST_SECONDS)
    pitch, velocity = (float(np.mean([note.factors[index] for note in notes])) for index in (1, 3))
    return np.array([math.log2(len(notes) / seconds), (pitch + LOWEST_PITCH) / 12, (4 * velocity + 2) / 16])


def asked_qualities(controls: Controls, primer: Sequence[PlayedNote]) -> Qualities:
    """How a continuation of a primer shall go."""
    start = qualities([note for note in primer if note.seconds <= primer[0].seconds + SHIFT_FROM_SECONDS])
    density, pitch, velocity = controls.notes_per_second, controls.mean_pitch(float(start[1]) * 12), controls.velocity
    return np.array(
        [
            math.nan if density is None else math.log2(density),
            math.nan if pitch is None else pitch / 12,
            math.nan if velocity is None else velocity / 16,
        ]
    )


def told(wanted: Qualities, controls: Controls) -> Wishes:
    """What the network is told of it."""
    ids = coming_ids(np.nan_to_num([2 ** wanted[0], wanted[1] * 12 - LOWEST_PITCH, (wanted[2] * 16 - 2) / 4]))
    known = np.where(np.isnan(wanted), ABSENT, ids).tolist()
    return Wishes(*controls.told_style, *known)


def heat(controls: Controls) -> float:
    """What creativity makes of the temperature."""
    return float((HOTTEST if controls.boldness > 0 else COOLEST) ** abs(controls.boldness))


@dataclass
class Guide:
    """Leads one continuation from its primer to what is asked.

    Args:
        controls: what is asked.
        primer: its notes as played.
        follows: tell the network to go on as dense, high and loud as the primer, where nothing else is asked.
    """

    controls: Controls
    primer: Sequence[PlayedNote]
    follows: bool = False
    _own: Qualities = field(init=False)
    _goal: Qualities = field(init=False)
    _pull: Qualities = field(init=False)
    _material: frozenset[Phrase] = field(init=False)

    def __post_init__(self) -> None:
        self._own, self._goal = qualities(self.primer), asked_qualities(self.controls, self.primer)
        self._pull = np.zeros(3)
        self._material = frozenset(phrases_of(self.primer))

    @property
    def style(self) -> Wishes:
        """What the network is told during the primer: whose music the piece is."""
        return Wishes(*self.controls.told_style)

    def acquaint(self, start: Candidate) -> None:
        """Where much creativity is asked, have the primer's phrases count as heard."""
        if self.controls.boldness > 0:
            start.phrases.update(self._material)

    def sent_out(self, candidates: list[Candidate]) -> list[Candidate]:
        """The same candidates, of which a share that grows with creativity departs from what came before."""
        departing = round(MOST_DEPARTING * max(self.controls.boldness, 0.0) * len(candidates))
        for index, candidate in enumerate(candidates):
            candidate.departs = index < departing
        return candidates

    def aim(self, seconds: float) -> Qualities:
        """How the music shall go at this second of the piece: on the way to what is asked at first."""
        share = min(max((seconds - self.primer[-1].seconds) / APPROACH_SECONDS, 0.0), 1.0)
        wanted: Qualities = self._own + (self._goal - self._own) * share
        return wanted

    def manner(self, primer: Manner, until: float) -> Manner:
        """What candidates are compared with then, given the manner of the primer."""
        aim = self.aim(until)
        asked = primer if np.isnan(aim).all() else primer.towards(aim, self._own)
        if self.controls.style is not None:
            asked = replace(asked, rhythm=None, slack=STYLE_SLACK)
        return replace(asked, boldness=self.controls.boldness, material=self._material)

    def _away(self, aim: Qualities, heard: Qualities) -> Qualities:
        """How far the music lies below what is asked; of what is not asked, how far it has drifted off the primer."""
        strayed = self._own - heard
        beyond = HELD * np.sign(strayed) * np.maximum(np.abs(strayed) - DRIFT, 0.0)
        away: Qualities = np.where(np.isnan(aim), beyond, aim - heard)
        return away

    def steer(self, best: Candidate, constraints: Constraints, until: float) -> Constraints:
        """Tell the network what is asked until then, and pull harder where the newest music is not so."""
        aim = self.aim(until)
        best.context.wishes = told(np.where(np.isnan(aim), self._own, aim) if self.follows else aim, self.controls)
        constraints = replace(constraints, tempo_help=tempo_help(best, constraints))
        if np.isnan(aim).all():
            return constraints
        since = best.context.seconds - HEARD_SECONDS
        recent = [note for note in (*self.primer, *best.notes) if note.seconds >= since]
        away = self._away(aim, qualities(recent or self.primer[-1:]))
        self._pull = np.clip(LASTING * self._pull + GAIN * away, -STRONGEST, STRONGEST)
        return replace(constraints, pull=np.clip(self._pull + AT_ONCE * away, -STRONGEST, STRONGEST))


def tempo_help(best: Candidate, constraints: Constraints) -> float:
    """By how many steps the tempo must lie off its anchor from now on, for the mean of the piece to come out right."""
    context = best.context
    minutes = context.seconds / 60
    if minutes <= 0:
        return 0.0
    beats = context.tick / 24
    left = max(constraints.end_seconds / 60 - minutes, minutes / 10)
    anchor = step_bpm(0) * TEMPO_RATIO**constraints.tempo_anchor
    needed = max((anchor * (minutes + left) - beats) / left, anchor / 2)
    return float(np.clip(math.log(needed / anchor) / math.log(TEMPO_RATIO), -MOST_TEMPO_HELP, MOST_TEMPO_HELP))
