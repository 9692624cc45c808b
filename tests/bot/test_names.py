"""Names that strangers gave, made fit to be shown and to name files."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.names import LONGEST_NAME, LONGEST_STEM, LONGEST_TITLE, UNTITLED, safe_name, safe_title, slug
from composer.openers import list_openers


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("Träumerei.mid", "Träumerei.mid"),
        ("moonlight_sonata_1.mid", "moonlight sonata 1.mid"),
        ("@everyone look.mid", "everyone look.mid"),
        ("\uff20everyone.mid", "everyone.mid"),
        ("<@&123> <#45> <:x:6>.mid", "&123 #45 :x:6 .mid"),
        ("**bold** `code` ||spoiler|| ~~gone~~", "bold code spoiler gone"),
        ("[click](https://evil.example)", "evil.example)"),
        ("../../etc/passwd", "passwd"),
        (r"C:\music\sonata.mid", "sonata.mid"),
        ("# heading", "heading"),
        ("bell\x07 \x1b[31mred\x1b[0m\u202edcba", "bell 31mred 0mdcba"),
        ("\x00\u200b", UNTITLED),
        ("", UNTITLED),
        ("///", UNTITLED),
        ("x" * 100, "x" * LONGEST_NAME),
    ],
)
def test_names_keep_letters_and_lose_what_a_chat_would_act_upon(given_name: str, shown: str) -> None:
    """Letters stay; mentions, formatting, links, folders and control characters go."""
    assert safe_name(given_name) == shown


def test_titles_keep_slashes() -> None:
    """A title is no path: what stands before a slash stays."""
    assert safe_title("Étude op. 10/3") == "Étude op. 10/3"


@given(st.text())
def test_any_text_becomes_a_harmless_name(text: str) -> None:
    """Whatever is given, the name is short, printable, mentions nobody, and cleaning it again changes nothing."""
    for clean, longest in ((safe_name, LONGEST_NAME), (safe_title, LONGEST_TITLE)):
        name = clean(text)

        assert 1 <= len(name) <= longest
        assert name.isprintable()
        assert not set(name) & set("@`*_~|\\<>[]")
        assert "://" not in name
        assert clean(name) == name


@given(st.text())
def test_slugs_are_safe_in_every_file_system(text: str) -> None:
    """A slug has small ASCII letters, digits and single hyphens in between."""
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", slug(text))
    assert len(slug(text)) <= LONGEST_STEM


def test_slugs_know_the_letters_of_composers() -> None:
    """Letters without a decomposition are written as people do it."""
    assert slug("Fryderyk Chopin: Żelazowa Wola, łąka; Grøndahl; Weiß") == (
        "fryderyk-chopin-zelazowa-wola-laka-grondahl-weiss"
    )


def test_titles_of_openers_are_shown_whole() -> None:
    """No opener is so long that its title is cut."""
    for opener in list_openers():
        title = f"{opener.composer}: {opener.title}"
        assert safe_title(title) == title
