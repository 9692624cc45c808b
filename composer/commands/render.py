"""``render``: play a MIDI file into an audio file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from composer.commands.folders import writable_folder
from composer.commands.seeds import read_midi_path
from composer.commands.terminal import answer, answer_lines, say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "Play a MIDI file on the piano into an MP3, WAV or FLAC file."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE.mid", help="a MIDI file")
    parser.add_argument("output", type=Path, metavar="OUT.mp3", help="where to write; .mp3, .wav or .flac")
    parser.add_argument("--soundfont", type=Path, metavar="FILE.sf2", help="the piano to play on")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: Namespace) -> None:
    """Read, play, write."""
    from composer.sound.rendering import SUFFIXES, render_audio

    output: Path = arguments.output
    _check_suffix(output, SUFFIXES)
    read = read_midi_path(arguments.file)
    for remark in read.remarks:
        say(remark)
    writable_folder(output.parent)
    title = read.score.title or arguments.file.stem
    audio = render_audio(read.score, output, title=title, soundfont=arguments.soundfont)
    say(f"Played on {audio.soundfont} by {audio.engine}.")
    if arguments.json:
        answer({"path": str(output), "seconds": round(audio.seconds, 2), "peak_dbfs": round(audio.peak_dbfs, 1)})
    else:
        answer_lines([str(output)])


def _check_suffix(output: Path, suffixes: tuple[str, ...]) -> None:
    """Before the work, not after it."""
    from composer.errors import BadInputError

    if output.suffix.lower() not in suffixes:
        message = f"{output.name} ends in {output.suffix or 'nothing'}; choose {', '.join(suffixes)}."
        raise BadInputError(message)
    if output.is_dir():
        message = f"{output} is a folder; give the name of a file."
        raise BadInputError(message)
