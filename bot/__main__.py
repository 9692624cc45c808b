"""``python -m bot``: run the chat bot, check what it needs (``--check``), register its Discord commands (``sync``).

While the bot is stopped, ``retrain`` teaches the network from votes, and ``model`` says and chooses which one composes.

Exit codes: 0 done; 2 something is to be mended, and a sentence says what; 1 it is our fault; 130 interrupted.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import TYPE_CHECKING

from bot.logs import set_up_logging
from bot.settings import SettingsError, forget_secrets, load_settings
from bot.stray_variables import unknown_variables
from composer import __version__
from composer.commands.cli import BAD_INPUT, DONE, INTERRUPTED, OUR_FAULT, Parser
from composer.commands.options import whole_number
from composer.commands.terminal import answer_lines, say

if TYPE_CHECKING:
    from argparse import Namespace, _SubParsersAction
    from collections.abc import Sequence

    from bot.settings import Settings

logger = logging.getLogger("bot")

PRIVATE_FILES = 0o077
"""Whatever the bot writes is for its owner only."""
LARGEST_ID = 2**63 - 1


def build_parser() -> Parser:
    """The parser of the command line."""
    parser = Parser(prog="python -m bot", description="SchumaNN, the chat bot that composes.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"SchumaNN {__version__}")
    parser.add_argument("--check", action="store_true", help="say what is missing and what to do about it, and end")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    about = "Register the commands with Discord: once, and after an update that changes them."
    sync = commands.add_parser("sync", help=about, description=about, allow_abbrev=False)
    sync.add_argument(
        "--guild",
        type=whole_number(1, LARGEST_ID),
        metavar="ID",
        help="in this server only, where they appear at once; everywhere by default",
    )
    sync.add_argument(
        "--clear-guild", action="store_true", help="take the copies out of this server, where commands are seen twice"
    )
    _add_retraining(commands)
    return parser


def _add_retraining(commands: _SubParsersAction[Parser]) -> None:
    about = "Teach the network from what people liked, while the bot is stopped."
    retrain = commands.add_parser("retrain", help=about, description=about, allow_abbrev=False)
    retrain.add_argument("--dry-run", action="store_true", help="only say what would be learnt from")
    about = "Which network composes, and how it does; while the bot is stopped."
    model = commands.add_parser("model", help=about, description=about, allow_abbrev=False)
    actions = model.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    actions.add_parser("list", help="every network that may compose", allow_abbrev=False)
    info = actions.add_parser("info", help="how one of them was made and is liked", allow_abbrev=False)
    info.add_argument("model_id", nargs="?", metavar="ID", help="or its beginning; the one that composes by default")
    use = actions.add_parser("use", help="let another one compose", allow_abbrev=False)
    use.add_argument("model_id", metavar="ID", help="or its beginning")
    actions.add_parser("rollback", help="end a trial, or go back to the one before", allow_abbrev=False)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; ``argv`` without the program's name, by default that of this process.

    Returns:
        The exit code.
    """
    try:
        parser = build_parser()
        arguments = parser.parse_args(argv)
        if arguments.command == "sync" and arguments.clear_guild and arguments.guild is None:
            parser.error("--clear-guild needs --guild ID")
        return _do(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else DONE
    except SettingsError as error:
        for sentence in error.sentences:
            say(sentence)
        return BAD_INPUT
    except Exception:
        logger.exception("SchumaNN ended because something went wrong that is not your fault")
        return OUR_FAULT


def _do(arguments: Namespace) -> int:
    if arguments.check:
        from bot.checks import run_checks

        return run_checks()
    settings = load_settings()
    set_up_logging(settings.log_level, settings.secrets())
    for sentence in unknown_variables():
        logger.warning("%s", sentence)
    forget_secrets()
    if arguments.command == "sync":
        return asyncio.run(_sync(settings, arguments.guild, clear_guild=arguments.clear_guild))
    os.umask(PRIVATE_FILES)
    if arguments.command in {"retrain", "model"}:
        return asyncio.run(_retraining(settings, arguments))
    from bot.running import run

    return asyncio.run(run(settings, lambda line: answer_lines([line])))


async def _retraining(settings: Settings, arguments: Namespace) -> int:
    from bot.retraining import commands

    def tell(text: str) -> None:
        answer_lines(text.splitlines())

    how = settings.retraining()
    if arguments.command == "retrain":
        return await commands.retrain(settings.data, how, tell, dry_run=arguments.dry_run)
    chosen = getattr(arguments, "model_id", None)
    return await commands.model(settings.data, how, tell, action=arguments.action, model_id=chosen)


async def _sync(settings: Settings, guild_id: int | None, *, clear_guild: bool) -> int:
    from bot.platforms.discord import sync_commands
    from bot.platforms.platform import PlatformStartError

    if settings.discord_token is None:
        say("DISCORD_TOKEN is not set; without it there are no commands to register.")
        return BAD_INPUT
    try:
        done = await sync_commands(
            settings.discord_token.get_secret_value(), guild_id=guild_id, clear_guild=clear_guild
        )
    except PlatformStartError as error:
        say(str(error))
        return BAD_INPUT
    answer_lines([done])
    return DONE


if __name__ == "__main__":
    sys.exit(main())
