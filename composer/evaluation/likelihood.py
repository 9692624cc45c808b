"""How surprised a network is by music it has never met: nats of every factor of every note, by the file that composes.

Pieces are scored whole, from a zero state, side by side, each note given all true notes before it (teacher forcing).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from composer.encoding.fields import ABSENT, STEP_FIELDS
from composer.encoding.inputs import note_input, step_input, unpack_keys
from composer.encoding.vocabulary import FACTORS
from composer.generation.sampling import log_probability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.encoding.features import PieceFeatures
    from composer.generation.decoder import Decoder

    Floats = NDArray[np.float32]

_REMAINING = list(STEP_FIELDS).index("remaining")
WINDOW = 32
"""Notes of each piece that are prepared at once."""


def factor_nats(decoder: Decoder, state_width: int, pieces: Sequence[PieceFeatures]) -> list[NDArray[np.float64]]:
    """Negative log-likelihood in nats, ``(notes, 6)`` for each piece; 0 where a note has no such factor.

    Args:
        decoder: the network.
        state_width: numbers of its recurrent state per stream.
        pieces: to score.
    """
    order = sorted(range(len(pieces)), key=lambda index: -len(pieces[index].factors))
    longest_first = [pieces[index] for index in order]
    nats = [np.zeros(piece.factors.shape) for piece in longest_first]
    states = np.zeros((len(pieces), state_width), np.float32)
    for start in range(0, max((len(piece.factors) for piece in pieces), default=0), WINDOW):
        # The longest come first, so the pieces that are not over yet are always the first few.
        playing = [piece for piece in longest_first if len(piece.factors) > start]
        states = states[: len(playing)]
        memory, states = _advance(decoder, playing, start, states)
        for piece, of_piece, known in zip(playing, nats, _window_nats(decoder, playing, start, memory), strict=False):
            of_piece[start : start + WINDOW] = known * piece.weights[start : start + WINDOW]
    return [of_piece for _, of_piece in sorted(zip(order, nats, strict=True), key=lambda item: item[0])]


def memories(
    decoder: Decoder, state_width: int, pieces: Sequence[PieceFeatures], *, end_known: bool
) -> list[NDArray[np.float16]]:
    """The network's memory before every note, ``(notes, width)`` for each piece: what its heads decide from.

    Args:
        decoder: the network.
        state_width: numbers of its recurrent state per stream.
        pieces: whole, played from a zero state.
        end_known: whether it is told when each piece will end, as it is when it composes.
    """
    order = sorted(range(len(pieces)), key=lambda index: -len(pieces[index].factors))
    parts: list[list[Floats]] = [[] for _ in pieces]
    states = np.zeros((len(pieces), state_width), np.float32)
    for start in range(0, max((len(piece.factors) for piece in pieces), default=0), WINDOW):
        playing = [index for index in order if len(pieces[index].factors) > start]
        chosen = [pieces[index] for index in playing]
        memory, states = _advance(decoder, chosen, start, states[: len(playing)], end_known=end_known)
        for index, part in zip(playing, memory, strict=True):
            parts[index].append(part)
    return [np.concatenate(of_piece).astype(np.float16) for of_piece in parts]


def _advance(
    decoder: Decoder, pieces: Sequence[PieceFeatures], start: int, states: Floats, *, end_known: bool = False
) -> tuple[list[Floats], Floats]:
    """The memory ``(notes, width)`` of every piece in the window, and the states after it."""
    lengths = [min(len(piece.factors) - start, WINDOW) for piece in pieces]
    inputs = np.zeros((max(lengths), len(pieces), _step_rows(pieces[0], slice(0, 1)).shape[1]), np.float32)
    for column, piece in enumerate(pieces):
        rows = slice(start, start + WINDOW)
        inputs[: lengths[column], column] = _step_rows(piece, rows, end_known=end_known)
    memories = []
    for row in inputs:
        memory, states = decoder.step(row, states)
        memories.append(memory)
    stacked = np.stack(memories)
    return [stacked[:length, column] for column, length in enumerate(lengths)], states


def _step_rows(piece: PieceFeatures, rows: slice, *, end_known: bool = False) -> Floats:
    """What is known before each note; when the piece will end is not, it would be a hint of the future."""
    ids = piece.step[rows].copy()
    if not end_known:
        ids[:, _REMAINING] = ABSENT
    return step_input(ids, piece.chroma[rows], piece.keys[rows, 0])


def _window_nats(
    decoder: Decoder, pieces: Sequence[PieceFeatures], start: int, memory: list[Floats]
) -> list[NDArray[np.float64]]:
    """Nats ``(notes, 6)`` of every piece in the window."""
    rows = slice(start, start + WINDOW)
    inputs: dict[str, NDArray[Any]] = {
        "step": np.concatenate([_step_rows(piece, rows) for piece in pieces]),
        "note": note_input(np.concatenate([piece.note[rows] for piece in pieces])),
        "sets": unpack_keys(np.concatenate([piece.keys[rows, 1:] for piece in pieces])).astype(np.float32),
        "anchors": np.concatenate([piece.anchors[rows] for piece in pieces]).astype(np.int32),
    }
    targets = np.concatenate([piece.factors[rows] for piece in pieces]).astype(np.intp)
    together = np.concatenate(memory)
    nats = np.stack(
        [
            -log_probability(decoder.logits(factor, together, **inputs), targets[:, index])
            for index, factor in enumerate(FACTORS)
        ],
        axis=1,
    ).astype(np.float64)
    return np.split(nats, np.cumsum([len(of_piece) for of_piece in memory])[:-1])
