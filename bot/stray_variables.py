"""Variables that look like settings and are none, and lines of a file ``.env`` that set nothing."""

from __future__ import annotations

import os
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dotenv.parser import parse_stream

from bot.settings import ENV_FILE, variables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dotenv.parser import Binding

PREFIX: Final = "SCHUMANN_"
_FOR_TESTS: Final = {"SCHUMANN_SHARED"}


def unknown_variables(environment: Mapping[str, str] = os.environ, env_file: Path | None = ENV_FILE) -> list[str]:
    """A sentence for each variable that looks like a setting and is none, and for each line that sets nothing."""
    known, lines = variables(), _lines_of(env_file)
    names = {*environment, *(line.key for line in lines if line.key)}
    strange = {name for name in names if name.startswith(PREFIX)} - known.keys() - _FOR_TESTS
    broken = [f"{env_file}, line {_number(line)}, is not understood; write NAME=value." for line in lines if line.error]
    return [*broken, *(_not_known(name, known) for name in sorted(strange))]


def _lines_of(env_file: Path | None) -> list[Binding]:
    """What stands in a file; nothing where it cannot be read, which ``load_settings`` tells."""
    try:
        with (env_file or Path(os.devnull)).open(encoding="utf-8") as file:
            return list(parse_stream(file))
    except (OSError, UnicodeDecodeError):
        return []


def _number(line: Binding) -> int:
    """Where it stands; empty lines before it count as part of it."""
    text = line.original.string
    return line.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _not_known(name: str, known: Mapping[str, str]) -> str:
    nearest = get_close_matches(name, known, n=1, cutoff=0.8)
    meant = f"did you mean {nearest[0]}?" if nearest else ".env.example lists all settings."
    return f"{name} is set, but there is no such setting; {meant}"
