"""Names and titles that people gave, made fit to be shown in a chat and to name files."""

from __future__ import annotations

import re
import unicodedata

from composer.titles import clean_title

UNTITLED = "untitled"
LONGEST_NAME = 60
"""Characters kept of a name that somebody gave."""
LONGEST_TITLE = 90
"""Characters kept of the title of a piece; those of all openers are shorter."""
LONGEST_STEM = 60
"""Characters of the name of a file that is handed out, without its suffix."""

_DISTURBING = re.compile(r"[@`*_~|\\<>\[\]]|://")
"""What a chat may take for a mention, a link or formatting."""
_LEADING = " \t.,:;-+#="
_WITHOUT_DECOMPOSITION = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "♯": "#"})


def safe_title(text: str, longest: int = LONGEST_TITLE) -> str:
    """One line that mentions nobody, links nowhere and formats nothing; never empty.

    >>> safe_title("**@everyone** <@&1>")
    'everyone &1'
    """
    # NFKC comes first: it turns full-width signs into those that are taken out.
    composed = clean_title(unicodedata.normalize("NFKC", clean_title(text, 10 * longest)), 10 * longest)
    plain = clean_title(_DISTURBING.sub(" ", composed), 10 * longest).lstrip(_LEADING)
    return plain[:longest].rstrip() or UNTITLED


def safe_name(text: str, longest: int = LONGEST_NAME) -> str:
    r"""A file's name as ``safe_title`` shows it, without the folders before it.

    >>> safe_name(r"C:\music\moonlight_sonata.mid")
    'moonlight sonata.mid'
    """
    composed = unicodedata.normalize("NFKC", text[-20 * longest :])
    parts = [part for part in re.split(r"[/\\]", composed) if part.strip()]
    return safe_title(parts[-1] if parts else "", longest)


def slug(text: str) -> str:
    """Small ASCII letters, digits and hyphens; empty where ``text`` has none of them.

    >>> slug("Frédéric Chopin: Étude, op. 10/3")
    'frederic-chopin-etude-op-10-3'
    """
    decomposed = unicodedata.normalize("NFKD", text.lower().translate(_WITHOUT_DECOMPOSITION))
    letters = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return "-".join(re.findall(r"[a-z0-9]+", letters))[:LONGEST_STEM].strip("-")
