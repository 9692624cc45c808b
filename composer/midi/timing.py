"""Tempo map, metre and pedal of a MIDI file, in beats, made sound and cut to where the notes are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from composer.midi.events import META_METRE, META_TEMPO
from composer.midi.wording import counted
from composer.notes import FASTEST_BPM, SLOWEST_BPM, Pedal, TimeSignature

if TYPE_CHECKING:
    from composer.midi.events import MidiEvents

_LONGEST_RING: Final = 4.0
"""Beats for which the pedal may ring on after the last note."""

Change = TypeVar("Change")
Metre = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Timing:
    """Tempo changes as (beat, bpm) and time signatures as (beat, (numerator, denominator)), in order."""

    tempos: list[tuple[float, float]]
    metres: list[tuple[float, Metre]]
    remarks: tuple[str, ...]


def read_timing(events: MidiEvents) -> Timing:
    """Tempos (kept within the bounds of a Tempo) and time signatures of all tracks; impossible ones are left out."""
    tempos, tempo_remarks = _tempos(events)
    metres, metre_remarks = _metres(events)
    return Timing(tempos, metres, (*tempo_remarks, *metre_remarks))


def _payloads(events: MidiEvents, kind: int) -> list[tuple[float, bytes]]:
    """All contents of one kind as (beat, content), in order of time."""
    found = [
        (tick / events.division, content)
        for track in events.tracks
        for tick, other, content in track.payloads
        if other == kind
    ]
    return sorted(found, key=lambda item: item[0])


def _tempos(events: MidiEvents) -> tuple[list[tuple[float, float]], list[str]]:
    """Tempo changes as (beat, bpm), kept within the bounds of a Tempo."""
    changes: list[tuple[float, float]] = []
    ignored = moved = 0
    for beat, content in _payloads(events, META_TEMPO):
        microseconds = int.from_bytes(content[:3], "big") if len(content) >= 3 else 0
        stated = 6e7 / microseconds if microseconds else 0.0
        bpm = min(max(stated, SLOWEST_BPM), FASTEST_BPM)
        if stated:
            moved += bpm != stated
            changes.append((beat, bpm))
        else:
            ignored += 1
    remarks = [f"{counted(ignored, 'impossible tempo')} ignored."] if ignored else []
    if moved:
        bounds = f"{SLOWEST_BPM:g} to {FASTEST_BPM:g} quarter notes a minute"
        remarks.append(f"{counted(moved, 'tempo')} moved into the range of {bounds}.")
    return changes, remarks


def _metres(events: MidiEvents) -> tuple[list[tuple[float, Metre]], list[str]]:
    """Time signatures as (beat, (numerator, denominator))."""
    changes: list[tuple[float, Metre]] = []
    ignored = 0
    for beat, content in _payloads(events, META_METRE):
        if len(content) >= 2 and 1 <= content[0] <= 64 and content[1] <= 6:
            changes.append((beat, (content[0], 1 << content[1])))
        else:
            ignored += 1
    return changes, [f"{counted(ignored, 'impossible time signature')} ignored."] if ignored else []


def changes_from(
    start: float, changes: list[tuple[float, Change]], default: Change, end: float
) -> list[tuple[float, Change]]:
    """The changes between ``start`` and ``end`` moved so that ``start`` is 0, the one in force there first."""
    kept = [(0.0, default)]
    for beat, value in changes:
        if beat > end:
            break
        moved = max(beat - start, 0.0)
        if moved == kept[-1][0]:
            kept.pop()
        if not kept or kept[-1][1] != value:
            kept.append((moved, value))
    return kept


def first_bar(first_onset: float, metres: list[tuple[float, Metre]]) -> float:
    """Beat of the bar line at or before the first note."""
    before = [TimeSignature(beat, *metre) for beat, metre in metres if beat <= first_onset]
    metre = before[-1] if before else TimeSignature(0.0, 4, 4)
    bars = (first_onset - metre.beat) // metre.bar_beats
    return min(metre.beat + bars * metre.bar_beats, first_onset)


def pedals_from(start: float, changes: list[tuple[float, bool]], end: float) -> tuple[Pedal, ...]:
    """The changes between ``start`` and ``end`` counted from ``start``; a pedal still down comes up soon after."""
    held = [down for beat, down in changes if beat <= start][-1:] == [True]
    pedals = [Pedal(0.0, True)] if held else []
    pedals += [Pedal(beat - start, down) for beat, down in changes if start < beat <= end]
    if pedals and pedals[-1].down:
        released = next((beat for beat, _ in changes if beat > end), end)
        pedals.append(Pedal(min(released, end + _LONGEST_RING) - start, False))
    return tuple(pedals)
