"""Fetching a corpus from a real web site on the loopback address."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.errors import BadInputError
from composer.fetching.fetch import LARGEST_FILE, MOST_FAILURES, Fetched, fetch_corpus, local_path, unpack
from composer.fetching.polite_client import TransferError
from composer.learning.corpus import list_corpus
from tests.composer.loopback_site import LoopbackSite, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRELUDE, FUGUE, WALTZ = (b"MThd" + name for name in (b" prelude", b" fugue", b" waltz"))
PIECES = {"/midis/bach/prelude.mid": PRELUDE, "/midis/bach/fugue.mid": FUGUE, "/midis/chopin/waltz.mid": WALTZ}


@pytest.fixture
def site() -> Iterator[LoopbackSite]:
    """A site with three pieces by two composers, laid out like the real one."""
    pages: dict[str, Reply | list[Reply]] = {
        "/midi_files.htm": _page(("bach.htm", "Bach"), ("chopin.htm", "Chopin"), ("midi_files.htm", "start")),
        "/bach.htm": _page(
            ("midis/bach/prelude.mid", "Prelude"),
            ("midis/bach/prelude_format0.mid", "Prelude in one track"),
            ("midis/bach/fugue.mid", "Fugue in\nc minor"),
            ("zip/bach.zip", "all of them"),
        ),
        "/chopin.htm": _page(("midis/chopin/waltz.mid", "Waltz"), ("deeper.htm", "more")),
        **{path: Reply(body) for path, body in PIECES.items()},
    }
    with LoopbackSite(pages) as running:
        yield running


def _page(*links: tuple[str, str]) -> Reply:
    return Reply("".join(f'<p><a href="{url}">{words}</a>' for url, words in links).encode())


def _fetch(site: LoopbackSite, folder: Path) -> Fetched:
    return fetch_corpus(folder, site=site.url, sleep=lambda _: None)


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _zipped(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def _everything_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_files_manifest_and_attribution(site: LoopbackSite, tmp_path: Path) -> None:
    """Every piece lies in its composer's folder, beside a manifest and whose it is."""
    fetched = _fetch(site, tmp_path)

    assert Fetched(new=3) == fetched
    assert _everything_in(tmp_path) == {
        "ATTRIBUTION.md",
        "manifest.csv",
        "piano-midi.de/bach/fugue.mid",
        "piano-midi.de/bach/prelude.mid",
        "piano-midi.de/chopin/waltz.mid",
    }
    assert (tmp_path / "piano-midi.de/bach/prelude.mid").read_bytes() == PRELUDE
    assert [row["title"] for row in _rows(tmp_path)] == ["Fugue in c minor", "Prelude", "Waltz"]
    attribution = (tmp_path / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "3 MIDI files" in attribution
    assert "Bernd Krueger" in attribution
    assert "https://creativecommons.org/licenses/by-sa/3.0/de/" in attribution


def test_result_is_a_corpus(site: LoopbackSite, tmp_path: Path) -> None:
    """What was fetched can be trained on: source, split and hash are known."""
    _fetch(site, tmp_path)

    files = list_corpus(tmp_path)

    assert {"piano-midi.de"} == {file.source for file in files}
    assert {file.split for file in files} <= {"train", "validation"}
    assert all(len(file.sha256) == 64 for file in files)


def test_only_what_is_needed_is_asked_for(site: LoopbackSite, tmp_path: Path) -> None:
    """No doubles in format 0, no archive of what was fetched already, no pages of pages, nothing twice."""
    _fetch(site, tmp_path)

    pages = ["/robots.txt", "/midi_files.htm", "/bach.htm", "/chopin.htm"]
    assert sorted([*pages, *PIECES]) == sorted(site.requests)


def test_other_sites_are_left_alone(site: LoopbackSite, tmp_path: Path) -> None:
    """Links to other hosts are not followed."""
    with LoopbackSite({"/x.htm": Reply(b""), "/midis/bach/x.mid": Reply(PRELUDE)}) as other:
        site.pages["/midi_files.htm"] = _page((f"{other.url}/x.htm", "friends"), ("bach.htm", "Bach"))
        site.pages["/bach.htm"] = _page((f"{other.url}/midis/bach/x.mid", "x"), ("midis/bach/prelude.mid", "Prelude"))

        assert Fetched(new=1) == _fetch(site, tmp_path)
        assert other.requests == []


def test_robots_denial_ends_it(site: LoopbackSite, tmp_path: Path) -> None:
    """A site that does not want this is not asked for anything."""
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /\n")

    with pytest.raises(TransferError, match="does not allow"):
        _fetch(site, tmp_path)
    assert site.requests == ["/robots.txt"]
    assert set() == _everything_in(tmp_path)


def test_robots_denial_of_a_folder(site: LoopbackSite, tmp_path: Path) -> None:
    """The rest is fetched where only a folder is denied."""
    site.pages["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /midis/bach/\n")

    fetched = _fetch(site, tmp_path)

    assert (fetched.new, len(fetched.failed)) == (1, 2)
    assert not any(path.startswith("/midis/bach/") for path in site.requests)


def test_going_on(site: LoopbackSite, tmp_path: Path) -> None:
    """A second fetch asks for no file that is there whole."""
    _fetch(site, tmp_path)
    site.requests.clear()

    assert Fetched(kept=3) == _fetch(site, tmp_path)
    assert not any(path.endswith(".mid") for path in site.requests)


def test_going_on_after_an_interruption(site: LoopbackSite, tmp_path: Path) -> None:
    """What was fetched before an interruption is kept and known."""
    progress: list[str] = []

    def interrupt(sentence: str) -> None:
        progress.append(sentence)
        if len(progress) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_corpus(tmp_path, site=site.url, progress=interrupt, sleep=lambda _: None)

    assert _fetch(site, tmp_path).new in {1, 2}
    assert len(_rows(tmp_path)) == 3


def test_damaged_file_is_fetched_anew(site: LoopbackSite, tmp_path: Path) -> None:
    """A file that no longer has the bytes of the manifest is replaced."""
    _fetch(site, tmp_path)
    damaged = tmp_path / "piano-midi.de/bach/fugue.mid"
    damaged.write_bytes(FUGUE[:6])

    assert Fetched(new=1, kept=2) == _fetch(site, tmp_path)
    assert damaged.read_bytes() == FUGUE


def test_broken_transfer_leaves_nothing_behind(site: LoopbackSite, tmp_path: Path) -> None:
    """A file that never comes whole is neither on disk nor in the manifest."""
    site.pages["/midis/bach/fugue.mid"] = Reply(FUGUE[:8], length=len(FUGUE))

    fetched = _fetch(site, tmp_path)

    assert [f"{site.url}/midis/bach/fugue.mid"] == fetched.failed
    assert not any("fugue" in name for name in _everything_in(tmp_path))
    assert len(_rows(tmp_path)) == 2


@pytest.mark.parametrize(
    "body", [b"<html>Sorry</html>", b"", b"MThd" + bytes(LARGEST_FILE)], ids=["page", "empty", "huge"]
)
def test_what_is_no_midi_file_is_left_out(site: LoopbackSite, tmp_path: Path, body: bytes) -> None:
    """An error page under a file's name, an empty file and a huge one are left out; the others come."""
    site.pages["/midis/bach/fugue.mid"] = Reply(body)

    fetched = _fetch(site, tmp_path)

    assert (fetched.new, len(fetched.failed)) == (2, 1)


def test_absent_page_does_not_end_it(site: LoopbackSite, tmp_path: Path) -> None:
    """A dead link costs one page."""
    del site.pages["/bach.htm"]

    fetched = _fetch(site, tmp_path)

    assert (1, [f"{site.url}/bach.htm"]) == (fetched.new, fetched.failed)


def test_site_that_goes_away_ends_it(site: LoopbackSite, tmp_path: Path) -> None:
    """After several addresses in a row without an answer, the site is left in peace."""
    names = [f"midis/bach/piece-{number}.mid" for number in range(3 * MOST_FAILURES)]
    site.pages["/bach.htm"] = _page(*((name, name) for name in names))
    site.pages |= {f"/{name}": Reply(status=503) for name in names}

    with pytest.raises(TransferError, match="later"):
        _fetch(site, tmp_path)
    assert len({path for path in site.requests if "piece-" in path}) == MOST_FAILURES


def test_empty_site(site: LoopbackSite, tmp_path: Path) -> None:
    """Where no music is found, that is said."""
    site.pages["/midi_files.htm"] = Reply(b"<html>We have moved.</html>")

    with pytest.raises(TransferError, match="No MIDI files"):
        _fetch(site, tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "midis/%2e%2e/%2e%2e/%2e%2e/evil.mid",
        "midis/..%2f..%2f..%2fevil.mid",
        "midis/bach/..%5c..%5cevil.mid",
        "midis/bach/.hidden.mid",
        "midis/bach/a%00b.mid",
        "midis/bach/a%0ab.mid",
        f"midis/bach/{'x' * 300}.mid",
        "midis/ba%20ch/$(touch%20evil).mid",
    ],
)
def test_hostile_names(site: LoopbackSite, tmp_path: Path, name: str) -> None:
    """No name leads out of the folder or makes an odd file."""
    site.pages["/bach.htm"] = _page((name, "evil"))
    site.pages[f"/{name}"] = Reply(PRELUDE)
    folder = tmp_path / "a" / "b" / "c" / "corpus"
    folder.mkdir(parents=True)

    _fetch(site, folder)

    expected = {f"a/b/c/corpus/{name}" for name in ("ATTRIBUTION.md", "manifest.csv", "piano-midi.de/chopin/waltz.mid")}
    assert expected == _everything_in(tmp_path)


@given(st.text())
def test_local_paths_stay_inside(name: str) -> None:
    """Whatever an address looks like, its file has two plain folders and a plain name, or none at all."""
    path = local_path(f"http://www.example.org/{name}")

    assert path is None or (path.count("/") == 2 and ".." not in path.split("/") and path.isascii())


def test_local_path() -> None:
    """Files are kept by composer."""
    assert local_path("http://x.org/midis/bach/bach_846.mid") == "piano-midi.de/bach/bach_846.mid"


def test_archive_where_there_are_no_single_files(site: LoopbackSite, tmp_path: Path) -> None:
    """An archive is unpacked where a page offers nothing else; odd members are left out."""
    members = {"read me.txt": b"hello", "sub/Etude.MID": PRELUDE, "../../evil.mid": FUGUE, "/etc/.x.mid": WALTZ}
    site.pages["/bach.htm"] = _page(("zip/bach.zip", "all"))
    site.pages["/zip/bach.zip"] = Reply(_zipped(members))

    assert _fetch(site, tmp_path).new == 3
    midi_files = {name for name in _everything_in(tmp_path) if name.endswith(".mid")}
    assert midi_files == {f"piano-midi.de/{name}" for name in ("bach/etude.mid", "bach/evil.mid", "chopin/waltz.mid")}


@pytest.mark.parametrize(
    "archive",
    [b"no archive", _zipped({"a.mid": bytes(LARGEST_FILE + 1)}), _zipped({"a.mid": PRELUDE})[:-30]],
    ids=["none", "bomb", "cut short"],
)
def test_bad_archives(archive: bytes) -> None:
    """An archive that is none, is damaged, or holds too much is refused."""
    with pytest.raises(TransferError):
        list(unpack(archive))


def test_other_corpus_is_not_touched(site: LoopbackSite, tmp_path: Path) -> None:
    """A folder with somebody else's manifest is refused before anything is asked for."""
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("path,split\nmine.mid,train\n", encoding="utf-8")

    with pytest.raises(BadInputError, match="another corpus"):
        _fetch(site, tmp_path)
    assert site.requests == []
    assert manifest.read_text(encoding="utf-8") == "path,split\nmine.mid,train\n"
