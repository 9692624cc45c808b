"""What a match offers, and how much of it is believed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from composer.encoding.features import PieceFeatures, piece_features
from composer.encoding.fields import ABSENT, MATCH_EDGES
from composer.encoding.vocabulary import encode
from composer.evaluation.matches import match_lengths, offers, trust, with_matches
from tests.composer.evaluation.small_music import melody

TUNE = (60, 67, 62, 69, 64, 59, 66, 61, 70, 63)
REPEATED = melody(TUNE * 3)
EVEN = 0.5
"""Probability of everything under the n-gram of these tests."""


def _features(pitches: tuple[int, ...]) -> PieceFeatures:
    return piece_features(encode(melody(pitches)), ABSENT)


def _even_nats(piece: PieceFeatures) -> np.ndarray:
    return np.where(piece.weights, -np.log(EVEN), 0.0)


def test_a_repeated_tune_is_offered_note_by_note() -> None:
    """Once four steps of the tune have come back, the offers are what comes."""
    piece = piece_features(encode(REPEATED), ABSENT)
    offered = offers(piece)
    known = piece.matched

    assert known[15:].all()
    assert (offered[known] == piece.factors[known]).all()
    assert (offered[~known] == ABSENT).all()
    assert (match_lengths(piece) != ABSENT).tolist() == known.tolist()


def test_where_the_tune_goes_elsewhere_the_offer_is_what_came_before() -> None:
    """The pitch offered is that of the first time round; with the wrong pitch nothing more is offered for this note."""
    piece = _features((*TUNE, *TUNE[:7], 80))

    offered = offers(piece)[-1]

    assert offered[1] == TUNE[7] - 21
    assert offered[2] == ABSENT


def test_a_leap_over_the_keyboard_is_not_told() -> None:
    """Intervals beyond two octaves share one id, so that the match cannot offer the pitch."""
    piece = _features((*TUNE, 30, 90, *TUNE, 30, 90))

    assert piece.matched[-1]
    assert offers(piece)[-1, 1] == ABSENT


def test_the_mixture_by_hand() -> None:
    """Believed by half, an offer that comes true has 0.5 * 0.5 + 0.5, one that does not 0.5 * 0.5."""
    piece = _features((*TUNE, *TUNE[:7], 80))
    half = np.full((6, len(MATCH_EDGES) + 1), 0.5)

    mixed = with_matches(_even_nats(piece), piece, half)

    assert mixed[-2, 1] == pytest.approx(-np.log(0.75))
    assert mixed[-1, 1] == pytest.approx(-np.log(0.25))
    assert mixed[0, 1] == pytest.approx(-np.log(0.5))


def test_offers_that_are_always_right_are_believed() -> None:
    """A piece that only repeats itself costs almost nothing where it is matched."""
    piece = piece_features(encode(REPEATED), ABSENT)
    nats = _even_nats(piece)

    mixed = with_matches(nats, piece, trust([nats], [piece]))

    assert mixed[piece.matched].max() < 0.001
    assert mixed[~piece.matched] == pytest.approx(nats[~piece.matched])


def test_offers_that_are_always_wrong_are_not() -> None:
    """Where the velocity never is what was offered, the mixture is the n-gram for that factor, and only for that."""
    piece = piece_features(encode(REPEATED), ABSENT)
    louder = replace(piece, factors=piece.factors + np.array([0, 0, 0, 1, 0, 0], np.int16))
    nats = _even_nats(louder)

    mixed = with_matches(nats, louder, trust([nats], [louder]))

    assert mixed[:, 3] == pytest.approx(nats[:, 3], abs=0.001)
    assert mixed[louder.matched, 1].max() < 0.001


def test_without_pieces_nothing_is_believed() -> None:
    """A piece in which nothing repeats teaches no trust at all."""
    piece = _features(TUNE)

    assert not trust([_even_nats(piece)], [piece]).any()
