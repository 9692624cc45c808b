"""How well a piece is as it was asked to be: what was obtained of every control, from the notes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.vocabulary import encode
from composer.generation.candidates import phrases_of, played_notes
from composer.generation.guiding import APPROACH_SECONDS, SHIFT_FROM_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.generation.candidates import PlayedNote
    from composer.notes import Score

CLOSE_SECONDS = 4.0
"""The end, where a piece slows down and holds its last chord, is not counted."""
FEWEST_NOTES = 4
"""Fewer notes say nothing of their density, register and loudness."""


def settled(piece: Score, primer_end_beat: float) -> list[PlayedNote]:
    """The notes of the continuation from where it shall be as asked to where it begins to end."""
    began = piece.seconds_at(primer_end_beat) + APPROACH_SECONDS
    ends = piece.length_seconds - CLOSE_SECONDS
    return [note for note in played_notes(encode(piece)) if began <= note.seconds < ends]


def settled_seconds(piece: Score, primer_end_beat: float) -> float:
    """How long that stretch is."""
    return piece.length_seconds - CLOSE_SECONDS - piece.seconds_at(primer_end_beat) - APPROACH_SECONDS


def primer_pitch(piece: Score, primer_end_beat: float) -> float:
    """Mean MIDI pitch of the beginning of the primer, from which a shift of register is counted."""
    until = min(piece.seconds_at(primer_end_beat), SHIFT_FROM_SECONDS)
    return mean_pitch([note for note in played_notes(encode(piece)) if note.seconds < until - 1e-6])


def density(notes: Sequence[PlayedNote], seconds: float) -> float:
    """Notes a second of a stretch that lasts so long."""
    return len(notes) / seconds


def mean_pitch(notes: Sequence[PlayedNote]) -> float:
    """MIDI pitch."""
    return float(np.mean([note.pitch for note in notes]))


def mean_velocity(notes: Sequence[PlayedNote]) -> float:
    """As MIDI has it, from the middle of each bin."""
    return float(np.mean([4 * note.factors[3] + 2 for note in notes]))


def novelty(piece: Score, primer_end_beat: float) -> float:
    """Share of the continuation's phrases of four notes (intervals and gaps) that the piece has not had before."""
    notes = played_notes(encode(piece))
    began = piece.seconds_at(primer_end_beat) - 1e-6
    first = sum(note.seconds < began for note in notes)
    heard = set(phrases_of(notes[:first]))
    fresh = phrases_of(notes[first:])
    new = 0
    for phrase in fresh:
        new += phrase not in heard
        heard.add(phrase)
    return new / max(len(fresh), 1)


def rank_correlation(asked: Sequence[float], obtained: Sequence[float]) -> float:
    """Spearman's: Pearson's correlation of the ranks, equal values sharing their mean rank."""
    ranks = [_ranks(np.asarray(values, np.float64)) for values in (asked, obtained)]
    if any(rank.std() == 0 for rank in ranks):
        return 0.0
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks: NDArray[np.float64] = (ends - (counts - 1) / 2)[places]
    return ranks
