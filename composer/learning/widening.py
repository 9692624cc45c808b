"""Weights of a network that was told less, made to fit this one's inputs: what is new begins without a say.

So a trained network can be trained on when inputs are added (Net2Net, arXiv 1511.05641): before the first step it
computes what it did before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.fields import NOTE_FIELDS, STEP_FIELDS
from composer.encoding.inputs import CHROMA_WIDTH, KEYS
from composer.encoding.vocabulary import FACTORS
from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Fields = Mapping[str, int]
    Arrays = Mapping[str, NDArray[np.float32]]


def widened(
    arrays: Arrays, wanted: Arrays, step_fields: Fields, note_fields: Mapping[str, Fields]
) -> dict[str, NDArray[np.float32]]:
    """``arrays`` in the shapes of ``wanted``, new rows and columns 0.

    Args:
        arrays: weights by name of a network whose inputs were ``step_fields`` and ``note_fields``.
        wanted: weights by name of the network that they shall fit.
        step_fields: sizes of the fields of the step's input, in order.
        note_fields: those of what becomes known of a note, by factor.

    Raises:
        BadInputError: the two networks differ in more than their inputs.
    """
    result = {}
    for name, goal in wanted.items():
        moved = _widened(name, arrays[name], step_fields, note_fields) if name in arrays else None
        if moved is None or moved.shape != goal.shape:
            message = f"These weights do not fit: {name} is of another network; begin with one of the same size."
            raise BadInputError(message)
        result[name] = moved
    return result


def _widened(
    name: str, array: NDArray[np.float32], step_fields: Fields, note_fields: Mapping[str, Fields]
) -> NDArray[np.float32]:
    """One array by its name: what reads an input, or gates what an input offers."""
    if name == "embed/kernel":
        tail = CHROMA_WIDTH + KEYS
        return np.concatenate([_moved(array[:-tail], step_fields, STEP_FIELDS), array[-tail:]])
    head, _, rest = name.partition("/")
    factor = head.removeprefix("head_")
    if rest == "from_known/kernel":
        return _moved(array, _until(note_fields, factor), _until(NOTE_FIELDS, factor))
    if rest in {"gates/kernel", "gates/bias"} and factor == "gap":
        return _appended(array, _offers(step_fields, "_gap"), _offers(STEP_FIELDS, "_gap"), kept_last=0)
    if rest.startswith("relative/gates/"):
        old, new = (_offers(fields["gap"], "_interval") for fields in (note_fields, NOTE_FIELDS))
        return _appended(array, old, new, kept_last=2)
    return array


def _until(note_fields: Mapping[str, Fields], factor: str) -> dict[str, int]:
    """The fields that are known before a factor is decided."""
    before = FACTORS[: FACTORS.index(factor)]
    return {f"{block}.{name}": size for block in before for name, size in note_fields.get(block, {}).items()}


def _offers(fields: Fields, suffix: str) -> int:
    return sum(name.endswith(suffix) for name in fields)


def _moved(rows: NDArray[np.float32], old: Fields, new: Fields) -> NDArray[np.float32]:
    """Rows of fields by name in their new places."""
    starts = dict(zip(old, np.cumsum([0, *old.values()]), strict=False))
    parts = [
        rows[starts[name] : starts[name] + size] if name in old else np.zeros((size, rows.shape[1]), np.float32)
        for name, size in new.items()
    ]
    return np.concatenate(parts)


def _appended(array: NDArray[np.float32], old: int, new: int, *, kept_last: int) -> NDArray[np.float32]:
    """Gates (last axis) for so many offers more, before the last ``kept_last`` columns."""
    zeros = np.zeros((*array.shape[:-1], new - old), np.float32)
    cut = array.shape[-1] - kept_last
    return np.concatenate([array[..., :cut], zeros, array[..., cut:]], axis=-1)
