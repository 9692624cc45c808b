"""Say whose music a network was trained on: ``scripts/attribution.py CORPUS > composer/released/ATTRIBUTION.md``.

Everything is counted from the corpus' ``manifest.csv``; what each source asks to be said stands in ``SOURCES``.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

USED_SPLITS = ("train", "validation")
"""``train`` taught the network, ``validation`` chose its best epoch; other files had no part in it."""
LICENCES = {
    "CC BY-SA 3.0 DE": "https://creativecommons.org/licenses/by-sa/3.0/de/",
    "CC BY-SA 2.5": "https://creativecommons.org/licenses/by-sa/2.5/",
    "CC BY-SA 3.0": "https://creativecommons.org/licenses/by-sa/3.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC BY 3.0": "https://creativecommons.org/licenses/by/3.0/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "Public Domain": "",
}


@dataclass(frozen=True)
class Source:
    """What a source of the corpus is called, whose it is, and what it asks to be said."""

    heading: str
    credit: str
    changes: str
    acknowledgement: str = ""


SOURCES = {
    "piano-midi.de": Source(
        "Classical Piano Midi Page",
        "Bernd Krueger, <http://www.piano-midi.de>",
        "The MIDI files are the author's own, unchanged.",
    ),
    "mutopia": Source(
        "The Mutopia Project",
        "The Mutopia Project, <https://www.mutopiaproject.org>, and the typesetters named below",
        "The MIDI files were rendered from the LilyPond scores; harpsichord programs were set to piano.",
    ),
    "nifc-chopin": Source(
        "First Editions of Fryderyk Chopin's Music",
        "The Fryderyk Chopin Institute (Narodowy Instytut Fryderyka Chopina, NIFC)",
        "The MIDI files were converted from the Humdrum scores (notes, ties, dynamics, pedal, tempo).",
        """\
    First Editions of Fryderyk Chopin's Music
    Copyright 2017-2021 The Fryderyk Chopin Institute (https://nifc.pl)
    Website: https://chopinscores.org
    Digital scores: https://github.com/pl-wnifc/humdrum-chopin-first-editions
    License: https://creativecommons.org/licenses/by/4.0""",
    ),
    "nifc-polish": Source(
        "Polish Music Heritage in Open Access",
        "The Fryderyk Chopin Institute (Narodowy Instytut Fryderyka Chopina, NIFC)",
        "The MIDI files were converted from the Humdrum scores (notes, ties, dynamics, pedal, tempo).",
        """\
    Polish Music Heritage in Open Access
    Copyright 2019-2022 The Fryderyk Chopin Institute (https://nifc.pl)
    Website: https://polishscores.org
    Digital scores: https://github.com/pl-wnifc/humdrum-polish-scores
    License: https://creativecommons.org/licenses/by/4.0""",
    ),
    "snortum": Source(
        "Knute Snortum's LilyPond scores",
        "Knute Snortum, <https://github.com/ksnortum>",
        "The MIDI files were rendered from the LilyPond scores without their articulation script; all set to piano.",
    ),
}
Row = dict[str, str]


def main() -> None:
    """Print the attribution of the corpus named on the command line."""
    if len(sys.argv) != 2:
        sys.exit("usage: python scripts/attribution.py CORPUS > composer/released/ATTRIBUTION.md")
    manifest = Path(sys.argv[1], "manifest.csv")
    try:
        with manifest.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        sys.exit(f"{manifest} cannot be read: {error.strerror}.")
    print(attribution(rows))


def attribution(rows: Iterable[Row]) -> str:
    """The attribution as Markdown, from rows of a manifest."""
    used = [row for row in rows if row["split"] in USED_SPLITS and row.get("in_shared", "yes") == "yes"]
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in used:
        by_source[row["source"]].append(row)
    unknown = by_source.keys() - SOURCES.keys()
    if unknown:
        sys.exit(f"say in SOURCES of this script whose these sources are: {', '.join(sorted(unknown))}")
    parts = [_introduction(by_source), *(_section(name, by_source[name]) for name in SOURCES if name in by_source)]
    return "\n\n".join(parts)


def _introduction(by_source: dict[str, list[Row]]) -> str:
    total = sum(map(len, by_source.values()))
    return f"""\
# Attribution

The network in this folder was trained on {total:,} MIDI files from {len(by_source)} sources. None of the files is in
this repository. Made by `scripts/attribution.py` from the corpus' manifest.

| source | files | to learn from | to choose the best epoch | licences |
|---|--:|--:|--:|---|
{chr(10).join(_table_row(name, by_source[name]) for name in SOURCES if name in by_source)}"""


def _table_row(name: str, rows: list[Row]) -> str:
    splits = Counter(row["split"] for row in rows)
    return f"| {name} | {len(rows)} | {splits['train']} | {splits['validation']} | {_licences(rows)} |"


def _licences(rows: list[Row]) -> str:
    counts = Counter(row["licence"] for row in rows)
    names = {name: f"[{name}]({LICENCES[name]})" if LICENCES.get(name) else name for name in counts}
    if len(counts) == 1:
        return next(iter(names.values()))
    return ", ".join(f"{names[name]}: {count}" for name, count in counts.most_common())


def _section(name: str, rows: list[Row]) -> str:
    source = SOURCES[name]
    lines = [f"## {source.heading} (`{name}`)", "", f"{source.credit}. Licence: {_licences(rows)}.", source.changes]
    if source.acknowledgement:
        lines += ["", source.acknowledgement]
    lines += ["", *_titles(rows)]
    return "\n".join(lines)


def _titles(rows: list[Row]) -> list[str]:
    """One line for each person (or composer, where one person made all files) and licence, with all titles."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        person = _person(row["attribution"])
        groups[person or row["composer"], row["licence"]].append(_title(row, with_composer=bool(person)))
    several = len({row["licence"] for row in rows}) > 1
    return [
        f"- {person}{f' ({licence})' if several else ''}: {'; '.join(sorted(titles))}"
        for (person, licence), titles in sorted(groups.items())
    ]


def _person(attribution_text: str) -> str:
    """Who typeset or encoded a file, as far as its attribution says."""
    found = re.search(r"(?:typeset|encoded) by ([^;]+)", attribution_text)
    return found[1].strip() if found else ""


def _title(row: Row, *, with_composer: bool) -> str:
    title = " ".join((row.get("title_en") or row["title"] or Path(row["path"]).stem).split())
    return f"{row['composer']}, {title}" if with_composer else title


if __name__ == "__main__":
    main()
