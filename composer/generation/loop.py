"""The loop: several continuations of a primer grow side by side, the best one goes on, the piece ends on a close."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from composer.controls import NO_CONTROLS
from composer.encoding.context import Context
from composer.encoding.vocabulary import (
    TICKS_PER_BEAT,
    PedalChange,
    encode,
    pedal_events,
    step_bpm,
    tempo_step,
    velocity_of,
)
from composer.generation.candidates import grow, played_notes, prime
from composer.generation.critic import choose_best, manner_of
from composer.generation.endings import LONGEST_HOLD_SECONDS, SOUGHT_SECONDS, best_close, closing_key, favour
from composer.generation.form import Ground, plan_form
from composer.generation.guiding import Guide, heat
from composer.generation.recall import NO_FORM
from composer.generation.steering import Constraints
from composer.keys import key_of_passage
from composer.notes import DEFAULT_VELOCITY, EPSILON, Note, Pedal, Score, Tempo, with_repeats_cleaned

if TYPE_CHECKING:
    from collections.abc import Callable

    from composer.controls import Controls
    from composer.generation.candidates import Candidate, PlayedNote
    from composer.generation.critic import Manner
    from composer.generation.decoder import Decoder
    from composer.generation.endings import Close
    from composer.generation.recall import Form
    from composer.keys import Key
    from composer.taste.critic import TasteCritic

CANDIDATES = 8
SEGMENT_SECONDS = 1.5
"""After this much music the best candidate is kept and goes on as all of them."""


@dataclass(frozen=True)
class Task:
    """What to compose.

    Attributes:
        primer: begins at beat 0 with its first note.
        primer_end_beat: the continuation begins here or later.
        end_seconds: when the last key of the piece is released.
        random_seed: the same one gives the same notes.
        temperature: 1 is usual; lower is plainer, higher is bolder.
        controls: what is asked of the continuation; the primer is in its key and mode already.
        key: of the primer, where it is known; estimated otherwise.
        play_primer: where nobody has marked dynamics or rubato, the network plays the primer as a pianist would.
        planned: a longer piece has sections, and comes back to its beginning.
    """

    primer: Score
    primer_end_beat: float
    end_seconds: float
    random_seed: int
    temperature: float = 1.0
    controls: Controls = NO_CONTROLS
    key: Key | None = None
    play_primer: bool = True
    planned: bool = True


def continue_primer(
    decoder: Decoder,
    state_width: int,
    task: Task,
    on_progress: Callable[[float], None] | None = None,
    *,
    taste: TasteCritic | None = None,
    candidates: int = CANDIDATES,
) -> Score:
    """The primer and its continuation as one piece that ends on a close at ``task.end_seconds``.

    Args:
        decoder: the network.
        state_width: numbers of its recurrent state.
        task: what to compose.
        on_progress: told after each segment what share of the continuation is there, above 0 to 1.
        taste: of the listeners; has a say in which candidate goes on.
        candidates: grown side by side; with one, nothing is chosen.
    """
    rng = np.random.default_rng(task.random_seed)
    events = encode(task.primer)
    guide = Guide(task.controls, played_notes(events))
    context = Context(beat_grid=task.primer.beat_grid, wishes=guide.style)
    start = prime(decoder, context, events, task.end_seconds, state_width)
    # Encoded tempo changes have a limited reach; a very slow or fast primer of few onsets does not get there.
    start.context.tempo_step = tempo_step(task.primer.bpm_at(task.primer.notes[-1].start))
    guide.acquaint(start)
    manner = manner_of(guide.primer, task.key or key_of_passage(task.primer)).grown()
    form = _form(task, start.context.bar_ticks, manner.key) if task.planned else NO_FORM
    constraints = replace(_constraints(task), form=form)
    close_from = task.end_seconds - LONGEST_HOLD_SECONDS - SOUGHT_SECONDS
    best, key, began = start, manner.key, start.context.seconds
    grown, reached = [start], began
    for until in _choices(began, close_from, task.end_seconds):
        if reached >= close_from:
            key = manner.key if task.controls.asks_key else closing_key(task.primer, best.notes)
            constraints = replace(constraints, close_from_seconds=close_from, close_classes=favour(key))
        constraints = guide.steer(best, constraints, until)
        grown = guide.sent_out([best.copy() for _ in range(candidates)])
        grow(decoder, grown, until, constraints, rng)
        best, reached = choose_best(grown, guide.manner(_in_key(manner, constraints.form, best), until), taste), until
        best.settle()
        if on_progress is not None:
            on_progress((until - began) / (task.end_seconds - began))
    begin = task.primer.seconds_at(task.primer_end_beat)
    return assemble(task, best_close(grown, key, task.end_seconds, begin))


def _choices(start: float, close_from: float, end: float) -> list[float]:
    """Seconds at which the best candidate is chosen: every segment, where a close is sought or possible, at last."""
    count = math.ceil((close_from - start) / SEGMENT_SECONDS)
    regular = [close_from - (close_from - start) * left / count for left in reversed(range(max(count, 0)))]
    return [*regular, *(time for time in (end - LONGEST_HOLD_SECONDS,) if time > start), end]


def _in_key(manner: Manner, form: Form, best: Candidate) -> Manner:
    """The manner of the primer, in the key of the passage that is under way."""
    passage = form.passage(best.context.tick)
    return manner if passage is None else replace(manner, key=passage.key)


def _form(task: Task, bar: int, home: Key) -> Form:
    """The plan of the whole piece at the pace of the primer."""
    primer = task.primer
    pace = 60 / TICKS_PER_BEAT / primer.mean_bpm
    motif, begin = round(primer.notes[0].start * TICKS_PER_BEAT), round(task.primer_end_beat * TICKS_PER_BEAT)
    end = begin + round((task.end_seconds - primer.seconds_at(task.primer_end_beat)) / pace)
    # Its own chance, so that the notes of an unplanned piece do not depend on it.
    rng = np.random.default_rng([task.random_seed, 1])
    return plan_form(Ground(motif, begin, end, bar, pace), home, rng)


def _constraints(task: Task) -> Constraints:
    primer = task.primer
    beats = primer.notes[-1].start or 1.0
    seconds = primer.seconds_at(beats)
    return Constraints(
        temperature=task.temperature * heat(task.controls),
        end_seconds=task.end_seconds,
        first_tick=math.ceil(task.primer_end_beat * TICKS_PER_BEAT - EPSILON),
        tempo_anchor=tempo_step(60 * beats / seconds),
        close_from_seconds=math.inf,
        close_classes=np.zeros(12, np.float32),
    )


def assemble(task: Task, close: Close[Candidate]) -> Score:
    """Primer, continuation up to the close, and the last chord held until ``task.end_seconds``, as one Score."""
    primer, played = task.primer, close.candidate.notes
    last = [note for note in played if note.tick <= close.tick and not (close.written and note.tick == close.tick)]
    beats = [note.tick / TICKS_PER_BEAT for note in last]
    first_beat = min([*beats, close.tick / TICKS_PER_BEAT])
    tempos = {tempo.beat: tempo.bpm for tempo in primer.tempos if tempo.beat < first_beat}
    tempos |= {beat: step_bpm(note.tempo_step) for beat, note in zip(beats, last, strict=True)}
    frame = Score((), tuple(Tempo(*item) for item in tempos.items()), primer.time_signatures)
    end = frame.beat_at(task.end_seconds)
    return replace(
        frame,
        notes=with_repeats_cleaned([*primer.notes, *_played(last, close, end)]),
        pedals=(*_primer_pedals(primer, first_beat), *_pedals(primer, last, close, end)),
        beat_grid=primer.beat_grid,
        title=primer.title,
    )


def _played(notes: list[PlayedNote], close: Close[Candidate], end: float) -> list[Note]:
    """The continuation's notes; what sounds at the close is held to the end, a written chord is added softly."""
    closing = close.tick / TICKS_PER_BEAT
    result = []
    for note in notes:
        start, stop = note.tick / TICKS_PER_BEAT, max(note.end_tick, note.tick + 1) / TICKS_PER_BEAT
        if stop > closing:
            stop = closing if close.written else end
        result.append(Note(start, note.pitch, stop, velocity_of(note.factors[3])))
    level = int(np.median([note.velocity for note in result[-12:]] or [DEFAULT_VELOCITY]))
    return result + [Note(closing, pitch, end, level) for pitch in close.written]


def _primer_pedals(primer: Score, until: float) -> list[Pedal]:
    return [pedal for pedal in primer.pedals if pedal.beat < until]


def _pedals(primer: Score, notes: list[PlayedNote], close: Close[Candidate], end: float) -> list[Pedal]:
    """Pedal of the continuation: as decoded at each onset, pressed afresh at the close, lifted at the end."""
    first = min([note.tick for note in notes] + [close.tick]) / TICKS_PER_BEAT
    held = any(pedal.down for pedal in _primer_pedals(primer, first)[-1:])
    pedals: list[Pedal] = []
    onsets = {note.tick: note.factors[5] for note in reversed(notes) if note.tick < close.tick}
    for tick in sorted(onsets):
        change = PedalChange(onsets[tick])
        pedals += pedal_events(change, tick / TICKS_PER_BEAT, held=held)
        held = change != PedalChange.UP
    pedals += pedal_events(PedalChange.FRESH, close.tick / TICKS_PER_BEAT, held=held)
    return [*pedals, Pedal(end, False)]
