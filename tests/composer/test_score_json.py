"""A Score as JSON and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.notes import Note, Pedal, Score, Tempo, TimeSignature
from composer.score_json import from_json, to_json

beats = st.floats(0, 1e6, allow_nan=False)
notes = st.builds(
    lambda start, pitch, length, velocity: Note(start, pitch, start + length, velocity),
    beats,
    st.integers(21, 108),
    st.floats(0.001, 100),
    st.integers(1, 127),
)
tempos = st.builds(Tempo, beats, st.floats(8, 640))
metres = st.builds(TimeSignature, beats, st.integers(1, 64), st.sampled_from([1, 2, 4, 8, 16]))
scores = st.builds(
    lambda notes, tempos, metres, pedals, grid, title: Score(
        tuple(notes), (Tempo(0.0, 99.0), *tempos), (TimeSignature(0.0, 3, 4), *metres), tuple(pedals), grid, title
    ),
    st.lists(notes),
    st.lists(tempos, max_size=3),
    st.lists(metres, max_size=3),
    st.lists(st.builds(Pedal, beats, st.booleans()), max_size=4),
    st.booleans(),
    st.text(),
)
SOUND = to_json(Score((Note(0.0, 60, 1.0, 80),), pedals=(Pedal(0.5, True),)))


@given(scores)
def test_round_trip(score: Score) -> None:
    """Every Score comes back equal, its title too."""
    again = from_json(to_json(score))
    assert again == score
    assert again.title == score.title


def test_bytes_are_read_too() -> None:
    """JSON may come as bytes, as a pipe gives it."""
    assert from_json(SOUND.encode()) == from_json(SOUND)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("notes", [[0.0, 60, 1.0]]),
        ("notes", [[0.0, 60.5, 1.0, 80]]),
        ("notes", [[0.0, True, 1.0, 80]]),
        ("notes", [[2.0, 60, 1.0, 80]]),
        ("notes", [["0", 60, 1.0, 80]]),
        ("notes", [[0.0, 60, float("inf"), 80]]),
        ("notes", 5),
        ("tempos", []),
        ("tempos", [[0.0, 1e9]]),
        ("time_signatures", [[0.0, 3, 5]]),
        ("pedals", [[float("nan"), True]]),
        ("pedals", [[0.0, 1]]),
        ("beat_grid", "yes"),
        ("title", None),
    ],
)
def test_unsound_content_is_refused(part: str, value: object) -> None:
    """JSON that holds no sound Score raises ValueError and nothing else."""
    with pytest.raises(ValueError, match=r".+"):
        from_json(json.dumps(json.loads(SOUND) | {part: value}))


@given(st.text() | st.binary())
def test_other_text_is_refused(text: str | bytes) -> None:
    """Text that is no JSON of ours raises ValueError and nothing else."""
    with pytest.raises(ValueError, match=r".+"):
        from_json(text)


def test_deep_nesting_is_refused() -> None:
    """Brackets without end are bad input, not a crash."""
    with pytest.raises(ValueError, match="Score"):
        from_json("[" * 100_000)
