"""What was fetched: MIDI files in a folder, and the manifest that says where each is from and whose it is."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from composer.errors import BadInputError
from composer.file_writing import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MANIFEST, ATTRIBUTION = "manifest.csv", "ATTRIBUTION.md"
SOURCE = "piano-midi.de"
AUTHOR = "Bernd Krueger"
LICENCE = "CC BY-SA 3.0 DE"
LICENCE_URL = "https://creativecommons.org/licenses/by-sa/3.0/de/"
SITE = "http://www.piano-midi.de"
_ATTRIBUTION = f"""# Attribution

The {{count}} MIDI files listed in `{MANIFEST}` beside this file are by {AUTHOR}, {SITE}. They were fetched from
{{site}} and are unchanged.

Licence: Creative Commons Attribution-ShareAlike 3.0 Germany ({LICENCE}), {LICENCE_URL}

Whoever passes the files, or music made from them, on gives this credit, names the titles and the licence, says what was
changed, and uses the same licence.
"""


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """One row of the manifest; ``path`` is relative to the folder, ``url`` the file's or its archive's."""

    path: str
    source: str
    composer: str
    title: str
    licence: str
    attribution: str
    sha256: str
    size_bytes: str
    split: str
    url: str


COLUMNS = [field.name for field in fields(FetchedFile)]


def store(folder: Path, path: str, data: bytes, *, title: str, split: str, url: str) -> FetchedFile:
    """Write one file, whole or not at all, and describe it.

    Raises:
        RenderError: the disk is full or read-only.
    """
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    with replacing(place) as temporary:
        temporary.write_bytes(data)
    return FetchedFile(
        path=path,
        source=SOURCE,
        composer=place.parent.name,
        title=title,
        licence=LICENCE,
        attribution=f"{AUTHOR}, {SITE}",
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=str(len(data)),
        split=split,
        url=url,
    )


def is_whole(folder: Path, file: FetchedFile) -> bool:
    """Whether a file is there and has the bytes that were fetched."""
    try:
        data = (folder / file.path).read_bytes()
    except OSError:
        return False
    return hashlib.sha256(data).hexdigest() == file.sha256


def read_manifest(folder: Path) -> list[FetchedFile]:
    """Rows of an earlier fetch; none where there was none.

    Raises:
        BadInputError: the manifest is of another corpus, which is not ours to change.
    """
    place = folder / MANIFEST
    if not place.exists():
        return []
    with place.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        rows = [row for row in reader if None not in row and None not in row.values()]
    if reader.fieldnames != COLUMNS:
        message = f"{folder} holds another corpus, with a {MANIFEST} of its own; choose another folder."
        raise BadInputError(message)
    return [FetchedFile(**row) for row in rows]


def write_manifest(folder: Path, files: Iterable[FetchedFile], site: str) -> None:
    """Write the manifest and, beside it, whose the music is."""
    rows = sorted(map(asdict, files), key=lambda row: row["path"])
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    with replacing(folder / MANIFEST) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8", newline="")
    with replacing(folder / ATTRIBUTION) as temporary:
        temporary.write_text(_ATTRIBUTION.format(count=len(rows), site=site), encoding="utf-8")
