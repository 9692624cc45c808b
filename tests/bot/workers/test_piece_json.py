"""The file that holds a finished piece for programs."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workers.piece_json import kept_piece, piece_json
from composer.composer import Composition
from composer.notes import Note, Pedal, Score, Tempo
from composer.performance import playable
from composer.score_json import from_json
from tests.composer.rendered_scores import scores


def composed(score: Score, primer_end_beat: float = 2.0) -> Composition:
    """A composition of that score."""
    return Composition(score, primer_end_beat, "F major", 100.04, 7, "note-lstm-x", {})


@given(score=scores, opener=st.none() | st.text())
def test_any_piece_is_read_back(score: Score, opener: str | None) -> None:
    """Score and opener come back exactly."""
    kept = kept_piece(piece_json(composed(score), title="Träumerei", opener=opener))

    assert kept.score == score
    assert kept.opener == opener


@given(score=scores)
def test_rows_are_what_is_played(score: Score) -> None:
    """There is a row for each note and each pedal of the recording, none ending before it begins."""
    content = json.loads(piece_json(composed(score), title="", opener=None))
    played = playable(score)

    assert [row[2:] for row in content["notes_seconds"]] == [[note.pitch, note.velocity] for note in played.notes]
    assert all(start <= end for start, end, *_ in content["notes_seconds"] + content["pedals_seconds"])
    assert len(content["pedals_seconds"]) == len(played.pedals) / 2


def test_the_page_finds_what_it_draws() -> None:
    """Times are seconds at the piece's own tempo, and the primer's end is given in both units."""
    score = Score(
        (Note(0.0, 60, 1.0, 80), Note(2.0, 64, 4.0, 90)),
        tempos=(Tempo(0.0, 60.0), Tempo(2.0, 120.0)),
        pedals=(Pedal(0.0, down=True), Pedal(3.0, down=False)),
    )
    content = json.loads(piece_json(composed(score, 3.0), title="Two notes", opener="bach:prelude-c"))

    assert from_json(json.dumps(content.pop("score"))) == score
    assert content == {
        "primer_end_beat": 3.0,
        "primer_end_seconds": 2.5,
        "title": "Two notes",
        "opener": "bach:prelude-c",
        "key": "F major",
        "tempo": 100.0,
        "notes_seconds": [[0.0, 1.0, 60, 80], [2.0, 3.0, 64, 90]],
        "pedals_seconds": [[0.0, 2.5]],
    }


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"score": {}}', '{"score": null}'])
def test_nonsense_is_no_piece(text: str) -> None:
    """Anything else is a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011 (json's own and ours)
        kept_piece(text)
