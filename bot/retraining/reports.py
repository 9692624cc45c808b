"""What the training process says: how far it is, and what it found. Nothing of it is believed unread."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from composer.titles import clean_title

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_TEXT: Final = 600
MOST_GATES: Final = 30
_FIGURES: Final = ("votes", "liked", "seconds", "peak_megabytes")


@dataclass(frozen=True, slots=True)
class News:
    """How far it is.

    Attributes:
        share: of all the work, 0 to 1.
    """

    stage: str
    share: float
    eta_seconds: float | None


def read_line(line: bytes) -> News | dict[str, Any]:
    """One line of its standard output: news, or its report.

    Raises:
        ValueError: it is neither.
    """
    try:
        content = json.loads(line)
        if "report" in content:
            return _report(content["report"])
        eta = content.get("eta_seconds")
        share = min(max(_number(content["share"]), 0.0), 1.0)
        return News(_text(content["stage"]), share, None if eta is None else max(_number(eta), 0.0))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"a line that is neither news nor a report ({type(error).__name__})"
        raise ValueError(message) from error


def _report(content: Mapping[str, Any]) -> dict[str, Any]:
    """What people are shown and what decides, and nothing else."""
    samples = content.get("samples") or {}
    return {
        "base": _text(content["base"]),
        "checkpoint": None if content["checkpoint"] is None else _text(content["checkpoint"]),
        "passed": _truth(content["passed"]),
        "sentence": _text(content["sentence"]),
        "gates": [_gate(gate) for gate in content["gates"][:MOST_GATES]],
        "samples": {name: _text(samples[name]) for name in ("a", "b") if name in samples},
        **{name: _number(content[name]) for name in _FIGURES if content.get(name) is not None},
    }


def _gate(content: Mapping[str, Any]) -> dict[str, Any]:
    figures = {name: _figure(content.get(name)) for name in ("before", "after", "bound", "limit")}
    texts = {name: _text(content.get(name) or "") for name in ("name", "title", "sentence")}
    truths = {"passed": _truth(content["passed"]), "is_of_a_part": _truth(content.get("is_of_a_part", False))}
    return {**texts, **figures, **truths}


def _figure(value: object) -> float | None:
    """A number, or None where there is none to be had."""
    return None if value is None or (isinstance(value, float) and not math.isfinite(value)) else _number(value)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        message = "what should be a number is none"
        raise ValueError(message)
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        message = "what should be true or false is neither"
        raise ValueError(message)  # noqa: TRY004 (whoever reads lines catches one kind of error)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        message = "what should be a text is none"
        raise ValueError(message)  # noqa: TRY004 (the same)
    return clean_title(value, LONGEST_TEXT)
