"""Scoring music with a network, here with networks simple enough to know the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from composer.checkpoints import RELEASED, load_checkpoint
from composer.encoding.features import piece_features
from composer.encoding.fields import ABSENT, STEP_FIELDS
from composer.encoding.inputs import HEAD_INPUTS, KNOWN_WIDTHS, STEP_WIDTH, note_input, step_input, unpack_keys
from composer.encoding.vocabulary import FACTOR_SIZES, FACTORS, encode
from composer.evaluation.likelihood import WINDOW, factor_nats
from composer.generation.decoder import Decoder
from tests.composer.evaluation.small_music import chords, melody

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from composer.encoding.features import PieceFeatures

    Floats = NDArray[np.float32]

WIDTH = 6


class RandomNetwork(Decoder):
    """Remembers everything a little and believes what random weights say; heads see what ``HEAD_INPUTS`` allows."""

    def __init__(self) -> None:
        rng = np.random.default_rng(1)
        self.enter = rng.normal(size=(STEP_WIDTH, WIDTH)).astype(np.float32)
        self.heads = {name: rng.normal(size=(WIDTH, size)).astype(np.float32) for name, size in FACTOR_SIZES.items()}
        self.known = {name: rng.normal(size=(KNOWN_WIDTHS[name], FACTOR_SIZES[name])) for name in FACTORS}

    def step(self, inputs: Floats, states: Floats) -> tuple[Floats, Floats]:
        """A leaky sum of all inputs."""
        new = (0.9 * states + inputs @ self.enter).astype(np.float32)
        return np.tanh(new), new

    def logits(self, factor: str, memory: Floats, **inputs: NDArray[Any]) -> Floats:
        """Linear in the memory and in what is decided already."""
        logits = memory @ self.heads[factor]
        if "note" in HEAD_INPUTS[factor]:
            logits = logits + inputs["note"][:, : KNOWN_WIDTHS[factor]] @ self.known[factor]
        if "anchors" in HEAD_INPUTS[factor]:
            logits = logits - 1e4 * (np.arange(FACTOR_SIZES[factor]) <= inputs["anchors"][:, 2:3])
        return np.asarray(logits, np.float32)


class UndecidedNetwork(RandomNetwork):
    """Finds everything equally likely."""

    def logits(self, factor: str, memory: Floats, **_: NDArray[Any]) -> Floats:
        """The same for every symbol."""
        return np.zeros((len(memory), FACTOR_SIZES[factor]), np.float32)


def _pieces() -> list[PieceFeatures]:
    lengths = (3, WINDOW, WINDOW + 1, 3 * WINDOW - 1, 1)
    tunes = [melody([40 + (index * index + length) % 37 for index in range(length)]) for length in lengths]
    return [piece_features(encode(score), ABSENT) for score in [*tunes, chords([60, 64, 67], [59, 62, 67])]]


def _one_by_one(network: RandomNetwork, piece: PieceFeatures) -> NDArray[np.float64]:
    """The definition: note after note of a single piece."""
    states, nats = np.zeros((1, WIDTH), np.float32), np.zeros(piece.factors.shape)
    for row in range(len(nats)):
        one = slice(row, row + 1)
        ids = piece.step[one].copy()
        ids[:, list(STEP_FIELDS).index("remaining")] = ABSENT  # the end of a piece is not known while it goes on
        memory, states = network.step(step_input(ids, piece.chroma[one], piece.keys[one, 0]), states)
        sets = unpack_keys(piece.keys[one, 1:])
        for index, factor in enumerate(FACTORS):
            note, anchors = note_input(piece.note[one]), piece.anchors[one]
            logits = network.logits(factor, memory, note=note, sets=sets, anchors=anchors)[0].astype(np.float64)
            total = np.logaddexp.reduce(logits)
            nats[row, index] = (total - logits[piece.factors[row, index]]) * piece.weights[row, index]
    return nats


def test_side_by_side_is_as_one_by_one() -> None:
    """Pieces of all lengths scored together have the nats that each has note after note on its own."""
    network, pieces = RandomNetwork(), _pieces()

    found = factor_nats(network, WIDTH, pieces)

    for piece, nats in zip(pieces, found, strict=True):
        assert nats == pytest.approx(_one_by_one(network, piece), abs=1e-4)


def test_who_knows_nothing_pays_the_logarithm_of_all_choices() -> None:
    """Equal likelihood costs ln(symbols) wherever a note has the factor, and nothing where it has not."""
    nats = factor_nats(UndecidedNetwork(), WIDTH, _pieces())[-1]

    sizes = np.log(list(FACTOR_SIZES.values()))
    expected = np.tile(sizes, (6, 1))
    expected[[1, 2, 4, 5], 4] = 0.0  # upper notes of a chord have no tempo of their own
    expected[:, 5] = 0.0  # the piece has no pedal
    assert nats == pytest.approx(expected, abs=1e-5)


def test_no_pieces_have_no_nats() -> None:
    """Without pieces there is nothing to score."""
    assert factor_nats(UndecidedNetwork(), WIDTH, []) == []


@pytest.mark.skipif(not RELEASED.exists(), reason="there is no released checkpoint")
def test_the_released_network_prefers_order() -> None:
    """Through the file that composes, the pitches of a plain scale cost less than the same ones in disorder."""
    checkpoint = load_checkpoint()
    scale = [48, 50, 52, 53, 55, 57, 59, 60] * 4
    disorder = [scale[index * 13 % len(scale)] for index in range(len(scale))]
    pieces = [piece_features(encode(melody(pitches)), ABSENT) for pitches in (scale, disorder)]

    ordered, mixed = factor_nats(Decoder(checkpoint.network), checkpoint.state_width, pieces)

    assert ordered[:, 1].sum() < mixed[:, 1].sum()
