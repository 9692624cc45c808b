"""Bytes of a MIDI file -> Score: what a stranger sends becomes one checked piano piece, or one sentence why not."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from composer.beat_grid import has_beat_grid
from composer.errors import InvalidMidiError
from composer.midi.events import MAX_BYTES, META_NAME, NOTE_ON, read_events
from composer.midi.playing import Played, play
from composer.midi.timing import Timing, changes_from, first_bar, pedals_from, read_timing
from composer.midi.wording import counted
from composer.notes import DEFAULT_BPM, Note, Score, Tempo, TimeSignature, with_repeats_cleaned
from composer.titles import clean_title

if TYPE_CHECKING:
    from composer.midi.events import MidiEvents

FEWEST_NOTES: Final = 8
MOST_NOTES: Final = 20_000
LONGEST_MINUTES: Final = 20
LONGEST_SILENCE: Final = 120.0
"""Seconds between two onsets beyond which a file that is too long is taken to be damaged."""
LONGEST_TITLE: Final = 80
"""Characters."""
SHORTEST_NOTE: Final = 1 / 8
"""Beats given to a note that a file ends at the instant it begins, as some programs write grace notes."""
_PLACEHOLDER_TITLES = frozenset({"control track", "untitled", "tempo track", "conductor track", "new song"})


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A Score, and in words what was left out of the file or mended."""

    score: Score
    remarks: tuple[str, ...] = ()


def read_midi(data: bytes) -> Score:
    """Read a Standard MIDI File as one piano piece.

    Drums and sound effects are left out, the other tracks merged, pitches outside the piano folded by octaves, strikes
    of one key made to follow each other, empty bars at the beginning dropped. Damaged files are read as far as they
    make sense.

    Raises:
        InvalidMidiError: with a sentence for the person who sent the file.
    """
    return read_midi_with_remarks(data).score


def read_midi_file(path: Path | str) -> Score:
    """Read the MIDI file at ``path``; see ``read_midi``.

    Raises:
        InvalidMidiError: also where there is no such file.
    """
    return read_midi(_file_bytes(Path(path)))


def read_corpus_file(path: Path) -> Score:
    """Read a file of training material, which may last longer than a stranger's; see ``read_midi``."""
    return _read(_file_bytes(path)).score


def _file_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}."
        raise InvalidMidiError(message) from error


def read_midi_with_remarks(data: bytes) -> ReadResult:
    """Read as ``read_midi`` does, and also say what was left out or mended."""
    return _short_enough(_read(data))


def _read(data: bytes) -> ReadResult:
    events, remarks = _one_song(read_events(data))
    played = play(events)
    _check_count(played)
    timing = read_timing(events)
    score = _assemble(played, events.division, timing)
    _check_doublings(score)
    score = replace(score, beat_grid=has_beat_grid(score), title=_title(events))
    return ReadResult(score, (*remarks, *_note_remarks(played), *timing.remarks))


def _one_song(events: MidiEvents) -> tuple[MidiEvents, list[str]]:
    """Keep the first track with notes of a format 2 file, whose tracks are songs of their own."""
    remarks = list(events.remarks)
    if events.format != 2 or len(events.tracks) == 1:
        return events, remarks
    songs = [track for track in events.tracks if any(message[1] >> 4 == NOTE_ON for message in track.messages)]
    remarks.append("The file holds several songs (format 2); only the first was read.")
    return replace(events, tracks=tuple(songs[:1] or events.tracks[:1])), remarks


def _check_count(played: Played) -> None:
    count, left_out = len(played.notes), played.left_out
    if count == 0 and left_out["drum"]:
        message = "This MIDI file has no notes other than drums; please send a piece with a melody or chords."
    elif count == 0 and left_out["effect"]:
        message = "This MIDI file has no notes other than sound effects; please send a piece with a melody or chords."
    elif count == 0:
        message = "This MIDI file has no notes in it; please send one with music."
    elif count < FEWEST_NOTES:
        drums = f" other than {counted(left_out['drum'], 'drum note')}" if left_out["drum"] else ""
        message = f"This MIDI file has only {counted(count, 'note')}{drums}; at least {FEWEST_NOTES} are needed."
    elif count > MOST_NOTES:
        message = f"This MIDI file has {count:,} notes; at most {MOST_NOTES:,} can be read."
    else:
        return
    raise InvalidMidiError(message)


def _check_doublings(score: Score) -> None:
    if len(score.notes) < FEWEST_NOTES:
        left = counted(len(score.notes), "different note")
        message = f"This MIDI file has only {left}; at least {FEWEST_NOTES} are needed."
        raise InvalidMidiError(message)


def _short_enough(result: ReadResult) -> ReadResult:
    """Refuse a piece that is too long, unless only a damaged wait makes it so: then keep the music before that."""
    seconds = result.score.length_seconds
    if seconds <= LONGEST_MINUTES * 60:
        return result
    before = _before_silence(result.score)
    if len(before.notes) >= FEWEST_NOTES and before.length_seconds <= LONGEST_MINUTES * 60:
        left_out = counted(len(result.score.notes) - len(before.notes), "note")
        remark = f"Left out {left_out} after a silence of more than {LONGEST_SILENCE:g} seconds."
        return ReadResult(before, (*result.remarks, remark))
    minutes = math.ceil(seconds / 60)
    length = f"almost {minutes:,} minutes" if seconds < 86_400 else "more than a day"
    message = f"This piece is longer than {LONGEST_MINUTES} minutes: it lasts {length}; please send a shorter one."
    raise InvalidMidiError(message)


def _before_silence(score: Score) -> Score:
    """The piece up to the first two onsets that lie more than LONGEST_SILENCE apart."""
    for note, following in pairwise(score.notes):
        latest = score.beat_at(score.seconds_at(note.start) + LONGEST_SILENCE)
        if following.start > latest:
            return score.excerpt(0.0, latest)
    return score


def _note_remarks(played: Played) -> list[str]:
    sentences = {
        "drum": "Left out {}.",
        "effect": "Left out {}.",
        "impossible": "Left out {} with an impossible pitch.",
        "folded": "{} outside the piano's range moved by octaves.",
        "unended": "{} without an end given one.",
    }
    nouns = {"drum": "drum note", "effect": "sound effect"}
    return [
        sentence.format(counted(played.left_out[reason], nouns.get(reason, "note")))
        for reason, sentence in sentences.items()
        if played.left_out[reason]
    ]


def _assemble(played: Played, division: int, timing: Timing) -> Score:
    """Count in beats from the first bar that has notes in it."""
    start = first_bar(played.notes[0][0] / division, timing.metres)
    notes: list[Note] = []
    for onset, pitch, release, velocity in played.notes:
        beat = onset / division - start
        end = release / division - start if release > onset else beat + SHORTEST_NOTE
        notes.append(Note(beat, pitch, end, velocity))
    cleaned = with_repeats_cleaned(notes)
    end = start + max(note.end for note in cleaned)
    tempos = changes_from(start, timing.tempos, DEFAULT_BPM, end)
    metres = changes_from(start, timing.metres, (4, 4), end)
    pedals = [(tick / division, down) for tick, down in played.pedals]
    return Score(
        notes=cleaned,
        tempos=tuple(Tempo(*change) for change in tempos),
        time_signatures=tuple(TimeSignature(beat, *metre) for beat, metre in metres),
        pedals=pedals_from(start, pedals, end),
    )


def _title(events: MidiEvents) -> str:
    """The name of the first track, if it names the piece rather than a hand or an instrument."""
    first = events.tracks[0]
    if len(events.tracks) > 1 and any(message[1] >> 4 == NOTE_ON for message in first.messages):
        return ""
    for _, kind, content in first.payloads:
        title = clean_title(_decoded(content), LONGEST_TITLE) if kind == META_NAME else ""
        if title and title.lower() not in _PLACEHOLDER_TITLES:
            return title
    return ""


def _decoded(text: bytes) -> str:
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return text.decode("utf-16", "ignore")
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")
