"""Whole pieces by the released network: what the plan of a longer piece does to it."""

from __future__ import annotations

import math

import pytest

from composer.composer import Composer, Composition
from composer.evaluation.structure import motif_recall
from composer.openers import find_opener

SECONDS = 45.0


@pytest.fixture(scope="module")
def pieces() -> list[Composition]:
    """One beginning, continued with and without a plan."""
    composer, opener = Composer(), find_opener("mozart")
    return [
        composer.compose(
            opener.score, length_seconds=SECONDS, random_seed=3, is_opener=True, primer_seconds=9.0, planned=planned
        )
        for planned in (True, False)
    ]


def test_a_planned_piece_comes_back_to_its_beginning(pieces: list[Composition]) -> None:
    """More of the primer returns in a planned continuation than in one that goes on as it comes."""
    planned, unplanned = (
        motif_recall(
            piece.score.excerpt(0.0, piece.primer_end_beat), piece.score.excerpt(piece.primer_end_beat, math.inf)
        )
        for piece in pieces
    )

    assert planned > 0.4
    assert planned > unplanned


def test_a_planned_piece_is_whole(pieces: list[Composition]) -> None:
    """It begins as the opener does and is as long as was asked."""
    planned, unplanned = (piece.score for piece in pieces)

    assert planned.excerpt(0.0, 8.0).notes == unplanned.excerpt(0.0, 8.0).notes
    assert planned.length_seconds == pytest.approx(unplanned.length_seconds, abs=0.05)
