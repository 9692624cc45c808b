"""What a continuation is held to while its frames are drawn: biases on the keys, and at last corrections of a frame.

The biases make likely what music does anyway: that something sounds, that keys come up again, that the piece is as
dense as its primer and in its key, and that it moves on. They grow slowly, so that the network chooses the way. Only
where it takes none, the frame itself is corrected: whatever the network does, no silence and no hold is longer than it
may be.
"""

from __future__ import annotations

import math
from copy import deepcopy
from typing import TYPE_CHECKING

import numpy as np

from composer.generation.loop_guard import LoopGuard
from composer.generation.steering import LONGEST_GAP_SECONDS, LONGEST_SILENCE_SECONDS
from composer.keys import estimate_key_of_pitches
from composer.rolls.roll import ONSET, SOUNDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from composer.rolls.roll import Frames, Roll

    Floats = NDArray[np.float32]

PATIENCE = 0.4
"""After this share of the longest silence or hold keys become likelier, from frame to frame."""
URGE = 0.7
"""So much likelier, in nats a frame."""
LONGEST_HOLD_BARS, LONGEST_HOLD_SECONDS = 2.0, 4.0
"""A key that is held for longer than both is drawn up; after twice as long it comes up."""
RELEASE = 0.5
"""So much likelier, in nats a frame."""
MOST_KEYS = 10
"""Two hands hold no more."""
CROWD_BIAS = -6.0
DENSITY_SECONDS = 4.0
"""Onsets are counted over about so long, and drawn towards as many as the primer has."""
DENSITY_WEIGHT, DENSITY_GAIN, DENSITY_LEAK, MOST_DENSITY_BIAS = 0.8, 0.04, 0.98, 4.0
"""A controller, in nats: at a low temperature each key is so unlikely that without it hardly any would be struck."""
KEY_BIAS, FREE_SHARE = -1.0, 0.85
"""Against keys outside of the key of a primer that stays in it; none where less than this share of it does."""
RANGE_BIAS, RANGE_SLACK = -1.5, 3
"""Against keys so far (in semitones) beyond those of the primer."""
BAR_REPEATS = 3
"""The same bar, or pair or four of them, comes so often in a row before the music is moved on."""
LOOP_BIAS, NOTE_LOOP_BIAS = -4.0, -20.0
"""Against what would come once more; for bars it grows by as much with every quarter of the loop that follows."""
RESTLESS = 1.3
"""Temperatures are multiplied by this as long as the music goes round in circles."""


class Limits:
    """How many frames silence and holds may last.

    Args:
        bar_frames: frames in a bar.
        frame_seconds: how long a frame lasts.
        longest_wait: the most frames between two onsets of the primer; a slow primer may go on slowly.
    """

    def __init__(self, bar_frames: int, frame_seconds: float, longest_wait: int = 0) -> None:
        self.bar = bar_frames
        self.silence = max(int(LONGEST_SILENCE_SECONDS / frame_seconds), 1)
        gap = max(int(LONGEST_GAP_SECONDS / frame_seconds), 1)
        self.wait = max(gap, min(longest_wait, 2 * bar_frames))
        self.hold = round(max(LONGEST_HOLD_BARS * bar_frames, LONGEST_HOLD_SECONDS / frame_seconds))
        self.density = max(DENSITY_SECONDS / frame_seconds, 8.0)


class Guard:
    """Follows the frames of a piece, and says what is wanted of the next one.

    Args:
        heard: the primer; at least one note.
        bar_frames: frames in a bar.
        frame_seconds: how long a frame of the continuation lasts.
    """

    def __init__(self, heard: Roll, bar_frames: int, frame_seconds: float) -> None:
        times = np.flatnonzero(heard.onsets.any(1))
        self.limits = Limits(bar_frames, frame_seconds, int(np.diff(times).max(initial=0)))
        self._chords = heard.onsets[times]
        self._borrowed = 0
        self._wanted = float(heard.onsets.sum()) / len(heard.frames)
        self._density = self._wanted
        self._steering = 0.0
        self._standing = _standing_bias(heard)
        self._ages: NDArray[np.int64] = np.zeros(heard.frames.shape[1], np.int64)
        self._silent = self._waited = 0
        self._notes, self._bars = LoopGuard(), BarLoops(bar_frames)
        for frame in heard.frames:
            self.push(frame)
        self._ages = np.zeros_like(self._ages)

    def copy(self) -> Guard:
        """An independent guard with the same past."""
        return deepcopy(self)

    @property
    def restlessness(self) -> float:
        """What the temperature is multiplied by."""
        return RESTLESS if self._bars.looping or self._notes.looping() else 1.0

    @property
    def _thinness(self) -> float:
        """How much less is struck than in the primer, as a logarithm."""
        return math.log((self._wanted + 0.02) / (self._density + 0.02))

    def bias(self) -> Floats:
        """What is added to the logit that each key sounds in the next frame, ``(keys,)``."""
        bias, limits, free = self._standing.copy(), self.limits, self._ages == 0
        late = max(self._silent - PATIENCE * limits.silence, self._waited - PATIENCE * limits.wait, 0.0)
        density = DENSITY_WEIGHT * self._thinness + self._steering
        wish = URGE * late + min(max(density, -MOST_DENSITY_BIAS), MOST_DENSITY_BIAS)
        crowd = CROWD_BIAS if np.count_nonzero(self._ages) >= MOST_KEYS else 0.0
        bias[free] += np.float32(wish + crowd)
        over = self._ages - limits.hold
        if over.max() > 0:
            bias -= RELEASE * np.maximum(over, 0).astype(np.float32)
        self._discourage_loops(bias, free)
        return bias

    def _discourage_loops(self, bias: Floats, free: NDArray[np.bool_]) -> None:
        keys = self._notes.forbidden()
        keys = keys[(keys >= 0) & (keys < len(bias))]
        bias[keys[free[keys]]] += NOTE_LOOP_BIAS
        if self._bars.looping:
            bias[self._bars.expected() & free] += LOOP_BIAS * self._bars.insistence

    def corrected(self, frame: Frames) -> Frames:
        """``frame`` ``(keys, 2)`` as it is played: what begins to sound is struck, and nothing lasts too long."""
        sounding, struck = frame[:, SOUNDING].astype(bool), frame[:, ONSET].astype(bool)
        struck = sounding & (struck | (self._ages == 0))
        stuck = (self._ages >= 2 * self.limits.hold) & ~struck
        sounding &= ~stuck
        _thin_out(sounding)
        struck &= sounding
        silent = not sounding.any() and self._silent + 1 >= self.limits.silence
        if silent or (not struck.any() and self._waited + 1 >= self.limits.wait):
            chord = self._chords[self._borrowed % len(self._chords)]
            self._borrowed += 1
            sounding[chord] = struck[chord] = True
        return np.stack([sounding, struck], axis=1).astype(np.uint8)

    def push(self, frame: Frames) -> None:
        """Append a frame ``(keys, 2)``."""
        sounding, struck = frame[:, SOUNDING], frame[:, ONSET]
        self._ages = np.where(struck, 1, (self._ages + 1) * sounding)
        keys = np.flatnonzero(struck).tolist()
        self._silent = 0 if sounding.any() else self._silent + 1
        self._waited = 0 if keys else self._waited + 1
        self._density += (len(keys) - self._density) / self.limits.density
        self._steering = DENSITY_LEAK * self._steering + DENSITY_GAIN * self._thinness
        for key in keys:
            self._notes.push(key)
        self._bars.push(struck)


def _thin_out(sounding: NDArray[np.bool_]) -> None:
    """Leave the outer ones of more keys than hands can hold."""
    keys = np.flatnonzero(sounding)
    if len(keys) > MOST_KEYS:
        sounding[keys[MOST_KEYS // 2 : -MOST_KEYS // 2]] = False


def _standing_bias(heard: Roll) -> Floats:
    """Against what lies outside of the primer's key and far outside of its range, ``(keys,)``."""
    counts = heard.sounding.sum(0)
    pitches = np.arange(len(counts)) + heard.lowest_pitch
    sounding = np.flatnonzero(counts)
    key = estimate_key_of_pitches(pitches[sounding].tolist(), counts[sounding].tolist())
    inside = np.array([pitch % 12 in key.pitch_classes for pitch in pitches.tolist()])
    share = counts[inside].sum() / counts.sum()
    bias = np.where(inside, 0.0, KEY_BIAS * max(share - FREE_SHARE, 0.0) / (1 - FREE_SHARE))
    places = np.arange(len(counts))
    beyond = (places < sounding[0] - RANGE_SLACK) | (places > sounding[-1] + RANGE_SLACK)
    standing: Floats = (bias + RANGE_BIAS * beyond).astype(np.float32)
    return standing


class BarLoops:
    """Notices bars, and groups of two and four of them, that come again and again, note for note.

    Args:
        bar_frames: frames in a bar.
    """

    def __init__(self, bar_frames: int) -> None:
        self._periods = [bar_frames, 2 * bar_frames, 4 * bar_frames]
        self._most = [(BAR_REPEATS - 1) * period for period in self._periods]
        self._runs = [0, 0, 0]
        self._frames: list[bytes] = []

    def push(self, struck: NDArray[np.uint8]) -> None:
        """Append the onsets of a frame, ``(keys,)``."""
        frame = struck.tobytes()
        for index, period in enumerate(self._periods):
            same = len(self._frames) >= period and self._frames[-period] == frame
            self._runs[index] = self._runs[index] + 1 if same else 0
        self._frames.append(frame)

    @property
    def looping(self) -> bool:
        """Whether there is a loop."""
        return any(run >= most for run, most in zip(self._runs, self._most, strict=True))

    @property
    def insistence(self) -> float:
        """1 where a loop begins to be one, and 1 more for every quarter of it that followed; less for no loop."""
        return max(1 + 4 * (run - most) / period for run, most, period in self._loops())

    def expected(self) -> NDArray[np.bool_]:
        """Keys that would be struck if the loop went on, ``(keys,)``."""
        period = next(period for run, most, period in self._loops() if run >= most)
        return np.frombuffer(self._frames[-period], np.bool_)

    def _loops(self) -> zip[tuple[int, int, int]]:
        """Frames in a row that equalled those a period earlier, how many may, and the period."""
        return zip(self._runs, self._most, self._periods, strict=True)
