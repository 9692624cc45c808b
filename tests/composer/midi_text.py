"""Builders of MIDI files, event by event, so that a test shows the bytes that it is about.

Every event begins with the ticks to wait before it; a quarter note has 480 ticks unless a file says otherwise.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composer.notes import Score

QUARTER = 480
SCALE = (60, 62, 64, 65, 67, 69, 71, 72)
"""C major upwards from C4."""


def variable_length(value: int) -> bytes:
    """Write a variable-length quantity, 7 bits a byte."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(value & 0x7F | 0x80)
    return bytes(reversed(digits))


def event(wait: int, *content: int | bytes) -> bytes:
    """Any event: the wait, then raw bytes."""
    return variable_length(wait) + b"".join(part if isinstance(part, bytes) else bytes([part]) for part in content)


def on(wait: int, pitch: int, velocity: int = 80, channel: int = 0) -> bytes:
    """Press a key."""
    return event(wait, 0x90 | channel, pitch, velocity)


def off(wait: int, pitch: int, channel: int = 0) -> bytes:
    """Release a key."""
    return event(wait, 0x80 | channel, pitch, 64)


def control(wait: int, number: int, value: int, channel: int = 0) -> bytes:
    """Move a controller; 64 is the sustain pedal."""
    return event(wait, 0xB0 | channel, number, value)


def program(wait: int, number: int, channel: int = 0) -> bytes:
    """Choose an instrument; 0 is the grand piano."""
    return event(wait, 0xC0 | channel, number)


def meta(wait: int, kind: int, content: bytes = b"") -> bytes:
    """Any meta event."""
    return event(wait, 0xFF, kind, variable_length(len(content)), content)


def name(text: str | bytes) -> bytes:
    """Name the track."""
    return meta(0, 0x03, text if isinstance(text, bytes) else text.encode())


def tempo(wait: int, bpm: float) -> bytes:
    """Set the tempo in quarter notes per minute."""
    return meta(wait, 0x51, round(6e7 / bpm).to_bytes(3, "big"))


def metre(wait: int, numerator: int, power: int) -> bytes:
    """Set the time signature; the denominator is 2 to the ``power``."""
    return meta(wait, 0x58, bytes([numerator, power, 24, 8]))


def sysex(wait: int, content: bytes) -> bytes:
    """Send a system exclusive message."""
    return event(wait, 0xF0, variable_length(len(content)), content)


END = meta(0, 0x2F)


def pitches(score: Score) -> list[int]:
    """The pitches of a Score in order."""
    return [note.pitch for note in score.notes]


def melody(pitches: Iterable[int] = SCALE, channel: int = 0, length: int = QUARTER, velocity: int = 80) -> bytes:
    """Notes one after the other."""
    return b"".join(on(0, pitch, velocity, channel) + off(length, pitch, channel) for pitch in pitches)


def track(*events: bytes, end: bytes = END) -> bytes:
    """Make a track chunk."""
    content = b"".join(events) + end
    return b"MTrk" + struct.pack(">I", len(content)) + content


def midi(*tracks: bytes, kind: int = 1, division: int = QUARTER, count: int | None = None) -> bytes:
    """Make a whole file; ``count`` is the number of tracks that the header states."""
    stated = len(tracks) if count is None else count
    return b"MThd" + struct.pack(">IHHH", 6, kind, stated, division) + b"".join(tracks)


def song(*events: bytes, **header: int) -> bytes:
    """Make a file of one track: the given events, then the scale of C major in quarter notes."""
    return midi(track(*events, melody()), **header)
