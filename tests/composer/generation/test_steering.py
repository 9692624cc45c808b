"""What candidates are held to."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from composer.encoding.context import Context
from composer.encoding.vocabulary import TEMPO_REACH, TICKS, TICKS_PER_BEAT, step_bpm
from composer.generation.candidates import Candidate
from composer.generation.loop_guard import LoopGuard
from composer.generation.sampling import FORBIDDEN
from composer.generation.steering import (
    LARGEST_CHORD,
    LONGEST_GAP_SECONDS,
    LONGEST_SILENCE_SECONDS,
    Constraints,
    gap_bias,
    pitch_bias,
    tempo_bias,
)

NO_CLOSE = np.zeros(12, np.float32)


def _candidate(*keys: int, gap: int = 12, duration: int = 12, tempo: int = 0) -> Candidate:
    context, guard = Context(tempo_step=tempo), LoopGuard()
    for key in keys:
        context.push((gap, key, duration, 16, TEMPO_REACH, 0))
        guard.push(key)
    return Candidate(context, np.zeros((1, 4), np.float32), guard)


def _constraints(**changes: float) -> Constraints:
    values = {
        "temperature": 1.0,
        "end_seconds": 30.0,
        "first_tick": 0,
        "tempo_anchor": 0,
        "close_from_seconds": math.inf,
    }
    return Constraints(**(values | changes), close_classes=NO_CLOSE)  # type: ignore[arg-type]


def _allowed(candidate: Candidate, constraints: Constraints) -> list[int]:
    return [int(TICKS[gap]) for gap in np.flatnonzero(gap_bias([candidate], constraints)[0] == 0)]


def test_the_continuation_begins_after_the_primer() -> None:
    """Gaps that would reach back into the primer are excluded."""
    candidate = _candidate(30, 34, 37)

    assert min(_allowed(candidate, _constraints(first_tick=candidate.context.tick + 10))) == 10


@given(st.integers(0, 400), st.integers(-60, 50), st.integers(1, 48))
def test_some_gap_is_always_allowed(first_tick: int, tempo: int, duration: int) -> None:
    """However far the primer's end and however fast or slow, there is a way on, and no needless hole."""
    candidate = _candidate(30, 34, 37, duration=duration, tempo=tempo)
    allowed = _allowed(candidate, _constraints(first_tick=first_tick))
    context = candidate.context
    per_second = step_bpm(tempo) * TICKS_PER_BEAT / 60
    latest = context.tick + max(
        min(
            context.release_tick - context.tick + LONGEST_SILENCE_SECONDS * per_second, LONGEST_GAP_SECONDS * per_second
        ),
        1,
    )

    assert allowed
    assert all(context.tick + ticks <= latest or ticks == min(allowed) for ticks in allowed)


def test_chords_are_no_larger_than_two_hands() -> None:
    """After so many notes at once time must go on; so it must above the highest key."""
    chord = _candidate(*range(30, 30 + LARGEST_CHORD), gap=0)

    assert 0 not in _allowed(chord, _constraints())
    assert 0 in _allowed(_candidate(30, 34, gap=0), _constraints())
    assert 0 not in _allowed(_candidate(30, 87, gap=0), _constraints())


def test_what_would_lengthen_a_loop_is_excluded() -> None:
    """The key of a note that has sounded eight times in a row may not sound again."""
    bias = pitch_bias([_candidate(*[40] * 8), _candidate(40, 44)], [12, 12], _constraints())

    assert np.flatnonzero(bias[0] <= FORBIDDEN / 2).tolist() == [40]
    assert not bias[1].any()


def test_loops_that_leave_the_keyboard_do_no_harm() -> None:
    """A forbidden key beyond the highest one excludes nothing else."""
    climbing = _candidate(*(87 - 7 + step for step in range(8)))

    assert not pitch_bias([climbing], [12], _constraints()).any()


def test_near_the_end_the_harmony_is_drawn_to_the_close() -> None:
    """From the given second on each key gets the favour of its pitch class, and before it none."""
    favour = np.arange(12, dtype=np.float32)
    candidate = _candidate(30, 34)
    for start, expected in ((0.0, favour[9]), (100.0, 0.0)):
        constraints = Constraints(1.0, 30.0, 0, 0.0, start, favour)
        bias = pitch_bias([candidate], [12], constraints)[0]

        assert bias[0] == bias[12] == expected  # A0 and A1


def test_the_tempo_is_drawn_back_to_its_anchor() -> None:
    """A piece that has become faster is likelier to slow down than to go faster still, and the other way round."""
    faster, slower = tempo_bias([_candidate(30, tempo=8), _candidate(30, tempo=-8)], _constraints())

    assert faster[TEMPO_REACH - 2] > faster[TEMPO_REACH] > faster[TEMPO_REACH + 2]
    assert slower[TEMPO_REACH - 2] < slower[TEMPO_REACH] < slower[TEMPO_REACH + 2]
    assert tempo_bias([_candidate(30)], _constraints())[0].argmax() == TEMPO_REACH
