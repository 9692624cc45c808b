"""Piano rolls: a Score as frames, and frames as notes.

A frame is a fixed share of a quarter note. Each key has two bits in it: whether it *sounds*, and whether it is *struck*
there (which implies that it sounds), so that a repeated note stays repeated. Frame ``f`` stands for the time around
``f / frames_per_quarter`` beats: onsets and releases go to the nearest frame, halves to the later one, and no note is
shorter than a frame. At four frames a quarter note is ``11 10 10 10 00``, and struck again at its half
``11 10 11 10 00``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from composer.errors import BadInputError
from composer.notes import EPSILON, HIGHEST_PITCH, LOWEST_PITCH, Note, with_repeats_cleaned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from composer.notes import Score

    Frames = NDArray[np.uint8]

SOUNDING, ONSET = 0, 1
"""The planes of a frame."""
FRAMES_PER_QUARTER = 4
OCTAVE = 12


class RollNote(NamedTuple):
    """A key held from the frame ``start`` to just before the frame ``end``."""

    start: int
    end: int
    pitch: int


@dataclass(frozen=True, eq=False)
class Roll:
    """A piano roll.

    Attributes:
        frames: 0 or 1, ``(time, keys, 2)``; the planes are ``SOUNDING`` and ``ONSET``.
        frames_per_quarter: frames in a quarter note, whatever the time signature.
        lowest_pitch: MIDI pitch of the first key.
    """

    frames: Frames
    frames_per_quarter: int
    lowest_pitch: int

    @property
    def sounding(self) -> NDArray[np.bool_]:
        """Which keys sound, ``(time, keys)``; shares the memory of ``frames``."""
        return self.frames[..., SOUNDING].view(np.bool_)

    @property
    def onsets(self) -> NDArray[np.bool_]:
        """Which keys are struck, ``(time, keys)``; shares the memory of ``frames``."""
        return self.frames[..., ONSET].view(np.bool_)

    def newest(self, count: int) -> Roll:
        """The last ``count`` frames; shares their memory."""
        return replace(self, frames=self.frames[-count:])


def frame_at(beat: float, frames_per_quarter: int) -> int:
    """The frame nearest to ``beat``; halfway between two it is the later one."""
    return math.floor(beat * frames_per_quarter + 0.5 + EPSILON)


def roll_of(
    score: Score,
    frames_per_quarter: int = FRAMES_PER_QUARTER,
    lowest_pitch: int = LOWEST_PITCH,
    highest_pitch: int = HIGHEST_PITCH,
    *,
    length: int | None = None,
) -> Roll:
    """The notes of ``score`` as frames; tempo, velocity and pedal are left to the Score.

    Nothing is lost: the shortest note has a frame, two strikes of one key in one frame become one, a key struck again
    begins a new note, and a pitch outside the range is moved into it by octaves.

    Args:
        score: of any metre and tempo; its beat 0 is frame 0.
        frames_per_quarter: at least 1.
        lowest_pitch: of the range.
        highest_pitch: of the range, itself inside; at least an octave holds every pitch class.
        length: in frames; by default up to the last release. What begins after that sounds in the last frame.

    Raises:
        BadInputError: there is no such roll.
    """
    _check(frames_per_quarter, lowest_pitch, highest_pitch, length)
    notes = [replace(note, pitch=folded(note.pitch, lowest_pitch, highest_pitch)) for note in score.notes]
    places = [_place(note, frames_per_quarter) for note in with_repeats_cleaned(notes)]
    if length is None:
        length = max((note.end for note in places), default=0)
    frames = np.zeros((length, highest_pitch - lowest_pitch + 1, 2), np.uint8)
    for note in places if length else ():
        start, key = min(note.start, length - 1), note.pitch - lowest_pitch
        frames[start : note.end, key, SOUNDING] = 1
        frames[start, key] = 1
    return Roll(frames, frames_per_quarter, lowest_pitch)


def _place(note: Note, frames_per_quarter: int) -> RollNote:
    start = frame_at(note.start, frames_per_quarter)
    return RollNote(start, max(frame_at(note.end, frames_per_quarter), start + 1), note.pitch)


def _check(frames_per_quarter: int, lowest_pitch: int, highest_pitch: int, length: int | None) -> None:
    if frames_per_quarter < 1:
        message = f"A roll needs at least one frame in a quarter note; {frames_per_quarter} are too few."
        raise BadInputError(message)
    if highest_pitch - lowest_pitch + 1 < OCTAVE:
        message = f"A roll needs at least the twelve keys of an octave; {lowest_pitch} to {highest_pitch} are fewer."
        raise BadInputError(message)
    if length is not None and length < 0:
        message = f"A roll cannot have {length} frames."
        raise BadInputError(message)


def folded(pitch: int, lowest_pitch: int, highest_pitch: int) -> int:
    """``pitch`` moved by as few octaves as bring it into a range of at least an octave."""
    if pitch < lowest_pitch:
        return pitch + OCTAVE * -(-(lowest_pitch - pitch) // OCTAVE)
    return pitch - OCTAVE * max(-(-(pitch - highest_pitch) // OCTAVE), 0)


def notes_of(roll: Roll) -> tuple[RollNote, ...]:
    """Every note, sorted by (start, pitch); each ends at its release, where its key is struck again, or with the roll.

    A key that sounds without having been struck counts as struck where it begins to sound.
    """
    # Times run along the second axis, so that the notes of a key follow each other.
    sounding, struck = roll.sounding.T, roll.onsets.T
    before = np.pad(sounding, ((0, 0), (1, 0)))[:, :-1]
    begins = sounding & (struck | ~before)
    over = np.pad(~sounding | begins, ((0, 0), (0, 1)), constant_values=True)
    keys, starts = np.nonzero(begins)
    edge_keys, edges = np.nonzero(over)
    width = over.shape[1]
    places = edge_keys * width + edges
    following = places[np.searchsorted(places, keys * width + starts, side="right")]
    notes = zip(starts.tolist(), (following - keys * width).tolist(), (keys + roll.lowest_pitch).tolist(), strict=True)
    return tuple(sorted((RollNote(*note) for note in notes), key=lambda note: (note.start, note.pitch)))
