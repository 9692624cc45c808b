"""Score -> text notation: right and left hand in as few voices as their overlaps allow."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from composer.notation.metre import Metre
from composer.notation.symbols import DYNAMICS, TICKS_PER_BEAT, write_length, write_pitch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from composer.notes import Note, Score

_LINE_WIDTH = 110
_LOWEST_RIGHT_HAND_PITCH = 60
_MARKS = {velocity: mark for mark, velocity in DYNAMICS.items()}


def format_notation(score: Score) -> str:
    """The notes, tempi, metre and pedal of ``score`` as text that ``parse_notation`` reads back.

    Times are rounded to 1/20160 of a quarter note. Left out are the title, pedal events that change nothing,
    and ``beat_grid``.
    """
    metre = _metre(score)
    lines = [" ".join(_frame(score))]
    for name, lowest, highest in (("RH", _LOWEST_RIGHT_HAND_PITCH, 127), ("LH", 0, _LOWEST_RIGHT_HAND_PITCH - 1)):
        chords = _chords(note for note in score.notes if lowest <= note.pitch <= highest)
        for number, voice in enumerate(_voices(chords), start=1):
            label = f"{name}{number if number > 1 else ''}:"
            lines.append(" ".join([label, *_voice_words(voice, metre)]))
    return "\n".join(_wrapped(line) for line in lines) + "\n"


def _wrapped(line: str) -> str:
    return textwrap.fill(line, _LINE_WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _tick(beat: float) -> int:
    return round(beat * TICKS_PER_BEAT)


def _metre(score: Score) -> Metre:
    metre = Metre()
    for tick, signature in {_tick(signature.beat): signature for signature in score.time_signatures}.items():
        metre.set_signature(tick, signature.numerator, signature.denominator)
    return metre


def _frame(score: Score) -> Iterator[str]:
    """Metre, tempo and pedal, as the words of a voice that has rests only."""
    words: defaultdict[int, list[str]] = defaultdict(list)
    for tick, signature in {_tick(signature.beat): signature for signature in score.time_signatures}.items():
        words[tick].append(f"time={signature.numerator}/{signature.denominator}")
    for tick, bpm in {_tick(tempo.beat): tempo.bpm for tempo in score.tempos}.items():
        words[tick].append(f"tempo={bpm:.12g}" if float(f"{bpm:.12g}") == bpm else f"tempo={bpm!r}")
    for tick, word in _pedal_words(score):
        words[tick].append(word)
    now = 0
    for tick, here in sorted(words.items()):
        if tick > now:
            yield "R" + write_length(tick - now)
        yield from here
        now = tick


def _pedal_words(score: Score) -> Iterator[tuple[int, str]]:
    """``ped`` and ``*``, and only ``ped`` where the pedal comes up and goes down again at once."""
    down = False
    by_tick: defaultdict[int, list[bool]] = defaultdict(list)
    for pedal in score.pedals:
        by_tick[_tick(pedal.beat)].append(pedal.down)
    for tick, states in by_tick.items():
        if states[-1] and (not down or False in states):
            yield tick, "ped"
        elif down and not states[-1]:
            yield tick, "*"
        down = states[-1]


def _chords(notes: Iterable[Note]) -> list[tuple[int, int, list[Note]]]:
    """Notes that begin and end together, as (start, end, notes), in order."""
    chords: defaultdict[tuple[int, int], list[Note]] = defaultdict(list)
    for note in notes:
        start = _tick(note.start)
        chords[start, max(_tick(note.end), start + 1)].append(note)
    return [(start, end, chord) for (start, end), chord in sorted(chords.items(), key=lambda item: item[0])]


def _voices(chords: list[tuple[int, int, list[Note]]]) -> list[list[tuple[int, int, list[Note]]]]:
    """The fewest voices in which nothing overlaps: each chord goes to the first voice that is free."""
    voices: list[list[tuple[int, int, list[Note]]]] = []
    free: list[int] = []
    busy: list[tuple[int, int]] = []
    for chord in chords:
        while busy and busy[0][0] <= chord[0]:
            heappush(free, heappop(busy)[1])
        if not free:
            heappush(free, len(voices))
            voices.append([])
        number = heappop(free)
        voices[number].append(chord)
        heappush(busy, (chord[1], number))
    return voices


def _voice_words(voice: list[tuple[int, int, list[Note]]], metre: Metre) -> Iterator[str]:
    now, level = 0, 0
    for start, end, chord in voice:
        if start > now:
            yield "R" + write_length(start - now)
            yield from ["|"] * metre.is_bar_line(start)
        velocity = chord[-1].velocity
        if velocity != level:
            level = velocity
            yield _MARKS.get(velocity, f"@{velocity}")
        names = (write_pitch(note.pitch) + (f"@{note.velocity}" if note.velocity != velocity else "") for note in chord)
        yield "+".join(names) + write_length(end - start)
        yield from ["|"] * metre.is_bar_line(end)
        now = end
