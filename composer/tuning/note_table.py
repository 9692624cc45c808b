"""Notes as the heads of a network meet them, with the memory that its fixed backbone has of everything before each.

With the backbone fixed nothing in a head's input depends on what is learnt, so it is computed once, by the very file
that composes, and learning needs no recurrence.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from composer.encoding.inputs import note_input, step_input, unpack_keys
from composer.encoding.vocabulary import FACTORS
from composer.evaluation.likelihood import memories

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from composer.encoding.features import PieceFeatures
    from composer.generation.decoder import Decoder

    Array = NDArray[Any]


@dataclass(frozen=True)
class NoteTable:
    """One row per note.

    Attributes:
        memory: float16 ``(notes, width)``.
        step, chroma, keys, note, anchors, factors: as in ``PieceFeatures``.
        weights: float32 ``(notes, 6)``, how much each factor counts.
        piece: int32 ``(notes,)``, number of the piece.
    """

    memory: Array
    step: Array
    chroma: Array
    keys: Array
    note: Array
    anchors: Array
    factors: Array
    weights: Array
    piece: Array

    def __len__(self) -> int:
        return len(self.factors)

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> NoteTable:
        """Some of the notes."""
        return NoteTable(*(getattr(self, column.name)[chosen] for column in fields(self)))

    def inputs(self) -> dict[str, Array]:
        """What the heads read, by name."""
        return {
            "memory": self.memory.astype(np.float32),
            "step": step_input(self.step, self.chroma, self.keys[:, 0]),
            "note": note_input(self.note),
            "sets": unpack_keys(self.keys[:, 1:]).astype(np.float32),
            "anchors": self.anchors.astype(np.int32),
        }

    def targets(self) -> dict[str, Array]:
        """True ids by factor."""
        return {factor: self.factors[:, index].astype(np.int32) for index, factor in enumerate(FACTORS)}

    def factor_weights(self) -> dict[str, Array]:
        """Weights by factor."""
        return {factor: self.weights[:, index] for index, factor in enumerate(FACTORS)}

    def parts(self, size: int) -> Iterator[NoteTable]:
        """The same notes in order, at most ``size`` at a time."""
        for start in range(0, len(self), size):
            yield self.rows(np.arange(start, min(start + size, len(self))))


def note_table(
    decoder: Decoder,
    state_width: int,
    pieces: Sequence[PieceFeatures],
    importance: Sequence[NDArray[np.floating]],
    *,
    end_known: bool = True,
) -> NoteTable:
    """The notes of ``pieces`` that count, each by its ``importance`` ``(notes,)``; those of no importance are left out.

    Args:
        decoder: of the checkpoint whose heads are to learn.
        state_width: numbers of its recurrent state.
        pieces: played whole, from a zero state.
        importance: of every note.
        end_known: whether the network is told when a piece ends.
    """
    memory = memories(decoder, state_width, pieces, end_known=end_known)
    kept = [np.flatnonzero(of_piece > 0) for of_piece in importance]

    def column(name: str) -> Array:
        return np.concatenate([getattr(piece, name)[rows] for piece, rows in zip(pieces, kept, strict=True)])

    counts = np.concatenate([of_piece[rows] for of_piece, rows in zip(importance, kept, strict=True)])
    return NoteTable(
        memory=np.concatenate([of_piece[rows] for of_piece, rows in zip(memory, kept, strict=True)]),
        **{name: column(name) for name in ("step", "chroma", "keys", "note", "anchors", "factors")},
        weights=(column("weights") * counts[:, None]).astype(np.float32),
        piece=np.repeat(np.arange(len(pieces), dtype=np.int32), [len(rows) for rows in kept]),
    )
