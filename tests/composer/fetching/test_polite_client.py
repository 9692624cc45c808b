"""The polite client, against a real web site on the loopback address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from composer.errors import BadInputError
from composer.fetching.polite_client import ATTEMPTS, PassingError, PoliteClient, TransferError
from tests.composer.loopback_site import LoopbackSite, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def site() -> Iterator[LoopbackSite]:
    """A site with one page."""
    with LoopbackSite({"/page": Reply(b"a page")}) as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    """How long the client waited, in seconds, without the waiting."""
    return []


@pytest.fixture
def client(site: LoopbackSite, waits: list[float]) -> PoliteClient:
    """A client of that site."""
    return PoliteClient(site.url, contact="https://example.org/me", pause_seconds=2.0, sleep=waits.append)


def test_robots_come_first(site: LoopbackSite, client: PoliteClient) -> None:
    """The first request is for robots.txt, and it is asked for once."""
    answers = [client.get(f"{site.url}/page", 100).text for _ in range(2)]

    assert answers == ["a page", "a page"]
    assert site.requests == ["/robots.txt", "/page", "/page"]


def test_name_and_contact_are_told(site: LoopbackSite, client: PoliteClient) -> None:
    """Every request says what program it is and where its user can be reached."""
    client.get(f"{site.url}/page", 100)

    assert all(agent.startswith("SchumaNN/") and "(+https://example.org/me)" in agent for agent in site.agents)


def test_pause_between_requests(site: LoopbackSite, client: PoliteClient, waits: list[float]) -> None:
    """There is a pause before every request but the first."""
    client.get(f"{site.url}/page", 100)
    client.get(f"{site.url}/page", 100)

    assert waits == [2.0, 2.0]


def test_longer_crawl_delay_counts(site: LoopbackSite, client: PoliteClient, waits: list[float]) -> None:
    """A Crawl-delay longer than the pause is kept."""
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 7\n")

    client.get(f"{site.url}/page", 100)

    assert waits == [7.0]


@pytest.mark.parametrize("agent", ["*", "SchumaNN", "schumann"])
def test_robots_denial_is_kept(site: LoopbackSite, client: PoliteClient, agent: str) -> None:
    """What robots.txt does not allow is never asked for."""
    site.pages["/robots.txt"] = Reply(f"User-agent: {agent}\nDisallow: /page\n".encode())

    with pytest.raises(TransferError, match="does not allow"):
        client.get(f"{site.url}/page", 100)
    assert site.requests == ["/robots.txt"]


def test_robots_unreachable_means_no(site: LoopbackSite, client: PoliteClient) -> None:
    """Where robots.txt cannot be had for a fault of the site, nothing else is asked for."""
    site.pages["/robots.txt"] = Reply(status=503)

    with pytest.raises(PassingError, match="503"):
        client.get(f"{site.url}/page", 100)
    assert {"/robots.txt"} == set(site.requests)


def test_huge_robots_mean_no(site: LoopbackSite, client: PoliteClient) -> None:
    """A robots.txt that is too large to read is no permission."""
    site.pages["/robots.txt"] = Reply(b"#" * 600_000)

    with pytest.raises(TransferError, match="larger"):
        client.get(f"{site.url}/page", 100)


def test_busy_site_is_asked_again(site: LoopbackSite, client: PoliteClient, waits: list[float]) -> None:
    """A fault that passes is waited for, ever longer, and as long as the site asks."""
    busy = Reply(status=503), Reply(status=429, headers={"Retry-After": "30"})
    site.pages["/page"] = [*busy, Reply(b"at last")]

    assert client.get(f"{site.url}/page", 100).body == b"at last"
    assert waits == [2.0, 4.0, 2.0, 30.0, 2.0]


def test_giving_up(site: LoopbackSite, client: PoliteClient) -> None:
    """A site that stays away is given up after a few attempts."""
    site.pages["/page"] = Reply(status=500)

    with pytest.raises(PassingError, match="500"):
        client.get(f"{site.url}/page", 100)
    assert site.requests.count("/page") == ATTEMPTS


def test_very_long_wait_is_not_waited_for(site: LoopbackSite, client: PoliteClient, waits: list[float]) -> None:
    """A Retry-After of a day ends the attempt at once."""
    site.pages["/page"] = Reply(status=429, headers={"Retry-After": "86400"})

    with pytest.raises(PassingError):
        client.get(f"{site.url}/page", 100)
    assert max(waits) < 60


def test_broken_transfer_is_tried_again(site: LoopbackSite, client: PoliteClient) -> None:
    """A body shorter than announced is not taken for the whole."""
    site.pages["/page"] = [Reply(b"ha", length=4), Reply(b"half")]

    assert client.get(f"{site.url}/page", 100).body == b"half"


def test_absent_page_is_not_asked_for_again(site: LoopbackSite, client: PoliteClient) -> None:
    """404 is an answer."""
    with pytest.raises(TransferError, match="404"):
        client.get(f"{site.url}/nothing", 100)
    assert site.requests.count("/nothing") == 1


@pytest.mark.parametrize("length", [None, 5])
def test_too_large(site: LoopbackSite, client: PoliteClient, length: int | None) -> None:
    """More bytes than wanted are refused, whatever length was announced."""
    site.pages["/page"] = Reply(b"x" * 101, length=length)
    if length is not None:  # the client reads no more than announced
        assert len(client.get(f"{site.url}/page", 100).body) == length
        return

    with pytest.raises(TransferError, match="larger than 100 bytes"):
        client.get(f"{site.url}/page", 100)


def test_redirect_on_the_site_is_followed(site: LoopbackSite, client: PoliteClient) -> None:
    """A page that moved within the site is found."""
    site.pages["/old"] = Reply(status=301, headers={"Location": "/page"})

    assert client.get(f"{site.url}/old", 100).url == f"{site.url}/page"


def test_redirect_to_what_robots_deny(site: LoopbackSite, client: PoliteClient) -> None:
    """A redirect is no way around robots.txt."""
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /page\n")
    site.pages["/old"] = Reply(status=302, headers={"Location": "/page"})

    with pytest.raises(TransferError, match="does not allow"):
        client.get(f"{site.url}/old", 100)
    assert "/page" not in site.requests


def test_redirect_round_in_circles(site: LoopbackSite, client: PoliteClient) -> None:
    """Redirects end."""
    site.pages["/old"] = Reply(status=302, headers={"Location": "/old"})

    with pytest.raises(TransferError, match="on and on"):
        client.get(f"{site.url}/old", 100)


def test_redirect_to_another_host_is_refused(site: LoopbackSite, client: PoliteClient) -> None:
    """A redirect that leaves the site is not followed."""
    with LoopbackSite({"/page": Reply(b"elsewhere")}) as other:
        site.pages["/old"] = Reply(status=302, headers={"Location": f"{other.url}/page"})

        with pytest.raises(TransferError, match="is not on"):
            client.get(f"{site.url}/old", 100)
        assert other.requests == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://www.example.org/x.mid", True),
        ("http://WWW.EXAMPLE.ORG/x.mid", True),
        ("https://www.example.org/x.mid", True),
        ("http://www.example.org:80@evil.org/x.mid", False),
        ("http://me@www.example.org/x.mid", False),
        ("http://www.example.org:81/x.mid", False),
        ("https://www.example.org:81/x.mid", False),
        ("http://example.org/x.mid", False),
        ("http://www.example.org.evil.org/x.mid", False),
        ("file:///etc/passwd", False),
        ("ftp://www.example.org/x.mid", False),
        ("http://[::1/x.mid", False),
        ("http://www.example.org:99999/x.mid", False),
        ("mailto:someone@www.example.org", False),
    ],
)
def test_what_is_on_the_site(url: str, *, expected: bool) -> None:
    """Only the site's own host counts, over http or https."""
    client = PoliteClient("http://www.example.org", contact=None, pause_seconds=1)

    assert expected == client.is_on_site(url)


@pytest.mark.parametrize("address", ["file:///etc", "www.example.org", "", "http://", "ftp://example.org"])
def test_site_must_be_a_web_site(address: str) -> None:
    """An address that is none is refused with a sentence."""
    with pytest.raises(BadInputError, match="not the address of a web site"):
        PoliteClient(address, contact=None, pause_seconds=1)


def test_unreachable_site(waits: list[float]) -> None:
    """Where nothing listens, the error says so after some attempts."""
    with LoopbackSite() as gone:
        address = gone.url

    with pytest.raises(PassingError, match="could not be reached"):
        PoliteClient(address, contact=None, pause_seconds=1, sleep=waits.append).get(f"{address}/page", 100)


@pytest.mark.parametrize(("charset", "expected"), [("iso-8859-1", "Träumerei"), ("no-such-code", "Tr\ufffdumerei")])
def test_text_in_the_named_character_set(site: LoopbackSite, client: PoliteClient, charset: str, expected: str) -> None:
    """A page is read in the character set that it names, or as UTF-8 where that is unknown."""
    headers = {"Content-Type": f"text/html; charset={charset}"}
    site.pages["/page"] = Reply("Träumerei".encode("latin-1"), headers=headers)

    assert expected == client.get(f"{site.url}/page", 100).text
