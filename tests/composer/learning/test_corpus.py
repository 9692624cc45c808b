"""A folder of MIDI files as a corpus."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from composer.encoding.fields import ABSENT
from composer.errors import BadInputError
from composer.learning.corpus import CorpusFile, corpus_hash, drawn_split, list_corpus, read_pieces
from composer.midi.writer import write_midi
from composer.notation import parse_notation

if TYPE_CHECKING:
    from pathlib import Path

MUSIC = write_midi(parse_notation("C4q D4q E4q F4q | G4q A4q B4q C5q |"))


def _write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(MUSIC)


def test_every_midi_file_counts_where_there_is_no_manifest(tmp_path: Path) -> None:
    """Files in all folders are listed in a fixed order, each with the split that its name draws."""
    _write(tmp_path, "b.mid", "deep/a.MIDI", "notes.txt")

    files = list_corpus(tmp_path)

    assert [file.path for file in files] == ["b.mid", "deep/a.MIDI"]
    assert [file.split for file in files] == ["train", "train"]
    assert {file.source for file in files} == {tmp_path.name}


def test_one_file_in_twenty_is_drawn_for_validation() -> None:
    """The draw on the name gives about the share that it should."""
    drawn = [drawn_split(f"{number}.mid") for number in range(2000)]

    assert 70 <= drawn.count("validation") <= 130


def test_the_manifest_tells_split_and_source(tmp_path: Path) -> None:
    """Listed are the files of the split that are there, whatever else lies in the folder."""
    _write(tmp_path, "one.mid", "two.mid", "unlisted.mid")
    rows = "path,split,source\none.mid,train,mutopia\ntwo.mid,validation,\nabsent.mid,train,mutopia\n"
    (tmp_path / "manifest.csv").write_text(rows, encoding="utf-8")

    assert list_corpus(tmp_path, "train") == [CorpusFile("one.mid", "mutopia", "train")]
    assert [file.source_id for file in list_corpus(tmp_path)] == [1, ABSENT]


def test_a_manifest_without_paths_is_refused(tmp_path: Path) -> None:
    """The sentence says which column is missing."""
    (tmp_path / "manifest.csv").write_text("file;split\n", encoding="utf-8")

    with pytest.raises(BadInputError, match="no column 'path'"):
        list_corpus(tmp_path)


def test_files_that_cannot_be_used_are_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A damaged file costs a warning that names it, not the others."""
    _write(tmp_path, "sound.mid")
    (tmp_path / "damaged.mid").write_bytes(b"MThd")

    pieces = read_pieces(tmp_path, list_corpus(tmp_path))

    assert [(piece.file.path, len(piece)) for piece in pieces] == [("sound.mid", 8)]
    assert "damaged.mid left out" in caplog.text


def test_the_hash_is_of_names_and_contents(tmp_path: Path) -> None:
    """A hash from the manifest and one of the file itself are the same; another content gives another."""
    _write(tmp_path, "one.mid")
    file = CorpusFile("one.mid", "", "train")
    before = corpus_hash([file], tmp_path)
    (tmp_path / "one.mid").write_bytes(MUSIC + b"more")

    assert before == corpus_hash([replace(file, sha256=hashlib.sha256(MUSIC).hexdigest())], tmp_path)
    assert corpus_hash([file], tmp_path) != before
