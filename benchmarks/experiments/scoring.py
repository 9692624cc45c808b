"""Nats of every factor of every note of whole pieces, under a network in training form, window after window."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from composer.encoding.vocabulary import FACTORS
from composer.learning.streams import stream_batches, whole_queues
from composer.learning.training import nats

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from composer.learning.corpus import CorpusPiece
    from composer.learning.streams import Batch
    from composer.learning.training import TrainingConfig
    from composer.networks.note_lstm import NoteLSTM

    Nats = NDArray[np.float64]


def score(network: NoteLSTM, pieces: Sequence[CorpusPiece], config: TrainingConfig) -> list[Nats]:
    """Nats ``(notes, 6)`` of each piece from a zero state; 0 where a note has no such factor."""

    def rows(batch: Batch) -> NDArray[Any]:
        return _nats(network.predict_on_batch(batch[0]), batch)

    return [of_piece.astype(np.float64) for of_piece in walk(pieces, config, rows)]


def score_and_memories(
    network: NoteLSTM, pieces: Sequence[CorpusPiece], config: TrainingConfig
) -> tuple[list[Nats], list[NDArray[np.float32]]]:
    """The same, and the memory ``(notes, width)`` before each note, in units of its own length."""

    def rows(batch: Batch) -> NDArray[Any]:
        inputs = {name: ops.convert_to_tensor(value) for name, value in batch[0].items()}
        memory = network.recur(inputs, training=False)
        logits = {factor: head(memory, inputs, training=False) for factor, head in network.heads.items()}
        plain = {factor: ops.convert_to_numpy(ops.stop_gradient(value)) for factor, value in logits.items()}
        vectors = np.asarray(ops.convert_to_numpy(ops.cast(ops.stop_gradient(memory), "float32")))
        vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
        return np.concatenate([_nats(plain, batch), vectors], axis=-1)

    found = walk(pieces, config, rows)
    split = len(FACTORS)
    return [row[:, :split].astype(np.float64) for row in found], [row[:, split:] for row in found]


def _nats(logits: dict[str, Any], batch: Batch) -> NDArray[Any]:
    """``(batch, time, 6)``."""
    _, targets, weights = batch
    return np.stack([nats(logits[factor], targets[factor]) * weights[factor] for factor in FACTORS], axis=-1)


def walk(
    pieces: Sequence[CorpusPiece], config: TrainingConfig, rows_of: Callable[[Batch], NDArray[Any]]
) -> list[NDArray[Any]]:
    """What ``rows_of`` says of the batches ``(batch, time, n)``, put together as ``(notes, n)`` for each piece."""
    numbers = {id(piece.features): number for number, piece in enumerate(pieces)}
    playing = [iter([numbers[id(features)] for features in queue]) for queue in whole_queues(pieces, config.streams)]
    now = [-1] * config.streams
    found: list[list[NDArray[Any]]] = [[] for _ in pieces]
    for batch in stream_batches(whole_queues(pieces, config.streams), config.window):
        rows = rows_of(batch)
        for stream, kept in enumerate(batch[0]["keep"]):
            now[stream] = now[stream] if kept else next(playing[stream], -1)
            if now[stream] >= 0:
                found[now[stream]].append(rows[stream])
    return [np.concatenate(of_piece)[: len(piece)] for of_piece, piece in zip(found, pieces, strict=True)]
