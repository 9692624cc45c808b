"""Reading MIDI files: what comes out of sound, odd, broken and hostile ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.errors import InvalidMidiError
from composer.midi.files import (
    read_corpus_file,
    read_midi,
    read_midi_file,
    read_midi_with_remarks,
)
from composer.notes import Note, Pedal, Tempo, TimeSignature, with_repeats_cleaned
from tests.composer.midi_text import (
    QUARTER,
    SCALE,
    control,
    melody,
    midi,
    name,
    off,
    on,
    pitches,
    program,
    song,
    tempo,
    track,
    variable_length,
)
from tests.corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

SONG = song()


def test_reads_notes_with_their_times_and_velocities() -> None:
    """A plain file gives its notes in beats."""
    score = read_midi(song())
    assert score.notes == tuple(Note(beat, pitch, beat + 1, 80) for beat, pitch in enumerate(SCALE))
    assert score.tempos == (Tempo(0.0, 120.0),)
    assert score.time_signatures == (TimeSignature(0.0, 4, 4),)


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("Träumerei", "Träumerei"),
        ("Träumerei".encode("latin-1"), "Träumerei"),
        (b"\x1b[31m@every\x00one\r\nhi", "[31m@everyone hi"),
        ("Füür".encode("utf-16"), "Füür"),
        ("a\u202eb", "ab"),
        ("x" * 300, "x" * 80),
        ("control track", ""),
        ("", ""),
    ],
)
def test_titles_are_cleaned(raw: str | bytes, title: str) -> None:
    """Titles have no control characters, are short, and placeholders are none."""
    assert read_midi(midi(track(name(raw)), track(name("Piano right"), melody()))).title == title


def test_name_of_a_hand_is_no_title() -> None:
    """A first track that has notes, in a file of several, names a hand and not the piece."""
    assert read_midi(midi(track(name("Right"), melody()), track(name("Left")))).title == ""


def test_music_before_a_damaged_wait_is_kept() -> None:
    """Where one enormous wait makes a piece too long, the music before it is read."""
    result = read_midi_with_remarks(midi(track(melody(), on((1 << 28) - 1, 60), off(480, 60))))
    assert pitches(result.score) == list(SCALE)
    assert any("silence" in remark for remark in result.remarks)


REFUSED = {
    "empty": (b"", "is empty"),
    "one byte": (b"M", "plain text"),
    "text": (b"not really music\n", "plain text"),
    "web page": (b"<!DOCTYPE html><html>", "web page"),
    "MusicXML": (b'<?xml version="1.0"?><score-partwise/>', "MusicXML"),
    "PDF": (b"%PDF-1.7", "PDF"),
    "ZIP": (b"PK\x03\x04aaaa", "ZIP"),
    "MP3": (b"ID3\x04\0\0", "MP3"),
    "bare MP3": (b"\xff\xfb\x90\x64", "MP3"),
    "WAV": (b"RIFF\0\0\0\0WAVEfmt ", "WAV"),
    "MP4": (b"\0\0\0\x20ftypM4A ", "MP4"),
    "program": (b"\x7fELF\x02", "program"),
    "zeros": (bytes(4096), "zeros"),
    "no header": (track(melody()), "header is missing"),
    "much junk in front": (b"\x01\x02" * 4096 + SONG, "does not begin with the MIDI header"),
    "nested RIFF": (b"RIFF\0\0\0\0RMIDdata" * 200, "RIFF"),
    "header cut": (SONG[:9], "breaks off inside its header"),
    "only a header": (SONG[:14], "no tracks"),
    "SMPTE division": (song(division=0xE728), "SMPTE"),
    "division 0": (song(division=0), "0 ticks"),
    "no notes": (midi(track(name("silence"), tempo(0, 90))), "no notes in it"),
    "drums only": (midi(track(melody(channel=9))), "no notes other than drums"),
    "effects only": (midi(track(program(0, 125), melody())), "no notes other than sound effects"),
    "few notes": (midi(track(melody(SCALE[:3]))), "only 3 notes;"),
    "few notes and drums": (midi(track(melody(SCALE[:3]), melody(channel=9))), "only 3 notes other than 8 drum notes"),
    "one note struck eight times at once": (midi(track(melody((60,) * 8, length=0))), "only 1 different note"),
    "too long": (midi(track(melody(SCALE, length=400 * QUARTER))), "longer than 20 minutes"),
    "hardly too long": (midi(track(melody(SCALE, length=301 * QUARTER))), "almost 21 minutes"),
    "years": (midi(track(melody(SCALE * 50, length=1 << 20)), division=1), "more than a day"),
}


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals_name_their_reason(data: bytes, reason: str) -> None:
    """What cannot be used is refused with one sentence that says why."""
    with pytest.raises(InvalidMidiError, match=reason) as caught:
        read_midi(data)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_missing_file_is_one_sentence(tmp_path: Path) -> None:
    """A path without a file is bad input, not a crash."""
    with pytest.raises(InvalidMidiError, match="cannot be read"):
        read_midi_file(tmp_path / "absent.mid")


def test_corpus_files_may_be_long(tmp_path: Path) -> None:
    """Training material may last longer than what strangers send."""
    path = tmp_path / "long.mid"
    path.write_bytes(midi(track(melody(SCALE * 100, length=4 * QUARTER))))
    assert read_corpus_file(path).length_seconds == pytest.approx(1600)
    with pytest.raises(InvalidMidiError, match="longer than 20 minutes"):
        read_midi_file(path)


Strike = tuple[int, int, int, int]


def file_of(strikes: list[Strike], tempos: list[tuple[int, int]], pedal: list[int], division: int) -> bytes:
    """A MIDI file with (tick, pitch, length, velocity) strikes, (tick, bpm) tempos and alternating pedal ticks."""
    events = [(tick, 2, on(0, pitch, velocity)) for tick, pitch, _, velocity in strikes]
    events += [(tick + length, 1, off(0, pitch)) for tick, pitch, length, _ in strikes]
    events += [(tick, 0, control(0, 64, 127 if index % 2 == 0 else 0)) for index, tick in enumerate(pedal)]
    events += [(tick, 0, tempo(0, bpm)) for tick, bpm in tempos]
    events.sort(key=lambda item: item[:2])
    content, last = b"", 0
    for tick, _, written in events:
        content += variable_length(tick - last) + written[1:]
        last = tick
    return midi(track(content), division=division)


strikes_of_different_keys = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(21, 108), st.integers(1, 2000), st.integers(1, 127)),
    min_size=8,
    max_size=40,
    unique_by=lambda strike: strike[1],
)


@settings(max_examples=60, deadline=None)
@given(
    strikes=strikes_of_different_keys,
    division=st.sampled_from([24, 96, 100, 480, 960, 32767]),
    bpms=st.lists(st.sampled_from([40, 60, 75, 120, 200]), min_size=1, max_size=4),
    pedal=st.lists(st.integers(0, 900), max_size=6, unique=True).map(sorted),
)
def test_what_is_written_is_read(strikes: list[Strike], division: int, bpms: list[int], pedal: list[int]) -> None:
    """Notes, tempos and pedal written to a file come back from it, for every division."""
    strikes[0] = (0, *strikes[0][1:])
    tempos = [(index * 100, bpm) for index, bpm in enumerate(bpms)]
    score = read_midi(file_of(strikes, tempos, pedal, division))
    expected = sorted(
        Note(tick / division, pitch, (tick + length) / division, velocity) for tick, pitch, length, velocity in strikes
    )
    assert list(score.notes) == expected
    end_tick = max(tick + length for tick, _, length, _ in strikes)
    assert all(score.bpm_at((tick + 1) / division) == pytest.approx(bpm) for tick, bpm in tempos if tick < end_tick)
    written = [Pedal(tick / division, index % 2 == 0) for index, tick in enumerate(pedal) if tick <= end_tick]
    assert list(score.pedals)[: len(written)] == written


@settings(max_examples=60, deadline=None)
@given(
    strikes=st.lists(
        st.tuples(st.integers(0, 400), st.integers(60, 62), st.integers(1, 300), st.integers(1, 127)),
        min_size=20,
        max_size=60,
    )
)
def test_overlaps_are_cleaned_for_every_file(strikes: list[Strike]) -> None:
    """However the strikes of few keys overlap, every key is released before it is struck again."""
    try:
        score = read_midi(file_of(strikes, [], [], QUARTER))
    except InvalidMidiError as error:
        assert "different note" in str(error)  # noqa: PT017 (both outcomes are right)
        return
    assert score.notes == with_repeats_cleaned(score.notes)
    assert {note.pitch for note in score.notes} == {pitch for _, pitch, _, _ in strikes}


@needs_corpus
def test_corpus_agrees_with_another_reader() -> None:
    """On files of every source our notes are those that symusic reads, up to repeats of one key."""
    symusic = pytest.importorskip("symusic")
    for path in sorted(CORPUS.rglob("*.mid"))[::60]:
        midi_file = symusic.Score.from_midi(path.read_bytes())
        theirs = with_repeats_cleaned(
            Note(note.start / midi_file.tpq, note.pitch, note.end / midi_file.tpq, note.velocity)
            for played in midi_file.tracks
            for note in played.notes
            if note.duration
        )
        result = read_corpus_file(path)
        shift = theirs[0].start - result.notes[0].start
        ours = [(round((note.start + shift) * midi_file.tpq), note.pitch) for note in result.notes]
        assert ours == [(round(note.start * midi_file.tpq), note.pitch) for note in theirs], path
