"""Events of a MIDI file -> the notes and the sustain pedal of one piano, as a synthesizer would play them.

All tracks run together in time: program, bank and pedal belong to a channel whatever the track; a note ends with the
first note-off of its track, channel and pitch, the longest-held first. Drums and sound effects are left out.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final, TypeVar

from composer.midi.events import CONTROL, META_NAME, NOTE_OFF, NOTE_ON, SYSEX
from composer.notes import HIGHEST_PITCH, LOWEST_PITCH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from composer.midi.events import MidiEvents

PEDAL_THRESHOLD: Final = 64
"""Controller 64 from this value on means a sustain pedal that is down (General MIDI)."""
LONGEST_UNENDED_BEATS: Final = 4
"""Length given to a note that is never released, unless the file ends earlier."""

_BANK, _SUSTAIN, _SOUND_OFF, _RESET, _NOTES_OFF = 0, 64, 120, 121, 123
_DRUM_CHANNEL = 9
_DRUM_BANKS = frozenset({120, 127})
"""Bank numbers that select drum kits in GM2 and XG."""
_EFFECT_PROGRAMS = range(112, 128)
"""General MIDI 113-128: bells, drums and sound effects without a pitch to keep."""
_PIANO_PROGRAMS = range(8)
_DRUM_NAMES = re.compile(rb"\W*(drums?|drum ?(kit|set|track)s?|percussion)[\W\d]*", re.IGNORECASE)
"""Whole names of tracks: a piece called "Drum Dance" is kept."""
_GS_DRUM_PART = re.compile(rb"\x41.\x42\x12\x40([\x10-\x1f])\x15([\x00-\x7f])", re.DOTALL)
"""Roland GS: part x plays drum map m (0: none)."""

Time = TypeVar("Time", int, float)
RawNote = tuple[int, int, int, int]
"""Start in ticks, pitch, end in ticks, velocity."""


@dataclass(frozen=True, slots=True)
class Played:
    """What a piano plays of a file: notes in ticks, pedal changes as (tick, down), and counts of what was left out."""

    notes: list[RawNote]
    pedals: list[tuple[int, bool]]
    left_out: Counter[str]


def _drum_channels(events: MidiEvents) -> set[int]:
    """Channels that play drums throughout: 10, as changed by Roland GS messages."""
    channels = {_DRUM_CHANNEL}
    for track in events.tracks:
        for _, kind, content in track.payloads:
            found = _GS_DRUM_PART.match(content) if kind == SYSEX else None
            if found:
                part = found[1][0] & 0x0F
                channel = _DRUM_CHANNEL if part == 0 else part - 1 if part <= _DRUM_CHANNEL else part
                (channels.add if found[2][0] else channels.discard)(channel)
    return channels


def _drum_tracks(events: MidiEvents) -> set[int]:
    return {
        index
        for index, track in enumerate(events.tracks)
        if any(kind == META_NAME and _DRUM_NAMES.fullmatch(content) for _, kind, content in track.payloads)
    }


def folded_pitch(pitch: int) -> int:
    """The pitch on the piano that lies nearest in whole octaves."""
    if pitch < LOWEST_PITCH:
        return pitch + -(-(LOWEST_PITCH - pitch) // 12) * 12
    return pitch - max(-(-(pitch - HIGHEST_PITCH) // 12) * 12, 0)


class _Player:
    """Plays the merged events of a file; collects what a piano keeps."""

    def __init__(self, events: MidiEvents) -> None:
        self.notes: list[RawNote] = []
        self.left_out: Counter[str] = Counter()
        self.pedal_moves: list[tuple[int, int, bool]] = []
        self.pianos: set[int] = set()
        self.others: set[int] = set()
        self._program = [0] * 16
        self._bank = [0] * 16
        self._drum_channels = _drum_channels(events)
        self._drum_tracks = _drum_tracks(events)
        self._sounding: dict[tuple[int, int, int], deque[tuple[int, int]]] = {}

    def play(self, events: MidiEvents) -> None:
        """Run all tracks together, then end what was never released."""
        stream = [(*message, index) for index, track in enumerate(events.tracks) for message in track.messages]
        stream.sort(key=itemgetter(0))
        for tick, status, first, second, track in stream:
            kind, channel = status >> 4, status & 0x0F
            if kind == NOTE_ON and second:
                self._press(tick, channel, first, second, track)
            elif kind in {NOTE_ON, NOTE_OFF}:
                self._release(tick, (track, channel, first))
            elif kind == CONTROL:
                self._control(tick, channel, first, second)
            else:
                self._program[channel] = first
        last_tick = max((track.last_tick for track in events.tracks), default=0)
        self._end_all(last_tick, LONGEST_UNENDED_BEATS * events.division)

    def _press(self, tick: int, channel: int, pitch: int, velocity: int, track: int) -> None:
        reason = self._unplayable(channel, pitch, track)
        if reason:
            self.left_out[reason] += 1
            return
        (self.pianos if self._program[channel] in _PIANO_PROGRAMS else self.others).add(channel)
        self._sounding.setdefault((track, channel, pitch), deque()).append((tick, velocity))

    def _unplayable(self, channel: int, pitch: int, track: int) -> str:
        if channel in self._drum_channels or track in self._drum_tracks or self._bank[channel] in _DRUM_BANKS:
            return "drum"
        if self._program[channel] in _EFFECT_PROGRAMS:
            return "effect"
        return "impossible" if pitch > 127 else ""

    def _release(self, tick: int, key: tuple[int, int, int]) -> None:
        waiting = self._sounding.get(key)
        if waiting:
            start, velocity = waiting.popleft()
            self._keep(start, key[2], tick, velocity)

    def _keep(self, start: int, pitch: int, end: int, velocity: int) -> None:
        folded = folded_pitch(pitch)
        self.left_out["folded"] += folded != pitch
        self.notes.append((start, folded, end, velocity))

    def _control(self, tick: int, channel: int, number: int, value: int) -> None:
        if number == _SUSTAIN:
            self.pedal_moves.append((tick, channel, value >= PEDAL_THRESHOLD))
        elif number == _RESET:
            self.pedal_moves.append((tick, channel, False))
        elif number == _BANK:
            self._bank[channel] = value
        elif number in {_SOUND_OFF, _NOTES_OFF}:
            for key, waiting in self._sounding.items():
                while key[1] == channel and waiting:
                    self._release(tick, key)

    def _end_all(self, last_tick: int, longest: int) -> None:
        for (_, _, pitch), waiting in self._sounding.items():
            for start, velocity in waiting:
                self.left_out["unended"] += 1
                self._keep(start, pitch, min(last_tick, start + longest), velocity)


def merged_pedals(moves: Iterable[tuple[Time, int, bool]]) -> list[tuple[Time, bool]]:
    """One pedal out of several channels' pedals: down while any of them is.

    Args:
        moves: (time, channel, goes down) in order of time.

    Returns:
        (time, down), alternating; of several changes at one time only lifting and pressing again is kept.
    """
    down: set[int] = set()
    changes: list[tuple[Time, bool]] = []
    for tick, channel, goes_down in moves:
        was_down = bool(down)
        (down.add if goes_down else down.discard)(channel)
        if bool(down) != was_down:
            changes.append((tick, bool(down)))
    merged: list[tuple[Time, bool]] = []
    for _, group in groupby(changes, key=itemgetter(0)):
        first, *rest = group
        last = rest[-1] if rest else first
        if first == last:
            merged.append(first)
        elif not first[1]:
            merged += [first, last]
    return merged


def play(events: MidiEvents) -> Played:
    """Play the ``events`` on one piano.

    Returns:
        Notes sorted by (start, pitch), pitches folded by octaves into the piano's range, and the pedal of the channels
        that play a piano (of all channels with notes, if none does). ``left_out`` counts notes: "drum", "effect" and
        "impossible" (a pitch above 127) are absent, "folded" and "unended" were mended.
    """
    player = _Player(events)
    player.play(events)
    sources = player.pianos or player.others
    pedals = merged_pedals(move for move in player.pedal_moves if move[1] in sources)
    return Played(sorted(player.notes), pedals, player.left_out)
