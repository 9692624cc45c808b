"""Whose music, and of which era: what the network can be told of a piece, and asked for."""

from __future__ import annotations

from typing import NamedTuple

from composer.encoding.fields import ABSENT, COMPOSERS, ERAS


class Style(NamedTuple):
    """Ids of the fields ``composer`` and ``era``; ABSENT where nothing is known or wished."""

    composer: int = ABSENT
    era: int = ABSENT


def style_of(author: str) -> Style:
    """The style of an author as corpora name them (the surname decides); nothing where we do not know them."""
    surname = author.rpartition(" ")[2].lower()
    for index, (name, era) in enumerate(COMPOSERS.items()):
        if surname == name:
            return Style(index, ERAS.index(era))
    return Style()


def named_style(name: str) -> Style | None:
    """The style that somebody asks for by the surname of a composer or by an era; None for an unknown name."""
    if name in COMPOSERS:
        return Style(list(COMPOSERS).index(name), ERAS.index(COMPOSERS[name]))
    return Style(era=ERAS.index(name)) if name in ERAS else None
