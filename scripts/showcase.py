"""Compose the showcase: the pieces that docs/showcase/pieces.toml lists, as MP3, MIDI and picture, with a page of them.

Run by ``make showcase``. Random seeds are stated in the list, so everybody gets the same music from the same network.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from composer.midi.files import read_midi
from composer.sound.rendering import render_audio
from composer.sound.soundfonts import find_soundfont

REPOSITORY = Path(__file__).parents[1]
SHOWCASE = REPOSITORY / "docs" / "showcase"
PAGE_HEAD = "# Showcase\n\n"
KILOBITS = 64
"""Of the recordings: a third of the usual size, because they lie in the repository."""


def composed(piece: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Compose one piece on the command line, as a user would; what ``compose --json`` says of it."""
    options = [f"--{name.replace('_', '-')}={value}" for name, value in piece.items()]
    command = [sys.executable, "-m", "composer", "compose", *options, f"--output={folder}", "--json"]
    done = subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own interpreter
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def put(answer: dict[str, Any], name: str, output: Path) -> None:
    """Give the files of a piece their name in the showcase; the recording is made anew, smaller."""
    for kind in ("midi", "png"):
        source = Path(answer[kind])
        shutil.move(source, output / f"{name}{source.suffix}")
    score = read_midi((output / f"{name}.mid").read_bytes())
    render_audio(score, output / f"{name}.mp3", title=answer["title"], soundfont=find_soundfont(), kilobits=KILOBITS)


def entry(number: int, name: str, piece: dict[str, Any], answer: dict[str, Any]) -> str:
    """One piece on the page."""
    asked = " ".join(f"{key}:{value}" for key, value in piece.items())
    return (
        f"### {number}. {answer['title']}\n\n`{asked}`: {answer['seconds']:.0f} seconds, {answer['notes']} notes, "
        f"{answer['key']}, {answer['tempo']:.0f} to the quarter; the seed ends after {answer['primer_seconds']:.1f} s. "
        f"[MP3]({name}.mp3) · [MIDI]({name}.mid)\n\n![Piano roll]({name}.png)\n"
    )


def page(pieces: list[dict[str, Any]], names: list[str], answers: list[dict[str, Any]], remarks: str) -> str:
    """The page of the showcase: the remarks, then every piece."""
    entries = [entry(*item) for item in zip(range(1, len(pieces) + 1), names, pieces, answers, strict=True)]
    by = f"Composed by `{answers[0]['checkpoint']}`; `make showcase` composes them again.\n\n"
    return PAGE_HEAD + remarks.rstrip() + "\n\n" + by + "\n".join(entries)


def main() -> None:
    """Compose all pieces, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=SHOWCASE, help="folder for the files (docs/showcase)")
    output: Path = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    pieces = tomllib.loads((SHOWCASE / "pieces.toml").read_text(encoding="utf-8"))["pieces"]
    names, answers = [], []
    for number, piece in enumerate(pieces, 1):
        with tempfile.TemporaryDirectory() as folder:
            answers.append(composed(piece, Path(folder)))
            names.append(f"{number:02d}-{answers[-1]['opener'].replace(':', '-')}")
            put(answers[-1], names[-1], output)
    remarks = (SHOWCASE / "remarks.md").read_text(encoding="utf-8")
    (output / "README.md").write_text(page(pieces, names, answers, remarks), encoding="utf-8")


if __name__ == "__main__":
    main()
