"""Music that goes round in circles."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from composer.evaluation.loops import has_long_loop, has_loop, has_short_loop
from composer.notes import Note, Score
from tests.composer.evaluation.small_music import chords, melody

VARIED = tuple(50 + (index * index) % 31 for index in range(40))
PHRASE = (60, 64, 67, 72, 71, 65)


def test_two_notes_nine_times_are_a_loop() -> None:
    """A pattern of two notes counts from the ninth time on."""
    assert has_short_loop(melody((60, 64) * 9))
    assert not has_short_loop(melody((60, 64) * 8))


def test_one_note_nine_times_is_a_loop() -> None:
    """A single key struck nine times in a row counts, eight times does not."""
    assert has_short_loop(melody((60,) * 9))
    assert not has_short_loop(melody((60,) * 8))


def test_a_chord_nine_times_is_a_loop() -> None:
    """Three notes struck together are a pattern of three notes."""
    assert has_short_loop(chords(*[[60, 64, 67]] * 9))
    assert not has_short_loop(chords(*[[60, 64, 67]] * 8))


def test_how_the_loop_is_entered_does_not_matter() -> None:
    """A rest before the first time round does not make it nine times less one."""
    loop = melody((60, 64) * 9)
    late = Score((Note(0.0, 40, 0.5), *(Note(note.start + 3.0, note.pitch, note.end + 3.0) for note in loop.notes)))

    assert has_short_loop(late)


def test_one_key_in_a_changing_rhythm_is_no_loop() -> None:
    """Pitch and rhythm must both come back."""
    beats = [0.0]
    for index in range(20):
        beats.append(beats[-1] + 0.25 * (1 + (index * index) % 7))

    assert not has_short_loop(Score(tuple(Note(beat, 60, beat + 0.2) for beat in beats)))


def test_a_phrase_four_times_is_a_long_loop() -> None:
    """A phrase of six notes may come three times in a row."""
    assert has_long_loop(melody((*VARIED, *PHRASE * 4)))
    assert not has_long_loop(melody((*VARIED, *PHRASE * 3, 90)))


def test_varied_music_and_no_music_are_no_loops() -> None:
    """Where nothing repeats, nothing is found."""
    assert not has_short_loop(melody(VARIED))
    assert not has_long_loop(melody(VARIED))
    assert not has_short_loop(Score(()))


@given(st.lists(st.integers(40, 80), min_size=1, max_size=6, unique=True), st.integers(2, 6))
def test_a_pattern_repeated_more_than_so_often_is_found(pattern: list[int], repeats: int) -> None:
    """``repeats`` times in a row are allowed, once more is a loop, whatever the pattern."""
    periods = range(1, 7)

    assert not has_loop(melody(pattern * repeats), periods, repeats)
    assert has_loop(melody(pattern * (repeats + 1)), periods, repeats)
