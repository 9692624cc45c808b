"""How long a training took, over all its interruptions."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "training_seconds.txt"
SECONDS_BETWEEN_NOTES = 5.0


@contextmanager
def stopwatch(folder: Path) -> Iterator[None]:
    """Add the seconds that the block takes to those noted in ``folder``; a killed process loses the last five."""
    before, began, ended = seconds_so_far(folder), time.monotonic(), threading.Event()

    def note() -> None:
        temporary = folder / f"{NAME}.part"
        temporary.write_text(f"{before + time.monotonic() - began:.1f}\n", encoding="utf-8")
        temporary.replace(folder / NAME)

    def note_now_and_then() -> None:
        while not ended.wait(SECONDS_BETWEEN_NOTES):
            with suppress(OSError):  # a full disk is the training's affair, which writes there as well
                note()

    notary = threading.Thread(target=note_now_and_then, daemon=True)
    notary.start()
    try:
        yield
    finally:
        ended.set()
        notary.join()
        note()


def seconds_so_far(folder: Path) -> float:
    """What is noted in ``folder``; 0 where nothing usable is."""
    try:
        return float((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0.0
