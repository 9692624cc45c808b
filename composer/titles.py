"""Titles fit to be shown: what a stranger wrote, without what could disturb a tag, a picture or a terminal."""

from __future__ import annotations

import unicodedata

LONGEST_TITLE = 120
"""Characters kept of a title."""


def clean_title(text: str, longest: int = LONGEST_TITLE) -> str:
    """One line of printable characters: no control, direction or private ones, at most ``longest`` of them."""
    composed = unicodedata.normalize("NFC", text.replace("\x00", ""))
    shown = "".join(" " if character.isspace() else character for character in composed)
    printable = "".join(character for character in shown if unicodedata.category(character)[0] != "C")
    return " ".join(printable.split())[:longest].rstrip()
