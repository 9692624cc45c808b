"""The folders of pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.piece_files import PieceFolders

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folders(tmp_path: Path) -> PieceFolders:
    """Empty ones."""
    found = PieceFolders(tmp_path)
    found.prepare()
    return found


def test_adopted_files_are_in_their_place(folders: PieceFolders) -> None:
    """What a worker has made is found where the piece's files are, also when it was made twice."""
    for content in (b"first", b"second"):
        work = folders.new_work_folder(7)
        (work / "piece.mid").write_bytes(content)
        files = folders.adopt(7)
        assert files.midi.read_bytes() == content
        assert not work.exists()

    assert folders.of(7) == files


def test_a_work_folder_is_empty(folders: PieceFolders) -> None:
    """Nothing of an attempt before is left."""
    (folders.new_work_folder(7) / "piece.mid").touch()

    assert list(folders.new_work_folder(7).iterdir()) == []


def test_sweeping_keeps_what_has_a_row(folders: PieceFolders) -> None:
    """Folders without a piece go, the others stay."""
    for ticket_id in (1, 2, 3):
        folders.new_work_folder(ticket_id)
        folders.adopt(ticket_id)

    folders.sweep({2})

    assert [folders.of(ticket_id).folder.exists() for ticket_id in (1, 2, 3)] == [False, True, False]


def test_removed_files_are_gone(folders: PieceFolders) -> None:
    """Finished and unfinished files of a ticket go together; doing it twice does no harm."""
    folders.new_work_folder(1)
    folders.adopt(1)
    work = folders.new_work_folder(1)

    folders.remove(1)
    folders.remove(1)

    assert not work.exists()
    assert not folders.of(1).folder.exists()
