"""One piece through the fluidsynth program by way of midi2audio: slower than the resident one, nothing to keep.

midi2audio reports no failure, knows no time limit and cannot set the volume. So it runs in a process of its own,
in a folder of our own whose FluidSynth settings we write, with a deadline, and what it leaves behind is checked.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import site
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from composer.errors import MissingToolError, RenderError
from composer.midi.writer import write_midi
from composer.performance import opening_second, release_second
from composer.sound.fluidsynth_library import INSTALL_HINT
from composer.sound.synthesiser import BLOCK_FRAMES, REAL_SETTINGS, SAMPLE_RATE, TAIL_SECONDS, WHOLE_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from composer.notes import Score
    from composer.sound.soundfonts import Soundfont

SECONDS_OF_GRACE = 10.0
SECONDS_PER_SECOND = 1.2
"""A render may take this many seconds per second of music, and the grace: many times what it needs."""
BYTES_PER_FRAME = 8
OTHER_BYTES = 256 * 2**20
"""FluidSynth starts sound systems that it does not use here, some of which reserve 64 MB in a file."""


def play_once(
    score: Score, soundfont: Soundfont, *, deadline_seconds: float | None = None
) -> Iterator[NDArray[np.float32]]:
    """The sound of a playable Score, from just before its first note to the end of its tail.

    Args:
        score: playable, with at least one note.
        soundfont: as found by ``composer.sound.soundfonts.find_soundfont``.
        deadline_seconds: after this FluidSynth is stopped; missing means many times what the piece needs.

    Yields:
        Float blocks of shape (frames, 2) at 44,100 frames a second.

    Raises:
        MissingToolError: the fluidsynth program or midi2audio is not installed.
        RenderError: it failed, took too long, or produced too little.
    """
    if shutil.which("fluidsynth") is None or importlib.util.find_spec("midi2audio") is None:
        message = f"The fluidsynth program or midi2audio is not installed: {INSTALL_HINT}; pip install midi2audio."
        raise MissingToolError(message)
    with tempfile.TemporaryDirectory(prefix="composer-") as folder:
        # Names of our own making: midi2audio would take a name beginning with "-" for an option.
        midi, wave = Path(folder, "piece.mid"), Path(folder, "piece.wav")
        tail_beats = TAIL_SECONDS * score.bpm_at(score.end_beat) / 60
        midi.write_bytes(write_midi(score, silent_beats=tail_beats))
        _write_settings(Path(folder))
        seconds = release_second(score) + TAIL_SECONDS
        deadline = deadline_seconds or SECONDS_OF_GRACE + SECONDS_PER_SECOND * seconds
        most_bytes = round(3 * seconds * SAMPLE_RATE * BYTES_PER_FRAME) + OTHER_BYTES
        _run_midi2audio([str(soundfont.path.resolve()), midi.name, wave.name], Path(folder), deadline, most_bytes)
        yield from _blocks(wave, opening_second(score), release_second(score))


def _write_settings(home: Path) -> None:
    """FluidSynth reads its settings from the home folder; the gain of 0.2 and 32-bit floats lose nothing."""
    settings = {**WHOLE_SETTINGS, **REAL_SETTINGS, "audio.file.format": "float"}
    home.joinpath(".fluidsynth").write_text("".join(f"set {name} {value}\n" for name, value in settings.items()))


def _run_midi2audio(arguments: list[str], folder: Path, deadline: float, most_bytes: int) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own interpreter, an absolute soundfont and our own file names
        [sys.executable, "-m", "midi2audio", "-s", *arguments],
        cwd=folder,
        # The home folder is where FluidSynth looks for settings, and Python for the packages of this user.
        env={**os.environ, "HOME": str(folder), "PYTHONUSERBASE": site.getuserbase()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _limit_file_size(process.pid, most_bytes)
    try:
        process.wait(deadline)
    except subprocess.TimeoutExpired as error:
        message = f"FluidSynth took longer than {deadline:.0f} s and was stopped. Try again."
        raise RenderError(message) from error
    finally:
        _end(process)


def _limit_file_size(process_id: int, size: int) -> None:
    """FluidSynth 2.3.1 can render for ever; its deadline must not fill the disk (where the system can say so)."""
    if sys.platform == "linux":
        import resource

        with suppress(ProcessLookupError):
            resource.prlimit(process_id, resource.RLIMIT_FSIZE, (size, size))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop what may be left of the process and of the fluidsynth that it started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _blocks(wave: Path, opening: float, release: float) -> Iterator[NDArray[np.float32]]:
    import soundfile

    wanted = round((release - opening + TAIL_SECONDS) * SAMPLE_RATE)
    least = round((release - opening) * SAMPLE_RATE)
    try:
        with soundfile.SoundFile(wave) as file:
            file.seek(min(round(opening * SAMPLE_RATE), len(file)))
            found = min(len(file) - file.tell(), wanted)
            if (file.samplerate, file.channels) != (SAMPLE_RATE, 2) or found < least:
                message = "FluidSynth stopped before the end of the piece. Try again."
                raise RenderError(message)
            yield from file.blocks(BLOCK_FRAMES, frames=found, dtype="float32")
    except soundfile.LibsndfileError as error:
        message = "FluidSynth made no sound file; the soundfont may be damaged, choose another."
        raise RenderError(message) from error
