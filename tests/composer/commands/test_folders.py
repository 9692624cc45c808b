"""Where finished files go."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.checkpoints import RELEASED_ROLL
from composer.commands.folders import LONGEST_NAME, engine_checkpoint, publish, readable_name, writable_folder
from composer.errors import BadInputError
from tests.networks import make_network

if TYPE_CHECKING:
    from pathlib import Path


def _finished(folder: Path, content: str) -> dict[str, Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = {suffix: folder / f"piece{suffix}" for suffix in (".mid", ".mp3")}
    for suffix, path in files.items():
        path.write_text(content + suffix)
    return files


def test_files_get_one_name(tmp_path: Path) -> None:
    """All files of a piece have the same name."""
    places = publish(_finished(tmp_path / "aside", "one"), tmp_path, "schumann-7")

    assert places == {".mid": tmp_path / "schumann-7.mid", ".mp3": tmp_path / "schumann-7.mp3"}
    assert places[".mp3"].read_text() == "one.mp3"


def test_taken_names_are_not_overwritten(tmp_path: Path) -> None:
    """Where one file of that name exists, the whole piece gets another, and nothing is left of the attempt."""
    (tmp_path / "schumann-7.mp3").write_text("mine")

    places = publish(_finished(tmp_path / "aside", "new"), tmp_path, "schumann-7")

    assert places[".mid"] == tmp_path / "schumann-7-2.mid"
    assert (tmp_path / "schumann-7.mp3").read_text() == "mine"
    assert not (tmp_path / "schumann-7.mid").exists()


def test_names_at_the_same_time(tmp_path: Path) -> None:
    """Eight pieces that want one name at once all get one of their own."""
    pieces = [_finished(tmp_path / f"aside-{number}", f"piece {number}") for number in range(8)]

    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(lambda files: publish(files, tmp_path, "x"), pieces))

    for number, place in enumerate(places):
        assert place[".mid"].read_text() == f"piece {number}.mid"
        assert place[".mp3"].stem == place[".mid"].stem


@given(st.text())
def test_readable_names_are_plain(text: str) -> None:
    """Whatever a file is called, its piece has a plain name."""
    name = readable_name(text)

    assert re.fullmatch(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", name)
    assert len(name) <= LONGEST_NAME


@pytest.mark.parametrize(
    ("text", "name"),
    [("schumann:traumerei", "schumann-traumerei"), ("Für Elise", "fur-elise"), ("../../x", "x"), ("\u266b", "piece")],
)
def test_readable_name(text: str, name: str) -> None:
    """Accents and signs are dropped."""
    assert readable_name(text) == name


def test_folder_is_made(tmp_path: Path) -> None:
    """A missing folder is made, with those above it."""
    assert writable_folder(tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize("place", ["file", "file/below", "nul\0name", "x" * 300])
def test_impossible_folders(tmp_path: Path, place: str) -> None:
    """A folder that cannot be is refused with a sentence."""
    (tmp_path / "file").write_text("")

    with pytest.raises(BadInputError, match="Nothing can be written"):
        writable_folder(tmp_path / place)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_folder(tmp_path: Path) -> None:
    """A folder without the right to write is refused."""
    tmp_path.chmod(0o500)

    with pytest.raises(BadInputError, match="Permission denied"):
        writable_folder(tmp_path)


def test_which_checkpoint_is_meant(tmp_path: Path) -> None:
    """The one that is named, or the released one of the engine; an engine and a checkpoint must not contradict."""
    folder = make_network(tmp_path / "network").folder

    assert engine_checkpoint(None, None) is engine_checkpoint(None, "notes") is None
    assert engine_checkpoint(None, "roll") == RELEASED_ROLL
    assert engine_checkpoint(folder, None) == engine_checkpoint(folder, "notes") == folder
    with pytest.raises(BadInputError, match="of the engine notes, not roll; leave out --engine"):
        engine_checkpoint(folder, "roll")
    with pytest.raises(BadInputError, match="no checkpoint in"):
        engine_checkpoint(tmp_path, "roll")
