"""``python -m composer``: compose, read, render, train, evaluate and fetch a corpus from the command line."""

from __future__ import annotations

import signal
import sys

TERMINATED = 128 + signal.SIGTERM


def _main() -> int:
    # So that half-made files are cleared away, as they are at Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        from composer.commands.cli import main

        return main()
    except KeyboardInterrupt:  # while the commands are being loaded
        return 130


if __name__ == "__main__":
    sys.exit(_main())
