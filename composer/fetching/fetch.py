"""Fetch the corpus of piano-midi.de: from its start page to the composers' pages to their MIDI files, no further."""

from __future__ import annotations

import re
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from composer.fetching.fetched_files import SITE, SOURCE, is_whole, read_manifest, store, write_manifest
from composer.fetching.polite_client import PassingError, PoliteClient, TransferError
from composer.fetching.web_links import Link, find_links
from composer.titles import clean_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

START_PAGE = "/midi_files.htm"
PAUSE_SECONDS = 2.0
MOST_PAGES, MOST_FILES = 100, 2_000
LARGEST_PAGE, LARGEST_FILE, LARGEST_ARCHIVE = 2 << 20, 1 << 20, 32 << 20
"""Bytes. The largest file of the site has a quarter of what is granted."""
MOST_FAILURES = 5
"""Addresses in a row that are away just now: then the whole site is."""
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,90}\.midi?")
_FOLDER_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")


@dataclass
class Fetched:
    """What a fetch did: how many files are new, how many were there, which addresses gave nothing."""

    new: int = 0
    kept: int = 0
    failed: list[str] = field(default_factory=list)


def fetch_corpus(
    folder: Path,
    *,
    site: str = SITE,
    contact: str | None = None,
    pause_seconds: float = PAUSE_SECONDS,
    progress: Callable[[str], None] = lambda _: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Fetch what is missing in ``folder``; writes ``manifest.csv`` and ``ATTRIBUTION.md`` beside the files.

    Args:
        folder: an existing one; files that an earlier fetch left there whole are not asked for again.
        site: its address.
        contact: told to the site.
        pause_seconds: between requests.
        progress: called with a sentence for each file.
        sleep: called with seconds.

    Raises:
        BadInputError: the folder holds another corpus.
        TransferError: the site is away, or does not allow this.
        RenderError: the disk is full.
    """
    client = PoliteClient(site, contact=contact, pause_seconds=pause_seconds, sleep=sleep)
    return _Fetch(folder, client, progress).run()


class _Fetch:
    """One run: what is known of the folder, and what came of the run so far."""

    def __init__(self, folder: Path, client: PoliteClient, progress: Callable[[str], None]) -> None:
        self._folder = folder
        self._client = client
        self._progress = progress
        self._files = {file.path: file for file in read_manifest(folder) if is_whole(folder, file)}
        self._urls = {file.url for file in self._files.values()}
        self._fetched = Fetched(kept=len(self._files))
        self._away = 0

    def run(self) -> Fetched:
        """Visit the pages one by one."""
        start = urljoin(self._client.site, START_PAGE)
        links = self._links(start)
        self._take(links)
        pages = [link.url for link in links if _suffix(link.url) in {".htm", ".html"} and link.url != start]
        for page in list(filter(self._client.is_on_site, pages))[:MOST_PAGES]:
            try:
                links = self._links(page)
            except TransferError as error:
                self._note_failure(page, error)
            else:
                self._take(links)
        if not self._files:
            message = f"No MIDI files were found on {self._client.site}."
            raise TransferError(message)
        write_manifest(self._folder, self._files.values(), self._client.site)
        return self._fetched

    def _links(self, page: str) -> list[Link]:
        answer = self._client.get(page, LARGEST_PAGE)
        return find_links(answer.text, answer.url)

    def _take(self, links: list[Link]) -> None:
        """Fetch the files of one page; archives only where the page offers no single files, which they repeat."""
        links = [link for link in links if self._client.is_on_site(link.url)]
        single = [link for link in links if _suffix(link.url) in {".mid", ".midi"}]
        for link in single or [link for link in links if _suffix(link.url) == ".zip"]:
            known = link.url in self._urls and _suffix(link.url) != ".zip"  # which may have been unpacked in part
            if known or len(self._files) >= MOST_FILES:
                continue
            try:
                self._take_one(link)
                self._away = 0
            except TransferError as error:
                self._note_failure(link.url, error)

    def _take_one(self, link: Link) -> None:
        # Each piece is on the site twice; format 0 has both hands in one track.
        path = local_path(link.url)
        if "_format0" in link.url or path in self._files:
            return
        if _suffix(link.url) == ".zip":
            archive = self._client.get(link.url, LARGEST_ARCHIVE)
            for name, data in unpack(archive.body):
                self._keep(local_path(f"{link.url.removesuffix('.zip')}/{name}"), data, "", link.url)
        elif path is None:
            message = f"{link.url} has a name that no piece of this site has, so it was left alone"
            raise TransferError(message)
        else:
            self._keep(path, self._client.get(link.url, LARGEST_FILE).body, link.words, link.url)

    def _keep(self, path: str | None, data: bytes, words: str, url: str) -> None:
        from composer.learning.corpus import drawn_split

        if path is None or path in self._files:
            return
        if not data.startswith(b"MThd"):
            message = f"{url} is not a MIDI file, so it was left alone"
            raise TransferError(message)
        file = store(self._folder, path, data, title=clean_title(words), split=drawn_split(path), url=url)
        self._files[path] = file
        self._fetched.new += 1
        self._progress(f"{path} ({len(data):,} bytes)")
        # After each file, so that a run that is stopped loses nothing.
        write_manifest(self._folder, self._files.values(), self._client.site)

    def _note_failure(self, url: str, error: TransferError) -> None:
        """Go on with the next one, unless the whole site is away."""
        self._progress(f"{error}.")
        self._fetched.failed.append(url)
        self._away = self._away + 1 if isinstance(error, PassingError) else 0
        if self._away >= MOST_FAILURES:
            message = f"{self._client.site} is away; run the command again later to go on."
            raise TransferError(message) from error


def local_path(url: str) -> str | None:
    """Where a file of the site is kept, e.g. ``piano-midi.de/bach/bach_846.mid``; None for a name that is not safe."""
    parts = unquote(urlsplit(url).path).lower().split("/")
    name, parent = parts[-1], parts[-2] if len(parts) > 1 else ""
    if not _FILE_NAME.fullmatch(name) or not _FOLDER_NAME.fullmatch(parent):
        return None
    return f"{SOURCE}/{parent}/{name}"


def unpack(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Names, without their folders, and contents of the MIDI files in a ZIP archive.

    Raises:
        TransferError: it is none, or something in it is larger than a MIDI file of the site can be.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for member in archive.infolist()[:MOST_FILES]:
                name = member.filename.replace("\\", "/").rsplit("/", 1)[-1]
                if _FILE_NAME.fullmatch(name.lower()):
                    with archive.open(member) as file:
                        yield name, _bounded(file.read(LARGEST_FILE + 1), name)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        message = f"The archive could not be unpacked: {error}"
        raise TransferError(message) from error


def _bounded(data: bytes, name: str) -> bytes:
    if len(data) > LARGEST_FILE:
        message = f"{name} is larger than {LARGEST_FILE:,} bytes"
        raise TransferError(message)
    return data


def _suffix(url: str) -> str:
    """Suffix of an address's path, small, with the dot."""
    name = urlsplit(url).path.rsplit("/", 1)[-1].lower()
    return f".{name.rsplit('.', 1)[-1]}" if "." in name else ""
