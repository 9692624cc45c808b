"""Odd, broken and hostile files: what the reader mends, and what it refuses."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.errors import InvalidMidiError
from composer.midi.files import (
    FEWEST_NOTES,
    read_midi,
    read_midi_with_remarks,
)
from composer.notes import with_repeats_cleaned
from tests.composer.midi_text import (
    END,
    QUARTER,
    SCALE,
    control,
    event,
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
    tempo,
    track,
    variable_length,
)


@pytest.mark.parametrize(
    ("wait", "encoded"),
    [(0, "00"), (0x40, "40"), (0x7F, "7f"), (0x80, "8100"), (0x2000, "c000"), (0x3FFF, "ff7f"), (0x4000, "818000")],
)
def test_waits_of_one_to_three_bytes(wait: int, encoded: str) -> None:
    """A wait in variable-length bytes moves what follows by that many ticks (values of the MIDI standard)."""
    assert variable_length(wait).hex() == encoded
    score = read_midi(midi(track(melody(), on(wait, 84), off(QUARTER, 84))))
    assert score.notes[-1].start == 8 + wait / QUARTER


def test_format_0_and_1_agree() -> None:
    """The same events in one track or in two give the same piece."""
    right, left = melody(channel=0), melody((48,) * 4, channel=1, length=2 * QUARTER)
    both = b"".join(
        on(0, 48, channel=1) + melody(SCALE[bar * 2 : bar * 2 + 2]) + off(0, 48, channel=1) for bar in range(4)
    )
    assert read_midi(midi(track(right), track(left))) == read_midi(midi(track(both), kind=0))


def test_format_2_gives_its_first_song() -> None:
    """Format 2 holds several songs: the first one with notes is read, and the remarks say so."""
    result = read_midi_with_remarks(midi(track(), track(melody()), track(melody((40,) * 9)), kind=2))
    assert pitches(result.score) == list(SCALE)
    assert any("several songs" in remark for remark in result.remarks)


SONG = song()


TRACK_LENGTH_AT = slice(18, 22)


def replaced(data: bytes, at: slice, new: bytes) -> bytes:
    """The data with one part exchanged."""
    return data[: at.start] + new + data[at.stop :]


ODD_FILES = {
    "no end of track": midi(track(melody(), end=b"")),
    "running status": midi(track(on(0, 60), b"".join(event(0 if v else 480, p, v) for p in SCALE for v in (80, 0)))),
    "running status across a meta event": midi(
        track(b"".join(on(0, p) + meta(0, 1, b"la") + event(480, p, 0) for p in SCALE))
    ),
    "running status across SysEx": midi(
        track(b"".join(on(0, p) + sysex(0, b"\x7e\xf7") + event(480, p, 0) for p in SCALE))
    ),
    "running status where none is defined": midi(track(event(0, 60, 64), melody())),
    "impossible key signature": song(meta(0, 0x59, b"\x63\x09")),
    "empty key signature": song(meta(0, 0x59)),
    "impossible SMPTE offset": song(meta(0, 0x54, b"\xff\xff\xff\xff\xff")),
    "tempo of no bytes": song(meta(0, 0x51)),
    "tempo of two bytes": song(meta(0, 0x51, b"\x07\xa1")),
    "tempo 0": song(meta(0, 0x51, b"\0\0\0")),
    "tempo 1 microsecond": song(meta(4000, 0x51, b"\0\0\1")),
    "time signature of no bytes": song(meta(0, 0x58)),
    "time signature 0/1": song(meta(0, 0x58, b"\0\0\x18\x08")),
    "time signature with denominator 2 to the 255": song(meta(0, 0x58, b"\x04\xff\x18\x08")),
    "unknown meta event": song(meta(0, 0x7E, b"what")),
    "system messages in a track": song(
        *(
            event(0, code, *b"\x01\x02"[:size])
            for code, size in (
                (0xF1, 1),
                (0xF2, 2),
                (0xF3, 1),
                (0xF4, 0),
                (0xF5, 0),
                (0xF6, 0),
                (0xF8, 0),
                (0xF9, 0),
                (0xFA, 0),
                (0xFB, 0),
                (0xFC, 0),
                (0xFD, 0),
                (0xFE, 0),
            )
        )
    ),
    "resets, tuning and bends": song(
        sysex(0, bytes.fromhex("7E7F0901F7")),
        control(0, 101, 0),
        control(0, 100, 0),
        control(0, 6, 2),
        control(0, 5, 64),
        control(0, 65, 127),
        control(0, 126, 1),
        control(0, 127, 0),
        event(0, 0xE0, 0, 64),
        event(0, 0xD0, 5),
        event(0, 0xA0, 60, 5),
    ),
    "unknown format": song(kind=7),
    "format 65535": song(kind=65535),
    "format 0 with two tracks": midi(track(tempo(0, 120)), track(melody()), kind=0),
    "too many tracks stated": song(count=40),
    "no tracks stated": song(count=0),
    "track length 0": replaced(SONG, TRACK_LENGTH_AT, b"\0\0\0\0"),
    "track length too short": replaced(SONG, TRACK_LENGTH_AT, b"\0\0\0\x0a"),
    "track length too long": replaced(SONG, TRACK_LENGTH_AT, b"\0\0\x10\0"),
    "track length 4 GiB": replaced(SONG, TRACK_LENGTH_AT, b"\xff\xff\xff\xff"),
    "first track swallows the second": midi(replaced(track(), slice(4, 8), b"\0\0\0\x64"), track(melody())),
    "header length 4 GiB": replaced(SONG, slice(4, 8), b"\xff\xff\xff\xff"),
    "header length 0": replaced(SONG, slice(4, 8), b"\0\0\0\0"),
    "longer header": replaced(SONG, slice(4, 8), b"\0\0\0\x0a")[:14] + b"more" + SONG[14:],
    "header that lost a byte": replaced(SONG, slice(9, 10), b""),
    "header that gained a byte": replaced(SONG, slice(9, 9), b"\0"),
    "unknown chunk in front": SONG[:14] + b"XFIH\0\0\0\4what" + SONG[14:],
    "unknown chunk behind": SONG + b"XFKM\0\0\0\4what",
    "junk behind": SONG + b"\0" * 1000 + b"junk" * 100,
    "data after the end of the track": midi(track(melody(), END, melody((70, 71)))),
    "cut in the end of track": SONG[:-2],
    "RIFF RMID": b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + SONG,
    "lines in front": b"\xef\xbb\xbf\r\nHTTP/1.1 200 OK\r\n\r\n" + SONG,
    "MacBinary": b"\0" + b"song.mid".ljust(127, b"\0") + SONG,
    "overlong wait": midi(track(b"\x80\x80\x80\x80\x80\x80" + melody())),
    "velocity above 127": midi(track(on(0, 60, 200), off(480, 60), melody(SCALE[1:]))),
    "note-offs without note-ons": song(off(0, 60), off(0, 61), off(0, 60)),
    "bank select and a silent channel": song(control(0, 0, 1), control(0, 32, 3), program(0, 5)),
}


@pytest.mark.parametrize("data", ODD_FILES.values(), ids=ODD_FILES.keys())
def test_odd_files_are_read(data: bytes) -> None:
    """Odd files from many programs give the scale that a musician would hear in them."""
    assert pitches(read_midi(data)) == list(SCALE)


def test_a_transfer_as_text_is_undone() -> None:
    """A file in which every line feed grew a carriage return is the same music, with a remark."""
    whole = midi(track(tempo(0, 90), *(on(10, pitch, 10) + off(230, pitch) for pitch in SCALE)), track(melody()))
    result = read_midi_with_remarks(whole.replace(b"\n", b"\r\n"))

    assert result.score == read_midi(whole)
    assert any("transfer as text" in remark for remark in result.remarks)


def test_a_carriage_return_that_belongs_there_is_kept() -> None:
    """In a sound file a carriage return before a line feed is left alone."""
    result = read_midi_with_remarks(midi(track(on(0, 13, 10), off(QUARTER, 13), melody())))

    assert result.score.notes[0].velocity == 10
    assert not any("transfer" in remark for remark in result.remarks)


def test_cut_file_is_read_as_far_as_it_goes() -> None:
    """A file that breaks off keeps the notes before the break, and the remarks say so."""
    result = read_midi_with_remarks(midi(track(melody(SCALE * 4)))[:-50])
    assert 20 < len(result.score.notes) < 32
    assert pitches(result.score) == list(SCALE * 4)[: len(result.score.notes)]
    assert any("breaks off" in remark for remark in result.remarks)


BOMBS = {
    "1 MB of continued waits": (midi(track(b"\x81" * 1_000_000)), "no notes"),
    "128 tracks of continued waits": (midi(*[track(b"\x81" * 8000)] * 128), "no notes"),
    "300 long waits": (
        midi(track(b"".join(on((1 << 28) - 1, 60) + off(1, 60) for _ in range(300)))),
        "more than a day",
    ),
    "250,000 events": (midi(track(on(0, 60) + b"\0\x3c\x40" * 250_000)), "more than 200,000 events"),
    "200,000 empty texts": (midi(track(meta(0, 1) * 200_001)), "more than 200,000 events"),
    "30,000 notes": (midi(track(on(0, 60) + b"\1\x3c\x40\1\x3c\x00" * 30_000)), "at most 20,000"),
    "2,000 tracks": (midi(*[track()] * 2000), "more than 128 tracks"),
    "larger than 1 MiB": (song() + bytes(1 << 20), "larger than 1 MiB"),
    "text that claims 2^28 bytes": (midi(track(b"\0\xff\x01\xff\xff\xff\x7f" + melody())), "no notes"),
    "random bytes in a track": (midi(track(bytes((n * n * 31 + n * 7) % 128 for n in range(100_000)))), "no notes"),
}


@pytest.mark.parametrize(("data", "reason"), BOMBS.values(), ids=BOMBS.keys())
def test_bombs_are_refused(data: bytes, reason: str) -> None:
    """Files made to exhaust a reader are refused with their reason."""
    with pytest.raises(InvalidMidiError, match=reason):
        read_midi(data)


@pytest.mark.parametrize(
    "data",
    [
        midi(track(melody(), *(tempo(1, 60 + n % 60) for n in range(50_000)))),
        midi(track(melody(), *(metre(1, 1 + n % 9, 6) for n in range(50_000)))),
        midi(track(melody(), *(control(1, 64, 127 * (n % 2)) for n in range(50_000)))),
        midi(track(melody(), b"".join(on(0, 60) for _ in range(9000)), b"".join(off(0, 60) for _ in range(9000)))),
        SONG + b"junk\0\0\0\0" * 100_000,
        midi(track(melody()), track(on((1 << 28) - 1, 60, channel=9))),
    ],
    ids=["tempos", "time signatures", "pedals", "stacked notes", "chunks", "late drum"],
)
def test_dense_files_stay_pieces(data: bytes) -> None:
    """Files dense in something harmless are still read, within the bounds of a Score."""
    score = read_midi(data)
    assert len(score.notes) >= FEWEST_NOTES
    assert all(0 <= note.start < note.end < math.inf for note in score.notes)
    assert len(score.tempos) + len(score.time_signatures) + len(score.pedals) < 10_000


SEEDS = (
    SONG,
    midi(track(name("T"), tempo(0, 90), metre(0, 3, 2)), track(melody(), control(0, 64, 99)), track(melody(channel=9))),
    ODD_FILES["running status"],
)


mutations = st.lists(
    st.tuples(
        st.sampled_from(["replace", "delete", "insert", "cut", "repeat"]), st.integers(0, 400), st.binary(max_size=8)
    ),
    min_size=1,
    max_size=6,
)


def mutated(data: bytes, changes: list[tuple[str, int, bytes]]) -> bytes:
    """The data damaged at random places."""
    for kind, place, new in changes:
        at = place % (len(data) + 1)
        if kind == "replace":
            data = data[:at] + new + data[at + len(new) :]
        elif kind == "delete":
            data = data[:at] + data[at + len(new) :]
        elif kind == "insert":
            data = data[:at] + new + data[at:]
        elif kind == "cut":
            data = data[:at]
        else:
            data = data[:at] + data[max(at - 40, 0) :]
    return data


@settings(max_examples=400, deadline=None)
@given(seed=st.sampled_from(SEEDS), changes=mutations)
def test_damaged_files_give_a_sound_score_or_a_sentence(seed: bytes, changes: list[tuple[str, int, bytes]]) -> None:
    """Whatever happens to a file, a Score within the limits or an InvalidMidiError comes out."""
    try:
        score = read_midi(mutated(seed, changes))
    except InvalidMidiError as error:
        assert str(error).endswith(".")  # noqa: PT017 - either outcome is right
        return
    assert len(score.notes) >= FEWEST_NOTES
    assert score.length_seconds <= 20 * 60
    assert score.notes == with_repeats_cleaned(score.notes)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_are_refused_politely(content: bytes) -> None:
    """Random bytes, bare or as the content of a track, never raise anything but InvalidMidiError."""
    for data in (content, b"MThd" + content, midi(b"MTrk" + len(content).to_bytes(4, "big") + content)):
        try:
            read_midi(data)
        except InvalidMidiError as error:
            assert str(error).endswith(".")  # noqa: PT017 - either outcome is right
