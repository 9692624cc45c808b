"""A primer in another key, in the parallel mode or at another tempo, so that all that grows from it is so too."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

from composer.errors import BadInputError
from composer.notes import (
    FASTEST_BPM,
    HIGHEST_PITCH,
    LOWEST_PITCH,
    SLOWEST_BPM,
    Note,
    Score,
    Tempo,
    with_repeats_cleaned,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from composer.keys import Key

OCTAVE = 12
THIRD, SIXTH, SEVENTH = (3, 4), (8, 9), (10, 11)
"""The degrees in which the modes differ: semitones above the tonic, lowered and raised."""
_SOON_BEATS = 1.0
"""A note that follows within so long after another's end follows it in its voice."""


def recast(score: Score, own: Key, wanted: Key) -> Score:
    """Music in the key ``own`` moved to the key ``wanted``: first into its mode, then by the shortest way."""
    in_mode = score if own.mode == wanted.mode else in_parallel_mode(score, own)
    return moved(in_mode, (wanted.tonic - own.tonic + 5) % OCTAVE - 5)


def moved(score: Score, semitones: int) -> Score:
    """Transposed by so much, or by octaves more or less where it would leave the piano.

    Of music too wide to be transposed as a whole, the notes beyond the piano sound an octave nearer to its middle.
    """
    low, high = (edge(note.pitch for note in score.notes) for edge in (min, max))
    ways = [semitones + OCTAVE * octaves for octaves in (0, 1, -1, 2, -2)]
    for way in ways:
        if low + way >= LOWEST_PITCH and high + way <= HIGHEST_PITCH:
            return score.transposed(way) if way else score
    return _repitched(score, {note: note.pitch + semitones for note in score.notes})


def _on_piano(pitch: int) -> int:
    if pitch < LOWEST_PITCH:
        return pitch + OCTAVE
    return pitch - OCTAVE if pitch > HIGHEST_PITCH else pitch


def in_parallel_mode(score: Score, key: Key) -> Score:
    """Major music in minor with the same tonic, or minor music in major.

    Third and sixth are always altered but for the sixth that rises to the leading tone (melodic minor). The seventh
    stays raised in minor, as harmony has it, where it rises to the tonic or belongs to the dominant, and is lowered
    where it falls. Chromatic notes stay, but where they would fall together with the altered note that they lead to.
    """
    following = _Following(score)
    change = _to_minor if key.mode == "major" else _to_major
    pitches = {}
    for note in score.notes:
        degree = (note.pitch - key.tonic) % OCTAVE
        pitches[note] = note.pitch + change(degree, note, following)
    return _repitched(score, pitches)


def _to_minor(degree: int, note: Note, following: _Following) -> int:
    """By how many semitones a note of a degree is altered."""
    if degree == THIRD[1]:
        return -1
    if degree == SIXTH[1]:
        return 0 if following.comes(note, 2) else -1
    if degree == SEVENTH[1]:
        return -1 if following.comes(note, -2) or following.comes(note, -1) else 0
    leads = degree + 1 in {THIRD[1], SIXTH[1]} and following.comes(note, 1)
    return -1 if leads else 0


def _to_major(degree: int, note: Note, following: _Following) -> int:
    if degree in {THIRD[0], SIXTH[0], SEVENTH[0]}:
        return 1
    leads = degree - 1 in {THIRD[0], SIXTH[0]} and following.comes(note, -1)
    return 1 if leads else 0


class _Following:
    """Which notes follow a note in its voice."""

    def __init__(self, score: Score) -> None:
        self._starts: dict[int, list[float]] = {}
        for note in score.notes:
            self._starts.setdefault(note.pitch, []).append(note.start)

    def comes(self, note: Note, interval: int) -> bool:
        """Whether a note so many semitones above follows soon."""
        starts = self._starts.get(note.pitch + interval, [])
        index = bisect_right(starts, note.start)
        return index < len(starts) and starts[index] <= note.end + _SOON_BEATS


def _repitched(score: Score, pitches: Mapping[Note, int]) -> Score:
    """With other pitches, those beyond the piano an octave back; notes that meet on one key become one."""
    notes = [replace(note, pitch=_on_piano(pitches[note])) for note in score.notes]
    return replace(score, notes=with_repeats_cleaned(notes))


def at_tempo(score: Score, bpm: float) -> Score:
    """The same music with its mean tempo moved to ``bpm``, its rubato kept.

    Raises:
        BadInputError: no music can be played at that tempo.
    """
    factor = bpm / score.mean_bpm
    tempos = [tempo.bpm * factor for tempo in score.tempos]
    if min(tempos) < SLOWEST_BPM or max(tempos) > FASTEST_BPM:
        message = (
            f"At a tempo of {bpm:g} parts of this music would be too slow or too fast to play; "
            f"choose one nearer to its own, {score.mean_bpm:.0f}."
        )
        raise BadInputError(message)
    return replace(
        score, tempos=tuple(Tempo(tempo.beat, value) for tempo, value in zip(score.tempos, tempos, strict=True))
    )
