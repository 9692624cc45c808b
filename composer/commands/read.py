"""``read``: say what was understood of a MIDI file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from composer.commands.seeds import read_midi_path
from composer.commands.terminal import answer, answer_lines

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "Say what is understood of a MIDI file: notes, length, tempo, bars, key."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE.mid", help="a MIDI file")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: Namespace) -> None:
    """Read one file and describe it."""
    from composer.midi.description import describe

    read = read_midi_path(arguments.file)
    description = describe(read.score, read.remarks)
    if arguments.json:
        answer(description)
    else:
        answer_lines(_lines(description))


def _lines(description: dict[str, Any]) -> list[str]:
    tempo = description["tempo"]
    metres = ", ".join(f"{metre['name']} from bar {metre['bar']}" for metre in description["time_signatures"])
    grid = "yes" if description["beat_grid"] else "no: it is taken at its own speed"
    return [
        f"title      {description['title'] or '(none)'}",
        f"length     {description['seconds']:.1f} s, {description['notes']:,} notes, {description['bars']:,} bars",
        f"tempo      {tempo['median']:g} ({tempo['slowest']:g} to {tempo['fastest']:g}), {tempo['changes']} changes",
        f"metre      {metres}",
        f"beat grid  {grid}",
        f"key        {description['key']}",
        f"pedal      pressed {description['pedal_presses']:,} times",
        *(f"remark     {remark}" for remark in description["remarks"]),
    ]
