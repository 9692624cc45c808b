"""The form of a piece: sections and phrases, and which of them take up again what stood before.

The plan is that of small classical forms: the primer opens section A; sections in a neighbouring key alternate with A
(ABA, ABACA, ...), which each time begins as the piece did and then goes its own way; within a section its opening may
come back once (antecedent and consequent); the end is left free for the close. Everything lies on a grid of phrases, so
that what returns stands at the same place in the bar and in the period. How much comes back is drawn by lot, so that
pieces differ as pieces by people do.
"""

from __future__ import annotations

import math
from itertools import cycle, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from composer.encoding.inputs import KEY_CLASSES
from composer.generation.recall import Form, Passage, Return
from composer.keys import Key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from composer.keys import Mode

SHORTEST_PLANNED_SECONDS = 40.0
"""Shorter pieces are one section: nothing needs to return."""
PHRASE_SECONDS = 8.0
"""A phrase is the number of bars (a power of two) that lasts most nearly so long."""
SECTION_PHRASES = 3
"""About the length of the later sections."""
RETURN_PHRASES, ECHO_PHRASES, CONTRAST_PHRASES = (0.25, 0.5, 1.0), (0.25, 0.5, 0.75), (0.75, 1.0, 1.5)
"""How much comes back note by note; drawn. Of A where it returns, of A within its section, of a contrast within its."""
ANSWER = 1.0, 2.0
"""Phrases of a section between which it may come back note by note as well: the end of a period like its middle."""
FIRST_PHRASES = 4
"""The first section has at least so many where there is room: the primer goes on, and comes again."""
FREE_PHRASES, FEWEST_PHRASES = 0.75, 3
"""The end of a piece is not planned, and where so little is left to compose nothing is."""
FOREIGN, NEW = -2.0, 1.2
"""Nats for keys of the piano that the home key has and a section's does not, and the other way round."""

DOMINANT = 0.8
"""Nats for the dominant seventh before A returns."""


class Ground(NamedTuple):
    """What a plan is made for, in ticks: first note, end of the primer, about the end, length of a bar; its pace."""

    motif: int
    begin: int
    end: int
    bar: int
    seconds_per_tick: float

    @property
    def seconds(self) -> float:
        """Length of the piece."""
        return (self.end - self.motif) * self.seconds_per_tick

    @property
    def phrase(self) -> int:
        """Ticks of a phrase: one, two, four ... bars."""
        bars = PHRASE_SECONDS / (self.bar * self.seconds_per_tick)
        return self.bar << max(round(math.log2(bars)), 0)

    def tick(self, phrases: float) -> int:
        """The tick so many phrases after the first note."""
        return self.motif + round(self.phrase * phrases)


def plan_form(ground: Ground, home: Key, rng: np.random.Generator) -> Form:
    """The form of a piece in the key ``home``; that of a short one is empty."""
    if ground.seconds < SHORTEST_PLANNED_SECONDS:
        return Form()
    phrase = ground.phrase
    primer, whole = (ground.begin - ground.motif) / phrase, (ground.end - ground.motif) / phrase
    if whole - primer < FEWEST_PHRASES:
        return Form()
    bounds = section_bounds(primer, whole)
    last = ground.end - round(FREE_PHRASES * phrase)
    returns = (Return(*(ground.tick(place) for place in places)) for places in _returns(bounds, math.ceil(primer), rng))
    return Form(
        returns=tuple(
            Return(item.start, min(item.literal, last), min(item.stop, last), item.source)
            for item in returns
            if ground.begin <= item.start <= last - phrase // 4
        ),
        passages=tuple(_passages(ground, home, bounds, rng)),
        pause=ground.bar,
    )


def section_bounds(primer: float, whole: float) -> list[int]:
    """Phrases at which sections begin, and the end; an odd number of sections, the first no shorter than the primer.

    Args:
        primer: phrases that it lasts.
        whole: phrases that the piece lasts.
    """
    first = max(math.ceil(primer), min(max(math.ceil(primer) + 2, FIRST_PHRASES), math.floor(whole) - 2))
    others = max(2 * round((whole - first) / (2 * SECTION_PHRASES)), 2)
    return [0, *(first + round((whole - first) * index / others) for index in range(others + 1))]


def _returns(bounds: list[int], primer: int, rng: np.random.Generator) -> Iterator[tuple[float, float, float, float]]:
    """Each ``Return`` in phrases, in the order of the piece."""
    for index, (start, stop) in enumerate(pairwise(bounds)):
        contrasts = index % 2 == 1
        opening = start if contrasts else 0
        echo = max(start + max((stop - start) // 2, 1 if contrasts else 2), primer)
        if contrasts:
            yield start + 0.5, start + 1.0, start + 1.0, opening
        elif index > 0:
            yield from _period(start, min(echo, stop), opening, float(rng.choice(RETURN_PHRASES)))
        if echo < stop:
            lasting = float(rng.choice(CONTRAST_PHRASES if contrasts else ECHO_PHRASES))
            yield from _period(echo, stop, opening, lasting)


def _period(start: int, stop: int, source: int, literal: float) -> Iterator[tuple[float, float, float, float]]:
    """What began at ``source`` comes back: its head, its harmony, its answer."""
    turn = min(start + ANSWER[0], stop)
    yield start, min(start + literal, turn), turn, source
    if stop > turn:
        until = min(start + ANSWER[1], stop)
        yield turn, until, until, source + ANSWER[0]


def _passages(ground: Ground, home: Key, bounds: list[int], rng: np.random.Generator) -> Iterator[Passage]:
    """Every second section, the neighbouring keys in turn, in an order drawn by lot; its last bar leads home again."""
    keys = neighbours(home)
    order = cycle(rng.permutation(len(keys)).tolist())
    for start, stop in list(pairwise(bounds))[1::2]:
        key, turn = keys[next(order)], ground.tick(stop) - ground.bar
        yield Passage(ground.tick(start), turn, key, _hue(home, key))
        yield Passage(turn, ground.tick(stop), home, _dominant_hue(home))


def neighbours(key: Key) -> list[Key]:
    """Where music in a key likes to go: its dominant, relative key and subdominant; of a minor key minor's own."""
    steps: dict[str, list[tuple[int, Mode]]] = {
        "major": [(7, "major"), (9, "minor"), (5, "major")],
        "minor": [(3, "major"), (7, "minor"), (8, "major")],
    }
    return [Key((key.tonic + step) % 12, mode) for step, mode in steps[key.mode]]


def _hue(home: Key, key: Key) -> NDArray[np.float32]:
    """``(keys,)``: what is favoured for a section in another key."""
    classes = np.zeros(12, np.float32)
    classes[list(home.pitch_classes - key.pitch_classes)] = FOREIGN
    classes[list(key.pitch_classes - home.pitch_classes)] = NEW
    hue: NDArray[np.float32] = classes[KEY_CLASSES]
    return hue


def _dominant_hue(home: Key) -> NDArray[np.float32]:
    """``(keys,)``: the dominant seventh is favoured, what is foreign to the key is not."""
    classes = np.full(12, FOREIGN / 2, np.float32)
    classes[[pitch_class % 12 for pitch_class in home.pitch_classes]] = 0.0
    classes[[(home.tonic + step) % 12 for step in (7, 11, 2, 5)]] = DOMINANT
    hue: NDArray[np.float32] = classes[KEY_CLASSES]
    return hue
