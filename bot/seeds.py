"""The seeds that people name or type, and the openers that they are offered while typing."""

from __future__ import annotations

from functools import cache
from typing import Final

from bot import wording
from bot.domain import Seed, SeedKind
from composer.commands.seeds import MIDI_SUFFIXES, read_seed_text
from composer.errors import BadInputError
from composer.openers import Opener, UnknownOpenerError, list_openers

LONGEST_TEXT: Final = 2_000
"""Characters of a seed: more than anybody types."""
_CHOICE_LENGTH: Final = 100
"""Characters that platforms show of a choice."""


def parse_seed(text: str) -> Seed:
    """The opener of that name, or the notes that were typed.

    Raises:
        BadInputError: it is neither; the sentence names what may have been meant.
    """
    if not text.strip():
        raise BadInputError(wording.NO_SEED)
    if len(text) > LONGEST_TEXT:
        message = f"These are too many notes to type ({LONGEST_TEXT:,} characters at most); send them as a MIDI file."
        raise BadInputError(message)
    if text.rstrip().lower().endswith(MIDI_SUFFIXES):
        raise BadInputError(wording.FILE_BY_NAME)
    try:
        seed = read_seed_text(text)
    except UnknownOpenerError as error:
        raise BadInputError(wording.no_such_opener(error.wanted, error.nearest)) from error
    if seed.opener:
        return Seed(SeedKind.OPENER, seed.opener, seed.title)
    return Seed(SeedKind.NOTES, text, wording.notes_title(text))


def suggest_openers(text: str, limit: int = 25) -> list[tuple[str, str]]:
    """Openers with all words typed so far, as (title, slug): those that begin so first, then the best known."""
    wanted = _folded(text)
    ranked = sorted(
        (not any(name.startswith(wanted) for name in names), not opener.is_best_known, opener.slug, title)
        for opener, names, title in _findable()
        if all(word in " ".join(names) for word in wanted.split())
    )
    return [(title, slug) for _, _, slug, title in ranked[:limit]]


@cache
def _findable() -> tuple[tuple[Opener, tuple[str, ...], str], ...]:
    return tuple(
        (opener, tuple(map(_folded, (opener.slug, opener.composer, opener.title, *opener.names))), _title(opener))
        for opener in list_openers()
    )


def _title(opener: Opener) -> str:
    return f"{opener.composer}: {opener.title}"[:_CHOICE_LENGTH]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
