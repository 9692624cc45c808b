"""A whole piece as the network meets it in training and scoring: one row per note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.context import Context
from composer.encoding.wishes import coming_music

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from composer.encoding.vocabulary import NoteEvents


@dataclass(frozen=True)
class PieceFeatures:
    """Everything the network is told and asked about one piece, one row per note.

    Attributes:
        step: int16 ``(notes, len(STEP_FIELDS))``.
        chroma: float16 ``(notes, 24)``.
        keys: uint8 ``(notes, 3, 11)``, packed sets of 88 keys: held, one bar ago, one beat ago.
        note: int16 ``(notes, fields of NOTE_FIELDS)``.
        anchors: int16 ``(notes, 3)``: last pitch, bass, floor (pitches up to it are excluded, -1 for none).
        factors: int16 ``(notes, 6)``, the targets.
        weights: bool ``(notes, 6)``, whether the note has that factor.
        matched: bool ``(notes,)``, whether a match was active (notes without are *novel*).
        coming: float32 ``(notes, 3)``, what the music to come is like (``coming_music``); not told by ``step``.
    """

    step: NDArray[np.int16]
    chroma: NDArray[np.float16]
    keys: NDArray[np.uint8]
    note: NDArray[np.int16]
    anchors: NDArray[np.int16]
    factors: NDArray[np.int16]
    weights: NDArray[np.bool_]
    matched: NDArray[np.bool_]
    coming: NDArray[np.float32]


def pack_keys(keys: int) -> bytes:
    """A set of 88 keys as 11 bytes, key 0 in the lowest bit of the first."""
    return keys.to_bytes(11, "little")


def piece_features(events: NoteEvents, source: int) -> PieceFeatures:
    """Walk through a whole piece and collect what is known before and during each note."""
    context = Context(source=source, beat_grid=events.beat_grid)
    steps, chromas, keys, notes, anchors, matched = [], [], [], [], [], []
    remaining = events.length_seconds - np.r_[0.0, events.seconds[:-1]]
    rows = events.factors.tolist()
    for index, row in enumerate(rows):
        context.set_bar(int(events.bar_ticks[index]), int(events.bar_positions[index]), int(events.onsets[index]))
        if index == 0:
            context.tick = int(events.onsets[0])
        steps.append(context.step_ids(float(remaining[index])))
        chromas.append(context.chroma())
        known = context.after_gap(row[0])
        context.after_pitch(known, row[1])
        context.after_duration(known, row[2])
        context.after_velocity(known, row[3])
        context.after_tempo(known, row[4])
        keys.append(pack_keys(context.held_keys()) + pack_keys(known.bar_ago) + pack_keys(known.beat_ago))
        notes.append(known.ids)
        anchors.append((context.last_pitch, known.bass, known.floor))
        matched.append(context.has_match)
        context.push(tuple(row), tick=int(events.onsets[index]))
    weights = np.ones(events.factors.shape, bool)
    weights[:, 4:] = np.r_[True, events.onsets[1:] != events.onsets[:-1]][:, None]
    if not events.has_pedal:
        weights[:, 5] = False
    return PieceFeatures(
        step=np.array(steps, np.int16),
        chroma=np.array(chromas, np.float16),
        keys=np.frombuffer(b"".join(keys), np.uint8).reshape(-1, 3, 11),
        note=np.array(notes, np.int16),
        anchors=np.array(anchors, np.int16),
        factors=events.factors,
        weights=weights,
        matched=np.array(matched),
        coming=coming_music(events),
    )
