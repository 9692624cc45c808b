"""Files that are either whole or not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from composer.errors import RenderError
from composer.file_writing import replacing

if TYPE_CHECKING:
    from pathlib import Path


def write_half(path: Path) -> None:
    """Begin to write and fail."""
    with replacing(path) as temporary:
        temporary.write_text("half")
        message = "out of ink"
        raise ValueError(message)


def test_file_appears_when_it_is_whole(tmp_path: Path) -> None:
    """Until the block ends the old content stands; afterwards the new, and nothing else lies about."""
    path = tmp_path / "piece.mp3"
    path.write_text("old")
    with replacing(path) as temporary:
        temporary.write_text("new")

        assert path.read_text() == "old"
        assert temporary.suffix == ".mp3"

    assert path.read_text() == "new"
    assert [path] == list(tmp_path.iterdir())


def test_failure_leaves_the_old_file(tmp_path: Path) -> None:
    """After a failure the old file stands and the half-written one is gone."""
    path = tmp_path / "piece.mp3"
    path.write_text("old")
    with pytest.raises(ValueError, match="out of ink"):
        write_half(path)

    assert path.read_text() == "old"
    assert [path] == list(tmp_path.iterdir())


def test_missing_folder_is_said_in_words(tmp_path: Path) -> None:
    """A file that cannot be written is one sentence with its name."""
    with pytest.raises(RenderError, match=r"piece\.mp3 could not be written: No such file"):
        write_half_into(tmp_path / "nowhere" / "piece.mp3")


def write_half_into(path: Path) -> None:
    """Write where perhaps no folder is."""
    with replacing(path) as temporary:
        temporary.write_text("new")


def test_unusual_names_are_only_names(tmp_path: Path) -> None:
    """A name that looks like an option or hides itself is written like any other."""
    for name in ("-rf.mp3", "..mp3", "a b;c.mp3", "Träumerei ♭.mp3"):
        write_half_into(tmp_path / name)

        assert (tmp_path / name).read_text() == "new"
