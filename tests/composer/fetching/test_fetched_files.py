"""The manifest of what was fetched."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.errors import RenderError
from composer.fetching.fetched_files import MANIFEST, FetchedFile, is_whole, read_manifest, store, write_manifest

_CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=20)
_FILES = st.lists(st.builds(FetchedFile, *[_CELL] * 10), max_size=5, unique_by=lambda file: file.path)


@given(_FILES)
def test_manifest_round_trip(files: list[FetchedFile]) -> None:
    """What is written is read back, whatever the titles hold."""
    with tempfile.TemporaryDirectory() as folder:
        write_manifest(Path(folder), files, "http://www.example.org")

        assert read_manifest(Path(folder)) == sorted(files, key=lambda file: file.path)


def test_stored_file_is_whole(tmp_path: Path) -> None:
    """A stored file has the bytes and the hash of what was fetched."""
    file = store(tmp_path, "piano-midi.de/bach/x.mid", b"MThd", title="X", split="train", url="http://x.org/x.mid")

    assert is_whole(tmp_path, file)
    assert (file.composer, file.size_bytes) == ("bach", "4")
    assert not is_whole(tmp_path / "elsewhere", file)


def test_changed_file_is_not_whole(tmp_path: Path) -> None:
    """One other byte is noticed."""
    file = store(tmp_path, "a/b/x.mid", b"MThd", title="X", split="train", url="")
    (tmp_path / "a/b/x.mid").write_bytes(b"MThe")

    assert not is_whole(tmp_path, file)


def test_no_manifest(tmp_path: Path) -> None:
    """An empty folder has no rows."""
    assert read_manifest(tmp_path) == []


def test_cut_off_manifest(tmp_path: Path) -> None:
    """A row that is not complete is left out."""
    file = store(tmp_path, "a/b/x.mid", b"MThd", title="X", split="train", url="")
    write_manifest(tmp_path, [file], "http://www.example.org")
    with (tmp_path / MANIFEST).open("a", encoding="utf-8") as stream:
        stream.write("a/b/y.mid,piano-midi.de,half a")

    assert read_manifest(tmp_path) == [file]


def test_unwritable_place(tmp_path: Path) -> None:
    """A place that cannot be written to is named."""
    (tmp_path / MANIFEST).mkdir()

    with pytest.raises(RenderError, match=MANIFEST):
        write_manifest(tmp_path, [], "http://www.example.org")
