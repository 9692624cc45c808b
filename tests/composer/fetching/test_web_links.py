"""Links found in web pages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from composer.fetching.web_links import Link, find_links

BASE = "http://www.example.org/music/start.htm"


def test_links_are_absolute() -> None:
    """Relative addresses are completed, fragments cut off."""
    page = '<a href="bach.htm#top">Bach</a> <A HREF="/midis/x.mid">a <b>piece</b>\n here</A>'

    assert find_links(page, BASE) == [
        Link("http://www.example.org/music/bach.htm", "Bach"),
        Link("http://www.example.org/midis/x.mid", "a piece here"),
    ]


def test_each_address_once() -> None:
    """The first words that lead to an address count."""
    page = '<a href="x.mid">Prelude</a><a href="y.mid">Fugue</a><a href="x.mid">download</a>'

    assert [link.words for link in find_links(page, BASE)] == ["Prelude", "Fugue"]


def test_sloppy_pages() -> None:
    """Links without an end, without an address or with an impossible one do no harm."""
    page = '<a name="here">no</a><a href>none</a><a href="http://[bad/">bad</a><a href=x.mid>one<a href=y.mid>two'

    assert [link.words for link in find_links(page, BASE)] == ["one", "two"]


def test_comments_and_scripts_hold_no_links() -> None:
    """What only looks like a link is none."""
    page = "<!-- <a href='x.mid'>x</a> --><script>var a = '<a href=\"y.mid\">y</a>';</script>"

    assert find_links(page, BASE) == []


@given(st.text())
def test_any_text_is_a_page(page: str) -> None:
    """Whatever a site sends is searched without an error."""
    assert all(link.url for link in find_links(page, BASE))
