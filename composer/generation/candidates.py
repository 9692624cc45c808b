"""Several continuations grown side by side in one batch: a note of all of them costs little more than a note of one."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from composer.encoding.fields import ABSENT
from composer.encoding.inputs import TOUCH
from composer.encoding.vocabulary import TICKS, TICKS_PER_BEAT, step_bpm
from composer.generation.drawing import Draw, step
from composer.generation.endings import Pulse
from composer.generation.loop_guard import LoopGuard
from composer.generation.steering import gap_bias, pitch_bias
from composer.notes import LOWEST_PITCH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.encoding.context import Context
    from composer.encoding.vocabulary import NoteEvents
    from composer.generation.decoder import Decoder
    from composer.generation.steering import Constraints

    Floats = NDArray[np.float32]
    Phrase = tuple[tuple[int, int], ...]

PHRASE_NOTES = 4
MOST_NOTES_PER_SECOND = 60
"""A stretch of music never has more: what keeps a network gone wrong from composing for ever."""


class PlayedNote(NamedTuple):
    """A note event with its place in time."""

    tick: int
    seconds: float
    tempo_step: int
    factors: tuple[int, ...]

    @property
    def pitch(self) -> int:
        """MIDI pitch."""
        return self.factors[1] + LOWEST_PITCH

    @property
    def end_tick(self) -> int:
        """When the key comes up."""
        return self.tick + int(TICKS[self.factors[2]])


def played_notes(events: NoteEvents) -> list[PlayedNote]:
    """A piece as it would have been played; ``tempo_step`` is left at 0."""
    rows = zip(events.onsets.tolist(), events.seconds.tolist(), events.factors.tolist(), strict=True)
    return [PlayedNote(tick, seconds, 0, tuple(factors)) for tick, seconds, factors in rows]


@dataclass
class Candidate:
    """One continuation in the making.

    Attributes:
        phrases: what it has played before it was chosen last, as intervals and gaps; shared by all that grew from it.
        fresh: the same of what it has played since.
        departs: it is not offered what came before in the same place.
        untold: state of the network that was not told the style which is asked; None where none is.
        style_nats: by how much what it has played since it was chosen last is likelier in that style.
    """

    context: Context
    state: Floats
    guard: LoopGuard = field(default_factory=LoopGuard)
    notes: list[PlayedNote] = field(default_factory=list)
    pitch_nats: float = 0.0
    phrases: set[Phrase] = field(default_factory=set)
    fresh: list[Phrase] = field(default_factory=list)
    departs: bool = False
    untold: Floats | None = None
    style_nats: float = 0.0

    @property
    def pulse(self) -> Pulse:
        """Metre and tempo at its end."""
        context = self.context
        return Pulse(context.bar_ticks, context.bar_offset, 60 / TICKS_PER_BEAT / step_bpm(context.tempo_step))

    def push(self, note: PlayedNote) -> None:
        """Append a note."""
        self.notes.append(note)
        if len(self.notes) >= PHRASE_NOTES:
            self.fresh.append(_phrase(self.notes[-PHRASE_NOTES:]))

    def repeated_share(self) -> float:
        """How much of what it has played since it was chosen last it had played before, 0 to 1."""
        return sum(phrase in self.phrases for phrase in self.fresh) / max(len(self.fresh), 1)

    def settle(self) -> None:
        """It has been chosen."""
        self.phrases.update(self.fresh)
        self.fresh.clear()
        self.style_nats = 0.0

    def copy(self) -> Candidate:
        """An independent candidate with the same past; what it has been chosen with is not copied, as it stays."""
        return Candidate(
            self.context.copy(),
            self.state,
            self.guard.copy(),
            self.notes.copy(),
            self.pitch_nats,
            self.phrases,
            self.fresh.copy(),
            untold=self.untold,
        )


def phrases_of(notes: Sequence[PlayedNote]) -> list[Phrase]:
    """All stretches of ``PHRASE_NOTES`` notes, as intervals and gaps."""
    return [_phrase(notes[end - PHRASE_NOTES : end]) for end in range(PHRASE_NOTES, len(notes) + 1)]


def _phrase(notes: Sequence[PlayedNote]) -> Phrase:
    """Intervals and gaps from note to note: the same in every key."""
    steps = pairwise(notes)
    return tuple((after.factors[1] - before.factors[1], after.factors[0]) for before, after in steps)


def prime(decoder: Decoder, context: Context, primer: NoteEvents, end_seconds: float, state_width: int) -> Candidate:
    """A candidate that has heard the primer, of a piece that shall end at ``end_seconds``."""
    nothing = np.zeros((1, state_width), np.float32)
    candidate = Candidate(context, nothing, untold=None if context.wishes.has_no_style else nothing)
    context.tick = int(primer.onsets[0])
    for index, factors in enumerate(primer.factors.tolist()):
        context.set_bar(int(primer.bar_ticks[index]), int(primer.bar_positions[index]), int(primer.onsets[index]))
        step(decoder, [candidate], end_seconds)
        context.push(tuple(factors), tick=int(primer.onsets[index]))
        context.seconds = float(primer.seconds[index])
        candidate.guard.push(factors[1])
    return candidate


def grow(
    decoder: Decoder,
    candidates: Sequence[Candidate],
    until_seconds: float,
    constraints: Constraints,
    rng: np.random.Generator,
) -> None:
    """Append notes to every candidate until its time has passed ``until_seconds``."""
    active = list(candidates)
    reach = until_seconds - min(candidate.context.seconds for candidate in candidates)
    for _ in range(round(MOST_NOTES_PER_SECOND * max(reach, 1.0))):
        active = [candidate for candidate in active if candidate.context.seconds < until_seconds]
        if not active:
            return
        _append_note(decoder, active, constraints, rng)


def _append_note(
    decoder: Decoder, active: Sequence[Candidate], constraints: Constraints, rng: np.random.Generator
) -> None:
    contexts = [candidate.context for candidate in active]
    for candidate in active:
        candidate.context.mute_match = candidate.departs or candidate.guard.looping()
        constraints.form.remind(candidate.context)
    draw = Draw(decoder, active, constraints, rng)
    gaps = draw.gaps(gap_bias(active, constraints))
    known = [context.after_gap(gap) for context, gap in zip(contexts, gaps, strict=True)]
    pitches = draw.pitches(pitch_bias(active, gaps, constraints), known)
    for context, item, pitch in zip(contexts, known, pitches, strict=True):
        context.after_pitch(item, pitch)
    touches = draw.touches(known, [(ABSENT,) * len(TOUCH)] * len(active))
    for candidate, gap, pitch, touch in zip(active, gaps, pitches, touches, strict=True):
        _push(candidate, (gap, pitch, *touch))


def _push(candidate: Candidate, factors: tuple[int, ...]) -> None:
    context = candidate.context
    context.push(factors)
    candidate.guard.push(factors[1])
    candidate.push(PlayedNote(context.tick, context.seconds, context.tempo_step, factors))
