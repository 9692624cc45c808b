"""The history of one piece, note by note, and what the network is told of it before and during the next note.

One incremental class serves training, scoring and composing alike, so that the network never meets in use what it did
not meet in training. Everything is told relative to the music where that is possible (intervals, places in the bar,
what followed the last time this context occurred), because a small corpus does not teach it otherwise.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace

from composer.encoding.fields import (
    ABSENT,
    BAR_LENGTHS,
    BAR_PLACES,
    BASS_DISTANCES,
    CHORD_PLACES,
    EXPRESSIVE,
    INTERVAL_REACH,
    MATCH_EDGES,
    REMAINING_SECONDS,
    STEP_FIELDS,
    TEMPO_DEVIATIONS,
    TEMPO_LEVELS,
    VELOCITY_DEVIATIONS,
)
from composer.encoding.memory import Chroma, Match, Onsets
from composer.encoding.vocabulary import TEMPO_REACH, TICKS, TICKS_PER_BEAT, step_bpm
from composer.encoding.wishes import NO_WISHES, Wishes

MIDDLE_KEY = 39
"""Middle C, counted from A0: what the first note is measured from."""
_SLOWEST_LEVEL = 95
"""Tempo levels are counted from this many tempo steps below 120 bpm (7 bpm), three steps to a level."""
_SLOWEST_ADAPTION = 0.02
"""Running means of tempo and velocity look back over fifty values."""

Factors = tuple[int, ...]


@dataclass
class Known:
    """What is known of the note being decoded: ids of ``NOTE_FIELDS`` so far, and anchors of the pitch head.

    Attributes:
        ids: grow with every decided factor.
        matched: the note that came here in the match, while this one agrees with it.
        bar_ago_note: the note at the same place one bar ago.
        bar_ago, beat_ago: bit sets of the keys struck one bar and one beat ago.
        bass: lowest key that will be down.
        floor: keys up to this one are excluded (chords ascend); ABSENT excludes none.
    """

    ids: list[int]
    matched: Factors | None
    bar_ago_note: Factors | None
    bar_ago: int
    beat_ago: int
    bass: int
    floor: int


@dataclass
class Context:
    """The history of one piece.

    Attributes:
        source: index into ``SOURCES``, or ABSENT.
        beat_grid: whether places in beat and bar mean anything.
        mute_match: hide the match (of music that goes round in circles).
        wishes: what the music to come shall be like.
        bar_ticks: length of the bars now.
        bar_offset: added to a tick, it gives the place in the bars.
        notes: factors of every note so far.
        tick, seconds, tempo_step: of the last onset.
        match: the last place where the music went as it does now.
    """

    source: int = EXPRESSIVE
    beat_grid: bool = True
    mute_match: bool = False
    wishes: Wishes = NO_WISHES
    bar_ticks: int = 4 * TICKS_PER_BEAT
    bar_offset: int = 0
    notes: list[Factors] = field(default_factory=list)
    tick: int = 0
    seconds: float = 0.0
    tempo_step: int = 0
    match: Match = field(default_factory=Match)
    _chroma: Chroma = field(default_factory=Chroma)
    _onsets: Onsets = field(default_factory=Onsets)
    _held: dict[int, int] = field(default_factory=dict)
    _tempo_mean: float = 0.0
    _velocity_mean: float = 0.0
    _interval: int = ABSENT
    _chord_position: int = ABSENT
    _tempo_id: int = ABSENT
    _pedal_id: int = ABSENT

    def copy(self) -> Context:
        """An independent continuation of the same history."""
        return replace(
            self,
            notes=self.notes.copy(),
            match=self.match.copy(),
            _chroma=self._chroma.copy(),
            _onsets=self._onsets.copy(),
            _held=self._held.copy(),
        )

    # -- the music so far -------------------------------------------------------------------------------------------

    @property
    def last_pitch(self) -> int:
        """Key of the last note (middle C's when there is none yet)."""
        return self.notes[-1][1] if self.notes else MIDDLE_KEY

    @property
    def has_match(self) -> bool:
        """Whether the last few notes occurred before in this piece (and ``mute_match`` does not hide that)."""
        return self.match.index != ABSENT and not self.mute_match

    @property
    def release_tick(self) -> int:
        """When the last key that is known to be down comes up."""
        return max(self._held.values(), default=self.tick)

    @property
    def chord_size(self) -> int:
        """Notes struck so far at the last onset."""
        return self._chord_position + 1

    def chroma(self) -> list[float]:
        """24 shares: pitch classes (C first) of the last few beats, then of the last dozen bars."""
        return self._chroma.shares()

    def held_keys(self) -> int:
        """Bit set of the keys (bit 0 = A0) that are down at the last onset."""
        return sum(1 << pitch for pitch, end in self._held.items() if end > self.tick)

    def bass_at(self, tick: int) -> int:
        """Lowest key still down at ``tick``; where none is, the lowest at the last onset or the last note."""
        down = [pitch for pitch, end in self._held.items() if end > tick]
        if down:
            return min(down)
        return self.last_pitch if tick == self.tick else self.bass_at(self.tick)

    def next_note(self, tick: int, above: int = ABSENT) -> tuple[int, int] | None:
        """Tick and index of the first note at ``tick`` on a key beyond ``above``, else of the first one after it."""
        return self._onsets.place_from(tick, lambda index: self.notes[index][1] > above)

    def struck_keys(self, start: int, stop: int) -> int:
        """Bit set of the keys struck from tick ``start`` to before ``stop``."""
        return self._onsets.keys_within(start, stop)

    def place(self, tick: int) -> tuple[int, int, int]:
        """Ids of phase in the beat, place in the bar and length of the bar; ABSENT without a beat grid."""
        if not self.beat_grid:
            return ABSENT, ABSENT, ABSENT
        in_bar = (tick + self.bar_offset) % self.bar_ticks
        return tick % TICKS_PER_BEAT, min(in_bar // 6, BAR_PLACES - 1), min(self.bar_ticks // 12, BAR_LENGTHS - 1)

    def set_bar(self, bar_ticks: int, position: int, tick: int) -> None:
        """Bars are ``bar_ticks`` long from now on, and ``tick`` lies ``position`` ticks after a bar line."""
        self.bar_ticks, self.bar_offset = bar_ticks, position - tick

    # -- what is told before the next note --------------------------------------------------------------------------

    def step_ids(self, remaining_seconds: float | None) -> list[int]:
        """Ids of ``STEP_FIELDS``; ``remaining_seconds`` until the end of the piece, None where unknown."""
        remaining = ABSENT if remaining_seconds is None else bisect_right(REMAINING_SECONDS, remaining_seconds)
        phase, bar, length = self.place(self.tick)
        ids = dict.fromkeys(STEP_FIELDS, ABSENT) | self.wishes.ids()
        ids |= {"bar_length": length, "remaining": remaining, "source": self.source}
        if not self.notes:
            return list(ids.values())
        gap, pitch, duration, velocity, _, _ = self.notes[-1]
        ids |= {
            "gap": gap,
            "pitch": pitch,
            "duration": duration,
            "velocity": velocity,
            "tempo": self._tempo_id,
            "pedal": self._pedal_id,
            "interval": self._interval,
            "above_bass": min(pitch - self.bass_at(self.tick), BASS_DISTANCES - 1),
            "chord_position": min(self._chord_position, CHORD_PLACES - 1),
            "phase": phase,
            "bar_position": bar,
            "tempo_level": min(max((self.tempo_step + _SLOWEST_LEVEL) // 3, 0), TEMPO_LEVELS - 1),
            "tempo_deviation": clipped(self.tempo_step - self._tempo_mean, TEMPO_DEVIATIONS // 2),
            "velocity_deviation": clipped(velocity - self._velocity_mean, VELOCITY_DEVIATIONS // 2),
            "bar_ago_gap": self._onsets.gap_after(self.tick - self.bar_ticks),
            "half_ago_gap": self._onsets.gap_after(self.tick - self.bar_ticks // 2),
            "beat_ago_gap": self._onsets.gap_after(self.tick - TICKS_PER_BEAT),
            "two_bars_ago_gap": self._onsets.gap_after(self.tick - 2 * self.bar_ticks),
            "bars_ago_repeated": self._bars_ago_repeated(),
        }
        return list((ids | self._match_ids()).values())

    def _bars_ago_repeated(self) -> int:
        """2 where the last note repeats the one two bars ago, 1 the one a bar ago, 0 none; ABSENT in the first bar."""
        here = self._interval
        before = [self._note_before(bars) for bars in (2, 1)]
        if before[1] == before[0] == ABSENT:
            return ABSENT
        repeated = [index > 0 and clipped(self.match.pairs[index][0], INTERVAL_REACH) == here for index in before]
        return 2 if repeated[0] else int(repeated[1])

    def _note_before(self, bars: int) -> int:
        """Index of the note at the place of the last one so many bars ago."""
        return self._onsets.note_at(self.tick - bars * self.bar_ticks, self._chord_position)

    def _match_ids(self) -> dict[str, int]:
        if not self.has_match:
            return {}
        gap, _, duration, _, _, _ = self.notes[self.match.index]
        return {
            "match_length": bisect_right(MATCH_EDGES, self.match.length),
            "match_gap": gap,
            "match_interval": self._interval_into(self.match.index),
            "match_duration": duration,
        }

    # -- what becomes known as factors are decided ------------------------------------------------------------------

    def after_gap(self, gap: int) -> Known:
        """What the pitch head may know once the gap is decided."""
        tick = self.tick + int(TICKS[gap])
        phase, bar, _ = self.place(tick)
        same_onset = gap == 0 and bool(self.notes)
        position = self._chord_position + 1 if same_onset else 0
        matched = self.notes[self.match.index] if self.has_match else None
        if matched and matched[0] != gap:
            matched = None
        lags = (self.bar_ticks, self.bar_ticks // 2, TICKS_PER_BEAT, 2 * self.bar_ticks)
        before = [self._onsets.note_at(tick - lag, position) for lag in lags]
        return Known(
            ids=[
                gap,
                phase,
                bar,
                min(position, CHORD_PLACES - 1),
                self._interval_into(self.match.index) if matched else ABSENT,
                *(self._interval_into(index) for index in before),
            ],
            matched=matched,
            bar_ago_note=self.notes[before[0]] if before[0] != ABSENT else None,
            bar_ago=self._onsets.keys.get(tick - self.bar_ticks, 0),
            beat_ago=self._onsets.keys.get(tick - TICKS_PER_BEAT, 0),
            bass=self.bass_at(tick),
            floor=self.last_pitch if same_onset else ABSENT,
        )

    def after_pitch(self, known: Known, pitch: int) -> None:
        """Add what the duration head may know."""
        interval = pitch - self.last_pitch
        if known.matched and interval != self.match.pairs[self.match.index][0]:
            known.matched = None
        known.ids += [
            pitch,
            clipped(interval, INTERVAL_REACH),
            _factor(known.matched, 2),
            _factor(known.bar_ago_note, 2),
        ]

    def after_duration(self, known: Known, duration: int) -> None:
        """Add what the velocity head may know."""
        known.ids += [duration, _factor(known.matched, 3), _factor(known.bar_ago_note, 3)]

    def after_velocity(self, known: Known, velocity: int) -> None:
        """Add what the tempo head may know."""
        known.ids += [velocity, _factor(known.matched, 4), _factor(known.matched, 5)]

    def after_tempo(self, known: Known, tempo: int) -> None:
        """Add what the pedal head may know."""
        known.ids.append(tempo)

    def _interval_into(self, index: int) -> int:
        """Id of the interval that led to a note."""
        return clipped(self.match.pairs[index][0], INTERVAL_REACH) if index > 0 else ABSENT

    # -- moving on --------------------------------------------------------------------------------------------------

    def push(self, factors: Factors, tick: int | None = None) -> None:
        """Append a note; ``tick`` is its onset where that is known better than by its gap."""
        gap, pitch, duration, velocity, tempo, pedal = factors
        new_onset = gap > 0 or not self.notes
        tick = self.tick + int(TICKS[gap]) if tick is None else tick
        if new_onset:
            self._move_to(tick, tempo, pedal)
        self._chord_position = 0 if new_onset else self._chord_position + 1
        interval = pitch - self.last_pitch if self.notes else 0
        self._interval = clipped(interval, INTERVAL_REACH)
        length = int(TICKS[duration])
        self._held[pitch] = tick + max(length, 1)
        self._chroma.add((pitch + 9) % 12, length)
        rate = max(_SLOWEST_ADAPTION, 1 / (len(self.notes) + 1))
        self._velocity_mean += rate * (velocity - self._velocity_mean)
        self._onsets.add(tick, pitch, len(self.notes))
        self.notes.append(factors)
        self.match.add(interval, gap)

    def _move_to(self, tick: int, tempo: int, pedal: int) -> None:
        passed = max(tick - self.tick, 0) if self.notes else 0
        self.seconds += passed / TICKS_PER_BEAT * 60 / step_bpm(self.tempo_step)
        self.tick = tick
        self.tempo_step += tempo - TEMPO_REACH
        rate = max(_SLOWEST_ADAPTION, 1 / (len(self._onsets.ticks) + 1))
        self._tempo_mean += rate * (self.tempo_step - self._tempo_mean)
        self._tempo_id, self._pedal_id = tempo, pedal
        self._chroma.pass_time(passed)
        self._held = {pitch: end for pitch, end in self._held.items() if end > tick}


def clipped(value: float, reach: int) -> int:
    """Id of a signed number: 0 for ``-reach`` and less, ``2 * reach`` for ``reach`` and more."""
    return min(max(round(value), -reach), reach) + reach


def _factor(note: Factors | None, index: int) -> int:
    return ABSENT if note is None else note[index]
