"""Bytes of a Standard MIDI File -> events: one forgiving walk, linear in the size of the file.

Libraries were tried first: symusic, the most forgiving one, refuses cut and wrongly measured chunks, drops notes that
are never released, hides channels, and lets times wrap in 32 bits. Mending its input needs a walk over every event, so
the walk itself is the reader. Nothing is allocated by what the file claims, only by what it holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from composer.errors import InvalidMidiError
from composer.midi.wording import file_kind

MAX_BYTES: Final = 1 << 20
"""Largest file that is read (1 MiB)."""
MAX_TRACKS: Final = 128
MAX_EVENTS: Final = 200_000

NOTE_OFF, NOTE_ON, CONTROL, PROGRAM = 0x8, 0x9, 0xB, 0xC
"""Kinds of channel message that music is read from (the upper half of the status byte)."""
META_NAME, META_END, META_TEMPO, META_METRE, SYSEX = 0x03, 0x2F, 0x51, 0x58, 0xF0
"""Kinds of longer event that are kept (META_END ends a track)."""

_KEPT_MESSAGES = frozenset({NOTE_OFF, NOTE_ON, CONTROL, PROGRAM})
_KEPT_PAYLOADS = frozenset({META_NAME, META_TEMPO, META_METRE, SYSEX})
_LONGEST_PAYLOAD = 256
_SYSTEM_SIZES = {0xF1: 1, 0xF2: 2, 0xF3: 1}
"""Data bytes of the system messages that have any; they do not belong in files."""
_STATUS = re.compile(rb"[\x80-\xff]")
_MAX_TICK = 1 << 40
"""Beyond every length limit whatever the division; waits stop adding up here."""
_HEADER, _HEADER_SIZE = b"MThd\0\0\0\6", 14
_LATEST_HEADER = 4096
"""A MIDI file whose header begins within so many bytes is found behind whatever stands in front of it."""


@dataclass(slots=True)
class MidiTrack:
    """What one track chunk holds.

    Args:
        messages: (tick, status byte, first data byte, second data byte), ticks from the beginning of the track.
        payloads: (tick, kind, content) of names, tempos, time signatures and system exclusive messages.
        last_tick: where the track ends.
        lost: how often the reader had to search for the next event.
        cut: whether the track broke off in the middle of an event.
    """

    messages: list[tuple[int, int, int, int]] = field(default_factory=list)
    payloads: list[tuple[int, int, bytes]] = field(default_factory=list)
    last_tick: int = 0
    lost: int = 0
    cut: bool = False


@dataclass(frozen=True, slots=True)
class MidiEvents:
    """The events of a whole file; ``division`` is in ticks per quarter note."""

    format: int
    division: int
    tracks: tuple[MidiTrack, ...]
    remarks: tuple[str, ...] = ()


class _Walk:
    """Walks the content of one track chunk until its end-of-track event, its end, or the limit of events."""

    def __init__(self, content: bytes, room: int) -> None:
        self.content = content
        self.position = 0
        self.room = room
        self.track = MidiTrack()

    def run(self) -> MidiTrack:
        """Read the whole chunk; a chunk that breaks off keeps what was read."""
        try:
            self._events()
        except IndexError:
            self.track.cut = True
        return self.track

    def _events(self) -> None:
        content, running, size = self.content, 0, len(self.content)
        while self.position < size:
            tick = self.track.last_tick = min(self.track.last_tick + self._variable_length(), _MAX_TICK)
            status = content[self.position]
            if status >= 0x80:
                self.position += 1
            elif not (status := running):
                status = self._next_status()
            if status < 0xF0:
                self._channel_message(tick, status)
                running = status
            elif self._other_event(tick, status):
                return
            self.room -= 1
            if self.room < 0:
                message = f"This MIDI file has more than {MAX_EVENTS:,} events; please send a shorter or simpler piece."
                raise InvalidMidiError(message)

    def _variable_length(self) -> int:
        """A variable-length quantity, 7 bits a byte; overlong ones are saturated."""
        data, position = self.content, self.position
        byte = data[position]
        value = byte & 0x7F
        while byte & 0x80:
            position += 1
            byte = data[position]
            value = min(value << 7 | byte & 0x7F, _MAX_TICK)
        self.position = position + 1
        return value

    def _next_status(self) -> int:
        """Search for a status byte where running status has nothing to run on."""
        self.track.lost += 1
        found = _STATUS.search(self.content, self.position)
        self.position = found.end() if found else len(self.content) + 1
        return self.content[self.position - 1]

    def _channel_message(self, tick: int, status: int) -> None:
        position, kind = self.position, status >> 4
        first = self.content[position]
        if kind in {0xC, 0xD}:
            second, self.position = 0, position + 1
        else:
            second, self.position = self.content[position + 1], position + 2
        if kind in _KEPT_MESSAGES:
            self.track.messages.append((tick, status, first, min(second, 127)))

    def _other_event(self, tick: int, status: int) -> bool:
        """Read a meta event, system exclusive message or stray system message; True at the end of the track."""
        if status not in {0xFF, 0xF0, 0xF7}:
            self.position += _SYSTEM_SIZES.get(status, 0)
            return False
        kind = SYSEX
        if status == 0xFF:
            kind = self.content[self.position]
            self.position += 1
        size = self._variable_length()
        if kind == META_END:
            return True
        start, self.position = self.position, self.position + size
        if self.position > len(self.content):
            raise IndexError
        if kind in _KEPT_PAYLOADS:
            self.track.payloads.append((tick, kind, self.content[start : start + min(size, _LONGEST_PAYLOAD)]))
        return False


def _check_header(data: bytes) -> tuple[int, int, list[str]]:
    """Return format, division and remarks of the header chunk."""
    if len(data) < _HEADER_SIZE:
        message = "This MIDI file breaks off inside its header; please export or download it again."
        raise InvalidMidiError(message)
    kind = int.from_bytes(data[8:10], "big")
    first_track = data.find(b"MTrk", 10, _HEADER_SIZE + 6)
    # In a header that lost or gained a byte the division still stands right before the first track.
    damaged = data[:8] == _HEADER and first_track in {_HEADER_SIZE - 1, _HEADER_SIZE + 1}
    division = int.from_bytes(data[first_track - 2 : first_track] if damaged else data[12:14], "big")
    if division >= 0x8000:
        message = "This MIDI file counts film frames (SMPTE) instead of beats; please export it with ticks per quarter."
        raise InvalidMidiError(message)
    if division == 0:
        message = "This MIDI file says that a quarter note has 0 ticks, so its timing cannot be read."
        raise InvalidMidiError(message)
    known = kind in {0, 1, 2}
    return kind, division, [] if known else [f"The header names an unknown format ({kind}); it was read as format 1."]


def _chunk_end(data: bytes, start: int) -> int:
    """Where the track chunk at ``start`` ends; its stated length counts only where another chunk or the end follows."""
    stated = start + 8 + int.from_bytes(data[start + 4 : start + 8], "big")
    follower = data[stated : stated + 4]
    if stated == len(data) or (len(follower) == 4 and follower.isalnum() and follower.isascii()):
        return stated
    following = data.find(b"MTrk", start + 8)
    return len(data) if following < 0 else following


def _tracks(data: bytes) -> tuple[list[MidiTrack], bool]:
    """Return the tracks, and whether every chunk had the length that it states."""
    tracks: list[MidiTrack] = []
    room, tidy = MAX_EVENTS, True
    start = data.find(b"MTrk", _HEADER_SIZE - 1)
    while start >= 0:
        if len(tracks) == MAX_TRACKS:
            message = f"This MIDI file has more than {MAX_TRACKS} tracks; please send a simpler one."
            raise InvalidMidiError(message)
        walk = _Walk(data[start + 8 : _chunk_end(data, start)], room)
        tracks.append(walk.run())
        room = walk.room
        tidy = tidy and walk.position == int.from_bytes(data[start + 4 : start + 8], "big")
        start = data.find(b"MTrk", start + 8 + min(walk.position, len(walk.content)))
    return tracks, tidy


def _unwrapped(data: bytes) -> bytes:
    """The MIDI file inside a wrapper (RIFF, MacBinary, lines that a server or editor put in front); else all data."""
    start = data.find(_HEADER, 0, _LATEST_HEADER)
    return data[start:] if start > 0 else data


def _line_ends_undone(data: bytes) -> bytes:
    """The file before a transfer as text put a carriage return before every line feed; other data unchanged."""
    ends = data.count(b"\r\n")
    if ends == 0 or ends != data.count(b"\n") or _chunks_fit(data):
        return data
    undone = data.replace(b"\r\n", b"\n")
    return undone if _chunks_fit(undone) else data


def _chunks_fit(data: bytes) -> bool:
    """Whether chunk follows chunk up to the end of the data."""
    start = 0
    while start + 8 <= len(data) and data[start : start + 2] == b"MT":
        start += 8 + int.from_bytes(data[start + 4 : start + 8], "big")
    return start == len(data)


def read_events(data: bytes) -> MidiEvents:
    """Read the events of a Standard MIDI File of format 0, 1 or 2, mending what can be mended.

    Wrong chunk lengths, missing end-of-track events, running status across meta events, stray system messages,
    unknown chunks and cut files are read as far as they go; ``remarks`` says so.

    Raises:
        InvalidMidiError: no MIDI file, no tracks, or beyond MAX_BYTES, MAX_TRACKS or MAX_EVENTS.
    """
    if len(data) > MAX_BYTES:
        message = "This file is larger than 1 MiB, more than any piano piece needs; please send a smaller one."
        raise InvalidMidiError(message)
    data = _unwrapped(data)
    if data[:4] != b"MThd":
        message = f"This is not a MIDI file: it {file_kind(data)}. Please send a Standard MIDI File (.mid)."
        raise InvalidMidiError(message)
    mended = _line_ends_undone(data)
    kind, division, remarks = _check_header(mended)
    if mended is not data:
        remarks.append("The file was damaged by a transfer as text; that was undone.")
        data = mended
    tracks, tidy = _tracks(data)
    if not tracks:
        message = "This MIDI file has a header but no tracks, so there is no music in it."
        raise InvalidMidiError(message)
    _check_damage(tracks)
    if any(track.cut for track in tracks):
        remarks.append("The file breaks off in the middle of a track; it was read as far as it goes.")
    elif not tidy:
        remarks.append("The file states a wrong length for a track; the track was read to its real end.")
    if any(track.lost for track in tracks):
        remarks.append("Some damaged events were skipped.")
    return MidiEvents(kind, division, tuple(tracks), tuple(remarks))


def _check_damage(tracks: list[MidiTrack]) -> None:
    """Refuse data in which events are more often searched than found."""
    lost = sum(track.lost for track in tracks)
    if lost > max(8, sum(len(track.messages) for track in tracks) // 8):
        message = "This MIDI file is too damaged to make sense of; please export or download it again."
        raise InvalidMidiError(message)
