"""What commands say, and where."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.commands.terminal import LONGEST_SENTENCE, answer_lines, as_sentence, one_line

CHILD = "from composer.commands import terminal; terminal.answer_lines(['x' * 100_000] * 50); terminal.say('done')"


@given(st.text())
def test_one_line_is_printable(text: str) -> None:
    """No line end and no control character is left, and the line is not too long."""
    line = one_line(text)

    assert not any(unicodedata.category(character)[0] == "C" for character in line)
    assert len(line) <= LONGEST_SENTENCE


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("there is no opener 'x'", "There is no opener 'x'."),
        ("It is too long.", "It is too long."),
        ("song.mid cannot be read", "song.mid cannot be read."),
        ("what\x1b[31m\nnow?", "What [31m now?"),
        ("", "."),
    ],
)
def test_as_sentence(message: str, sentence: str) -> None:
    """A message becomes a sentence; a file name keeps its first letter."""
    assert as_sentence(message) == sentence


def test_answers_go_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    """Answers keep their columns."""
    answer_lines(["a    b  ", "c"])

    assert capsys.readouterr() == ("a    b\nc\n", "")


def _run(stdout: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )


def test_reader_that_has_gone_away() -> None:
    """A closed pipe ends the answer, not the program."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = _run(writing)
    finally:
        os.close(writing)

    assert (done.returncode, done.stderr) == (0, "done\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_full_disk() -> None:
    """An answer that cannot be written is an error, said in words."""
    with Path("/dev/full").open("wb") as full:
        done = _run(full.fileno())

    assert done.returncode != 0
    assert "could not be written" in done.stderr
