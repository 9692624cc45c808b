"""Openers: well-known beginnings of public-domain piano music, by name.

Each ``composer.piece.txt`` beside this file holds one opener: a header of ``name: value`` lines, a line ``---``, and
the music in the text notation of ``composer.notation``. ``docs/openers.md`` lists them and says how to add one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

from composer.errors import BadInputError
from composer.notation import parse_notation

if TYPE_CHECKING:
    from collections.abc import Callable

    from composer.keys import Key
    from composer.notes import Score

__all__ = ["LONGEST_NAME", "Opener", "UnknownOpenerError", "find_opener", "list_openers"]

LONGEST_NAME = 80
"""Characters of a request that can be an opener's name."""
_MOST_NAMED = 6
"""How many openers one sentence offers."""
_WITHOUT_DECOMPOSITION = str.maketrans("łøđ", "lod")


class UnknownOpenerError(BadInputError):
    """No opener is called so.

    Args:
        message: the sentence for a terminal.
        wanted: the name, in plain words.
        nearest: those that may have been meant, as ``a, b or c``; may be empty.
    """

    def __init__(self, message: str, wanted: str, nearest: str = "") -> None:
        super().__init__(message)
        self.wanted, self.nearest = wanted, nearest


@dataclass(frozen=True)
class Opener:
    """The beginning of a piece, to be continued.

    Args:
        slug: composer and piece, like ``schumann:traumerei``.
        composer: full name.
        dates: years of birth and death.
        title: original title, with the usual English one where they differ.
        opus: opus or catalogue number, or the year.
        key: like ``F major``.
        tempo: as a musician says it, like ``quarter = 70``.
        notation: the music as text.
        is_best_known: whether the composer's name alone means this opener.
        also: other names of the piece or the composer.
        remark: what is left out or unusual; may be empty.
    """

    slug: str
    composer: str
    dates: str
    title: str
    opus: str
    key: str
    tempo: str
    notation: str = field(repr=False)
    is_best_known: bool = False
    also: str = ""
    remark: str = ""

    @cached_property
    def score(self) -> Score:
        """The music, parsed when it is first asked for."""
        return replace(parse_notation(self.notation), title=self.title)

    @property
    def known_key(self) -> Key:
        """The key that its header names."""
        from composer.control_words import read_key
        from composer.keys import Key

        return Key.named(read_key(self.key))

    @property
    def seconds(self) -> float:
        """Length at its own tempo."""
        return self.score.length_seconds

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Slug, title, opus, other names and composer, in plain words."""
        return tuple(_plain(name) for name in (self.slug, self.title, self.opus, self.also, self.composer))

    def is_composed_by(self, name: str) -> bool:
        """Whether ``name`` (in plain words) is the composer's."""
        return name in {_plain(self.slug.split(":")[0]), _plain(self.composer)}


@cache
def list_openers() -> tuple[Opener, ...]:
    """Every opener, by slug."""
    paths = [path for path in files(__name__).iterdir() if path.name.endswith(".txt")]
    texts = sorted((path.name, path.read_text(encoding="utf-8")) for path in paths)
    return tuple(_read_opener(name, text) for name, text in texts)


def find_opener(name: str) -> Opener:
    """The opener of that name: ``schumann`` (the best known), ``schumann:traumerei``, ``Träumerei``, ``op. 28 no. 4``.

    Accents, capitals, spaces and punctuation do not matter, nor does the order of words.

    Raises:
        BadInputError: no such opener, or several; the message names the nearest.
    """
    wanted = _plain(name[: LONGEST_NAME + 1])
    if len(name) > LONGEST_NAME or not wanted:
        message = f"an opener's name has 1 to {LONGEST_NAME} letters; write for example schumann or schumann:traumerei"
        raise BadInputError(message)
    words = set(wanted.split())
    ways: tuple[Callable[[Opener], bool], ...] = (
        lambda opener: opener.names[0] == wanted,
        lambda opener: opener.is_best_known and opener.is_composed_by(wanted),
        lambda opener: _plain(opener.slug.split(":")[1]) == wanted,
        lambda opener: any(f" {wanted} " in f" {known} " for known in opener.names),
        lambda opener: words <= set(" ".join(opener.names).split()),
    )
    for is_meant in ways:
        found = [opener for opener in list_openers() if is_meant(opener)]
        if len(found) == 1:
            return found[0]
        if found:
            message = f"several openers fit '{wanted}': write {_slugs(found)}"
            raise BadInputError(message)
    raise _refusal(wanted)


def _refusal(wanted: str) -> UnknownOpenerError:
    """That there is no such opener, with the nearest names or, failing those, the composers."""
    openers = sorted(list_openers(), key=lambda opener: opener.is_best_known)
    known = {name: opener for opener in openers for name in _findable(opener)}
    same_composer = [opener for opener in openers if wanted.startswith(f"{_findable(opener)[0]} ")]
    nearest = [known[name] for name in get_close_matches(wanted, known)] or same_composer
    if nearest:
        meant = _slugs(nearest)
        message = f"there is no opener '{wanted}'; did you mean {meant}? docs/openers.md lists all"
        return UnknownOpenerError(message, wanted, meant)
    composers = ", ".join(dict.fromkeys(opener.slug.split(":")[0] for opener in list_openers()))
    return UnknownOpenerError(f"there is no opener '{wanted}'; name one of these composers: {composers}", wanted)


def _findable(opener: Opener) -> tuple[str, ...]:
    """What a misspelt name may have meant: composer, piece and the opener's names."""
    composer, piece = (_plain(part) for part in opener.slug.split(":"))
    return (composer, piece, *filter(None, opener.names))


def _slugs(openers: list[Opener]) -> str:
    """Slugs for a sentence, without repetition: ``a, b or c``, and an ellipsis where there are more."""
    slugs = list(dict.fromkeys(opener.slug for opener in openers))
    shown = slugs[:_MOST_NAMED] + (["…"] if slugs[_MOST_NAMED:] else [])
    return " or ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def _read_opener(file_name: str, text: str) -> Opener:
    """An opener from its file; the file's name gives the slug."""
    header, _, notation = text.partition("\n---\n")
    fields = dict(line.split(": ", 1) for line in header.splitlines())
    return Opener(
        slug=file_name.removesuffix(".txt").replace(".", ":"),
        composer=fields["composer"],
        dates=fields["dates"],
        title=fields["title"],
        opus=fields["opus"],
        key=fields["key"],
        tempo=fields["tempo"],
        notation=notation,
        is_best_known=fields.get("best known") == "yes",
        also=fields.get("also", ""),
        remark=fields.get("remark", ""),
    )


def _plain(text: str) -> str:
    """Small words and numbers without accents; ``ae oe ue`` count as umlauts.

    >>> _plain("Für Elise, Op.28")
    'fur elise op 28'
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_WITHOUT_DECOMPOSITION))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(r"(?<=[aou])e", "", " ".join(re.findall(r"[a-z]+|[0-9]+", letters)))
