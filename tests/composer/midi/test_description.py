"""What a person is told about a file that was read."""

from __future__ import annotations

import json

from composer.midi.description import describe
from composer.midi.files import read_midi_with_remarks
from composer.notes import Score
from tests.composer.midi_text import QUARTER, control, melody, meta, metre, midi, name, program, tempo, track


def test_describes_a_piece() -> None:
    """Every figure of a small piece is as one counts it by hand."""
    conductor = track(name("Small piece"), tempo(0, 100), metre(0, 3, 2), tempo(6 * QUARTER, 50), metre(0, 2, 2))
    hands = track(program(0, 0), control(0, 64, 127), melody(), control(0, 64, 0))
    drums = track(melody((36, 38), channel=9))
    result = read_midi_with_remarks(midi(conductor, hands, drums))
    assert describe(result.score, result.remarks) == {
        "title": "Small piece",
        "notes": 8,
        "seconds": 6.0,
        "bars": 3,
        "tempo": {"median": 100.0, "slowest": 50.0, "fastest": 100.0, "changes": 1},
        "time_signatures": [{"bar": 1, "name": "3/4"}, {"bar": 3, "name": "2/4"}],
        "key": "C major",
        "key_correlation": 0.901,
        "beat_grid": True,
        "pedal_presses": 1,
        "lowest_pitch": 60,
        "highest_pitch": 72,
        "velocity_levels": 1,
        "remarks": ["Left out 2 drum notes."],
    }


def test_is_json() -> None:
    """The description of any Score, an empty one too, can be sent as JSON."""
    described = describe(Score(()))
    assert json.loads(json.dumps(described)) == described
    assert described["key"] is None
    assert described["notes"] == described["bars"] == 0


def test_many_time_signatures_are_counted_in_bars() -> None:
    """Time signatures that change all the time are placed at the bars they begin."""
    changes = [metre(0 if bar == 0 else (3 + bar % 2) * QUARTER, 3 + (bar + 1) % 2, 2) for bar in range(2)]
    result = read_midi_with_remarks(midi(track(*changes, meta(0, 1, b"text")), track(melody())))
    assert [row["bar"] for row in describe(result.score)["time_signatures"]] == [1, 2]
