"""Files of piano rolls: what is in them comes out, and what is wrong with them is said."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.errors import BadInputError
from composer.evaluation import frame_data
from composer.evaluation.frame_data import read_frame_file
from tests.frame_files import PUBLISHED, arrays_of, chords, needs_published_frames, random_sequences, write_frame_file

if TYPE_CHECKING:
    from pathlib import Path

SOUND = arrays_of({"test": random_sequences(1, 5, 3)})


def _refusal(path: Path, split: str = "test") -> str:
    with pytest.raises(BadInputError) as refused:
        read_frame_file(path).split(split)
    return str(refused.value)


def _with(tmp_path: Path, **arrays: Any) -> Path:
    """A sound file but for these arrays."""
    path = tmp_path / "rolls.npz"
    np.savez(path, **(SOUND | arrays))
    return path


@given(lengths=st.lists(st.integers(1, 30), min_size=1, max_size=6), random_seed=st.integers(0, 99))
def test_what_was_written_is_read(
    lengths: list[int], random_seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every sequence comes back bit by bit."""
    sequences = random_sequences(random_seed, *lengths)
    path = write_frame_file(tmp_path_factory.mktemp("rolls") / "rolls.npz", {"valid": sequences})

    read = read_frame_file(path).split("valid")

    assert [frames.tolist() for frames in read] == [frames.tolist() for frames in sequences]


def test_the_first_bit_is_the_lowest_key(tmp_path: Path) -> None:
    """Column k is MIDI pitch 21 + k; planes are one."""
    path = write_frame_file(tmp_path / "rolls.npz", {"test": [chords([21], [60, 64], [])]})

    (frames,) = read_frame_file(path).split("test")

    assert frames.shape == (3, 88, 1)
    assert [np.flatnonzero(frame).tolist() for frame in frames] == [[0], [39, 43], []]


def test_other_arrays_are_left_alone(tmp_path: Path) -> None:
    """A file may hold more: even what cannot be read safely does no harm."""
    pieces = np.array([{"evil": 1}], dtype=object)
    path = write_frame_file(tmp_path / "rolls.npz", {"test": random_sequences(1, 4)}, test_piece=pieces, n_keys=88)

    file = read_frame_file(path)

    assert file.splits == ("test",)
    assert len(file.split("test")) == 1
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@needs_published_frames
@pytest.mark.parametrize(
    ("name", "split", "sequences", "frames"),
    [
        ("piano_midi", "train", 87, 75_911),
        ("piano_midi", "valid", 12, 8_540),
        ("jsb_chorales", "train", 229, 13_807),
        ("jsb_chorales", "valid", 76, 4_602),
    ],
)
def test_published_files(name: str, split: str, sequences: int, frames: int) -> None:
    """The benchmark's own files have the published numbers of sequences and frames."""
    read = read_frame_file(PUBLISHED / f"{name}_train_valid.npz").split(split)

    assert (len(read), sum(map(len, read))) == (sequences, frames)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"test_lengths": np.array([5, 4])}, "add up to 9 frames, but there are 8"),
        ({"test_lengths": np.array([2**62, 2**62, 2**62, 2**62, 8])}, "add up to"),
        ({"test_lengths": np.array([9, -1])}, "a sequence of -1 frames"),
        ({"test_lengths": np.array([8, 0])}, "a sequence of 0 frames"),
        ({"test_lengths": np.array([], np.int32)}, "1 to 100000 whole numbers"),
        ({"test_lengths": np.array([5.0, 3.0])}, "it is float64"),
        ({"test_lengths": np.array([[5, 3]])}, "of shape (1, 2)"),
        ({"test_lengths": np.array(8)}, "of shape ()"),
        ({"test_lengths": np.array([5, 3], dtype=object)}, "not a plain NumPy array"),
        ({"test_frames_packed": np.zeros((8, 88), np.uint8)}, "11 columns"),
        ({"test_frames_packed": np.zeros(88, np.uint8)}, "11 columns"),
        ({"test_frames_packed": np.zeros((8, 11), np.int64)}, "it is int64"),
        ({"n_keys": np.array(79)}, "n_keys is not 88"),
        ({"pitch_low": np.array([21, 24])}, "pitch_low is not 21"),
        ({"pitch_low": np.array("A0")}, "pitch_low is not 21"),
    ],
)
def test_what_does_not_fit_together(arrays: dict[str, Any], sentence: str, tmp_path: Path) -> None:
    """Wrong widths, types, lengths and keys are named."""
    assert sentence in _refusal(_with(tmp_path, **arrays))


def test_missing_split(tmp_path: Path) -> None:
    """The splits that there are are told."""
    assert _refusal(_with(tmp_path), "valid") == "rolls.npz has no split 'valid', only test."


def test_half_a_split_is_none(tmp_path: Path) -> None:
    """Frames without lengths are no split."""
    np.savez(tmp_path / "rolls.npz", test_frames_packed=SOUND["test_frames_packed"])

    assert "has no split" in _refusal(tmp_path / "rolls.npz")


@pytest.mark.parametrize("content", [b"", b"MThd", b"PK\x03\x04", pickle.dumps([1]), os.urandom(4096)])
def test_other_files(content: bytes, tmp_path: Path) -> None:
    """What is no archive is refused."""
    (tmp_path / "rolls.npz").write_bytes(content)

    assert "is not a NumPy archive" in _refusal(tmp_path / "rolls.npz")


@pytest.mark.parametrize("name", ["absent.npz", "."])
def test_no_file(name: str, tmp_path: Path) -> None:
    """A file that is not there, or a folder."""
    assert "There is no file" in _refusal(tmp_path / name)


def test_never_ending_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not more than so much of a file is read."""
    monkeypatch.setattr(frame_data, "MOST_FILE_BYTES", 2**20)
    (tmp_path / "rolls.npz").write_bytes(bytes(2**20 + 1))

    assert "too large: at most 1 MiB" in _refusal(tmp_path / "rolls.npz")


def test_zip_bomb(tmp_path: Path) -> None:
    """An array that unpacks to more than can be borne is not unpacked any further."""
    path = tmp_path / "rolls.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("test_frames_packed.npy", bytes(frame_data.MOST_MEMBER_BYTES + 1))
        archive.writestr("test_lengths.npy", b"")

    assert "too large: at most 32 MiB" in _refusal(path)


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999, 11)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-8, -11)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (8, 11), 'more': 1}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (11,)}",
        "{'descr': '|V0', 'fortran_order': False, 'shape': (8, 11)}",
        "__import__('os').abort()",
        "(" * 9000,
        "",
    ],
)
def test_hostile_headers(header: str, tmp_path: Path) -> None:
    """A header that promises other things than follow is not believed."""
    stream = io.BytesIO()
    stream.write(b"\x93NUMPY\x02\x00" + len(header).to_bytes(4, "little") + header.encode() + bytes(88))
    path = tmp_path / "rolls.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("test_frames_packed.npy", stream.getvalue())
        archive.writestr("test_lengths.npy", b"")

    assert "test_frames_packed of rolls.npz cannot be read" in _refusal(path)


@given(place=st.integers(0, 10_000), flipped=st.integers(1, 255))
def test_damaged_files(place: int, flipped: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file with a damaged byte is read or refused in a sentence; nothing else happens."""
    path = write_frame_file(tmp_path_factory.mktemp("rolls") / "rolls.npz", {"test": random_sequences(2, 40)})
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= flipped
    path.write_bytes(content)

    try:
        read = read_frame_file(path).split("test")
    except BadInputError as error:
        assert "rolls.npz" in str(error)  # noqa: PT017 - either of both may happen
    else:
        assert sum(map(len, read)) == 40
