"""Audio files and their tags, read back by other libraries."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutagen.flac import FLAC
from mutagen.id3 import ID3
from mutagen.mp3 import MP3

from composer.errors import RenderError
from composer.sound.files import BIT_RATE_CODES, check_lossless, check_mp3, write_lossless, write_mp3
from composer.sound.synthesiser import SAMPLE_RATE
from composer.sound.tags import AudioTags, id3_bytes

if TYPE_CHECKING:
    from pathlib import Path

TAGS = AudioTags("Träumerei", "Opener: schumann")
FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def chirp(frames: int) -> np.ndarray:
    """A rising tone, left and right different; 16-bit, shape (frames, 2)."""
    time = np.arange(frames) / SAMPLE_RATE
    tone = np.sin(2 * np.pi * (300 + 200 * time) * time)
    both: np.ndarray = np.stack([tone, 0.5 * tone], axis=1) * 16_000
    return both.round().astype(np.int16)


@pytest.fixture
def mp3(tmp_path: Path) -> Path:
    """One second of sound as MP3."""
    path = tmp_path / "chirp.mp3"
    write_mp3(path, [chirp(SAMPLE_RATE)], TAGS)
    return path


def test_mp3_decodes_to_the_same_sound(mp3: Path) -> None:
    """Another library decodes it: right rate, sides and length, and the samples, later by LAME's delay."""
    decoded, rate = soundfile.read(mp3)
    original = chirp(SAMPLE_RATE) / 32768

    assert (rate, decoded.shape[1]) == (SAMPLE_RATE, 2)
    assert 0 <= len(decoded) - SAMPLE_RATE <= 3 * 1152
    best = max(
        float((decoded[delay : delay + 20_000] * original[:20_000]).sum()) for delay in (0, 576, 1105, 1151, 1152, 529)
    )
    assert best > 0.9 * float((original[:20_000] ** 2).sum())


def test_mp3_states_its_length(mp3: Path) -> None:
    """The constant bit rate lets players know the length at once."""
    info = MP3(mp3).info

    assert (info.bitrate, info.sample_rate, info.channels) == (192_000, SAMPLE_RATE, 2)
    assert info.length == pytest.approx(1.0, abs=0.08)


@FEW
@given(frames=st.integers(1, 20_000), cut=st.integers(1, 5_000), kilobits=st.sampled_from(sorted(BIT_RATE_CODES)))
def test_mp3_of_any_length_is_found_whole(tmp_path: Path, frames: int, cut: int, kilobits: int) -> None:
    """The check accepts what was encoded, at any bit rate, in blocks of any size."""
    path = tmp_path / "any.mp3"
    sound = chirp(frames)
    write_mp3(path, [sound[start : start + cut] for start in range(0, frames, cut)], TAGS, kilobits)

    check_mp3(path, frames, kilobits)


@pytest.mark.parametrize("kilobits", sorted(BIT_RATE_CODES))
def test_a_lower_bit_rate_makes_a_smaller_mp3(tmp_path: Path, kilobits: int) -> None:
    """The file has as many bits as were asked for, at the usual rate, and does not pass for one of another bit rate."""
    path = tmp_path / "chirp.mp3"
    write_mp3(path, [chirp(5 * SAMPLE_RATE)], TAGS, kilobits)
    info = MP3(path).info

    assert (info.bitrate, info.sample_rate, info.channels) == (kilobits * 1000, SAMPLE_RATE, 2)
    assert path.stat().st_size == pytest.approx(5 * kilobits * 125, rel=0.02)
    with pytest.raises(RenderError, match="damaged"):
        check_mp3(path, 5 * SAMPLE_RATE, 128 if kilobits != 128 else 192)


@pytest.mark.parametrize("damage", ["cut off", "emptied", "overwritten", "another length", "only tags"])
def test_damaged_mp3_is_found(mp3: Path, damage: str) -> None:
    """A file that was cut, emptied or overwritten, or holds too little, is reported."""
    data, frames = mp3.read_bytes(), SAMPLE_RATE
    match damage:
        case "cut off":
            mp3.write_bytes(data[:-3000])
        case "emptied":
            mp3.write_bytes(b"")
        case "overwritten":
            mp3.write_bytes(data[:8000] + bytes(3000) + data[11000:])
        case "another length":
            frames *= 2
        case "only tags":
            mp3.write_bytes(id3_bytes(TAGS))

    with pytest.raises(RenderError, match=r"damaged|wrong length"):
        check_mp3(mp3, frames)


def test_same_sound_gives_the_same_bytes(mp3: Path, tmp_path: Path) -> None:
    """No date or chance gets into the file."""
    write_mp3(tmp_path / "again.mp3", [chirp(SAMPLE_RATE)], TAGS)

    assert mp3.read_bytes() == (tmp_path / "again.mp3").read_bytes()


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
@FEW
@given(frames=st.integers(2, 20_000), cut=st.integers(1, 5_000))
def test_lossless_files_give_back_every_sample(tmp_path: Path, suffix: str, frames: int, cut: int) -> None:
    """WAV and FLAC decode to exactly what went in, and pass their check."""
    path = tmp_path / f"any{suffix}"
    sound = chirp(frames)
    write_lossless(path, [sound[start : start + cut] for start in range(0, frames, cut)], TAGS)
    decoded, rate = soundfile.read(path, dtype="int16")

    assert rate == SAMPLE_RATE
    assert np.array_equal(sound, decoded)
    check_lossless(path, frames)


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
@pytest.mark.parametrize("damage", ["emptied", "garbage", "another length", "silent"])
def test_damaged_lossless_file_is_found(tmp_path: Path, suffix: str, damage: str) -> None:
    """A file that does not decode, has another length or holds silence is reported."""
    path, frames = tmp_path / f"chirp{suffix}", 10_000
    write_lossless(path, [chirp(frames) * (damage != "silent")], TAGS)
    match damage:
        case "emptied":
            path.write_bytes(b"")
        case "garbage":
            path.write_bytes(b"nothing to hear" * 100)
        case "another length":
            frames *= 2

    with pytest.raises(RenderError, match=r"damaged|wrong"):
        check_lossless(path, frames)


def test_tags_are_read_back(mp3: Path, tmp_path: Path) -> None:
    """Title, artist and opener stand in MP3 and FLAC, accents and all."""
    write_lossless(tmp_path / "chirp.flac", [chirp(1000)], TAGS)
    id3, vorbis = ID3(mp3), FLAC(tmp_path / "chirp.flac")

    assert (str(id3["TIT2"]), str(id3["TPE1"])) == ("Träumerei", "SchumaNN")
    assert [str(comment) for comment in id3.getall("COMM")] == ["Opener: schumann"]
    assert (vorbis["title"], vorbis["artist"], vorbis["comment"]) == (["Träumerei"], ["SchumaNN"], ["Opener: schumann"])


@FEW
@given(title=st.text(), opener=st.none() | st.text())
def test_hostile_titles_become_clean_tags(tmp_path: Path, title: str, opener: str | None) -> None:
    """Whatever people write, a tag is one line of printable characters and the file stays whole."""
    path = tmp_path / "hostile.mp3"
    write_mp3(path, [chirp(2000)], AudioTags.clean(title, opener))
    tags = ID3(path)

    check_mp3(path, 2000)
    stored = [str(tags["TIT2"]), *(str(comment) for comment in tags.getall("COMM"))]
    assert all(text and len(text.splitlines()) == 1 for text in stored)
    assert not any(unicodedata.category(character) == "Cc" for text in stored for character in text)
