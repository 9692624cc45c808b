"""Finished sound as MP3, WAV or FLAC, each read back before it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from composer.errors import RenderError
from composer.sound.synthesiser import SAMPLE_RATE
from composer.sound.tags import AudioTags, id3_bytes, tag_flac

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

BIT_RATE = 192
"""Kilobits per second, constant: a streamed variable rate has no header that tells players the length."""
BIT_RATE_CODES = {192: 0xB000, 128: 0x9000, 96: 0x7000, 64: 0x5000}
"""Kilobits per second that can be had, and how each stands in the header of a frame."""
ENCODER_QUALITY = 5
MP3_FRAME = 1_152
"""Samples per channel in one MPEG-1 Layer III frame."""
MOST_PADDING_FRAMES = 3
"""LAME delays the sound by 1,105 samples and fills up the last frame."""
FRAME_HEADER, HEADER_MASK = 0xFFFA_0000, 0xFFFE_FC00
"""Sync, MPEG-1 Layer III, 44.1 kHz; the bit rate is added; checksum, padding and what follows may be anything."""
PADDING_BIT = 0x200


def write_mp3(path: Path, blocks: Iterable[NDArray[np.int16]], tags: AudioTags, kilobits: int = BIT_RATE) -> None:
    """Encode 16-bit blocks of shape (frames, 2) at one of ``BIT_RATE_CODES``, tags in front."""
    import lameenc

    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_in_sample_rate(SAMPLE_RATE)
    encoder.set_out_sample_rate(SAMPLE_RATE)
    encoder.set_channels(2)
    encoder.set_quality(ENCODER_QUALITY)
    encoder.set_bit_rate(kilobits)
    with path.open("wb") as file:
        file.write(id3_bytes(tags))
        for block in blocks:
            file.write(encoder.encode(block.tobytes()))
        file.write(encoder.flush())


def write_lossless(path: Path, blocks: Iterable[NDArray[np.int16]], tags: AudioTags) -> None:
    """Write 16-bit blocks of shape (frames, 2) as WAV or, with tags, as FLAC, whichever the suffix says."""
    import soundfile

    with soundfile.SoundFile(path, "w", samplerate=SAMPLE_RATE, channels=2, subtype="PCM_16") as file:
        for block in blocks:
            file.write(block)
    if path.suffix.lower() == ".flac":
        tag_flac(path, tags)


def check_mp3(path: Path, frames: int, kilobits: int = BIT_RATE) -> None:
    """Walk through every frame of an MP3 that should hold ``frames`` samples per channel at ``kilobits`` per second.

    Raises:
        RenderError: a frame is damaged, or their number is wrong.
    """
    from mutagen.mp3 import HeaderNotFoundError, MPEGInfo

    try:
        with path.open("rb") as file:
            first_frame = MPEGInfo(file).frame_offset
    except HeaderNotFoundError as error:
        message = "The MP3 came out damaged: no sound in it. Try again."
        raise RenderError(message) from error
    found = _count_mp3_frames(path.read_bytes(), first_frame, kilobits)
    expected = -(-frames // MP3_FRAME)
    if not expected <= found <= expected + MOST_PADDING_FRAMES:
        message = f"The MP3 came out with the wrong length: {found} frames instead of {expected}. Try again."
        raise RenderError(message)


def _count_mp3_frames(data: bytes, offset: int, kilobits: int) -> int:
    count = 0
    while offset < len(data):
        header = int.from_bytes(data[offset : offset + 4], "big")
        if header & HEADER_MASK != FRAME_HEADER | BIT_RATE_CODES[kilobits]:
            message = f"The MP3 came out damaged at byte {offset}. Try again."
            raise RenderError(message)
        offset += MP3_FRAME // 8 * kilobits * 1_000 // SAMPLE_RATE + bool(header & PADDING_BIT)
        count += 1
    return count


def check_lossless(path: Path, frames: int) -> None:
    """Decode a WAV or FLAC file that should hold ``frames`` samples per channel, not all of them silent.

    Raises:
        RenderError: it cannot be decoded, has another length, or is silent.
    """
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            found = len(file)
            loudest = max((int(np.abs(block).max()) for block in file.blocks(SAMPLE_RATE, dtype="int16")), default=0)
    except soundfile.LibsndfileError as error:
        message = f"The {path.suffix} file came out damaged: {error}. Try again."
        raise RenderError(message) from error
    if found != frames or not loudest:
        message = (
            f"The {path.suffix} file came out wrong: {found} frames instead of {frames}, loudest {loudest}. Try again."
        )
        raise RenderError(message)
