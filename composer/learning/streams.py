"""Training batches: streams of whole pieces, transposed and otherwise augmented anew each time they come up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from composer.encoding.fields import ABSENT, NOTE_FIELDS, STEP_FIELDS, WISHES
from composer.encoding.inputs import CHROMA_WIDTH, KEYS, note_input, step_input, unpack_keys
from composer.encoding.vocabulary import FACTOR_SIZES, FACTORS
from composer.encoding.wishes import coming_ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from composer.encoding.features import PieceFeatures
    from composer.encoding.styles import Style
    from composer.learning.corpus import CorpusPiece

    Array = NDArray[Any]

Batch = tuple[dict[str, "Array"], dict[str, "Array"], dict[str, "Array"]]
_STEP = {name: index for index, name in enumerate(STEP_FIELDS)}
_NOTE = {name: index for index, name in enumerate(name for fields in NOTE_FIELDS.values() for name in fields)}
TRANSPOSITIONS = range(-6, 7)
_VELOCITY_SHIFTS = range(-2, 3)
_HIDDEN = {"match_": 0.3, "_ago_": 0.15}
_HIDE_REMAINING, _HIDE_SOURCE = 0.5, 0.1
"""Shares in which a hint is withheld, so that the network also learns to do without it: an ever-present match makes new
material worse, and uploads have no known end or origin."""
_HIDE_WISHES, _HIDE_WISH, _HIDE_COMPOSER, _HIDE_ERA = 0.35, 0.3, 0.4, 0.3
"""What comes is described in two thirds of the pieces, each part of it in 70 % of those; the author is told in 60 %."""
_HIDE_NOTES = 64
_CHROMA_NOISE = 0.15
_ARRAYS: dict[str, tuple[tuple[int, ...], Any]] = {
    "step": ((len(STEP_FIELDS),), np.int16),
    "chroma": ((CHROMA_WIDTH,), np.float16),
    "keys": ((3, 11), np.uint8),
    "note": ((len(_NOTE),), np.int16),
    "anchors": ((3,), np.int16),
    "factors": ((len(FACTORS),), np.int16),
    "weights": ((len(FACTORS),), np.float32),
}
"""Shape of one note's row, and type, of everything in ``PieceFeatures`` that a batch is made of."""


def augmented(features: PieceFeatures, style: Style, rng: np.random.Generator) -> PieceFeatures:
    """A piece in another key, a little faster or slower, louder or softer, with some hints told and some withheld."""
    pitches = features.factors[:, 1]
    fitting = [shift for shift in TRANSPOSITIONS if pitches.min() + shift >= 0 and pitches.max() + shift < KEYS]
    features = transposed(features, int(rng.choice(fitting)))
    step, note, factors = features.step.copy(), features.note.copy(), features.factors.copy()
    _shift(step, _STEP["tempo_level"], int(rng.integers(-1, 2)), STEP_FIELDS["tempo_level"])
    louder = int(rng.choice(list(_VELOCITY_SHIFTS)))
    for array, column in (
        (step, _STEP["velocity"]),
        (factors, 3),
        (note, _NOTE["velocity"]),
        (note, _NOTE["match_velocity"]),
        (note, _NOTE["bar_ago_velocity"]),
    ):
        _shift(array, column, louder, FACTOR_SIZES["velocity"])
    _tell_wishes(step, features.coming + np.array([0, 0, louder]), style, rng)
    if rng.random() < _HIDE_REMAINING:
        step[:, _STEP["remaining"]] = ABSENT
    if rng.random() < _HIDE_SOURCE:
        step[:, _STEP["source"]] = ABSENT
    keys = features.keys.copy()
    for hint, share in _HIDDEN.items():
        hidden = _spans(len(step), share, rng)
        for array, names in ((step, _STEP), (note, _NOTE)):
            columns = np.array([index for name, index in names.items() if hint in name])
            array[hidden[:, None], columns] = ABSENT
        if hint == "_ago_":
            keys[hidden, 1:] = 0
    noise = np.exp(_CHROMA_NOISE * rng.standard_normal(features.chroma.shape))
    chroma = (features.chroma * noise).astype(np.float16)
    return replace(features, step=step, note=note, factors=factors, keys=keys, chroma=chroma)


def _tell_wishes(step: NDArray[np.int16], coming: NDArray[np.floating], style: Style, rng: np.random.Generator) -> None:
    """Tell now and then what the network shall be able to obey."""
    told = (rng.random(3) >= _HIDE_WISH) & (rng.random() >= _HIDE_WISHES)
    columns = [_STEP[name] for name in WISHES]
    step[:, columns[2:]] = np.where(told, coming_ids(coming), ABSENT)
    step[:, columns[0]] = style.composer if rng.random() >= _HIDE_COMPOSER else ABSENT
    step[:, columns[1]] = style.era if rng.random() >= _HIDE_ERA else ABSENT


def transposed(features: PieceFeatures, semitones: int) -> PieceFeatures:
    """The features of the same piece ``semitones`` higher; every note must stay on the piano."""
    step, note, factors, anchors = (
        array.copy() for array in (features.step, features.note, features.factors, features.anchors)
    )
    for array, column in ((step, _STEP["pitch"]), (note, _NOTE["pitch"]), (factors, 1), (anchors, 2)):
        array[:, column] += np.where(array[:, column] >= 0, semitones, 0).astype(array.dtype)
    anchors[:, :2] = np.clip(anchors[:, :2] + semitones, 0, KEYS - 1)
    keys = np.roll(unpack_keys(features.keys), semitones, axis=-1)
    chroma = np.roll(features.chroma.reshape(-1, 2, 12), semitones, axis=-1).reshape(-1, CHROMA_WIDTH)
    packed = np.packbits(keys, axis=-1, bitorder="little")
    coming = features.coming + np.array([0, semitones, 0], np.float32)
    return replace(
        features, step=step, note=note, factors=factors, anchors=anchors, keys=packed, chroma=chroma, coming=coming
    )


def _shift(array: NDArray[np.int16], column: int, by: int, size: int) -> None:
    """Move the ids of a column, staying in range; absent ones stay absent."""
    values = array[:, column]
    array[:, column] = np.where(values >= 0, np.clip(values + by, 0, size - 1), values)


def _spans(length: int, share: float, rng: np.random.Generator) -> NDArray[np.intp]:
    """Indices of randomly chosen spans of ``_HIDE_NOTES`` notes."""
    chosen = rng.random(length // _HIDE_NOTES + 1) < share
    return np.flatnonzero(np.repeat(chosen, _HIDE_NOTES)[:length])


def stream_batches(queues: Sequence[Iterator[PieceFeatures]], window: int) -> Iterator[Batch]:
    """Walk ``len(queues)`` streams of pieces side by side, ``window`` notes at a time, until all are spent.

    A piece begins at the start of a window (``keep`` 0) and its last window is filled up with notes of no weight.
    """
    current: list[PieceFeatures | None] = [None] * len(queues)
    places = [0] * len(queues)
    while True:
        keep = np.ones(len(queues), np.float32)
        for stream, queue in enumerate(queues):
            piece = current[stream]
            if piece is None or places[stream] >= len(piece.factors):
                current[stream], places[stream], keep[stream] = next(queue, None), 0, 0.0
        if all(piece is None for piece in current):
            return
        yield _batch([_window(p, place, window) for p, place in zip(current, places, strict=True)], keep)
        places = [place + window for place in places]


def _window(piece: PieceFeatures | None, start: int, window: int) -> dict[str, Array]:
    """``window`` notes of a piece from note ``start`` on, filled up with notes of no weight and nothing excluded."""
    arrays: dict[str, Array] = {name: np.zeros((window, *shape), kind) for name, (shape, kind) in _ARRAYS.items()}
    if piece is not None:
        for name, array in arrays.items():
            part = getattr(piece, name)[start : start + window]
            array[: len(part)] = part
    is_note, floors = arrays["weights"][:, 0], arrays["anchors"][:, 2]
    arrays["anchors"][:, 2] = np.where(is_note, floors, ABSENT)
    return arrays


def _batch(windows: list[dict[str, Array]], keep: NDArray[np.float32]) -> Batch:
    arrays = {name: np.stack([window[name] for window in windows]) for name in _ARRAYS}
    step, chroma, keys, note, anchors, factors, weights = arrays.values()
    inputs = {
        "step": step_input(step, chroma, keys[:, :, 0]),
        "note": note_input(note),
        "sets": unpack_keys(keys[:, :, 1:]).astype(np.float32),
        "anchors": anchors.astype(np.int32),
        "keep": keep,
    }
    targets = {factor: factors[:, :, index].astype(np.int32) for index, factor in enumerate(FACTORS)}
    return inputs, targets, {factor: weights[:, :, index] for index, factor in enumerate(FACTORS)}


def training_queues(
    pieces: Sequence[CorpusPiece], source_weights: Mapping[str, float], streams: int, rng: np.random.Generator
) -> list[Iterator[PieceFeatures]]:
    """Endless streams of augmented pieces; pieces of a source come up ``source_weights`` times as often as others."""
    chances = np.array([source_weights.get(piece.file.source, 1.0) for piece in pieces])
    return [_drawn(pieces, chances / chances.sum(), child) for child in rng.spawn(streams)]


def _drawn(
    pieces: Sequence[CorpusPiece], chances: NDArray[np.float64], rng: np.random.Generator
) -> Iterator[PieceFeatures]:
    while True:
        piece = pieces[int(rng.choice(len(pieces), p=chances))]
        yield augmented(piece.features, piece.file.style, rng)


def whole_queues(pieces: Sequence[CorpusPiece], streams: int) -> list[Iterator[PieceFeatures]]:
    """Every piece once as it is, spread over streams of about equal length."""
    loads = [0] * streams
    queues: list[list[PieceFeatures]] = [[] for _ in range(streams)]
    for piece in sorted(pieces, key=len, reverse=True):
        lightest = loads.index(min(loads))
        loads[lightest] += len(piece)
        queues[lightest].append(piece.features)
    return [iter(queue) for queue in queues]
