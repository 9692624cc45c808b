"""``openers``: list the named primers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composer.commands.terminal import answer, answer_lines

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

HELP = "List the openers: the named beginnings that can be continued."


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: Namespace) -> None:
    """Print all openers."""
    from composer.openers import list_openers

    found = [
        {
            "name": opener.slug,
            "composer": opener.composer,
            "title": opener.title,
            "opus": opener.opus,
            "key": opener.key,
            "seconds": round(opener.seconds, 2),
        }
        for opener in list_openers()
    ]
    if arguments.json:
        answer({"openers": found})
        return
    width = max((len(str(row["name"])) for row in found), default=0)
    answer_lines(
        f"{row['name']:{width}}  {row['composer']}: {row['title']}, {row['opus']} ({row['key']})" for row in found
    )
