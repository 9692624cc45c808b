"""What people write when they ask for a key, a density or a style: words and numbers, read or refused in a sentence."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, NoReturn

from composer.encoding.fields import COMPOSERS, ERAS
from composer.errors import BadInputError
from composer.keys import SCALES, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from composer.keys import Mode

Value = str | float | int
"""As somebody typed it, or as a form or a JSON document gives it."""

MODES: Final[tuple[Mode, ...]] = tuple(SCALES)
DENSITIES: Final = {"sparse": 2.0, "normal": 5.0, "dense": 10.0}
"""Notes a second: about the tenth, the fiftieth and the ninetieth of a hundred pieces."""
REGISTERS: Final = {"low": 50, "middle": 62, "high": 74}
"""Mean MIDI pitch: D3, D4 and D5."""
DYNAMICS: Final = {"pp": 30, "p": 42, "mp": 54, "mf": 66, "f": 80, "ff": 96}
"""Mean MIDI velocity."""
CREATIVITIES: Final = {"plain": 10, "balanced": 50, "bold": 90}
STYLES: Final = (*ERAS, *COMPOSERS)
KEY_NAMES: Final = tuple(Key(tonic, mode).name for mode in MODES for tonic in range(12))
DENSITY_RANGE: Final = (0.5, 16.0)
SHIFT_RANGE: Final = (-24, 24)
CREATIVITY_RANGE: Final = (0, 100)

_LETTERS: Final = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11, "h": 11}
_KEY: Final = re.compile(
    r"(?P<letter>[A-Ha-h])[\s_-]?(?P<sign>(?i:sharp|flat|is|es|s)|[#♯b♭])?[\s_-]*"
    r"(?P<mode>(?i:major|minor|dur|moll|maj|min)|m|M)?"
)
_KEY_MODES: Final[dict[str, Mode]] = {
    **dict.fromkeys(("major", "dur", "maj", "M"), "major"),
    **dict.fromkeys(("minor", "moll", "min", "m"), "minor"),
}
_GERMAN: Final = {"dur", "moll"}
_LOUDNESS: Final = {
    "pianissimo": "pp",
    "piano": "p",
    "soft": "p",
    "quiet": "p",
    "mezzopiano": "mp",
    "mezzoforte": "mf",
    "medium": "mf",
    "forte": "f",
    "loud": "f",
    "fortissimo": "ff",
}
_NUMBER: Final = r"[+\-\u2212]?\d{1,6}(?:[.,]\d{0,6})?"
_DENSITY: Final = re.compile(rf"({_NUMBER})\s*(?:(?:notes?)?\s*(?:/|per|a)\s*s(?:ec(?:ond)?)?)?", re.IGNORECASE)
_SHIFT: Final = re.compile(rf"({_NUMBER})\s*(semitones?|st|octaves?|oct)?", re.IGNORECASE)
_PER_CENT: Final = re.compile(rf"({_NUMBER})\s*%?")
_UNDECOMPOSED: Final = str.maketrans("łŁ", "lL")


def read_key(value: Value) -> str:
    """``F# minor`` from ``F# minor``, ``f sharp minor``, ``fis-moll`` or ``F#m``; without a mode its tonic alone."""
    match = _KEY.fullmatch(_plain(value))
    if match is None:
        _refuse("key", value, "a note and, if you like, a mode, such as F# minor, Bb or fis-moll")
    letter, sign, mode = match["letter"].lower(), (match["sign"] or "").lower(), match["mode"]
    tonic = _LETTERS[letter] + {"": 0, "sharp": 1, "#": 1, "♯": 1, "is": 1}.get(sign, -1)
    if letter == "b" and mode and mode.lower() in _GERMAN and not sign:
        tonic = 10  # What is B in German is B flat.
    return key_text(tonic % 12, _mode_named(mode) if mode else None)


def key_text(tonic: int, mode: Mode | None) -> str:
    """The usual name of a key, of a tonic alone where its mode is left open."""
    name = Key(tonic, mode or "major").name
    return name if mode else name.partition(" ")[0]


def read_mode(value: Value) -> str:
    """``major`` or ``minor``."""
    return _mode_named(_plain(value)) or _refuse("mode", value, " or ".join(MODES))


def _mode_named(word: str) -> Mode | None:
    """M is major and m minor; of longer words the case does not matter."""
    return _KEY_MODES.get(word) or _KEY_MODES.get(word.lower())


def read_density(value: Value) -> str | float:
    """A word, or notes a second."""
    word = _plain(value).lower()
    if word in DENSITIES:
        return word
    words = ", ".join(DENSITIES)
    match = _DENSITY.fullmatch(word)
    if match is None:
        _refuse("density", value, f"{words}, or notes a second")
    return in_range("density", _decimal(match[1]), DENSITY_RANGE, f"{words}, or ", " notes a second")


def read_register(value: Value) -> str | int:
    """A word, or by how many semitones the music shall go up or down."""
    word = _plain(value).lower()
    if word in REGISTERS:
        return word
    words = ", ".join(REGISTERS)
    match = _SHIFT.fullmatch(word)
    semitones = _decimal(match[1]) * (12 if (match[2] or "").startswith("oct") else 1) if match else 0.5
    if semitones != round(semitones):
        _refuse("register", value, f"{words}, or a shift in whole semitones such as -5 or +12")
    return round(in_range("register", semitones, SHIFT_RANGE, f"{words}, or a shift of ", " semitones"))


def read_dynamics(value: Value) -> str:
    """``pp`` to ``ff``."""
    word = re.sub(r"[\s_-]", "", _plain(value).lower())
    name = _LOUDNESS.get(word, word)
    return name if name in DYNAMICS else _refuse("dynamics", value, f"{', '.join(DYNAMICS)}, soft or loud")


def read_creativity(value: Value) -> int:
    """0 to 100, or a word for it."""
    word = _plain(value).lower()
    words = ", ".join(CREATIVITIES)
    if word in CREATIVITIES:
        return CREATIVITIES[word]
    match = _PER_CENT.fullmatch(word)
    if match is None:
        _refuse("creativity", value, f"{words}, or 0 to 100")
    return round(in_range("creativity", _decimal(match[1]), CREATIVITY_RANGE, f"{words}, or "))


def read_style(value: Value) -> str:
    """A composer or an era that the network knows, as the corpus spells it."""
    known = {_folded(style): style for style in STYLES}
    asked = _folded(_plain(value))
    for word in (asked, asked.replace(" ", "-"), asked.split()[-1] if asked else ""):
        if word in known:
            return known[word]
    near = get_close_matches(asked, known, n=1, cutoff=0.75)
    meant = f"did you mean {known[near[0]]}? I know" if near else "I know"
    message = f"There is no style '{_shown(value)}'; {meant} {', '.join(STYLES[:-1])} and {STYLES[-1]}."
    raise BadInputError(message)


READERS: Final[Mapping[str, Callable[[Value], Value]]] = {
    "key": read_key,
    "mode": read_mode,
    "density": read_density,
    "register": read_register,
    "dynamics": read_dynamics,
    "creativity": read_creativity,
    "style": read_style,
}


def _folded(text: str) -> str:
    """Without accents and capitals, so that zelenski is found."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_UNDECOMPOSED))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()


def _plain(value: Value) -> str:
    """With ordinary digits and spaces; numbers as a person would write them."""
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _decimal(text: str) -> float:
    return float(text.replace(",", ".").replace("\u2212", "-"))


def in_range(name: str, value: float, between: tuple[float, float], words: str = "", unit: str = "") -> float:
    """``value``, where it is inside; ``words`` are what may be said instead of a number.

    Raises:
        BadInputError: it is outside.
    """
    lowest, highest = between
    if not lowest <= value <= highest:
        message = f"{name} is {words}{lowest:g} to {highest:g}{unit}; {value:g} is outside."
        raise BadInputError(message)
    return value


def _shown(value: Value) -> str:
    """What somebody wrote, safe to be repeated to them."""
    text = "".join(letter for letter in _plain(value) if letter.isprintable())
    return text if len(text) <= 30 else f"{text[:29]}…"


def _refuse(name: str, value: Value, expected: str) -> NoReturn:
    message = f"'{_shown(value)}' is not understood as {name}; give {expected}."
    raise BadInputError(message)
