"""What is heard of a Score."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from composer.errors import BadInputError
from composer.notes import Note, Pedal, Score, Tempo
from composer.performance import (
    LEAD_SECONDS,
    LONGEST_PEDAL_SECONDS,
    TICKS_PER_BEAT,
    opening_second,
    playable,
    release_second,
)
from tests.composer.rendered_scores import scores


@given(scores)
def test_playing_twice_changes_nothing(score: Score) -> None:
    """What is playable already comes back equal."""
    played = playable(score)

    assert played == playable(played)


@given(scores)
def test_every_time_is_a_tick_and_no_key_is_struck_while_held(score: Score) -> None:
    """Times are whole ticks, and notes of one key follow each other without overlap."""
    played = playable(score)

    times = [time for note in played.notes for time in (note.start, note.end)]
    times += [tempo.beat for tempo in played.tempos] + [pedal.beat for pedal in played.pedals]
    assert all(abs(time * TICKS_PER_BEAT - round(time * TICKS_PER_BEAT)) < 1e-6 for time in times)
    for pitch in {note.pitch for note in played.notes}:
        same_key = [note for note in played.notes if note.pitch == pitch]
        assert all(before.end <= after.start for before, after in pairwise(same_key))


@given(scores)
def test_pedal_goes_down_and_up_in_turn_and_ends_up(score: Score) -> None:
    """The pedal alternates, begins by going down, and is lifted soon after the last note."""
    played = playable(score)

    assert [pedal.down for pedal in played.pedals] == [True, False] * (len(played.pedals) // 2)
    assert release_second(played) <= played.length_seconds + LONGEST_PEDAL_SECONDS + 0.01


@given(scores)
def test_recording_opens_just_before_the_first_note(score: Score) -> None:
    """At most 0.05 s pass before the first note, and never less than nothing."""
    played = playable(score)
    waiting = played.seconds_at(played.notes[0].start) - opening_second(played)

    assert 0 <= waiting <= LEAD_SECONDS + 1e-6


def test_notes_keep_their_pitch_velocity_and_nearest_tick() -> None:
    """A note is moved by half a tick at most and never vanishes."""
    score = Score((Note(1 / 3, 60, 2 / 3, 50), Note(1.0, 61, 1.0001, 51)))

    assert (Note(160 / 480, 60, 320 / 480, 50), Note(1.0, 61, 1 + 1 / 480, 51)) == playable(score).notes


def test_key_struck_again_ends_its_earlier_note() -> None:
    """A held note ends where the same key is struck again."""
    score = Score((Note(0.0, 60, 4.0, 50), Note(1.0, 60, 2.0, 60)))

    assert (Note(0.0, 60, 1.0, 50), Note(1.0, 60, 2.0, 60)) == playable(score).notes


@pytest.mark.parametrize(
    ("pressed", "played"),
    [
        ([(0, True)], [(0, True), (4, False)]),
        ([(0, False), (1, True), (1, True), (2, False), (3, False)], [(1, True), (2, False)]),
        ([(0, True), (2, False), (2, True), (3, False)], [(0, True), (2, False), (2, True), (3, False)]),
        ([(1.00001, True), (1.00002, False)], []),
        ([(5, True), (6, False)], []),
        ([(0, True), (5, False)], [(0, True), (5, False)]),
        ([(0, True), (400, False)], [(0, True), (8, False)]),
    ],
    ids=["never lifted", "repeated", "changed", "touched", "after the end", "held over", "forgotten"],
)
def test_pedal_is_made_sensible(pressed: list[tuple[float, bool]], played: list[tuple[float, bool]]) -> None:
    """Changes that change nothing go, and the last sound is held for two seconds at most (4 beats at 120 bpm)."""
    score = Score((Note(0.0, 60, 4.0),), pedals=tuple(Pedal(*change) for change in pressed))

    assert played == [(pedal.beat, pedal.down) for pedal in playable(score).pedals]


def test_later_change_of_one_tick_wins() -> None:
    """Of two tempos on one tick the later one counts, and none after the last note."""
    tempos = (Tempo(0.0, 100), Tempo(1.0, 110), Tempo(1.0001, 120), Tempo(9.0, 130))
    score = Score((Note(0.0, 60, 4.0),), tempos=tempos)

    assert (Tempo(0.0, 100), Tempo(1.0, 120)) == playable(score).tempos


def test_endless_piece_is_refused() -> None:
    """A piece beyond what a MIDI file can count is refused in words."""
    with pytest.raises(BadInputError, match="longer than a MIDI file can be"):
        playable(Score((Note(0.0, 60, 6e5),)))
