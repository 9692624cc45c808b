"""Where the files of a run lie: what it learns from, what it makes, and the samples that people hear."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

SAMPLES: Final = ("a", "b")
LARGEST_SAMPLE: Final = 8 << 20
"""Bytes of a recording; platforms take that much, and it is minutes of music."""


@dataclass(frozen=True, slots=True)
class RunFiles:
    """The files of one run."""

    folder: Path

    @property
    def set(self) -> Path:
        """The pieces that it learns from, and their manifest."""
        return self.folder / "set"

    @property
    def out(self) -> Path:
        """What training leaves."""
        return self.folder / "out"

    @property
    def checkpoint(self) -> Path:
        """The network that it has made."""
        return self.out / "checkpoint"

    @property
    def samples(self) -> tuple[Path, ...]:
        """The blind samples that there are."""
        paths = (self.out / "samples" / f"{name}.mp3" for name in SAMPLES)
        return tuple(path for path in paths if path.is_file() and path.stat().st_size <= LARGEST_SAMPLE)

    def make(self) -> None:
        """Empty folders."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.set.mkdir(parents=True)
        self.out.mkdir()

    def tidy(self) -> None:
        """Delete everything but the samples."""
        shutil.rmtree(self.set, ignore_errors=True)
        for path in self.out.iterdir() if self.out.is_dir() else ():
            if path.name != "samples":
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


class RunFolders:
    """The folders of all runs. Of runs that have ended only the samples stay, and only while somebody may want them."""

    def __init__(self, data: Path) -> None:
        self._root = data / "retraining"

    @property
    def base_pieces(self) -> Path:
        """Where training keeps what the base composes: openers continued, nobody's music."""
        return self._root / "base"

    def of(self, run_id: int) -> RunFiles:
        """The files of a run."""
        return RunFiles(self._root / str(run_id))

    def sweep(self, kept: Collection[int]) -> None:
        """Delete the folders of all runs but those in ``kept``, and of these everything but the samples."""
        for folder in self._root.iterdir() if self._root.is_dir() else ():
            if folder.name in {str(run_id) for run_id in kept}:
                RunFiles(folder).tidy()
            elif folder != self.base_pieces:
                shutil.rmtree(folder, ignore_errors=True)
