"""What stands behind ``--seed``: the name of an opener, a MIDI file, or a line of notation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from composer.errors import BadInputError, InvalidMidiError

if TYPE_CHECKING:
    from composer.keys import Key
    from composer.midi.files import ReadResult
    from composer.notes import Score

NOTE_OR_REST = re.compile(r"\b([A-Ga-g](#{1,2}|b{1,2})?[0-9]|R[whqestx]\b)")
MIDI_SUFFIXES = (".mid", ".midi", ".kar", ".rmi", ".smf")


@dataclass(frozen=True, slots=True)
class Seed:
    """A primer and where it comes from.

    Attributes:
        primer: the music to continue.
        name: for the file name: the opener's, or the file's without its suffix.
        title: for people.
        opener: the name of the opener, if it is one.
        key: where it is known.
        remarks: what was left out of a file or mended.
    """

    primer: Score
    name: str
    title: str
    opener: str | None = None
    key: Key | None = None
    remarks: tuple[str, ...] = ()


def read_seed(text: str) -> Seed:
    """Find the primer that ``text`` means: an opener first, then a file, then notation.

    Raises:
        BadInputError: it is none of these, or the file cannot be used.
    """
    if not text.strip():
        message = "The seed is empty; give the name of an opener, a MIDI file, or notes such as 'C5q E5q G5h'."
        raise BadInputError(message)
    if _looks_like_path(text):
        return _file(Path(text).expanduser())
    try:
        return _opener(text)
    except BadInputError:
        return _file(Path(text)) if _exists(Path(text)) else read_seed_text(text)


def read_seed_text(text: str) -> Seed:
    """Find the primer that ``text`` means, never a file: an opener first, then notation.

    Raises:
        BadInputError: it is neither.
    """
    try:
        return _opener(text)
    except BadInputError as unknown:
        return _notation(text, unknown)


def read_midi_path(path: Path) -> ReadResult:
    """Read somebody's MIDI file in a process that is held to limits.

    Raises:
        InvalidMidiError: there is no such file, or it cannot be used.
    """
    from composer.midi.events import MAX_BYTES
    from composer.midi.limited import read_midi_limited_with_remarks

    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"The file {path} cannot be read: {reason}."
        raise InvalidMidiError(message) from error
    return read_midi_limited_with_remarks(data)


def _opener(text: str) -> Seed:
    from composer.openers import find_opener

    opener = find_opener(text)
    return Seed(opener.score, opener.slug, f"{opener.composer}: {opener.title}", opener.slug, opener.known_key)


def _looks_like_path(text: str) -> bool:
    """Whether a file is meant for certain, even one that is not there."""
    return Path(text).suffix.lower() in MIDI_SUFFIXES or text.startswith((".", "~", "/"))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long a name, or a NUL in it
        return False


def _file(path: Path) -> Seed:
    read = read_midi_path(path)
    return Seed(read.score, path.stem, read.score.title or path.stem, remarks=read.remarks)


def _notation(text: str, unknown: BadInputError) -> Seed:
    from composer.notation import parse_notation

    try:
        return Seed(parse_notation(text), "notes", "Notes")
    except BadInputError as error:
        # With a note or rest in it, it is notation with a slip; without, rather a name that was misspelt.
        raise (error if NOTE_OR_REST.search(text) else unknown) from None
