"""Feature ids -> the arrays that the network reads; the same for training, scoring and composing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.fields import NOTE_FIELDS, STEP_FIELDS
from composer.encoding.vocabulary import FACTOR_SIZES, FACTORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

KEYS = FACTOR_SIZES["pitch"]
KEY_CLASSES = (np.arange(KEYS) + 9) % 12
"""Pitch class (C = 0) of each key: key 0 is A0."""
CHROMA_WIDTH = 24
_STEP_SIZES = np.array(list(STEP_FIELDS.values()))
_NOTE_SIZES = np.array([size for fields in NOTE_FIELDS.values() for size in fields.values()])
STEP_WIDTH = int(_STEP_SIZES.sum()) + CHROMA_WIDTH + KEYS
"""Multi-hot step fields, then chroma, then the keys that are down."""
NOTE_WIDTH = int(_NOTE_SIZES.sum())


def _known_widths() -> dict[str, int]:
    widths, width = {}, 0
    for factor in FACTORS:
        widths[factor] = width
        width += sum(NOTE_FIELDS.get(factor, {}).values())
    return widths


KNOWN_WIDTHS = _known_widths()
"""How much of the note input each factor's head may see: what is decided before it."""
HEAD_INPUTS: dict[str, tuple[str, ...]] = {
    "gap": ("step",),
    "pitch": ("note", "step", "sets", "anchors"),
    "duration": ("note",),
    "velocity": ("note",),
    "tempo": ("note",),
    "pedal": ("note",),
}
"""What each factor's head reads besides the memory; of ``note`` the first ``KNOWN_WIDTHS``."""


def field_slice(blocks: Mapping[str, Mapping[str, int]], block: str, name: str) -> slice:
    """Where a field lies in the multi-hot input."""
    start = 0
    for block_name, fields in blocks.items():
        for field_name, size in fields.items():
            if (block_name, field_name) == (block, name):
                return slice(start, start + size)
            start += size
    message = f"no field {block}.{name}"
    raise KeyError(message)


def multi_hot(ids: NDArray[np.integer], sizes: NDArray[np.integer], width: int) -> NDArray[np.float32]:
    """One switch per field: ``(..., fields)`` ids to ``(..., width)``; negative ids switch nothing on."""
    rows = ids.reshape(-1, ids.shape[-1])
    output = np.zeros((len(rows), width), np.float32)
    row, column = np.nonzero(rows >= 0)
    starts = np.r_[0, np.cumsum(sizes)[:-1]]
    output[row, rows[row, column] + starts[column]] = 1.0
    return output.reshape(*ids.shape[:-1], width)


def step_input(ids: NDArray[np.integer], chroma: NDArray[np.floating], held: NDArray[np.uint8]) -> NDArray[np.float32]:
    """``(..., STEP_WIDTH)`` from step ids, chroma ``(..., 24)`` and held keys ``(..., 11)``."""
    output = multi_hot(ids, _STEP_SIZES, STEP_WIDTH)
    output[..., -KEYS - CHROMA_WIDTH : -KEYS] = chroma
    output[..., -KEYS:] = unpack_keys(held)
    return output


def note_input(ids: NDArray[np.integer]) -> NDArray[np.float32]:
    """``(..., NOTE_WIDTH)`` from the first so many ids of ``NOTE_FIELDS``."""
    return multi_hot(ids, _NOTE_SIZES[: ids.shape[-1]], NOTE_WIDTH)


def unpack_keys(packed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Key sets ``(..., 11)`` to ``(..., 88)`` of 0 and 1."""
    return np.unpackbits(packed, axis=-1, bitorder="little")
