"""Links of a web page."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin


@dataclass(frozen=True, slots=True)
class Link:
    """An absolute address, without a fragment, and the words that lead to it."""

    url: str
    words: str


class _LinkParser(HTMLParser):
    """Collects what ``<a href>`` elements of a page lead to."""

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[Link] = []
        self._base = base
        self._url = ""
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a link."""
        if tag != "a":
            return
        self._finish()
        target = next((value for name, value in attrs if name == "href" and value), "")
        try:
            self._url = urldefrag(urljoin(self._base, target.strip())).url if target else ""
        except ValueError:  # an address that is none
            self._url = ""

    def handle_endtag(self, tag: str) -> None:
        """End a link."""
        if tag == "a":
            self._finish()

    def handle_data(self, data: str) -> None:
        """Collect the words of a link."""
        if self._url:
            self._words.append(data)

    def close(self) -> None:
        """End the page, and a link that was left open."""
        super().close()
        self._finish()

    def _finish(self) -> None:
        if self._url:
            self.links.append(Link(self._url, " ".join("".join(self._words).split())))
        self._url, self._words = "", []


def find_links(page: str, base: str) -> list[Link]:
    """Links of an HTML page in order, each address once; ``base`` is the page's own address."""
    parser = _LinkParser(base)
    parser.feed(page)
    parser.close()
    first: dict[str, Link] = {}
    for link in parser.links:
        first.setdefault(link.url, link)
    return list(first.values())
