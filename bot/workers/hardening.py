"""How a worker makes itself harmless: it yields to the bot, dies with it, and cannot outgrow its limits."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import resource
import signal
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import BinaryIO

NICENESS: Final = 5
"""The bot must answer in time however much is composed."""
MEMORY_BYTES: Final = 2 << 30
"""Address space; a piece of ten minutes takes 0.4 GB."""
FILE_BYTES: Final = 256 << 20
"""Ten minutes of sound on their way to the MP3 take 106 MB."""
_SET_DEATH_SIGNAL: Final = 1


def claim_standard_streams() -> tuple[BinaryIO, BinaryIO]:
    """The pipes from and to the bot, out of reach of libraries.

    What anything prints from now on lands on standard error, and nothing can read from standard input.
    """
    requests, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def harden() -> None:
    """Limit this process, and see to it that it dies with the one that started it."""
    faulthandler.enable()
    os.nice(NICENESS)
    limits = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, FILE_BYTES)]
    if sys.platform != "darwin":  # macOS refuses to bound the address space
        limits.append((resource.RLIMIT_AS, MEMORY_BYTES))
    for limit, value in limits:
        hardest = resource.getrlimit(limit)[1]
        bound = value if hardest == resource.RLIM_INFINITY else min(value, hardest)
        resource.setrlimit(limit, (bound, bound))
    if sys.platform == "linux":
        # The end of standard input tells too, but only between two jobs. A bot that is dead already is found out so.
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
