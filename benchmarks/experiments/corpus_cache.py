"""The corpus' features on disk as flat arrays, so that an experiment starts in seconds and not in minutes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import composer
from composer.encoding.features import PieceFeatures
from composer.learning.corpus import CorpusFile, CorpusPiece, corpus_hash, list_corpus, read_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = [field.name for field in fields(PieceFeatures)]
INDEX = "pieces.json"


def cached_pieces(corpus: Path, split: str, cache: Path, workers: int) -> list[CorpusPiece]:
    """Pieces of a split; read from the MIDI files only where the files or the code that encodes them have changed."""
    files = list_corpus(corpus, split)
    folder = cache / f"{split}-{_key(files, corpus)}"
    if not (folder / INDEX).exists():
        _write(folder, read_pieces(corpus, files, workers=workers))
    return _read(folder)


def _key(files: Sequence[CorpusFile], corpus: Path) -> str:
    """Hash of the files and of the code that turns them into features."""
    code = Path(composer.__file__).parent
    digest = hashlib.sha256(corpus_hash(files, corpus).encode())
    for path in sorted([*code.glob("encoding/*.py"), *code.glob("midi/*.py"), *code.glob("learning/corpus.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _write(folder: Path, pieces: Sequence[CorpusPiece]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        np.save(folder / f"{name}.npy", np.concatenate([getattr(piece.features, name) for piece in pieces]))
    index = [{"file": asdict(piece.file), "notes": len(piece)} for piece in pieces]
    # Last, because it says that the rest is whole.
    (folder / INDEX).write_text(json.dumps(index), encoding="utf-8")


def _read(folder: Path) -> list[CorpusPiece]:
    index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in NAMES}
    ends = np.cumsum([entry["notes"] for entry in index])
    return [
        CorpusPiece(
            CorpusFile(**entry["file"]),
            PieceFeatures(**{name: array[end - entry["notes"] : end] for name, array in arrays.items()}),
        )
        for entry, end in zip(index, ends.tolist(), strict=True)
    ]
