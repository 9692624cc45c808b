"""Piano rolls of the frame benchmark (Boulanger-Lewandowski, Bengio and Vincent 2012), read from a stranger's file.

A file is a NumPy archive (``.npz``) that holds for each of its splits ``S``, such as ``train``, ``valid`` or ``test``:

- ``S_frames_packed``, uint8 ``(frames, 11)``: all sequences one after the other, eight keys a byte from A0 up;
- ``S_lengths``, whole numbers ``(sequences,)``: frames of each sequence.

Whatever else is in it is left alone. Nothing is unpickled, and nothing is unpacked before its size is known to be
bearable.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import math
import tokenize
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from composer.errors import BadInputError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    Frames = NDArray[np.uint8]

KEYS, LOWEST_PITCH = 88, 21
FRAMES, LENGTHS = "_frames_packed", "_lengths"
MOST_FILE_BYTES = 64 * 2**20
MOST_MEMBER_BYTES = 32 * 2**20
"""Of one array, unpacked: three million frames."""
MOST_SEQUENCES = 100_000
MOST_MEMBERS = 1000
_LONGEST_NAME = 60
_UNREADABLE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What Python raises for archives that are damaged, locked or packed in unknown ways."""
_BAD_HEADER = (SyntaxError, OverflowError, tokenize.TokenError)
"""What NumPy lets through of what it meets in a header that is no header."""


@dataclass(frozen=True)
class FrameFile:
    """A file of piano rolls, of which nothing but the table of contents has been understood so far.

    Attributes:
        name: for sentences about it.
        sha256: of the whole file, in hexadecimal digits.
        splits: names of the splits that are in it.
    """

    name: str
    sha256: str
    splits: tuple[str, ...]
    _content: bytes

    def split(self, name: str) -> list[Frames]:
        """The sequences of a split, each ``(time, 88, 1)`` of zeros and ones.

        Raises:
            BadInputError: there is no such split, or it is not what the format asks for.
        """
        if name not in self.splits:
            message = f"{self.name} has no split '{name[:_LONGEST_NAME]}', only {', '.join(self.splits)}."
            raise BadInputError(message)
        with zipfile.ZipFile(io.BytesIO(self._content)) as archive:
            self._check_range(archive)
            packed = self._array(archive, name + FRAMES)
            lengths = self._array(archive, name + LENGTHS)
        self._check(packed, lengths, name)
        frames = np.unpackbits(packed, axis=1)[:, :, None]
        return np.split(frames, np.cumsum(lengths.astype(np.int64))[:-1])

    def _check_range(self, archive: zipfile.ZipFile) -> None:
        """Where the file names its keys, they must be those of a piano."""
        for member, expected in (("n_keys", KEYS), ("pitch_low", LOWEST_PITCH)):
            if f"{member}.npy" in archive.namelist():
                value = self._array(archive, member)
                if value.size != 1 or value.dtype.kind not in "iu" or int(value.flat[0]) != expected:
                    message = f"{self.name} is for other keys than the benchmark's: {member} is not {expected}."
                    raise BadInputError(message)

    def _array(self, archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
        """An array by its name, once its size is known to be bearable."""
        try:
            with archive.open(f"{name}.npy") as member:
                content = member.read(MOST_MEMBER_BYTES + 1)
            if len(content) > MOST_MEMBER_BYTES:
                message = f"{name} of {self.name} is too large: at most {MOST_MEMBER_BYTES // 2**20} MiB are read."
                raise BadInputError(message)
            return _parse(content)
        except (KeyError, MemoryError, OSError, *_UNREADABLE, *_BAD_HEADER) as error:
            message = f"{name} of {self.name} cannot be read; it is damaged, or not a plain NumPy array."
            raise BadInputError(message) from error

    def _check(self, packed: NDArray[Any], lengths: NDArray[Any], split: str) -> None:
        """Refuse what does not fit together."""
        _require(
            packed.dtype == np.uint8 and packed.ndim == 2 and packed.shape[1] == KEYS // 8,
            f"{split}{FRAMES} of {self.name} must hold bytes in {KEYS // 8} columns, eight keys each; "
            f"it is {packed.dtype} of shape {packed.shape}.",
        )
        _require(
            lengths.dtype.kind in "iu" and lengths.ndim == 1 and 0 < len(lengths) <= MOST_SEQUENCES,
            f"{split}{LENGTHS} of {self.name} must be a list of 1 to {MOST_SEQUENCES} whole numbers; "
            f"it is {lengths.dtype} of shape {lengths.shape}.",
        )
        shortest, total = int(lengths.min()), sum(lengths.tolist())
        _require(shortest > 0, f"{split}{LENGTHS} of {self.name} has a sequence of {shortest} frames; 1 is the least.")
        _require(
            total == len(packed),
            f"The lengths of {split} in {self.name} add up to {total} frames, but there are {len(packed)}.",
        )


def read_frame_file(path: Path) -> FrameFile:
    """Read a file of piano rolls.

    Raises:
        BadInputError: there is none, it is too large, or not an archive of the format.
    """
    content = _content(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")}
    except (OSError, OverflowError, *_UNREADABLE) as error:
        message = f"{path.name} is not a NumPy archive (.npz); give a file of the benchmark's format."
        raise BadInputError(message) from error
    names = {member.removesuffix(FRAMES) for member in members if member.endswith(FRAMES)}
    splits = tuple(sorted(name for name in names if name.isidentifier() and name + LENGTHS in members))
    _require(len(members) <= MOST_MEMBERS, f"{path.name} holds more than {MOST_MEMBERS} arrays.")
    _require(splits, f"{path.name} has no split: arrays such as test{FRAMES} and test{LENGTHS} are expected.")
    return FrameFile(path.name, hashlib.sha256(content).hexdigest(), splits, content)


def _content(path: Path) -> bytes:
    """The bytes of a file that is not too large."""
    try:
        _require(path.is_file(), f"There is no file {path}; give a file of the benchmark's format (.npz).")
        with path.open("rb") as stream:
            content = stream.read(MOST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        message = f"{path} cannot be read: {getattr(error, 'strerror', None) or error}."
        raise BadInputError(message) from error
    _require(
        len(content) <= MOST_FILE_BYTES, f"{path.name} is too large: at most {MOST_FILE_BYTES // 2**20} MiB are read."
    )
    return content


def _parse(content: bytes) -> NDArray[Any]:
    """An array in NumPy's own format, whose header is held against the number of bytes before anything is made of it.

    Raises:
        ValueError: it is something else, or holds objects.
    """
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        shape, by_column, dtype = np.lib.format.read_array_header_1_0(stream)
    else:
        shape, by_column, dtype = np.lib.format.read_array_header_2_0(stream)
    data = content[stream.tell() :]
    if dtype.hasobject or min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != len(data):
        message = "not a plain array"
        raise ValueError(message)
    return np.frombuffer(data, dtype).reshape(shape, order="F" if by_column else "C")


def _require(condition: object, message: str) -> None:
    if not condition:
        raise BadInputError(message)
