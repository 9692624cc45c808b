"""Rolls to batches and windows."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.learning.roll_batches import RollPiece, batches, targets_of, training_streams, whole_streams


def piece_of(length: int, seed: int = 0, keys: int = 24) -> RollPiece:
    """Random frames of a range of keys that leaves four at either end free."""
    frames = np.zeros((length, keys, 1), np.uint8)
    frames[:, 4:-4] = np.random.default_rng(seed).random((length, keys - 8, 1)) < 0.3
    return RollPiece(frames, tonic=5)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(1, 4), st.integers(1, 16))
def test_every_frame_is_played_once_and_in_order(lengths: list[int], streams: int, window: int) -> None:
    """Put together again, the windows of a piece are the piece; what fills them up has no weight."""
    pieces = [piece_of(length, seed) for seed, length in enumerate(lengths)]
    heard: dict[int, list[np.ndarray]] = {id(piece): [] for piece in pieces}
    for (inputs, targets, weights), rows in batches(whole_streams(pieces, streams, window), window):
        for row, piece in enumerate(rows):
            if piece is None:
                assert weights[row].sum() == 0
                continue
            begins = not heard[id(piece)]
            assert inputs["keep"][row] == (0 if begins else 1)
            heard[id(piece)].append(targets[row][weights[row] > 0])
    for piece in pieces:
        assert (np.concatenate(heard[id(piece)]) == piece.frames).all()


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000))
def test_training_moves_music_and_its_tonic_together(seed: int) -> None:
    """A piece may stand some keys higher: so do what is predicted, what is shown of the past, and the tonic."""
    piece = piece_of(30)
    (part,), *_ = training_streams([piece], 1, 8, 6, np.random.default_rng(seed))
    assert -4 <= part.shift <= 4  # further the music would fall off the keyboard
    (inputs, targets, weights), _ = next(batches([[part]], 8))
    count = int(weights.sum())
    plain = np.roll(targets[0, :count], -part.shift, axis=1)
    assert (plain == piece.frames[part.start : part.start + count]).all()
    assert inputs["tonic"][0] == (5 + part.shift) % 12
    earlier = np.roll(inputs["past"][0, :count, :, 0], -part.shift, axis=1)
    if part.start:
        assert (earlier == piece.frames[part.start - 1 : part.start - 1 + count, :, 0]).all()


def test_an_onset_is_in_question_where_a_key_sounds_on() -> None:
    """The third plane of the targets marks keys that sound now and sounded one frame ago."""
    frames = np.array([[[1, 1], [1, 1], [1, 0], [0, 0]]], np.uint8)
    before = np.array([[0, 1, 1, 1]])
    assert targets_of(frames, before)[0, :, 2].tolist() == [0, 1, 1, 0]


def test_history_is_kept_only_where_it_shall_be() -> None:
    """A piece of a large corpus computes anew what it shows of its past, and gets the same."""
    kept, fresh = piece_of(10), piece_of(10)
    fresh.keeps_history = False
    assert kept.history() is kept.history()
    assert fresh.history() is not fresh.history()
    assert (fresh.history().planes == kept.history().planes).all()
