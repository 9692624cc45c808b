"""``python -m composer``: compose, read, render, train, evaluate and fetch a corpus from the command line."""

from __future__ import annotations

import os
import signal
import sys

TERMINATED = 128 + signal.SIGTERM


def _open_standard_streams() -> None:
    """Give a stream that the caller closed (`2>&-`) to nobody, else the next file that is opened takes its place."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(descriptor, "w", closefd=False))


def _main() -> int:
    _open_standard_streams()
    # So that half-made files are cleared away, as they are at Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        from composer.commands.cli import main

        return main()
    except KeyboardInterrupt:  # while the commands are being loaded
        return 130


if __name__ == "__main__":
    sys.exit(_main())
