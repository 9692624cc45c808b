"""Newcomers who come all at once: one person with fifty accounts looks like that, and so does a news item.

They are not thrown out, only kept waiting: whoever comes back at another time counts, with everything they have said.
Coming back all at once is another burst. What one would expect is what the times before and after show, so that a
guild that grows quickly is no burst, and an audience of ten minutes is judged by its own minutes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Moment: TypeAlias = tuple[float, int]
"""When somebody voted, in seconds, and on which piece."""
Left: TypeAlias = dict[int, list[Moment]]
"""Voters -> what they said outside of bursts, in order: the first of it is when they came."""

WINDOWS: Final = 10
"""The history of all votes is so many windows long."""
_SIGMAS, _ALWAYS_ALLOWED = 4.0, 3.0
_OWN_GAPS: Final = 6.0
"""A burst goes on until somebody keeps it waiting for so many of its mean gaps: a quarter to a half of what is usual
between two newcomers (``benchmarks.sock_puppets``: shorter, and puppets at its edges are missed; longer, and people
are taken for them)."""
_LAUNCH_ALLOWED, _LAUNCH_FACTOR = 10, 2


@dataclass(frozen=True, slots=True)
class Span:
    """The history of all votes.

    Attributes:
        begin: the first vote of all, in seconds.
        end: the last.
    """

    begin: float
    end: float

    @classmethod
    def of(cls, times: Iterable[float]) -> Span:
        """The span of some votes."""
        times = list(times)
        return cls(min(times), max(times)) if times else cls(0.0, 0.0)

    @property
    def window(self) -> float:
        """A tenth of it."""
        return (self.end - self.begin) / WINDOWS


def waiting_voters(moments: Mapping[int, Iterable[Moment]], span: Span) -> set[int]:
    """Who came in a burst and has not come back since.

    Args:
        moments: of every voter of a guild.
        span: of the votes of all guilds.
    """
    left = {voter: sorted(theirs) for voter, theirs in moments.items()}
    if not left or not span.window:
        return set()
    while together := _launch(left, span) or _crowd(left, span) or _burst(left, span):
        back_from = max(left[voter][0][0] for voter in together) + span.window
        for voter in together:
            left[voter] = [moment for moment in left[voter] if moment[0] > back_from]
    return {voter for voter, theirs in left.items() if not theirs}


def is_too_many(count: int, expected: float) -> bool:
    """Whether chance does not explain it: four standard deviations above what is expected, and three for small numbers.

    >>> is_too_many(10, 2.0), is_too_many(11, 2.0)
    (False, True)
    """
    return count > expected + _SIGMAS * sqrt(expected) + _ALWAYS_ALLOWED


def _entries(left: Left, begin: float) -> list[tuple[float, int]]:
    """When everybody came who came at ``begin`` or later, in order."""
    return sorted((theirs[0][0], voter) for voter, theirs in left.items() if theirs and theirs[0][0] >= begin)


def _opening(left: Left) -> float:
    return min((theirs[0][0] for theirs in left.values() if theirs), default=0.0)


def _launch(left: Left, span: Span) -> list[int]:
    """All of a guild's first window, if hardly anybody came after it: there is nothing to tell them from puppets yet.

    When the bot itself is new everybody is.
    """
    opening = _opening(left)
    if opening < span.begin + span.window:
        return []
    entries = _entries(left, opening)
    first = [voter for time, voter in entries if time < opening + span.window]
    later = len(entries) - len(first)
    return first if len(first) > _LAUNCH_ALLOWED + _LAUNCH_FACTOR * later else []


def _crowd(left: Left, span: Span) -> list[int]:
    """Those who came for the piece that most came for, if that was too many."""
    by_piece: defaultdict[int, list[int]] = defaultdict(list)
    for _, voter in _entries(left, _opening(left) + span.window):
        by_piece[left[voter][0][1]].append(voter)
    if not by_piece:
        return []
    most = max(by_piece, key=lambda piece: (len(by_piece[piece]), piece))
    others = sum(map(len, by_piece.values())) - len(by_piece[most])
    pieces = {piece for theirs in left.values() for _, piece in theirs} - {most}
    expected = others / len(pieces) if pieces else float(len(by_piece[most]))
    return by_piece[most] if is_too_many(len(by_piece[most]), expected) else []


def _burst(left: Left, span: Span) -> list[int]:
    """Those of the fullest window who are too many for it; in the first window everybody is new."""
    entries = _entries(left, _opening(left))
    times = [time for time, _ in entries]
    starts = range(bisect_left(times, _opening(left) + span.window), len(times))
    if not starts:
        return []
    counts = {first: bisect_right(times, times[first] + span.window) - first for first in starts}
    first = max(counts, key=lambda start: (counts[start], -start))
    expected = _expected(times, starts.start, first, span)
    if not is_too_many(counts[first], expected):
        return []
    begin, end = _core(times, first, counts[first], expected, span)
    return [voter for _, voter in entries[begin : end + 1]]


def _expected(times: Sequence[float], late: int, first: int, span: Span) -> float:
    """How many should have come in a window: as many as in those before and after it, or as in all but the first.

    Args:
        times: when people came.
        late: the first of them after the first window.
        first: the first of them in the window.
        span: tells how long windows are, and when the last of them ends.
    """
    begin, window = times[first], span.window
    before = first - bisect_left(times, begin - window)
    after = bisect_right(times, begin + 2 * window) - bisect_right(times, begin + window)
    others = len(times) - late - (bisect_right(times, begin + window) - first)
    windows = max((span.end - times[0]) / window - 2, 1.0)
    return max((before + after) / 2, others / windows)


def _core(times: Sequence[float], first: int, count: int, expected: float, span: Span) -> tuple[int, int]:
    """First and last of those who surely came in the burst, and of those who came hardly before or after them."""
    excess = max(count - int(expected + 2 * sqrt(expected)), 1)
    begin = _densest(times, range(first, first + count - excess + 1), excess)
    own = (times[begin + excess - 1] - times[begin]) / max(excess - 1, 1)
    usual = span.window / max(expected, 1.0)
    return _extended(times, begin, begin + excess - 1, min(max(_OWN_GAPS * own, usual / 4), usual / 2))


def _densest(times: Sequence[float], starts: range, count: int) -> int:
    """Where the shortest time begins in which so many came."""
    return min(starts, key=lambda start: times[start + count - 1] - times[start])


def _extended(times: Sequence[float], begin: int, end: int, gap: float) -> tuple[int, int]:
    """``begin`` and ``end``, as far before and after as no gap is longer than ``gap``."""
    while begin > 0 and times[begin] - times[begin - 1] <= gap:
        begin -= 1
    while end + 1 < len(times) and times[end + 1] - times[end] <= gap:
        end += 1
    return begin, end
