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
_STEP_ENDS = np.cumsum(list(STEP_FIELDS.values()))
_NOTE_ENDS = np.cumsum([size for fields in NOTE_FIELDS.values() for size in fields.values()])
_STEP_STARTS, _NOTE_STARTS = np.r_[0, _STEP_ENDS[:-1]], np.r_[0, _NOTE_ENDS[:-1]]
"""Where each field begins in the multi-hot inputs."""
STEP_WIDTH = int(_STEP_ENDS[-1]) + CHROMA_WIDTH + KEYS
"""Multi-hot step fields, then chroma, then the keys that are down."""
NOTE_WIDTH = int(_NOTE_ENDS[-1])


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
TOUCH = FACTORS[2:]
"""How a key is touched: what is left to decide once it is known when and which. One step of the network decides it."""
_TOUCH_ENDS = np.cumsum([FACTOR_SIZES[factor] for factor in TOUCH]).tolist()
TOUCH_WIDTH = _TOUCH_ENDS[-1]
TOUCH_SLICES = {factor: slice(end - FACTOR_SIZES[factor], end) for factor, end in zip(TOUCH, _TOUCH_ENDS, strict=True)}
"""Where the logits of each of these factors lie when they stand side by side."""


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


def step_input(ids: NDArray[np.integer], chroma: NDArray[np.floating], held: NDArray[np.uint8]) -> NDArray[np.float32]:
    """``(..., STEP_WIDTH)`` from step ids, chroma ``(..., 24)`` and held keys ``(..., 11)``."""
    output = np.zeros((*ids.shape[:-1], STEP_WIDTH), np.float32)
    _switch_on(output, ids, _STEP_STARTS)
    output[..., -KEYS - CHROMA_WIDTH : -KEYS] = chroma
    output[..., -KEYS:] = unpack_keys(held)
    return output


def note_input(ids: NDArray[np.integer]) -> NDArray[np.float32]:
    """``(..., NOTE_WIDTH)`` from the first so many ids of ``NOTE_FIELDS``."""
    output = np.zeros((*ids.shape[:-1], NOTE_WIDTH), np.float32)
    _switch_on(output, ids, _NOTE_STARTS[: ids.shape[-1]])
    return output


def _switch_on(output: NDArray[np.float32], ids: NDArray[np.integer], starts: NDArray[np.integer]) -> None:
    """Set one switch per field: ``(..., fields)`` ids in ``(..., width)``; negative ids switch nothing on."""
    flat, width = output.reshape(-1), output.shape[-1]
    places = (ids + starts).reshape(-1, len(starts)) + np.arange(0, len(flat), width)[:, None]
    flat[places[ids.reshape(places.shape) >= 0]] = 1.0


def unpack_keys(packed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Key sets ``(..., 11)`` to ``(..., 88)`` of 0 and 1."""
    return np.unpackbits(packed, axis=-1, bitorder="little")
