"""The attribution of the music that the released network learnt from."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.attribution import SOURCES, attribution

REPOSITORY = Path(__file__).parents[2]


def _row(source: str, split: str = "train", **cells: str) -> dict[str, str]:
    plain = {"licence": "CC BY 4.0", "composer": "C. Omposer", "title": "Waltz", "path": "x.mid", "attribution": ""}
    return plain | {"source": source, "split": split} | cells


def test_files_are_counted_by_source_and_licence() -> None:
    """The table holds what the manifest holds, without files that had no part in the training."""
    rows = [
        _row("mutopia", licence="Public Domain"),
        _row("mutopia", licence="CC BY-SA 4.0"),
        _row("mutopia", "validation", licence="CC BY-SA 4.0"),
        _row("snortum", "test"),
        _row("snortum", in_shared="no"),
    ]

    text = attribution(rows)

    assert "trained on 3 MIDI files from 1 sources" in text
    assert "| mutopia | 3 | 2 | 1 | [CC BY-SA 4.0](https://creativecommons.org/licenses/by-sa/4.0/): 2, Public" in text
    assert "snortum" not in text


def test_persons_and_titles() -> None:
    """Who typeset or encoded a file is named with its title; where that is nobody, the composer is."""
    rows = [
        _row("mutopia", attribution="Mutopia Project, typeset by A. Setter; source x.ly", licence="Public Domain"),
        _row("mutopia", attribution="Mutopia Project, typeset by B. Setter; source y.ly", licence="CC BY 3.0"),
        _row("piano-midi.de", attribution="Bernd Krueger"),
    ]

    lines = attribution(rows).splitlines()

    assert "- A. Setter (Public Domain): C. Omposer, Waltz" in lines
    assert "- B. Setter (CC BY 3.0): C. Omposer, Waltz" in lines
    assert "- C. Omposer: Waltz" in lines


def test_acknowledgement() -> None:
    """The lines that the Chopin Institute asks for are given as they are."""
    text = attribution([_row("nifc-chopin"), _row("nifc-polish")])

    assert "    Copyright 2017-2021 The Fryderyk Chopin Institute (https://nifc.pl)\n" in text
    assert "    Copyright 2019-2022 The Fryderyk Chopin Institute (https://nifc.pl)\n" in text


def test_unknown_source() -> None:
    """A source of which nothing is known is not passed over."""
    with pytest.raises(SystemExit, match="elsewhere"):
        attribution([_row("elsewhere")])


@pytest.mark.parametrize("source", SOURCES)
def test_released_attribution_names_every_source(source: str) -> None:
    """The attribution beside the released network has a section for each source."""
    text = (REPOSITORY / "composer" / "released" / "ATTRIBUTION.md").read_text(encoding="utf-8")

    assert f"(`{source}`)" in text
    assert SOURCES[source].credit in text
