"""What a continuation is held to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from composer.rolls.guards import BAR_REPEATS, LOOP_BIAS, MOST_KEYS, RESTLESS, BarLoops, Guard
from composer.rolls.roll import roll_of
from tests.composer.rolls.music import ARPEGGIOS, HYMN

if TYPE_CHECKING:
    from composer.rolls.roll import Frames

C4 = 60 - 21


@pytest.fixture
def guard() -> Guard:
    """Has heard four bars of arpeggios, at eight frames a second."""
    return Guard(roll_of(ARPEGGIOS), bar_frames=16, frame_seconds=0.125)


def _frame(*pitches: int, struck: bool = True) -> Frames:
    frame = np.zeros((88, 2), np.uint8)
    frame[[pitch - 21 for pitch in pitches], 0] = 1
    frame[[pitch - 21 for pitch in pitches], 1] = struck
    return frame


def test_nothing_is_wanted_of_music_as_it_should_be(guard: Guard) -> None:
    """While the continuation goes as its primer, keys in its key and range are left alone."""
    guard.push(_frame(48))

    assert abs(guard.bias()[C4]) < 0.5
    assert guard.restlessness == 1


def test_silence_makes_keys_likelier_and_ends(guard: Guard) -> None:
    """Frame after frame of silence draws keys down, and before 1.2 seconds are over a chord of the primer is struck."""
    wishes = []
    for _ in range(8):
        wishes.append(guard.bias()[C4])
        guard.push(guard.corrected(_frame()))

    assert wishes == sorted(wishes)
    assert wishes[-1] > wishes[0] + 2
    assert guard.corrected(_frame())[:, 1].any()


def test_a_hold_is_moved_on(guard: Guard) -> None:
    """A chord that is held without anything new for three seconds is followed by something new."""
    guard.push(_frame(48, 64))
    frames = []
    for _ in range(24):
        frames.append(guard.corrected(_frame(48, 64, struck=False)))
        guard.push(frames[-1])

    assert not any(frame[:, 1].any() for frame in frames[:23])
    assert frames[23][:, 1].any()


def test_a_slow_primer_may_go_on_slowly() -> None:
    """Where chords came every four seconds, four seconds may pass."""
    guard = Guard(roll_of(HYMN), bar_frames=16, frame_seconds=0.25)

    assert guard.limits.wait == 16


def test_a_stuck_key_comes_up(guard: Guard) -> None:
    """A key that stays down is drawn up after two bars or four seconds, and let go after twice as long."""
    guard.push(_frame(36))
    for index in range(2 * guard.limits.hold - 1):
        frame = _frame(36, struck=False)
        frame[60 + index % 2 - 21] = 1
        guard.push(guard.corrected(frame))

    assert guard.bias()[36 - 21] < -10
    assert not guard.corrected(_frame(36, struck=False))[36 - 21, 0]


def test_what_begins_to_sound_is_struck(guard: Guard) -> None:
    """There is no sound without an onset, and no onset without a sound."""
    frame = _frame(60, struck=False)
    frame[50, 1] = 1

    assert guard.corrected(frame)[C4].tolist() == [1, 1]
    assert guard.corrected(frame)[50].tolist() == [0, 0]


def test_two_hands_hold_ten_keys(guard: Guard) -> None:
    """Of a cluster the outer keys are left, and while ten are down no more are wanted."""
    frame = guard.corrected(_frame(*range(40, 80)))
    guard.push(frame)

    assert (np.flatnonzero(frame[:, 0]) + 21).tolist() == [*range(40, 45), *range(75, 80)]
    assert int(frame[:, 1].sum()) == MOST_KEYS
    assert guard.bias()[C4] < -4


def test_a_thin_continuation_is_made_denser(guard: Guard) -> None:
    """One note a bar where the primer had eight: keys become likelier; a dense one makes them less likely."""
    dense = Guard(roll_of(ARPEGGIOS), bar_frames=16, frame_seconds=0.125)
    for index in range(64):
        guard.push(_frame(60) if index % 16 == 0 else _frame(60, struck=False))
        dense.push(_frame(50 + index % 7, 62 + index % 5, 70 + index % 3))

    assert dense.bias()[90 - 21] < -1
    assert guard.bias()[72 - 21] > 1


def test_keys_outside_of_the_primers_are_less_likely(guard: Guard) -> None:
    """Outside of its scale, and far outside of its range."""
    bias = guard.bias()

    assert bias[61 - 21] < bias[60 - 21] - 0.5
    assert bias[21 - 21] < bias[48 - 21] - 1


def _bar(*pitches: int) -> list[Frames]:
    return [_frame(pitch) if index % 2 == 0 else _frame(pitch, struck=False) for pitch in pitches for index in range(2)]


def test_the_same_bar_again_and_again_is_discouraged() -> None:
    """After three times what would come once more becomes unlikely, and ever more so; one other note ends it."""
    loops, bar = BarLoops(16), _bar(60, 64, 62, 65, 64, 67, 62, 59)
    for frame in bar * BAR_REPEATS:
        loops.push(frame[:, 1])

    assert loops.looping
    assert np.flatnonzero(loops.expected()).tolist() == [C4]
    before = loops.insistence
    for frame in bar[:4]:
        loops.push(frame[:, 1])
    assert loops.insistence == before + 1
    loops.push(_frame(40)[:, 1])
    assert not loops.looping


def test_a_loop_makes_the_music_restless(guard: Guard) -> None:
    """The temperature rises, and the key whose turn it would be is avoided."""
    for frame in _bar(60, 64, 62, 65, 64, 67, 62, 59) * 4:
        guard.push(frame)
    free = guard.bias()

    assert guard.restlessness == RESTLESS
    assert free[C4] < free[72 - 21] + LOOP_BIAS + 1


def test_a_pair_of_bars_may_come_three_times() -> None:
    """Longer groups count as well; a bar that comes every other time is none."""
    loops = BarLoops(16)
    pair = _bar(60, 64, 62, 65, 64, 67, 62, 59) + _bar(60, 64, 62, 65, 64, 67, 62, 72)
    for frame in (pair * BAR_REPEATS)[:-1]:
        loops.push(frame[:, 1])

    assert not loops.looping
    loops.push(pair[-1][:, 1])
    assert loops.looping
