"""What a command says: answers on standard output, everything else on standard error, each line safe to show.

A reader that has gone away (``| head``) ends the words and not the work.
"""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from typing import TYPE_CHECKING, Any, TextIO

from composer.errors import ComposerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_SENTENCE = 600
"""Characters of an error message: some quote what was typed."""


def printable(text: str) -> str:
    """``text`` without line ends and control characters, which could play tricks on a terminal."""
    return "".join(character if unicodedata.category(character)[0] != "C" else " " for character in text)


def one_line(text: str) -> str:
    """``text`` as one short line: printable, single spaces."""
    line = " ".join(printable(text).split())
    return line if len(line) <= LONGEST_SENTENCE else line[: LONGEST_SENTENCE - 1] + "…"


def as_sentence(message: str) -> str:
    """``message`` with a capital letter, unless it begins with a file name, and a full stop."""
    line = one_line(message)
    first = line.partition(" ")[0]
    capital = line[:1].upper() if first.isalpha() else line[:1]
    return capital + line[1:] + ("" if line.endswith((".", "!", "?", "…")) else ".")


def say(sentence: str) -> None:
    """Tell the person how the work goes, on standard error."""
    _write(sys.stderr, one_line(sentence) + "\n")


def answer(document: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output."""
    _write(sys.stdout, json.dumps(document, indent=2, allow_nan=False) + "\n")


def answer_lines(lines: Iterable[str]) -> None:
    """Print an answer for a person on standard output."""
    _write(sys.stdout, "".join(printable(line).rstrip() + "\n" for line in lines))


def answer_text(text: str) -> None:
    """Print text of our own making, such as help, on standard output as it is."""
    _write(sys.stdout, text)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # closed by the caller (`>&-`); print() would fall back to another stream
        return
    try:
        stream.write(text.encode(stream.encoding or "utf-8", "backslashreplace").decode(stream.encoding or "utf-8"))
        stream.flush()
    except BrokenPipeError:
        discard(stream)
    except OSError as error:
        discard(stream)
        message = f"The answer could not be written: {error.strerror or error}."
        raise ComposerError(message) from error


def discard(stream: TextIO) -> None:
    """Send what is still to come, and what Python flushes at its end, nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
