"""Figures from nats, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from composer.evaluation.tables import by_factor, lead, nats_per_note, standard_error, table, tables_by_source
from tests.composer.evaluation.small_music import melody, piece

TUNE = (60, 67, 62, 69, 64, 59, 66, 61, 70, 63)


def _nats(notes: int, each: float, pedal: float = 9.0) -> np.ndarray:
    """``each`` nats for every factor of every note, ``pedal`` for the pedal."""
    return np.tile([each, each, each, each, each, pedal], (notes, 1))


def test_the_total_is_the_sum_of_five_factors() -> None:
    """Ten notes of 5 nats and thirty of 10 make 8.75 per note; the pedal is not among them."""
    assert nats_per_note([_nats(10, 1.0), _nats(30, 2.0)]) == pytest.approx(8.75)


def test_factors_are_shared_among_all_notes() -> None:
    """Each factor's nats are divided by the number of notes, the pedal's too."""
    factors = by_factor([_nats(1, 1.0, pedal=0.0), _nats(3, 2.0, pedal=4.0)])

    assert factors["gap"] == pytest.approx(1.75)
    assert factors["pedal"] == pytest.approx(3.0)


def test_standard_error_of_pieces_of_one_length() -> None:
    """For pieces of one length it is the standard deviation of their means over the square root of their number."""
    means = [1.0, 2.0, 4.0, 5.0]

    found = standard_error([_nats(7, mean) for mean in means])

    assert found == pytest.approx(5 * np.std(means, ddof=1) / 2)


def test_a_single_piece_has_no_standard_error() -> None:
    """The spread over pieces is unknown where there is one."""
    assert standard_error([_nats(7, 1.0)]) is None


def test_a_steady_lead_has_no_spread() -> None:
    """Where a model is ahead by the same in every piece, the error of the comparison is 0, however pieces differ."""
    ours = [_nats(10, 1.0), _nats(20, 3.0)]

    ahead = lead(ours, [nats + 0.1 for nats in ours])

    assert ahead == {"nats_per_note": pytest.approx(0.5), "standard_error": pytest.approx(0.0, abs=1e-9)}


def test_novel_notes_are_counted_apart() -> None:
    """Notes that repeat what came before cost nothing here, so the novel ones pay for all."""
    repeated = piece(melody(TUNE * 2))
    matched = repeated.features.matched
    nats = np.where(matched[:, None], 0.0, _nats(len(repeated), 1.0))

    figures = table([repeated], {"": [nats], "ngram": None})

    assert 0 < figures["novel_notes"] < figures["notes"] == 20
    assert figures["novel_nats_per_note"] == pytest.approx(5.0)
    assert figures["nats_per_note"] == pytest.approx(5.0 * figures["novel_notes"] / 20)
    assert figures["ngram_nats_per_note"] is None
    assert figures["ngram_lead"] is None


def test_sources_are_told_apart() -> None:
    """Each source has its own pieces and figures."""
    pieces = [piece(melody(TUNE), "mutopia"), piece(melody(TUNE * 2), "snortum"), piece(melody(TUNE), "mutopia")]
    nats = [_nats(10, 1.0), _nats(20, 2.0), _nats(10, 3.0)]

    tables = tables_by_source(pieces, {"": nats})

    assert {name: figures["pieces"] for name, figures in tables.items()} == {"mutopia": 2, "snortum": 1}
    assert tables["mutopia"]["nats_per_note"] == pytest.approx(10.0)
    assert tables["snortum"]["nats_per_note"] == pytest.approx(10.0)
    assert tables["snortum"]["standard_error"] is None
