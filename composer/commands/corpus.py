"""``corpus fetch``: fetch the corpus of piano-midi.de, politely."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from composer.commands.folders import writable_folder
from composer.commands.options import add_debug, contact, number
from composer.commands.terminal import answer_lines, say
from composer.errors import ComposerError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "Fetch music to train on."
FETCH_HELP = "Fetch the MIDI files of piano-midi.de (CC BY-SA 3.0 DE); run again to go on where it stopped."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the actions and their options."""
    from composer.fetching.fetch import PAUSE_SECONDS
    from composer.fetching.fetched_files import SITE

    actions = parser.add_subparsers(dest="action", metavar="fetch", required=True)
    fetch = actions.add_parser("fetch", help=FETCH_HELP, description=FETCH_HELP, allow_abbrev=False)
    fetch.add_argument("folder", type=Path, metavar="DIR", help="where to put the files")
    fetch.add_argument("--contact", type=contact, metavar="URL", help="where the site's keeper can reach you")
    fetch.add_argument(
        "--pause", type=number(0.5, 600, " seconds"), default=PAUSE_SECONDS, metavar="S", help="between requests (2)"
    )
    fetch.add_argument("--site", default=SITE, metavar="URL", help=f"its address ({SITE})")
    add_debug(fetch)


def run(arguments: Namespace) -> None:
    """Fetch."""
    from composer.fetching.fetch import fetch_corpus

    folder = writable_folder(arguments.folder)
    fetched = fetch_corpus(
        folder, site=arguments.site, contact=arguments.contact, pause_seconds=arguments.pause, progress=say
    )
    say(f"{fetched.new} new files, {fetched.kept} were there already.")
    answer_lines([str(folder / "manifest.csv")])
    if fetched.failed:
        message = f"{len(fetched.failed)} files could not be had; run the command again to try them once more."
        raise ComposerError(message)
