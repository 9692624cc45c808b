"""One voice of a text under reading: where it stands, what it has struck, which ties are open."""

from __future__ import annotations

from dataclasses import dataclass, field

from composer.errors import BadInputError
from composer.notation.curves import Curve, Mark
from composer.notation.symbols import DYNAMICS, TICKS_PER_BEAT
from composer.notes import Note

_ACCENT = 14
"""How much louder an accented note is struck, in MIDI velocity."""
_LOUDEST = 127


@dataclass(slots=True)
class _Strike:
    """One note: ``end`` moves on through ties, ``velocity`` None follows the dynamics of the voice."""

    start: int
    end: int
    pitch: int
    velocity: int | None
    accent: bool


@dataclass(slots=True)
class Voice:
    """A line of notes, chords and rests; ``tick``, ``octave`` and ``length`` are those of the word before."""

    name: str
    key: dict[str, int]
    tick: int = 0
    octave: int = 4
    length: int = TICKS_PER_BEAT
    bar_lines: list[tuple[int, int]] = field(default_factory=list)
    _strikes: list[_Strike] = field(default_factory=list)
    _marks: list[Mark] = field(default_factory=list)
    _tied: dict[int, _Strike] = field(default_factory=dict)

    def mark(self, velocity: int | None, line: int) -> None:
        """Set the velocity from here on; None begins a hairpin. ``line`` is that of the text."""
        self._marks.append(Mark(self.tick, velocity, line))

    def rest(self, ticks: int) -> None:
        """Stay silent for ``ticks``."""
        self.close_ties()
        self.length = ticks
        self.tick += ticks

    def strike(self, chord: dict[int, int | None], ticks: int, *, accent: bool, staccato: bool, tie: bool) -> None:
        """Sound the pitches of ``chord`` (each with its own velocity, or None) for ``ticks``, prolonging tied ones."""
        if self._tied.keys().isdisjoint(chord):
            self.close_ties()
        end = self.tick + (max(ticks // 2, 1) if staccato else ticks)
        sounding = {}
        for pitch, velocity in chord.items():
            strike = self._tied.get(pitch)
            if strike is None:
                strike = _Strike(self.tick, end, pitch, velocity, accent)
                self._strikes.append(strike)
            strike.end = end
            sounding[pitch] = strike
        self._tied = sounding if tie else {}
        self.length = ticks
        self.tick += ticks

    def close_ties(self) -> None:
        """Refuse a tie that the note after it does not take up.

        Raises:
            BadInputError: there is one.
        """
        if self._tied:
            message = "a tie (~) must lead to the same note again"
            raise BadInputError(message)

    def notes(self) -> list[Note]:
        """Everything struck, with the dynamics worked out."""
        loudness = Curve(self._marks, DYNAMICS["mf"])
        return [
            Note(strike.start / TICKS_PER_BEAT, strike.pitch, strike.end / TICKS_PER_BEAT, _velocity(strike, loudness))
            for strike in self._strikes
        ]


def _velocity(strike: _Strike, loudness: Curve) -> int:
    plain = loudness.at(strike.start) if strike.velocity is None else strike.velocity
    return min(round(plain) + (_ACCENT if strike.accent else 0), _LOUDEST)
