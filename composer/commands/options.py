"""Values of options: each refused with a sentence where no sense can be made of it."""

from __future__ import annotations

import argparse
import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST_RANDOM_SEED = 2**63 - 1
ENGINES = ("notes", "roll")
"""As in ``composer.checkpoints``, which the command line does without until it has to load a network."""


def number(lowest: float, highest: float, unit: str = "") -> Callable[[str], float]:
    """A reader of numbers from ``lowest`` to ``highest``; ``unit`` completes the sentence, e.g. " seconds"."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            message = f"'{text}' is not a number; give one from {lowest:g} to {highest:g}{unit}"
            raise argparse.ArgumentTypeError(message) from None
        if not (math.isfinite(value) and lowest <= value <= highest):
            message = f"{text} is outside {lowest:g} to {highest:g}{unit}"
            raise argparse.ArgumentTypeError(message)
        return value

    return read


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """A reader of whole numbers from ``lowest`` to ``highest``."""

    def read(text: str) -> int:
        # The length comes first: Python takes long to read numbers of many thousand digits, and then refuses.
        if not re.fullmatch(r"[+-]?[0-9]{1,40}", text.strip()):
            message = f"'{text}' is not a whole number; give one from {lowest} to {highest}"
            raise argparse.ArgumentTypeError(message)
        value = int(text)
        if not lowest <= value <= highest:
            message = f"{text} is outside {lowest} to {highest}"
            raise argparse.ArgumentTypeError(message)
        return value

    return read


def add_debug(parser: argparse.ArgumentParser) -> None:
    """Declare ``--debug``, before or after a command's own action."""
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show where an error happened")


def contact(text: str) -> str:
    """A web or mail address at which the people who run a site can reach whoever fetches from it."""
    if not re.fullmatch(r"(https?://|mailto:)[!-~]{3,200}", text):
        message = "give an address that begins with https://, http:// or mailto: and has no spaces"
        raise argparse.ArgumentTypeError(message)
    return text
