"""How a continuation is led to what is asked."""

from __future__ import annotations

import math
from bisect import bisect_right

import numpy as np
import pytest

from composer.controls import Controls
from composer.encoding.context import Context
from composer.encoding.fields import ABSENT, DENSITY_EDGES
from composer.encoding.styles import Style
from composer.encoding.vocabulary import TEMPO_RATIO, TICKS_PER_BEAT
from composer.encoding.wishes import NO_WISHES
from composer.generation.candidates import Candidate, PlayedNote
from composer.generation.critic import manner_of, stretch_score
from composer.generation.guiding import (
    APPROACH_SECONDS,
    COOLEST,
    HOTTEST,
    MOST_DEPARTING,
    STRONGEST,
    Guide,
    heat,
    qualities,
    tempo_help,
)
from composer.generation.steering import Constraints
from composer.keys import Key


def _notes(rate: float, pitch: int, velocity: int, seconds: float = 8.0, since: float = 0.0) -> list[PlayedNote]:
    """Even notes between ``pitch`` and the fourth above, ``rate`` of them a second, at 120 beats a minute."""
    places = [(since + index / rate, pitch + index % 6) for index in range(round(rate * seconds))]
    return [PlayedNote(round(second * 48), second, 0, (6, key - 21, 6, velocity // 4, 20, 0)) for second, key in places]


PRIMER = _notes(4.0, 60, 64)
END = PRIMER[-1].seconds


def _candidate(notes: list[PlayedNote]) -> Candidate:
    context = Context(tick=notes[-1].tick, seconds=notes[-1].seconds)
    return Candidate(context, np.zeros((1, 4), np.float32), notes=notes)


def _constraints() -> Constraints:
    return Constraints(1.0, 60.0, 0, 0.0, math.inf, np.zeros(12, np.float32))


def test_qualities_are_octaves() -> None:
    """Twice the notes, an octave up and sixteen velocities louder are each one more."""
    change = qualities(_notes(8.0, 72, 80)) - qualities(PRIMER)

    assert change == pytest.approx([1, 1, 1], abs=0.05)


def test_nothing_asked_pulls_nowhere() -> None:
    """No wishes are told, nothing is pulled, and candidates are compared with the primer."""
    guide, manner = Guide(Controls(), PRIMER), manner_of(PRIMER, Key(0, "major"))
    best = _candidate(_notes(1.0, 80, 120, since=END))
    constraints = guide.steer(best, _constraints(), 20.0)

    assert best.context.wishes == NO_WISHES
    assert not constraints.pull.any()
    assert guide.manner(manner, 20.0).aim is None
    assert heat(Controls()) == 1


def test_the_way_to_what_is_asked_is_gradual() -> None:
    """At first the music is as the primer, after some seconds as asked."""
    guide = Guide(Controls(density=8, dynamics="ff"), PRIMER)
    start, halfway, there = (guide.aim(END + share * APPROACH_SECONDS) for share in (0.0, 0.5, 1.0))

    assert start[0] < halfway[0] < there[0] == pytest.approx(3)
    assert there[2] == pytest.approx(96 / 16)
    assert math.isnan(there[1])
    assert (guide.aim(END + 100)[[0, 2]] == there[[0, 2]]).all()


def test_the_network_is_told_what_is_asked() -> None:
    """Ids of style and density; what is not asked is absent, or the primer's own where that is to be followed."""
    best = _candidate(PRIMER)
    Guide(Controls(density=8, style="baroque"), PRIMER).steer(best, _constraints(), 100.0)
    told = best.context.wishes
    assert (told.density, told.register, told.loudness) == (bisect_right(DENSITY_EDGES, 8), ABSENT, ABSENT)
    assert (told.composer, told.era) == Style(era=0)

    Guide(Controls(), PRIMER, follows=True).steer(best, _constraints(), 100.0)
    assert best.context.wishes.density == bisect_right(DENSITY_EDGES, 4)
    assert ABSENT not in (best.context.wishes.register, best.context.wishes.loudness)


def test_the_pull_grows_until_the_music_obeys() -> None:
    """It points to what is asked, never beyond its limit, and lets go by and by where the music has come too far."""
    guide = Guide(Controls(register="high", dynamics="pp"), PRIMER)
    low = _candidate(_notes(4.0, 50, 64, since=END))
    pulls = [guide.steer(low, _constraints(), 100.0).pull for _ in range(20)]

    assert pulls[0][1] > 0 > pulls[0][2]
    assert pulls[1][1] > pulls[0][1]
    assert (np.abs(pulls[-1]) <= STRONGEST).all()
    assert not any(pull[0] for pull in pulls)

    high = _candidate(_notes(4.0, 96, 8, since=END))
    after = [guide.steer(high, _constraints(), 100.0).pull for _ in range(20)]
    assert after[-1][1] < 0


def test_candidates_are_compared_with_what_is_asked() -> None:
    """Of two stretches the one as dense, high and loud as asked has fewer faults, the primer's own manner more."""
    manner = manner_of(PRIMER, Key(0, "major"))
    asked = Guide(Controls(density=8, register=12, dynamics="f"), PRIMER).manner(manner, 100.0)
    alike, obedient = _notes(4.0, 60, 64), _notes(8.0, 72, 80)

    assert stretch_score(obedient, asked) > stretch_score(alike, asked)
    assert stretch_score(alike, manner) > stretch_score(obedient, manner)


def test_much_creativity_sends_candidates_away() -> None:
    """A share of them is not offered what came before; little or none sends nobody."""
    candidates = [_candidate(PRIMER) for _ in range(12)]
    gone = [
        sum(candidate.departs for candidate in Guide(Controls(creativity=amount), PRIMER).sent_out(candidates))
        for amount in (0, 50, 75, 100)
    ]

    assert gone == [0, 0, round(12 * MOST_DEPARTING / 2), round(12 * MOST_DEPARTING)]


def test_creativity_cools_and_heats() -> None:
    """Within bounds that are still music."""
    assert [heat(Controls(creativity=amount)) for amount in (0, 50, 100)] == pytest.approx([COOLEST, 1, HOTTEST])


def test_a_piece_that_was_too_fast_goes_slower() -> None:
    """So that its mean comes out right; one at its tempo needs no help."""
    fast, right = _candidate(PRIMER), _candidate(PRIMER)
    fast.context.tick, fast.context.seconds = round(20 * 2 * 1.03 * TICKS_PER_BEAT), 20.0
    right.context.tick, right.context.seconds = 20 * 2 * TICKS_PER_BEAT, 20.0

    assert tempo_help(right, _constraints()) == pytest.approx(0, abs=1e-9)
    assert TEMPO_RATIO ** tempo_help(fast, _constraints()) == pytest.approx(1 - 0.03 * 20 / 40, abs=1e-3)


def test_what_is_not_asked_does_not_drift_off() -> None:
    """Where the music is to be denser, a register that has strayed far is drawn back; a little is let pass."""
    guide = Guide(Controls(density=8), PRIMER)
    near, far = (_candidate(_notes(8.0, pitch, 64, since=END)) for pitch in (64, 84))

    assert guide.steer(near, _constraints(), 100.0).pull[1] == 0
    assert guide.steer(far, _constraints(), 100.0).pull[1] < 0
