"""What a continuation is held to while it is drawn: biases on the logits, for all candidates at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.inputs import KEY_CLASSES, KEYS
from composer.encoding.vocabulary import FACTOR_SIZES, TEMPO_REACH, TICKS, TICKS_PER_BEAT, step_bpm
from composer.generation.recall import NO_FORM, Form
from composer.generation.sampling import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.generation.candidates import Candidate

    Floats = NDArray[np.float32]

LONGEST_SILENCE_SECONDS = 1.2
"""After the last key is released, the next one follows within this."""
LONGEST_GAP_SECONDS = 3.0
LARGEST_CHORD = 9
TEMPO_SPREAD = 4.0
"""How far (in steps of 3 %) the tempo may well stray from the piece's own: without an anchor it drifts upwards."""
_MOST_TEMPO_BIAS = 20.0
_CHANGES = np.arange(FACTOR_SIZES["tempo"]) - TEMPO_REACH
_QUICK = np.clip(-np.log2(np.maximum(TICKS, 1) / 12), -2.0, 1.5)
_QUICK[:3] = 0.75, 0.5, 0.5
"""How quick each gap is, in octaves above an eighth; notes of chords less than a run, ornaments hardly at all."""
_HIGH = (np.arange(KEYS) - 39) / 12
_LOUD = (np.arange(FACTOR_SIZES["velocity"]) - 16) / 4
"""How high above middle C and how loud each id is, in octaves and in 16 velocities."""


@dataclass(frozen=True)
class Constraints:
    """What a continuation is held to.

    Attributes:
        temperature: multiplies the temperatures of all factors.
        end_seconds: when the piece shall end, for the network's sense of an ending.
        first_tick: no note before this (the end of the primer).
        tempo_anchor: tempo step to stay close to.
        close_from_seconds: from here on the harmony is drawn towards ``close_classes``.
        close_classes: favour of each pitch class (C first) at the end, in nats.
        pull: nats for twice as many notes a second, an octave up, 16 velocities louder, where that is asked.
        tempo_help: steps by which the tempo must lie off its anchor, to make up for what it has strayed.
        form: what returns, and where.
    """

    temperature: float
    end_seconds: float
    first_tick: int
    tempo_anchor: float
    close_from_seconds: float
    close_classes: NDArray[np.float32]
    pull: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    tempo_help: float = 0.0
    form: Form = NO_FORM


def gap_bias(candidates: Sequence[Candidate], constraints: Constraints) -> Floats:
    """Exclude gaps that reach back into the primer, leave a hole, or pile up more notes than hands hold.

    Of the others, short ones are favoured where more notes are asked, long ones where fewer are.
    """
    contexts = [candidate.context for candidate in candidates]
    tick, released, tempo = np.array([(c.tick, c.release_tick, c.tempo_step) for c in contexts]).T[:, :, None]
    ticks_per_second = np.array([step_bpm(int(step)) for step in tempo[:, 0]])[:, None] * TICKS_PER_BEAT / 60
    latest = np.minimum(
        released + LONGEST_SILENCE_SECONDS * ticks_per_second, tick + LONGEST_GAP_SECONDS * ticks_per_second
    )
    after = tick + TICKS
    possible = after >= constraints.first_tick
    # Where nothing fits, the nearest gap that does not reach back is taken.
    nearest = np.where(possible, after, after[:, -1:]).min(axis=1, keepdims=True)
    allowed = possible & (after <= np.maximum(latest, np.maximum(nearest, tick + 1)))
    full = np.array([c.chord_size >= LARGEST_CHORD or c.last_pitch == KEYS - 1 for c in contexts])
    allowed[full, 0] = False
    allowed[:, 1] |= ~allowed.any(axis=1)
    bias = np.where(allowed, constraints.pull[0] * _QUICK, FORBIDDEN).astype(np.float32)
    constraints.form.add_to_gaps(bias, contexts)
    return bias


def pitch_bias(candidates: Sequence[Candidate], gaps: Sequence[int], constraints: Constraints) -> Floats:
    """Exclude what would lengthen a loop; draw to the register that is asked, near the end to a close."""
    bias = np.tile((constraints.pull[1] * _HIGH).astype(np.float32), (len(candidates), 1))
    for row, candidate, gap in zip(bias, candidates, gaps, strict=True):
        loops = candidate.guard.forbidden()
        row[loops[(loops >= 0) & (loops < KEYS)]] = FORBIDDEN / 2
        context = candidate.context
        onset = context.seconds + int(TICKS[gap]) / TICKS_PER_BEAT * 60 / step_bpm(context.tempo_step)
        if onset >= constraints.close_from_seconds:
            np.add(row, constraints.close_classes[KEY_CLASSES], out=row)
    constraints.form.add_to_pitches(bias, [candidate.context for candidate in candidates], gaps)
    return bias


def velocity_bias(constraints: Constraints) -> Floats:
    """Exclude what is hardly heard; draw to the loudness that is asked."""
    bias: Floats = NO_SILENT_VELOCITY + (constraints.pull[2] * _LOUD).astype(np.float32)
    return bias


def tempo_bias(candidates: Sequence[Candidate], constraints: Constraints) -> Floats:
    """A normal prior of ``TEMPO_SPREAD`` steps around the piece's tempo."""
    anchor = constraints.tempo_anchor + constraints.tempo_help
    away = np.array([[c.context.tempo_step - anchor] for c in candidates]) / TEMPO_SPREAD
    bias = 0.5 * (away**2 - (away + _CHANGES / TEMPO_SPREAD) ** 2)
    return np.minimum(bias, _MOST_TEMPO_BIAS).astype(np.float32)


def _without(size: int, *ids: int) -> Floats:
    bias = np.zeros((1, size), np.float32)
    bias[0, list(ids)] = FORBIDDEN
    return bias


NO_ZERO_DURATION = _without(FACTOR_SIZES["duration"], 0)
NO_SILENT_VELOCITY = _without(FACTOR_SIZES["velocity"], 0, 1, 2, 3)
"""Velocities below 16 are hardly heard."""
