"""Cut a primer out of somebody's music: from its first note to a place where a musician would stop."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from composer.notes import Score

_EARLIEST_SHARE = 0.55
"""A primer uses at least this share of the seconds it may last, where the music allows."""
_LONGEST_PAUSE_SECONDS = 1.2
"""A primer ends within this after its last key is released, however long the music then waits."""
_LONGEST_WAIT_BEATS = 11.0
"""It also ends within this after its last onset: the network's largest step to the next one is 12 beats."""


def cut_primer(score: Score, longest_seconds: float, *, most_left_out: float = math.inf) -> tuple[Score, float]:
    """The beginning of ``score``, at most ``longest_seconds`` long, from its first note to a bar line, beat or rest.

    Of the possible ends, the one is taken over which the fewest notes are held, and of equals the latest. A score that
    is short enough is returned whole, moved to begin with its first note. Music that pauses before the end is taken
    up to the pause. Also returns the beat at which the primer ends.

    Args:
        score: at least one note.
        longest_seconds: of the primer.
        most_left_out: seconds before its latest end among which an end is looked for; where it may last for long, the
            shortest allowed is far from that.
    """
    start = score.notes[0].start
    first_second = score.seconds_at(start)
    end = score.end_beat
    if score.seconds_at(end) - first_second > longest_seconds:
        latest = score.beat_at(first_second + longest_seconds)
        earliest = score.beat_at(first_second + max(longest_seconds * _EARLIEST_SHARE, longest_seconds - most_left_out))
        end = _best_end(score, earliest, latest)
    else:
        end = _bar_line_after(score, end, first_second + longest_seconds)
    end = _before_pause(score, end)
    return score.excerpt(start, end), end - start


def _best_end(score: Score, earliest: float, latest: float) -> float:
    onsets = sorted({note.start for note in score.notes if earliest <= note.start <= latest})
    bars = [line for line in score.bar_lines() if earliest <= line <= latest] if score.beat_grid else []
    places = bars or onsets
    if not places:
        return latest
    return min(places, key=lambda beat: (_held_over(score, beat), -beat))


def _held_over(score: Score, beat: float) -> int:
    return sum(note.start < beat < note.end - _LEGATO_BEATS for note in score.notes)


_LEGATO_BEATS = 1 / 8
"""Keys released this little after a bar line overlap on purpose and do not count as held over it."""


def _bar_line_after(score: Score, beat: float, last_second: float) -> float:
    """The bar line at which the bar under way at ``beat`` ends, if it comes soon enough; else ``beat``."""
    last_onset = max(note.start for note in score.notes if note.start < beat)
    reached = max(beat - _LEGATO_BEATS, (last_onset + beat) / 2)
    signature = score.time_signature_at(reached)
    bars = -(-(reached - signature.beat) // signature.bar_beats)
    line = signature.beat + bars * signature.bar_beats
    return line if score.beat_grid and score.seconds_at(line) <= last_second else beat


def _before_pause(score: Score, end: float) -> float:
    """``end``, or sooner where nothing has happened for long by then."""
    heard = [note for note in score.notes if note.start < end]
    released = max(note.end for note in heard)
    furthest = min(
        score.beat_at(score.seconds_at(released) + _LONGEST_PAUSE_SECONDS), heard[-1].start + _LONGEST_WAIT_BEATS
    )
    if end <= furthest:
        return end
    return _bar_line_after(score, min(released, furthest), score.seconds_at(furthest))
