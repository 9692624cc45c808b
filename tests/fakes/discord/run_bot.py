"""The whole bot in a process of its own, on the fake: ``python -m tests.fakes.discord.run_bot --api http://127.0.0.1:PORT``."""

from __future__ import annotations

import argparse
import sys

from bot.__main__ import main
from tests.fakes.discord.patching import patched


def run() -> int:
    """Point discord.py at the fake and start the bot as a user would; settings come from the environment."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--api", required=True)
    with patched(parser.parse_args().api):
        return main([])


if __name__ == "__main__":
    sys.exit(run())
