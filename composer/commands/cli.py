"""``python -m composer``: the parser, and the one place that turns errors into sentences and exit codes.

Exit codes: 0 done; 2 the person who asked can mend it; 1 it is our fault or this system's; 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from typing import TYPE_CHECKING, NoReturn

from composer import __version__
from composer.commands import benchmark, compose, corpus, evaluate, openers, read, render, train
from composer.commands.options import add_debug
from composer.commands.terminal import answer_text, as_sentence, one_line, say
from composer.errors import BadInputError, ComposerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed import SupportsWrite

PROGRAM = "python -m composer"
DONE, OUR_FAULT, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
COMMANDS = {
    "compose": compose,
    "openers": openers,
    "read": read,
    "render": render,
    "train": train,
    "evaluate": evaluate,
    "benchmark": benchmark,
    "corpus": corpus,
}
"""Each module has ``HELP``, ``add_arguments(parser)`` and ``run(arguments)``."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence and whose help survives a reader that has gone away."""

    def error(self, message: str) -> NoReturn:
        """Refuse the command line."""
        say(as_sentence(f"{message.removeprefix('argument ')} ({self.prog} --help tells more)"))
        sys.exit(BAD_INPUT)

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        if file is sys.stderr:
            say(message)
        else:
            answer_text(message)


def build_parser() -> Parser:
    """The parser of all commands."""
    parser = Parser(prog=PROGRAM, description="SchumaNN continues piano music.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"SchumaNN {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    for name, module in COMMANDS.items():
        command = commands.add_parser(name, help=module.HELP, description=module.HELP, allow_abbrev=False)
        module.add_arguments(command)
        add_debug(command)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; ``argv`` without the program's name, by default that of this process.

    Returns:
        The exit code.
    """
    debug = False
    try:
        arguments = build_parser().parse_args(argv)
        debug = "debug" in arguments
        COMMANDS[arguments.command].run(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else DONE
    except BadInputError as error:
        return _report(error, str(error), BAD_INPUT, debug=debug)
    except ComposerError as error:
        return _report(error, str(error), OUR_FAULT, debug=debug)
    except Exception as error:  # noqa: BLE001 - the last line of defence: a sentence instead of a traceback
        words = f"Something went wrong here, not with what you asked: {type(error).__name__}: {error}"
        return _report(error, f"{one_line(words)[:300]}. Add --debug to see where.", OUR_FAULT, debug=debug)
    return DONE


def _report(error: Exception, sentence: str, code: int, *, debug: bool) -> int:
    if debug:
        traceback.print_exception(error)
    say(as_sentence(sentence))
    return code
