"""Which notes and pedal a piano plays of a MIDI file."""

from __future__ import annotations

import pytest

from composer.midi.files import (
    SHORTEST_NOTE,
    read_midi,
    read_midi_with_remarks,
)
from composer.notes import Note, Pedal
from tests.composer.midi_text import (
    QUARTER,
    SCALE,
    control,
    melody,
    meta,
    metre,
    midi,
    name,
    off,
    on,
    pitches,
    program,
    song,
    sysex,
    track,
)


def test_sharp_and_short_notes_survive() -> None:
    """The top key of the original SchumaNN (102), a 30-tick note and a piece in 3/4 are all kept."""
    score = read_midi(midi(track(metre(0, 3, 2), melody(), on(0, 102), off(30, 102))))
    assert score.notes[-1] == Note(8.0, 102, 8.0625, 80)


def test_struck_again_while_held_is_two_notes() -> None:
    """A key struck again while it is held ends the earlier note; the later one is as long as the file says."""
    score = read_midi(midi(track(melody(), on(0, 60), on(240, 60), off(240, 60), off(480, 60))))
    assert score.notes[-2:] == (Note(8.0, 60, 8.5, 80), Note(8.5, 60, 10.0, 80))


def test_doublings_become_one_note() -> None:
    """Several tracks that play one pitch at one time give one note, as long and loud as the longest and loudest."""
    flute = track(program(0, 73), melody(velocity=50, length=240))
    oboe = track(program(0, 68, channel=1), melody(velocity=90, channel=1, length=240))
    score = read_midi(midi(flute, oboe))
    assert score.notes == tuple(Note(beat / 2, pitch, beat / 2 + 0.5, 90) for beat, pitch in enumerate(SCALE))


@pytest.mark.parametrize(
    ("drums", "remark"),
    [
        (track(melody((36,) * 5, channel=9)), "5 drum notes"),
        (track(name("Drums"), melody((36,) * 5, channel=2)), "5 drum notes"),
        (track(control(0, 0, 127, channel=2), melody((36,) * 5, channel=2)), "5 drum notes"),
        (track(sysex(0, bytes.fromhex("4110421240131501 18F7")), melody((36,), channel=2)), "1 drum note"),
        (track(program(0, 118, channel=2), melody((36,) * 5, channel=2)), "5 sound effects"),
    ],
    ids=["channel 10", "track name", "XG bank", "GS drum part", "synth drum"],
)
def test_drums_and_effects_are_left_out(drums: bytes, remark: str) -> None:
    """Percussion of every kind is left out, and the remarks count it."""
    result = read_midi_with_remarks(midi(track(melody()), drums))
    assert pitches(result.score) == list(SCALE)
    assert any(remark in sentence for sentence in result.remarks)


def test_channel_10_may_be_made_melodic() -> None:
    """A Roland GS message can give channel 10 a pitched instrument."""
    melodic = sysex(0, bytes.fromhex("4110421240101500 1BF7"))
    assert pitches(read_midi(midi(track(melodic, melody(channel=9))))) == list(SCALE)


def test_title_of_a_drum_piece_is_no_drum_track() -> None:
    """Only a track whose whole name is "drums" or the like is percussion."""
    assert read_midi(song(name("Little Drummer Boy"))).title == "Little Drummer Boy"


def test_pitches_outside_the_piano_move_by_octaves() -> None:
    """Notes below A0 and above C8 are folded into the keyboard, and the remarks count them."""
    result = read_midi_with_remarks(midi(track(melody((0, 20, 21, 108, 109, 127)), melody((60, 62)))))
    assert pitches(result.score) == [24, 32, 21, 108, 97, 103, 60, 62]
    assert any(remark.startswith("4 notes outside") for remark in result.remarks)


def test_note_without_length_gets_one() -> None:
    """A note that ends when it begins is given a short length."""
    score = read_midi(midi(track(b"".join(on(QUARTER, pitch) + off(0, pitch) for pitch in SCALE))))
    assert {note.duration for note in score.notes} == {SHORTEST_NOTE}


def test_notes_never_released_get_an_end() -> None:
    """Hanging notes are kept, with an end that is not after the track's and at most four beats away."""
    held = b"".join(on(QUARTER, pitch) for pitch in SCALE)
    result = read_midi_with_remarks(midi(track(held, meta(2 * QUARTER, 1))))
    assert [note.end for note in result.score.notes] == [5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 10.0, 10.0]
    assert "8 notes without an end given one." in result.remarks


@pytest.mark.parametrize("number", [120, 123])
def test_all_notes_off_ends_notes(number: int) -> None:
    """The controllers "all sound off" and "all notes off" release every key of their channel."""
    held = b"".join(on(0, pitch) for pitch in SCALE)
    score = read_midi(midi(track(held, control(QUARTER, number, 0))))
    assert {note.end for note in score.notes} == {1.0}


def test_velocity_0_releases() -> None:
    """A note-on of velocity 0 is a note-off."""
    score = read_midi(midi(track(b"".join(on(0, pitch) + on(240, pitch, 0) for pitch in SCALE))))
    assert [note.duration for note in score.notes] == [0.5] * 8


def test_impossible_pitches_are_left_out() -> None:
    """A pitch byte above 127 names no note; the rest of the file is kept."""
    result = read_midi_with_remarks(song(on(0, 200), off(10, 200)))
    assert pitches(result.score) == list(SCALE)
    assert "Left out 1 note with an impossible pitch." in result.remarks


class TestPedal:
    """The sustain pedal is kept as changes."""

    def read(self, *events: bytes) -> tuple[Pedal, ...]:
        """Pedal changes of a track with these events and a scale beside it."""
        return read_midi(midi(track(melody()), track(*events))).pedals

    def test_values_from_64_on_are_down(self) -> None:
        """A half-pedal stream is reduced to its crossings of the threshold."""
        stream = (control(240, 64, value) for value in (0, 40, 63, 64, 100, 127, 90, 64, 63, 10, 0))
        assert self.read(*stream) == (Pedal(2.0, True), Pedal(4.5, False))

    def test_down_and_up_at_once_is_nothing(self) -> None:
        """On and off at one instant change nothing (a case of Magenta's sustain tests)."""
        assert self.read(control(QUARTER, 64, 127), control(0, 64, 0)) == ()

    def test_pedalling_again_at_once_is_kept(self) -> None:
        """Up and down at one instant clear the sound and stay two changes, in this order."""
        moves = (control(0, 64, 127), control(QUARTER, 64, 0), control(0, 64, 127), control(QUARTER, 64, 0))
        assert self.read(*moves) == (Pedal(0.0, True), Pedal(1.0, False), Pedal(1.0, True), Pedal(2.0, False))

    def test_channels_are_merged(self) -> None:
        """The pedals of two hands on two channels become one that is down while either is."""
        right = track(melody(), control(0, 64, 0))
        first = track(on(0, 40), control(480, 64, 127), control(960, 64, 0), off(0, 40))
        second = track(on(0, 41, channel=1), control(960, 64, 127, 1), control(960, 64, 0, 1), off(0, 41, channel=1))
        assert read_midi(midi(right, first, second)).pedals == (Pedal(1.0, True), Pedal(4.0, False))

    def test_other_instruments_do_not_pedal_the_piano(self) -> None:
        """Where a piano plays, the pedal of strings and of silent channels is ignored."""
        strings = track(program(0, 48, 1), on(0, 41, channel=1), control(0, 64, 127, 1), off(960, 41, channel=1))
        silent = track(control(0, 64, 127, 2))
        assert read_midi(midi(track(melody()), strings, silent)).pedals == ()

    def test_is_up_in_the_end(self) -> None:
        """A pedal that is never released comes up with the last note; one released late rings at most four beats."""
        assert self.read(control(QUARTER, 64, 127)) == (Pedal(1.0, True), Pedal(8.0, False))
        late = (control(QUARTER, 64, 127), control(9 * QUARTER, 64, 0))
        assert self.read(*late)[-1] == Pedal(10.0, False)
        very_late = (control(QUARTER, 64, 127), control(90 * QUARTER, 64, 0))
        assert self.read(*very_late)[-1] == Pedal(12.0, False)

    def test_resetting_controllers_lifts_it(self) -> None:
        """The controller "reset all controllers" lifts the pedal."""
        assert self.read(control(0, 64, 127), control(QUARTER, 121, 0)) == (Pedal(0.0, True), Pedal(1.0, False))

    def test_magenta_repeats_under_the_pedal(self) -> None:
        """Magenta's repeated-note vector: each strike ends the one before, and the pedal goes down at 1 and up at 4."""
        times = ((0.25, 1.5), (1.25, 1.5), (2, 3), (3.5, 4.5))
        moves = sorted([(start, 1) for start, _ in times] + [(end, 0) for _, end in times])
        events, last = [control(QUARTER, 64, 127), control(3 * QUARTER, 64, 0)], 0.0
        keys = []
        for at, pressed in moves:
            keys.append(on(round((at - last) * QUARTER), 60, 80 if pressed else 0))
            last = at
        score = read_midi(midi(track(*keys), track(*events), track(melody((90,) * 5, length=60))))
        repeated = [(note.start, note.end) for note in score.notes if note.pitch == 60]
        assert repeated == [(0.25, 1.25), (1.25, 1.5), (2, 3), (3.5, 4.5)]
        assert score.pedals == (Pedal(1.0, True), Pedal(4.0, False))
