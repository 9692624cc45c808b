"""The reading side of the text notation: takes word after word and ends up with a Score."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from composer.errors import BadInputError
from composer.notation.curves import Curve, Mark
from composer.notation.metre import Metre
from composer.notation.symbols import DYNAMICS, LENGTH_PATTERN, TICKS_PER_BEAT, read_key, read_length, read_pitch
from composer.notation.voices import Voice
from composer.notes import DEFAULT_BPM, FASTEST_BPM, SLOWEST_BPM, Pedal, Score, Tempo, with_repeats_cleaned

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_NOTES = 20_000
MOST_MINUTES = 20
_LAST_TICK = round(MOST_MINUTES * FASTEST_BPM) * TICKS_PER_BEAT
_TEMPO_STEP = TICKS_PER_BEAT // 2
"""How often a gradual tempo moves."""
_LOUDEST = 127
_LONGEST_QUOTE = 24
_EXPECTED = "write notes like C5q, F#4e. or C4+E4+G4h and rests like Rq"

# A lower-case letter needs its octave: a bare "f" is forte.
_NOTE = r"(?:[A-G](?:##?|bb?|n)?[0-9]?|[a-g](?:##?|bb?|n)?[0-9])(?:@[0-9]{1,3})?"
_SOUND = re.compile(rf"([Rr]|{_NOTE}(?:\+{_NOTE})*)({LENGTH_PATTERN})?((?:[>'~]|@[0-9]{{1,3}})*)")
_NOTE_PARTS = re.compile(r"([A-Ga-g])(##?|bb?|n)?([0-9])?(?:@([0-9]+))?")
_VOICE = re.compile(r"([A-Za-z][A-Za-z0-9]{0,7}):")
_VELOCITY = re.compile(r"@([0-9]{1,3})")
_TEMPO = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,20})?")
_TIME = re.compile(r"([0-9]{1,2})/([0-9]{1,2})")
_LENGTH = re.compile(LENGTH_PATTERN)


class Reader:
    """What has been read so far; ``score`` puts it together."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._line = 1
        self._voice = Voice("", {})
        self._voices = {"": self._voice}
        self._note_count = 0
        self._tempo_marks: list[Mark] = []
        self._pedal_words: list[tuple[int, bool]] = []
        self._metre = Metre()
        self._signs: dict[str, Callable[[], None]] = {
            "|": self._bar_line,
            "||": self._bar_line,
            "<": self._hairpin,
            ">": self._hairpin,
            "ped": self._press_pedal,
            "*": self._lift_pedal,
            "rit": self._change_tempo,
            "accel": self._change_tempo,
        }
        self._settings: dict[str, Callable[[str], None]] = {
            "tempo": self._set_tempo,
            "time": self._set_time,
            "upbeat": self._set_upbeat,
            "key": self._set_key,
        }

    def read_line(self, number: int, line: str) -> None:
        """Read line ``number`` of the text.

        Raises:
            BadInputError: names the line and the word that is wrong.
        """
        self._line = number
        for word in line.split():
            try:
                self._read_word(word)
            except BadInputError as error:
                message = f"Line {number}, '{_quoted(word)}': {error}"
                raise BadInputError(message) from error

    def score(self) -> Score:
        """The Score of all voices together.

        Raises:
            BadInputError: no notes, bar lines against the metre, an open tie, hairpin or rit, or too long a piece.
        """
        if not self._note_count:
            message = f"There are no notes in this text; {_EXPECTED}"
            raise BadInputError(message)
        for voice in self._voices.values():
            self._metre.check_bar_lines(voice.name, voice.bar_lines)
            voice.close_ties()
        tempi = Curve(self._tempo_marks, DEFAULT_BPM).steps(_TEMPO_STEP)
        score = Score(
            notes=with_repeats_cleaned(note for voice in self._voices.values() for note in voice.notes()),
            tempos=tuple(Tempo(tick / TICKS_PER_BEAT, bpm) for tick, bpm in tempi.items()),
            time_signatures=self._metre.time_signatures(),
            pedals=self._pedals(),
        )
        if score.length_seconds > MOST_MINUTES * 60:
            raise BadInputError(_too_long())
        return score

    def _read_word(self, word: str) -> None:
        setting, equals, value = word.partition("=")
        if word in self._signs:
            self._signs[word]()
        elif word in DYNAMICS:
            self._voice.mark(DYNAMICS[word], self._line)
        elif equals and setting.lower() in self._settings:
            self._settings[setting.lower()](value)
        elif match := _VOICE.fullmatch(word):
            self._voice = self._voices.setdefault(match[1], Voice(match[1], self._voices[""].key))
        elif match := _VELOCITY.fullmatch(word):
            self._voice.mark(_velocity(match[1]), self._line)
        elif match := _SOUND.fullmatch(word):
            self._sound(match[1], match[2], match[3])
        else:
            message = f"this is not understood; {_EXPECTED}"
            raise BadInputError(message)

    def _sound(self, names: str, length: str | None, signs: str) -> None:
        ticks = read_length(length) if length else self._voice.length
        if ticks < 1:
            message = "this length is zero; write one like q, e. or :1.25"
            raise BadInputError(message)
        if self._voice.tick + ticks > _LAST_TICK:
            raise BadInputError(_too_long())
        if names in "Rr":
            self._voice.rest(ticks)
            return
        loudness = _VELOCITY.search(signs)
        velocity = _velocity(loudness[1]) if loudness else None
        chord = {pitch: own or velocity for pitch, own in map(self._note, names.split("+"))}
        self._note_count += len(chord)
        if self._note_count > MOST_NOTES:
            message = f"there are more than {MOST_NOTES:,} notes; send a shorter piece"
            raise BadInputError(message)
        self._voice.strike(chord, ticks, accent=">" in signs, staccato="'" in signs, tie="~" in signs)

    def _note(self, name: str) -> tuple[int, int | None]:
        """MIDI pitch and own velocity of one note name."""
        letter, accidental, octave, loudness = _NOTE_PARTS.findall(name)[0]
        self._voice.octave = int(octave) if octave else self._voice.octave
        pitch = read_pitch(letter.upper(), accidental, self._voice.octave, self._voice.key)
        return pitch, _velocity(loudness) if loudness else None

    def _bar_line(self) -> None:
        self._voice.bar_lines.append((self._voice.tick, self._line))

    def _hairpin(self) -> None:
        self._voice.mark(None, self._line)

    def _press_pedal(self) -> None:
        self._pedal_words.append((self._voice.tick, True))

    def _lift_pedal(self) -> None:
        self._pedal_words.append((self._voice.tick, False))

    def _pedals(self) -> tuple[Pedal, ...]:
        """Pedal events in the order of time; several voices may write one and the same."""
        pressed_at: dict[int, bool] = {}
        for tick, pressed in self._pedal_words:
            pressed_at[tick] = pressed or pressed_at.get(tick, False)
        pedals: list[Pedal] = []
        down = False
        for tick, pressed in sorted(pressed_at.items()):
            beat = tick / TICKS_PER_BEAT
            pedals += [Pedal(beat, down=False)] if down else []
            pedals += [Pedal(beat, down=True)] if pressed else []
            down = pressed
        return tuple(pedals)

    def _change_tempo(self) -> None:
        self._tempo_marks.append(Mark(self._voice.tick, None, self._line))

    def _set_tempo(self, value: str) -> None:
        if not _TEMPO.fullmatch(value) or not SLOWEST_BPM <= float(value) <= FASTEST_BPM:
            message = f"a tempo is written like tempo=72, in quarter notes a minute, {SLOWEST_BPM:g} to {FASTEST_BPM:g}"
            raise BadInputError(message)
        self._tempo_marks.append(Mark(self._voice.tick, float(value), self._line))

    def _set_time(self, value: str) -> None:
        match = _TIME.fullmatch(value)
        if match is None:
            message = "a metre is written like time=3/4"
            raise BadInputError(message)
        self._metre.set_signature(self._voice.tick, int(match[1]), int(match[2]))

    def _set_upbeat(self, value: str) -> None:
        if not _LENGTH.fullmatch(value):
            message = "an upbeat is written as a length, like upbeat=q or upbeat=e."
            raise BadInputError(message)
        self._metre.set_upbeat(self._voice.tick, read_length(value))

    def _set_key(self, value: str) -> None:
        self._voice.key = read_key(value)


def _velocity(text: str) -> int:
    if not 1 <= int(text) <= _LOUDEST:
        message = f"a velocity goes from 1 to {_LOUDEST}"
        raise BadInputError(message)
    return int(text)


def _quoted(word: str) -> str:
    """A stranger's word, fit to be shown: printable and short."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in word[:_LONGEST_QUOTE])
    return shown + ("…" if len(word) > _LONGEST_QUOTE else "")


def _too_long() -> str:
    return f"this is longer than {MOST_MINUTES} minutes; send a shorter piece"
