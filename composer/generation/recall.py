"""Taking up again what stood before: at places that the form names, the network is offered what it played there.

A recall sets the match (``composer.encoding.memory``), through which the network follows repetitions anyway, to where
the returning music stood, and favours the notes that stood there. It keeps its place by time, not by counting notes, so
what is varied does not end it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from composer.encoding.inputs import KEY_CLASSES, KEYS
from composer.encoding.vocabulary import TICKS, TICKS_PER_BEAT, ticks_to_id
from composer.generation.sampling import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.encoding.context import Context
    from composer.keys import Key

    Floats = NDArray[np.float32]

TRUSTED_LENGTH = 24
"""Notes for which the match is said to have held."""
FOLLOWED, LANDED = 2.0, 8.0
"""Nats in favour of the note that stood there, and of the very first one."""
AGREED = 1.2
"""Nats in favour of the pitch classes that were struck in the same beat there, where only the harmony returns."""


class Return(NamedTuple):
    """From tick ``start`` on what began at ``source`` returns: until ``literal`` its notes, to ``stop`` its harmony."""

    start: int
    literal: int
    stop: int
    source: int


class Passage(NamedTuple):
    """From tick ``start`` to ``stop`` the music is in another ``key``; ``hue`` favours keys of the piano for it."""

    start: int
    stop: int
    key: Key
    hue: Floats


class Offer(NamedTuple):
    """The next note as it stood there: number of the note, the tick at which it is due here, its gap id, its key."""

    number: int
    due: int
    gap: int
    key: int


@dataclass(frozen=True)
class Form:
    """What returns in a piece and which passages are in other keys, each in the order of its places.

    After a return, and at the beginning of a passage, no repetition is offered for ``pause`` ticks.
    """

    returns: tuple[Return, ...] = ()
    passages: tuple[Passage, ...] = ()
    pause: int = 0

    def __bool__(self) -> bool:
        """Whether anything is planned."""
        return bool(self.returns or self.passages)

    def at(self, tick: int) -> Return | None:
        """The return whose notes come next, or are under way."""
        return next((item for item in self.returns if tick < item.literal), None)

    def offer(self, context: Context) -> Offer | None:
        """What stood at the place of the next note, where something returns or is about to."""
        item = self.at(context.tick)
        if item is None:
            return None
        back = item.start - item.source
        begun = context.tick >= item.start
        place = context.next_note(context.tick - back, context.last_pitch) if begun else context.next_note(item.source)
        if place is None:
            return None
        tick, number = place
        return Offer(number, tick + back, ticks_to_id(tick + back - context.tick), context.notes[number][1])

    def passage(self, tick: int) -> Passage | None:
        """The passage that is under way."""
        return next((item for item in self.passages if item.start <= tick < item.stop), None)

    def remind(self, context: Context) -> None:
        """Before the next note: point the match at what returns; hide it where something new shall begin."""
        if not self:
            return
        fresh = [item.literal for item in self.returns] + [item.start for item in self.passages]
        if any(place <= context.tick < place + self.pause for place in fresh):
            context.mute_match = True
        offer = self.offer(context)
        if offer is None or self._is_coming(context):
            return
        if context.match.pairs[offer.number] == (offer.key - context.last_pitch, offer.gap):
            context.match.index, context.match.length = offer.number, max(context.match.length, TRUSTED_LENGTH)
            context.mute_match = False

    def add_to_gaps(self, bias: Floats, contexts: Sequence[Context]) -> None:
        """Nothing reaches beyond the beginning of a return; what stood there is favoured; ``bias`` (contexts, gaps)."""
        for row, context in enumerate(contexts if self else ()):
            offer = self.offer(context)
            if offer and self._is_coming(context):
                bias[row, context.tick + TICKS > offer.due] = FORBIDDEN
            elif offer:
                bias[row, offer.gap] += FOLLOWED

    def add_to_pitches(self, bias: Floats, contexts: Sequence[Context], gaps: Sequence[int]) -> None:
        """Favour the note that stood there, or its harmony, or the key of a passage; ``bias`` (contexts, keys)."""
        if not self:
            return
        for row, (context, gap) in enumerate(zip(contexts, gaps, strict=True)):
            tick = context.tick + int(TICKS[gap])
            passage, offer = self.passage(tick), self.offer(context)
            if passage:
                bias[row] += passage.hue
            bias[row] += self._harmony(context, tick)
            if offer and tick == offer.due:
                bias[row, offer.key] += LANDED if self._is_coming(context) else FOLLOWED

    def _harmony(self, context: Context, tick: int) -> Floats | float:
        """Favour of each key at ``tick`` where the harmony of earlier music returns."""
        item = next((item for item in self.returns if item.literal <= tick < item.stop), None)
        if item is None:
            return 0.0
        beat = (tick - item.start + item.source) // TICKS_PER_BEAT * TICKS_PER_BEAT
        struck = context.struck_keys(beat, beat + TICKS_PER_BEAT)
        classes = np.zeros(12, np.float32)
        classes[[KEY_CLASSES[key] for key in range(KEYS) if struck >> key & 1]] = AGREED
        hue: Floats = classes[KEY_CLASSES]
        return hue

    def _is_coming(self, context: Context) -> bool:
        item = self.at(context.tick)
        return item is not None and context.tick < item.start


NO_FORM = Form()
