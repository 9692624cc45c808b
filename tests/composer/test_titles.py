"""Titles fit to be shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.titles import LONGEST_TITLE, clean_title


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Träumerei", "Träumerei"),
        ("Tra\u0308umerei", "Träumerei"),
        ("Prelude in F♯, B♭", "Prelude in F♯, B♭"),
        ("  two\r\nlines\tand  spaces ", "two lines and spaces"),
        ("\x00bell\x07 \x1b[31mred\x1b[0m", "bell [31mred[0m"),
        ("abc\u202edcba", "abcdcba"),
        ("\ud800lonely surrogate", "lonely surrogate"),
        ("\x00\x01\u200b", ""),
    ],
)
def test_titles_keep_letters_and_lose_what_disturbs(written: str, shown: str) -> None:
    """Letters and accidentals stay; control characters, line ends and direction overrides go."""
    assert shown == clean_title(written)


@given(st.text())
def test_any_text_becomes_one_short_printable_line(text: str) -> None:
    """Whatever is written, the title is one line without control characters, and cleaning again changes nothing."""
    title = clean_title(text)

    assert len(title) <= LONGEST_TITLE
    assert not any(unicodedata.category(character)[0] == "C" for character in title)
    assert len(title.splitlines()) <= 1
    assert title == clean_title(title)
