"""The whole bot in a process of its own, on the fake: ``python -m tests.fakes.slack.run_bot --api http://127.0.0.1:PORT/api/``."""

from __future__ import annotations

import argparse
import sys

from bot.__main__ import main
from bot.platforms.slack import SlackPlatform


def run() -> int:
    """Point the bot at the fake and start it as a user would; settings come from the environment."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--api", required=True)
    defaults = SlackPlatform.__init__.__kwdefaults__ or {}
    defaults["base_url"] = parser.parse_args().api
    return main([])


if __name__ == "__main__":
    sys.exit(run())
