"""Where retrained networks lie: one folder each, there before its row in the database is, gone after it."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.domain import Engine
from bot.piece_files import sync
from composer.checkpoints import load_checkpoint
from composer.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from composer.checkpoints import Checkpoint

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
"""What an id may be that is to be the name of a folder: nothing that leads anywhere else."""


class CheckpointFolders:
    """The folders of retrained networks, by their ids.

    Training fills a folder elsewhere; ``adopt`` moves it to its place in one step. The row in the database is written
    after that, so a row always has its files; folders without a row are swept away at the next start.
    """

    def __init__(self, root: Path) -> None:
        self._root = root / "checkpoints"

    def prepare(self, kept: Collection[str]) -> None:
        """Make the folder of all, and delete what is in it but for the folders ``kept``."""
        self._root.mkdir(parents=True, exist_ok=True)
        for folder in self._root.iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)

    def of(self, checkpoint_id: str) -> Path:
        """The folder of a network.

        Raises:
            CheckpointError: what should be an id cannot be the name of a folder.
        """
        if not _NAME.fullmatch(checkpoint_id):
            message = "The id of a checkpoint has letters, digits, hyphens and underscores only; this one is no id."
            raise CheckpointError(message)
        return self._root / checkpoint_id

    def verify(self, checkpoint_id: str, card_sha256: str | None) -> None:
        """See to it that a network is whole and the one that it was when it was adopted.

        Raises:
            CheckpointError: it is not.
        """
        load_checkpoint(self.of(checkpoint_id), card_sha256)

    def read(self, made: Path) -> Checkpoint:
        """The network in a folder that training has filled.

        Raises:
            CheckpointError: there is none that could be adopted.
        """
        checkpoint = load_checkpoint(made)
        if checkpoint.engine != Engine.NOTES:
            message = f"The checkpoint {checkpoint.id} is of the {checkpoint.engine} engine, which is not retrained."
            raise CheckpointError(message)
        self.of(checkpoint.id)
        return checkpoint

    def adopt(self, checkpoint: Checkpoint) -> Checkpoint:
        """Move a network that was read to its place, safe from a power cut.

        Raises:
            OSError: the disk is full or broken; nothing that has a row was changed.
        """
        made, target = checkpoint.folder, self.of(checkpoint.id)
        for path in made.iterdir():
            sync(path)
        sync(made)
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
        sync(self._root)
        return replace(checkpoint, folder=target)

    def remove(self, checkpoint_id: str) -> None:
        """Delete the folder of a network."""
        shutil.rmtree(self.of(checkpoint_id), ignore_errors=True)
