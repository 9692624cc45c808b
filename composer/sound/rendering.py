"""Score in, checked audio file out."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from composer.errors import BadInputError, MissingToolError, RenderError
from composer.file_writing import replacing
from composer.performance import opening_second, playable, release_second
from composer.sound.files import BIT_RATE, BIT_RATE_CODES, check_lossless, check_mp3, write_lossless, write_mp3
from composer.sound.one_shot import play_once
from composer.sound.recording import Recording
from composer.sound.soundfonts import Soundfont, find_soundfont
from composer.sound.synthesiser import SAMPLE_RATE, Synthesiser
from composer.sound.tags import AudioTags

if TYPE_CHECKING:
    from composer.notes import Score
    from composer.sound.recording import Mastering

SUFFIXES = (".mp3", ".wav", ".flac")
LONGEST_SECONDS = 30 * 60.0
"""Pieces longer than this are refused."""


@dataclass(frozen=True, slots=True)
class RenderedAudio:
    """An audio file that was read back and found whole.

    ``seconds`` is the length of the file, tail included; ``peak_dbfs`` its loudest sample and ``loudness_dbfs`` its
    mean power without rests, both in decibels relative to full scale before encoding; ``engine`` says what played.
    """

    path: Path
    seconds: float
    peak_dbfs: float
    loudness_dbfs: float
    soundfont: Soundfont
    engine: str


def render_audio(
    score: Score,
    path: str | Path,
    *,
    title: str,
    opener: str | None = None,
    soundfont: Soundfont | str | Path | None = None,
    synthesiser: Synthesiser | None = None,
    longest_tail_seconds: float = math.inf,
    kilobits: int = BIT_RATE,
) -> RenderedAudio:
    """Play a Score into an MP3 (by the resident FluidSynth) or a WAV or FLAC file (by midi2audio).

    Where one way of playing is not to be had on this system, the other takes over; ``engine`` tells. The file
    appears only when it is whole. The recording begins 0.05 s before the first note and rings out after the last.

    Args:
        score: at least one note, at most 30 minutes.
        path: where to write; .mp3, .wav or .flac.
        title: shown by players; cleaned.
        opener: the music the piece grew from, for the comment.
        soundfont: a path or a found soundfont; missing means the best one found.
        synthesiser: kept by the caller from piece to piece; its soundfont counts. Missing means one for this call.
        longest_tail_seconds: fade what still rings so soon after the last release (it dies away within about 3 s).
        kilobits: per second of an MP3: 192, 128, 96 or 64.

    Raises:
        BadInputError: another suffix or bit rate, no notes, too long, or a soundfont that is none.
        MissingToolError: neither way of playing is installed.
        RenderError: the file could not be made, or came out wrong.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        message = f"{path.name} ends in {suffix or 'nothing'}; choose .mp3, .wav or .flac."
        raise BadInputError(message)
    if kilobits not in BIT_RATE_CODES:
        message = f"An MP3 of {kilobits} kbit/s cannot be made; choose {', '.join(map(str, BIT_RATE_CODES))}."
        raise BadInputError(message)
    played = _checked(score)
    font = synthesiser.soundfont if synthesiser else _soundfont(soundfont)
    recording, engine = _record(played, font, synthesiser, one_shot=suffix != ".mp3")
    with recording:
        released = round((release_second(played) - opening_second(played)) * SAMPLE_RATE)
        mastering = recording.master(released, longest_tail_seconds)
        _write(recording, mastering, path, AudioTags.clean(title or score.title, opener), kilobits)
    return RenderedAudio(path, mastering.seconds, mastering.peak_dbfs, mastering.loudness_dbfs, font, engine)


def _checked(score: Score) -> Score:
    if not score.notes:
        message = "There are no notes in this piece, so there is nothing to play."
        raise BadInputError(message)
    played = playable(score)
    seconds = release_second(played) - opening_second(played)
    if seconds > LONGEST_SECONDS:
        message = f"This piece lasts {seconds / 60:.0f} minutes; at most {LONGEST_SECONDS / 60:.0f} can be played."
        raise BadInputError(message)
    return played


def _soundfont(wanted: Soundfont | str | Path | None) -> Soundfont:
    return wanted if isinstance(wanted, Soundfont) else find_soundfont(wanted)


def _record(score: Score, font: Soundfont, synthesiser: Synthesiser | None, *, one_shot: bool) -> tuple[Recording, str]:
    """Play by the wanted engine, or by the other where the wanted one is missing or fails."""
    try:
        return _record_once(score, font) if one_shot else _record_resident(score, font, synthesiser)
    except (MissingToolError, RenderError) as fault:
        try:
            return _record_resident(score, font, synthesiser) if one_shot else _record_once(score, font)
        except MissingToolError:
            raise fault from None


def _record_once(score: Score, font: Soundfont) -> tuple[Recording, str]:
    return Recording.of(play_once(score, font)), "midi2audio"


def _record_resident(score: Score, font: Soundfont, synthesiser: Synthesiser | None) -> tuple[Recording, str]:
    with nullcontext(synthesiser) if synthesiser else Synthesiser(font) as player:
        return Recording.of(player.play(score)), "resident FluidSynth"


def _write(recording: Recording, mastering: Mastering, path: Path, tags: AudioTags, kilobits: int) -> None:
    write, check = write_lossless, check_lossless
    if path.suffix.lower() == ".mp3":
        write, check = partial(write_mp3, kilobits=kilobits), partial(check_mp3, kilobits=kilobits)
    with replacing(path) as temporary:
        write(temporary, recording.blocks(mastering), tags)
        check(temporary, mastering.frames)
