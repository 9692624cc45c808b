"""Reads a Slack app's manifest: the part of YAML that manifests are written in, without a library for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFEST = Path(__file__).parents[3] / "slack-manifest.yaml"
"""Of our bot."""
_KEY = re.compile(r"([A-Za-z_][\w./-]*):(?:\s+(.*))?$")
_PLAIN: dict[str, Any] = {"true": True, "false": False, "null": None, "[]": [], "{}": {}}


@dataclass
class _Line:
    depth: int
    text: str


def read_manifest(path: Path = MANIFEST) -> dict[str, Any]:
    """A manifest as Slack would take it.

    Raises:
        ValueError: a line is beyond what this reads.
    """
    lines = list(_lines(path.read_text(encoding="utf-8")))
    value = _block(lines, 0)
    if lines or not isinstance(value, dict):
        message = f"{path.name} is no mapping up to its end, which is at {lines[:1]}"
        raise ValueError(message)
    return value


def _lines(text: str) -> Iterator[_Line]:
    for line in text.splitlines():
        bare = re.sub(r"(^|\s)#.*$", "", line).rstrip() if '"' not in line else line.rstrip()
        if bare.strip():
            yield _Line(len(bare) - len(bare.lstrip(" ")), bare.strip())


def _block(lines: list[_Line], depth: int) -> Any:
    """The value that begins with the first line, whose lines are indented so far; they are taken away."""
    if lines[0].text.startswith("- "):
        return _items(lines, depth)
    found: dict[str, Any] = {}
    while lines and lines[0].depth == depth and (match := _KEY.match(lines[0].text)):
        lines.pop(0)
        key, value = match.groups()
        if value is not None:
            found[key] = _scalar(value)
        else:
            is_list = lines and lines[0].depth == depth and lines[0].text.startswith("- ")
            found[key] = _block(lines, lines[0].depth) if lines and (lines[0].depth > depth or is_list) else None
    if lines and lines[0].depth >= depth and not lines[0].text.startswith("- "):
        message = f"not understood in the manifest: {lines[0].text!r}"
        raise ValueError(message)
    return found


def _items(lines: list[_Line], depth: int) -> list[Any]:
    found: list[Any] = []
    while lines and lines[0].depth == depth and lines[0].text.startswith("- "):
        text = lines[0].text[2:].lstrip()
        if _KEY.match(text) and not text.startswith('"'):
            lines[0] = _Line(depth + 2, text)
            found.append(_block(lines, depth + 2))
        else:
            lines.pop(0)
            found.append(_scalar(text))
    return found


def _scalar(text: str) -> Any:
    if text[0] == text[-1] and text[0] in "\"'" and len(text) > 1:
        return text[1:-1]
    if text in _PLAIN:
        return _PLAIN[text]
    return int(text) if text.isdecimal() else text
