"""The showcase: its list, its page, and one piece composed from the list."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from composer.midi.files import read_midi_file
from composer.openers import find_opener
from scripts.showcase import SHOWCASE, composed, page, put

if TYPE_CHECKING:
    from pathlib import Path

PIECES = tomllib.loads((SHOWCASE / "pieces.toml").read_text(encoding="utf-8"))["pieces"]


def test_twelve_pieces_with_one_stated_random_seed() -> None:
    """Every piece names an opener that there is and a length; nothing was picked by its random seed."""
    assert len(PIECES) == 12
    assert len({piece["random_seed"] for piece in PIECES}) == 1
    assert all(find_opener(piece["seed"]) for piece in PIECES)
    assert len({piece["length"] for piece in PIECES}) >= 4


def test_a_piece_is_composed_and_put_in_its_place(tmp_path: Path) -> None:
    """MP3, MIDI and picture get one name, and the page links to all three."""
    made, output = tmp_path / "made", tmp_path / "showcase"
    output.mkdir()
    piece = {"seed": "schumann:traumerei", "length": 8, "random_seed": 1}
    answer = composed(piece, made)
    put(answer, "01-schumann", output)
    text = page([piece], ["01-schumann"], [answer], "Remarks.")

    assert sorted(path.name for path in output.iterdir()) == ["01-schumann.mid", "01-schumann.mp3", "01-schumann.png"]
    assert read_midi_file(output / "01-schumann.mid").notes
    assert all(f"(01-schumann{suffix})" in text for suffix in (".mid", ".mp3", ".png"))
    assert "Remarks." in text


def test_the_page_that_lies_there_shows_all_of_the_list() -> None:
    """Whoever changes the list composes anew."""
    text = (SHOWCASE / "README.md").read_text(encoding="utf-8")

    assert all(f"`seed:{piece['seed']} length:{piece['length']}" in text for piece in PIECES)
    assert text.count(".mp3)") == len(PIECES)
