"""Reading the rated pieces that a run learns from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from composer.errors import BadInputError
from composer.midi.writer import write_midi
from composer.tuning.rated_set import HELD_OUT_SHARE, read_rated_set
from tests.composer.evaluation.small_music import melody
from tests.composer.tuning.rated import write_rated_set

if TYPE_CHECKING:
    from pathlib import Path

SCALE = [60, 62, 64, 65, 67, 69, 71, 72] * 3


def _change(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["pieces"][0] |= changes
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_only_composed_notes_count(tmp_path: Path) -> None:
    """The primer is told from what was composed, and what was said of a piece is with it."""
    folder = write_rated_set(tmp_path / "set", [(melody(SCALE), 4.0, True), (melody(SCALE[::-1]), 0.0, False)])
    liked, disliked = read_rated_set(folder)

    assert liked.composed.tolist() == [False] * 8 + [True] * 16
    assert [note.pitch for note in liked.continuation] == SCALE[8:]
    assert disliked.composed.all()
    assert (liked.liked, liked.up, liked.down, disliked.liked) == (True, 1, 0, False)


def test_what_is_held_out_follows_from_the_music(tmp_path: Path) -> None:
    """About a quarter is kept back, the same pieces in every run and whatever else is in the set."""
    pieces = [
        (melody([48 + number % 40 + step for step in (0, 2, 4, 5, 7, 9, 11, 12)], bpm=60.0 + number), 0.0, True)
        for number in range(200)
    ]
    whole = read_rated_set(write_rated_set(tmp_path / "whole", pieces))
    half = read_rated_set(write_rated_set(tmp_path / "half", pieces[::2]))

    assert sum(piece.is_held_out for piece in whole) / 200 == pytest.approx(HELD_OUT_SHARE, abs=0.08)
    assert [piece.is_held_out for piece in half] == [piece.is_held_out for piece in whole[::2]]


def test_midi_files_will_do(tmp_path: Path) -> None:
    """A musician may rate MIDI files."""
    folder = write_rated_set(tmp_path / "set", [(melody(SCALE), 0.0, True)])
    (folder / "0.mid").write_bytes(write_midi(melody(SCALE)))
    import hashlib

    _change(folder, file="0.mid", sha256=hashlib.sha256((folder / "0.mid").read_bytes()).hexdigest())

    assert len(read_rated_set(folder)[0].notes) == len(SCALE)


def test_pieces_with_hardly_a_composed_note_are_left_out(tmp_path: Path) -> None:
    """A few notes teach nothing."""
    assert read_rated_set(write_rated_set(tmp_path / "set", [(melody(SCALE), 11.0, True)])) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"sha256": "0" * 64},
        {"file": "../0.json"},
        {"file": "/etc/passwd"},
        {"file": "missing.json"},
        {"label": "loved"},
        {"rating": "nan"},
        {"up": -1},
        {"weight": None},
        {"primer_end_beat": "inf"},
    ],
)
def test_a_set_that_is_not_what_its_manifest_says_is_refused(changes: dict[str, object], tmp_path: Path) -> None:
    """Altered files, paths, unknown labels and numbers that are none are refused in a sentence."""
    folder = write_rated_set(tmp_path / "set", [(melody(SCALE), 0.0, True)])
    _change(folder, **changes)

    with pytest.raises(BadInputError):
        read_rated_set(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"pieces": 3}', '{"pieces": [3]}'])
def test_a_manifest_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    """Whatever stands in the manifest, the refusal is a sentence."""
    (tmp_path / "manifest.json").write_text(text)

    with pytest.raises(BadInputError):
        read_rated_set(tmp_path)


def test_a_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    """The refusal names what is missing."""
    with pytest.raises(BadInputError, match=r"manifest\.json"):
        read_rated_set(tmp_path)
