"""Which frames suit a primer."""

from __future__ import annotations

import pytest

from composer.notes import Note, Score, Tempo, TimeSignature
from composer.rolls.grid import grid_for, steady_bpm
from tests.composer.rolls.music import ARPEGGIOS, FREE, HYMN, JIG, TRIPLETS, WALTZ


@pytest.mark.parametrize(
    ("primer", "rate"), [(ARPEGGIOS, 4), (WALTZ, 4), (JIG, 4), (HYMN, 4), (FREE, 4), (TRIPLETS, 3)]
)
def test_triplets_get_frames_of_their_own(primer: Score, rate: int) -> None:
    """The network's four to the quarter are left where the rhythm divides the beat by three."""
    assert grid_for(primer, primer.end_beat, 4).frames_per_quarter == rate


def test_fast_notes_of_a_slow_piece_get_finer_frames() -> None:
    """32nds in a largo need eight frames to the quarter; at a presto's tempo they would go by too fast."""
    runs = Score(tuple(Note(index / 8, 60 + index % 8, (index + 1) / 8) for index in range(64)), (Tempo(0, 50),))

    assert grid_for(runs, 8.0, 4).frames_per_quarter == 8
    assert grid_for(Score(runs.notes, (Tempo(0, 180),)), 8.0, 4).frames_per_quarter == 4


def test_the_tempo_goes_on_steadily_at_its_mean() -> None:
    """Rubato stays in the primer; after it comes one tempo, its mean."""
    grid = grid_for(ARPEGGIOS, 16.0, 4)
    mean = 16 * 60 / ARPEGGIOS.seconds_at(16)

    assert steady_bpm(ARPEGGIOS, 16.0) == pytest.approx(mean)
    assert grid.timeline.tempos[:-1] == ARPEGGIOS.tempos
    assert grid.timeline.tempos[-1].beat == grid.first_beat == 16
    assert grid.timeline.tempos[-1].bpm == pytest.approx(mean)
    assert grid.frame_seconds == pytest.approx(60 / mean / 4)


def test_frames_know_their_place_in_the_bar() -> None:
    """Bars are counted from where the last metre began, also after an upbeat."""
    upbeat = (TimeSignature(0, 1, 4), TimeSignature(1, 3, 4))
    grid = grid_for(Score(WALTZ.notes, WALTZ.tempos, upbeat), 18.0, 4)

    assert grid.bar_frames == 12
    assert [grid.position(frame) for frame in (0, 4, 15, 16, 28)] == [8, 0, 11, 0, 0]


def test_a_primer_that_ends_off_the_grid_is_not_touched() -> None:
    """The continuation begins with the first frame after its end."""
    grid = grid_for(FREE, 9.3, 4)

    assert grid.first_beat == 9.5
