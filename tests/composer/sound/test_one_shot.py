"""One piece through midi2audio and the fluidsynth program."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from composer.errors import MissingToolError, RenderError
from composer.performance import opening_second, playable, release_second
from composer.sound.one_shot import play_once
from composer.sound.soundfonts import find_soundfont
from composer.sound.synthesiser import SAMPLE_RATE, TAIL_SECONDS, Synthesiser
from tests.composer.rendered_scores import DENSE_FORTISSIMO, SCALE, needs_library, needs_program

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from composer.notes import Score

FONT = find_soundfont(environment={})


def joined(blocks: Iterable[NDArray[np.float32]]) -> NDArray[np.float32]:
    """All blocks in one array of shape (frames, 2)."""
    return np.concatenate([block.copy() for block in blocks])


def install_fake(folder: Path, monkeypatch: pytest.MonkeyPatch, *body: str) -> None:
    """A program called fluidsynth, first on the path, that does something else."""
    program = folder / "fluidsynth"
    program.write_text("\n".join([f"#!{sys.executable}", "import os, sys, time, pathlib", *body]))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@needs_program
def test_whole_piece_and_its_tail_are_played() -> None:
    """The sound is as long as the Score says, and still sounds at the end of the last note."""
    score = playable(SCALE)
    played = joined(play_once(score, FONT))
    seconds = release_second(score) - opening_second(score)

    assert len(played) / SAMPLE_RATE == pytest.approx(seconds + TAIL_SECONDS, abs=0.6)
    last = played[round((seconds - 0.2) * SAMPLE_RATE) : round(seconds * SAMPLE_RATE)]
    assert np.abs(last).max() > 0.05 * np.abs(played).max()


@needs_program
@needs_library
@pytest.mark.parametrize("score", [SCALE, DENSE_FORTISSIMO], ids=["scale", "fortissimo"])
def test_both_ways_of_playing_sound_alike(score: Score) -> None:
    """The program, set up by our own file, is as loud as the resident library to half a decibel."""
    score = playable(score)
    once = joined(play_once(score, FONT))
    with Synthesiser(FONT) as synthesiser:
        resident = joined(synthesiser.play(score))
    frames = min(len(once), len(resident))

    powers = [np.square(sound[:frames], dtype=np.float64).mean() for sound in (once, resident)]
    assert abs(10 * np.log10(powers[0] / powers[1])) < 0.5


@pytest.mark.parametrize(
    "body",
    [
        ["sys.exit(0)"],
        ["sys.exit(255)"],
        ["pathlib.Path(sys.argv[sys.argv.index('-F') + 1]).write_bytes(b'RIFF')"],
        ["os.kill(os.getpid(), 9)"],
    ],
    ids=["writes nothing", "fails", "writes rubbish", "crashes"],
)
def test_failures_that_midi2audio_hides_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: list[str]
) -> None:
    """A program that leaves no sound is an error, whatever it returns."""
    install_fake(tmp_path, monkeypatch, *body)

    with pytest.raises(RenderError, match="no sound file"):
        joined(play_once(playable(SCALE), FONT))


def test_sound_that_breaks_off_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file shorter than the music is an error."""
    install_fake(
        tmp_path,
        monkeypatch,
        "import wave",
        "with wave.open(sys.argv[sys.argv.index('-F') + 1], 'wb') as file:",
        "    file.setnchannels(2); file.setsampwidth(2); file.setframerate(44100)",
        "    file.writeframes(bytes(4 * 20000))",
    )

    with pytest.raises(RenderError, match="before the end"):
        joined(play_once(playable(SCALE), FONT))


def test_program_that_never_ends_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the deadline the program itself is gone, not only the Python around it."""
    note = tmp_path / "process"
    install_fake(tmp_path, monkeypatch, f"pathlib.Path({str(note)!r}).write_text(str(os.getpid()))", "time.sleep(600)")

    with pytest.raises(RenderError, match="was stopped"):
        joined(play_once(playable(SCALE), FONT, deadline_seconds=1.5))
    for _ in range(100):
        if not _is_running(int(note.read_text())):
            break
        time.sleep(0.05)
    else:
        pytest.fail("the program still runs five seconds after it was stopped")


def _is_running(process_id: int) -> bool:
    """Whether the process still runs; one that has ended but was not collected yet does not."""
    try:
        with open(f"/proc/{process_id}/stat") as file:  # noqa: PTH123 - not a file
            return file.read().rsplit(")", 1)[1].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def test_missing_program_names_the_command_that_installs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without fluidsynth on the path the message says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(MissingToolError, match="apt-get install fluidsynth"):
        joined(play_once(playable(SCALE), FONT))
