"""Where the files of pieces lie: one folder a piece, there before its row in the database is, gone after it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class PieceFiles:
    """The files of one piece."""

    folder: Path

    @property
    def midi(self) -> Path:
        """The piece as MIDI."""
        return self.folder / "piece.mid"

    @property
    def mp3(self) -> Path:
        """The recording."""
        return self.folder / "piece.mp3"

    @property
    def picture(self) -> Path:
        """The piano roll as PNG."""
        return self.folder / "piece.png"

    @property
    def score(self) -> Path:
        """The Score as JSON, to go on from."""
        return self.folder / "piece.json"


class PieceFolders:
    """The folders of all pieces, by the ticket that they were made for.

    A worker fills a folder aside; ``adopt`` moves it to its place in one step. The row in the database is written
    after that, so a row always has its files; folders without a row are swept away at the next start.
    """

    def __init__(self, root: Path) -> None:
        self._pieces, self._work = root / "pieces", root / "work"

    def prepare(self) -> None:
        """Make the folders; what workers left half done goes."""
        shutil.rmtree(self._work, ignore_errors=True)
        for folder in (self._pieces, self._work):
            folder.mkdir(parents=True, exist_ok=True)

    def of(self, ticket_id: int) -> PieceFiles:
        """The files of a finished piece."""
        return PieceFiles(self._pieces / str(ticket_id))

    def new_work_folder(self, ticket_id: int) -> Path:
        """An empty folder for a worker."""
        folder = self._work / str(ticket_id)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def adopt(self, ticket_id: int) -> PieceFiles:
        """Move what a worker has made to its place, safe from a power cut."""
        work, files = self._work / str(ticket_id), self.of(ticket_id)
        for path in work.iterdir():
            sync(path)
        sync(work)
        shutil.rmtree(files.folder, ignore_errors=True)
        work.rename(files.folder)
        sync(self._pieces)
        return files

    def remove(self, ticket_id: int) -> None:
        """Delete the files of a ticket, finished or not."""
        for root in (self._pieces, self._work):
            shutil.rmtree(root / str(ticket_id), ignore_errors=True)

    def sweep(self, kept: Collection[int]) -> None:
        """Delete the folders of all tickets but ``kept``."""
        names = {str(ticket_id) for ticket_id in kept}
        for folder in self._pieces.iterdir():
            if folder.name not in names:
                shutil.rmtree(folder, ignore_errors=True)


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, safe from a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
