"""Score to MIDI bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.midi.writer import write_midi
from composer.notes import Note, Pedal, Score, Tempo, TimeSignature
from composer.performance import playable, release_second
from tests.composer.rendered_scores import SCALE, messages, midi_seconds, read_with_mido, scores


@given(scores)
def test_any_score_is_read_back_equal(score: Score) -> None:
    """Another library reads back what is playable: notes, metres and pedal exactly, tempos to the microsecond."""
    played = playable(score)
    read, _ = read_with_mido(write_midi(score))

    assert (played.notes, played.time_signatures, played.pedals) == (read.notes, read.time_signatures, read.pedals)
    assert [tempo.beat for tempo in played.tempos] == [tempo.beat for tempo in read.tempos]
    assert [tempo.bpm for tempo in played.tempos] == pytest.approx([tempo.bpm for tempo in read.tempos], rel=1e-4)


@given(scores)
def test_file_lasts_as_long_as_the_score(score: Score) -> None:
    """By another library's clock the file ends with the last release, to a thousandth of the length."""
    played = playable(score)

    assert midi_seconds(write_midi(score)) == pytest.approx(release_second(played), rel=1e-3, abs=0.02)


@given(scores)
def test_same_score_gives_the_same_bytes(score: Score) -> None:
    """Nothing in the file depends on when or where it is written."""
    assert write_midi(score) == write_midi(replace(score, notes=tuple(reversed(score.notes))))


def test_file_is_laid_out_as_players_expect() -> None:
    """Header, metre, tempo, piano; at one tick first the pedal, then releases, then strikes."""
    score = Score(
        (Note(0.0, 60, 1.0, 50), Note(1.0, 60, 2.0, 60), Note(1.0, 64, 2.0, 70)),
        tempos=(Tempo(0.0, 60.0),),
        time_signatures=(TimeSignature(0.0, 6, 8),),
        pedals=(Pedal(0.0, down=True), Pedal(1.0, down=False)),
    )
    data = write_midi(score, title="Study")

    assert data[:14] == b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x01\xe0"
    assert {"MetaMessage('set_tempo', tempo=1000000, time=0)", "program_change channel=0 program=0 time=0"} <= {
        text for tick, text in messages(data) if tick == 0
    }
    assert any("numerator=6, denominator=8" in text for _, text in messages(data))
    assert [text.split(" time")[0] for tick, text in messages(data) if tick == 480] == [
        "control_change channel=0 control=64 value=0",
        "note_off channel=0 note=60 velocity=50",
        "note_on channel=0 note=60 velocity=60",
        "note_on channel=0 note=64 velocity=70",
    ]
    assert "end_of_track" in messages(data)[-1][1]


@given(st.text())
def test_hostile_titles_leave_the_music_alone(title: str) -> None:
    """Any title gives a file that reads back, its name on one line."""
    read, name = read_with_mido(write_midi(SCALE, title=title))

    assert SCALE.notes == read.notes
    assert name.isprintable()


def test_title_of_the_score_serves_where_none_is_given() -> None:
    """The track is named after the Score, in UTF-8."""
    _, name = read_with_mido(write_midi(replace(SCALE, title="Träumerei ♭")))

    assert name == "Träumerei ♭"


def test_silence_may_follow_for_renderers() -> None:
    """The file goes on for as many beats as asked, without another note."""
    plain, longer = write_midi(SCALE), write_midi(SCALE, silent_beats=8)

    assert messages(longer)[-1][0] - messages(plain)[-1][0] == pytest.approx(8 * 480, abs=1)
    assert read_with_mido(plain)[0].notes == read_with_mido(longer)[0].notes


def test_score_without_notes_is_a_file_without_notes() -> None:
    """An empty Score is still a whole MIDI file."""
    read, _ = read_with_mido(write_midi(Score(())))

    assert read.notes == ()
