"""Little pieces and corpora for the tests of the evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composer.encoding.features import piece_features
from composer.encoding.vocabulary import encode
from composer.learning.corpus import CorpusFile, CorpusPiece
from composer.midi.writer import write_midi
from composer.notes import Note, Score, Tempo

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path


def melody(pitches: Iterable[int], beats: float = 0.5, bpm: float = 120.0, velocity: int = 72) -> Score:
    """One note after another, each ``beats`` long."""
    notes = [Note(index * beats, pitch, (index + 1) * beats, velocity) for index, pitch in enumerate(pitches)]
    return Score(tuple(notes), tempos=(Tempo(0.0, bpm),))


def chords(*chords: Sequence[int], beats: float = 1.0) -> Score:
    """One chord after another, each ``beats`` long."""
    return Score(
        tuple(Note(index * beats, pitch, (index + 1) * beats) for index, chord in enumerate(chords) for pitch in chord)
    )


def piece(score: Score, source: str = "mutopia", path: str = "piece.mid") -> CorpusPiece:
    """A piece of a corpus as if it had been read."""
    file = CorpusFile(path, source, "validation")
    return CorpusPiece(file, piece_features(encode(score), file.source_id))


def write_corpus(folder: Path, pieces: Mapping[str, tuple[str, str, Score]]) -> Path:
    """A corpus folder with a manifest: file name -> source, split, music."""
    rows = ["path,source,split"]
    for name, (source, split, score) in pieces.items():
        (folder / name).write_bytes(write_midi(score))
        rows.append(f"{name},{source},{split}")
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder
