"""Music that hypothesis makes up."""

from __future__ import annotations

from hypothesis import strategies as st

from composer.encoding.vocabulary import TICKS, TICKS_PER_BEAT, step_bpm
from composer.notes import Note, Pedal, Score, Tempo, TimeSignature, with_repeats_cleaned

durations = st.sampled_from([int(ticks) for ticks in TICKS[1:]])


@st.composite
def grid_notes(draw: st.DrawFn) -> tuple[Note, ...]:
    """Between one and forty notes on the grid of 1/24 beat, no key struck again before it is released."""
    places = draw(
        st.lists(
            st.tuples(st.integers(0, 600), st.integers(21, 108), durations, st.integers(1, 127)),
            min_size=1,
            max_size=40,
        )
    )
    beat = TICKS_PER_BEAT
    return with_repeats_cleaned(
        Note(start / beat, pitch, (start + ticks) / beat, velocity) for start, pitch, ticks, velocity in places
    )


@st.composite
def grid_scores(draw: st.DrawFn) -> Score:
    """Scores on the grid with tempo changes, a metre and pedal."""
    steps = draw(st.lists(st.tuples(st.integers(1, 20), st.integers(-60, 50)), max_size=4))
    presses = draw(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=6))
    numerator = draw(st.integers(1, 12))
    denominator = draw(st.sampled_from([2, 4, 8, 16]))
    return Score(
        draw(grid_notes()),
        tempos=(Tempo(0.0, step_bpm(draw(st.integers(-60, 50)))), *_tempos(steps)),
        time_signatures=(TimeSignature(0.0, numerator, denominator),),
        pedals=tuple(Pedal(float(beat), down) for beat, down in dict(presses).items()),
    )


def _tempos(steps: list[tuple[int, int]]) -> list[Tempo]:
    return [Tempo(float(beat), step_bpm(step)) for beat, step in dict(steps).items()]
