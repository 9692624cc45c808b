"""A folder of MIDI files as training material: index, splits, features.

The index is ``manifest.csv`` (columns ``path``, ``source``, ``split``, ``composer``, and whatever else) where the
folder has one; otherwise every MIDI file counts, and a fixed hash of its path draws 5 % for validation.
"""

from __future__ import annotations

import csv
import hashlib
import logging
import signal
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from composer.encoding.features import PieceFeatures, piece_features
from composer.encoding.fields import ABSENT, SOURCES
from composer.encoding.styles import Style, style_of
from composer.encoding.vocabulary import encode
from composer.errors import BadInputError, InvalidMidiError
from composer.midi.files import read_corpus_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from composer.notes import Score

logger = logging.getLogger(__name__)
Piece = TypeVar("Piece")
VALIDATION_SHARE = 0.05


@dataclass(frozen=True)
class CorpusFile:
    """One piece of a corpus; ``path`` is relative to its folder, ``author`` as the corpus names its composer."""

    path: str
    source: str
    split: str
    sha256: str = ""
    author: str = ""

    @property
    def source_id(self) -> int:
        """Index into ``SOURCES``; ``ABSENT`` for music of another origin."""
        return SOURCES.index(self.source) if self.source in SOURCES else ABSENT

    @property
    def style(self) -> Style:
        """Whose music it is, as far as the network knows composers."""
        return style_of(self.author)


@dataclass(frozen=True)
class CorpusPiece:
    """A piece that was read, with everything the network is told and asked about it."""

    file: CorpusFile
    features: PieceFeatures

    def __len__(self) -> int:
        return len(self.features.factors)


def list_corpus(folder: Path, split: str | None = None) -> list[CorpusFile]:
    """Files of a corpus folder in a fixed order, of one split or of all.

    Raises:
        BadInputError: the folder is absent, its manifest has no paths, or it has no MIDI files of that split.
    """
    if not folder.is_dir():
        message = f"The corpus folder {folder} does not exist."
        raise BadInputError(message)
    manifest = folder / "manifest.csv"
    files = _from_manifest(manifest) if manifest.exists() else _from_folder(folder)
    chosen = [file for file in files if split in {None, file.split} and (folder / file.path).exists()]
    if not chosen:
        message = f"The corpus folder {folder} has no MIDI files" + (f" of the split {split!r}." if split else ".")
        raise BadInputError(message)
    return chosen


def _from_manifest(manifest: Path) -> list[CorpusFile]:
    with manifest.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, restval="")
        if "path" not in (reader.fieldnames or ()):
            message = f"{manifest} has no column 'path'; its first line names the columns: path,split,source."
            raise BadInputError(message)
        return [
            CorpusFile(
                row["path"],
                row.get("source", ""),
                row.get("split", "train"),
                row.get("sha256", ""),
                row.get("composer", ""),
            )
            for row in reader
        ]


def _from_folder(folder: Path) -> list[CorpusFile]:
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in {".mid", ".midi"})
    names = [path.relative_to(folder).as_posix() for path in paths]
    return [CorpusFile(name, folder.name, drawn_split(name)) for name in names]


def drawn_split(name: str) -> str:
    """Split of a file whose corpus does not say: a fixed draw on its name."""
    draw = int.from_bytes(hashlib.sha256(f"schumann:{name}".encode()).digest()[:4], "big") / 2**32
    return "validation" if draw < VALIDATION_SHARE else "train"


def read_score(folder: Path, file: CorpusFile) -> Score:
    """Read one piece of a corpus.

    Raises:
        InvalidMidiError: the file cannot be used.
    """
    return read_corpus_file(folder / file.path)


def _read_piece(folder: Path, file: CorpusFile) -> CorpusPiece | str:
    try:
        return CorpusPiece(file, piece_features(encode(read_score(folder, file)), file.source_id))
    except InvalidMidiError as error:
        return f"{file.path} left out: {error}"


def read_pieces(
    folder: Path, files: Iterable[CorpusFile], *, workers: int = 1, progress: Callable[[int], None] | None = None
) -> list[CorpusPiece]:
    """Read pieces and compute their features; unusable files are left out with a warning.

    Args:
        folder: of the corpus.
        files: to read.
        workers: processes to share the work among.
        progress: called with the number of pieces done so far.
    """
    return read_all(partial(_read_piece, folder), files, workers, progress)


def read_all(
    read: Callable[[CorpusFile], Piece | str],
    files: Iterable[CorpusFile],
    workers: int,
    progress: Callable[[int], None] | None,
) -> list[Piece]:
    """Read files in several processes; where ``read`` gives a sentence and no piece, that is a warning."""
    pieces: list[Piece] = []
    # Ctrl-C is the parent's affair: it would make every worker print a traceback.
    with ProcessPoolExecutor(workers, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as pool:
        for done, piece in enumerate(pool.map(read, files, chunksize=8), 1):
            if isinstance(piece, str):
                logger.warning(piece)
            else:
                pieces.append(piece)
            if progress:
                progress(done)
    return pieces


def corpus_hash(files: Iterable[CorpusFile], folder: Path) -> str:
    """One SHA-256 over the names and contents of files: what a checkpoint was trained on."""
    digest = hashlib.sha256()
    for file in files:
        content = file.sha256 or hashlib.sha256((folder / file.path).read_bytes()).hexdigest()
        digest.update(f"{file.path} {content}\n".encode())
    return digest.hexdigest()
