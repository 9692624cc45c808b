"""The command line as a whole: exit codes, one-sentence errors, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from composer.commands.cli import COMMANDS, build_parser, main

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

REPOSITORY = Path(__file__).parents[3]


def _start(*arguments: str, cwd: Path = REPOSITORY) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "composer", *arguments],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        # A background job of a shell ignores Ctrl-C, and its children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - the tests have no threads
    )


@pytest.mark.parametrize(
    "line",
    [
        "",
        "sing",
        "compose",
        "compose --seed schumann",
        "compose --seed schumann --output out --length",
        "compose --seed schumann --output out --length 4",
        "compose --seed schumann --output out --length nan",
        "compose --seed schumann --output out --temperature 0",
        "compose --seed schumann --output out --tempo 1000",
        "compose --seed schumann --output out --random-seed -1",
        "compose --seed schumann --output out --random-seed 9223372036854775808",
        "compose --seed schumann --output out --len 30",
        "compose --seed schumann --output out --engine organ",
        "compose --seed schumann --output out --engine roll --threshold nan",
        "compose --seed schumann --output out extra",
        "compose --seed schumann --output /proc/none",
        "compose --seed nobody --output out",
        "compose --seed absent.mid --output out",
        "compose --seed schumann --output out --soundfont absent.sf2",
        "compose --seed schumann --output out --checkpoint absent",
        "read",
        "read absent.mid",
        "read .",
        "render absent.mid out.mp3",
        "render absent.mid out.ogg",
        "train --corpus absent --output out",
        "train --corpus . --output out --backend abacus",
        "evaluate --corpus absent",
        "benchmark",
        "benchmark frames",
        "benchmark frames --data absent.npz --checkpoint absent",
        "corpus",
        "corpus fetch",
        "corpus fetch out --site nowhere",
        "corpus fetch out --contact me",
    ],
)
def test_bad_input(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the person who asked can mend ends with code 2 and one sentence on standard error."""
    monkeypatch.chdir(tmp_path)

    assert main(line.split()) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert said.err.endswith((".\n", ".).\n"))


@pytest.mark.parametrize("command", ["", *COMMANDS, "corpus fetch", "benchmark frames"])
def test_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command explains itself on standard output."""
    assert main([*command.split(), "--help"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"usage: python -m composer {command}".strip())
    assert said.err == ""


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """The version is told."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("SchumaNN 0.")


def _broken(_arguments: Namespace) -> None:
    message = "first line\nsecond \x1b[31m line"
    raise KeyError(message)


def _no_options(_parser: ArgumentParser) -> None:
    return


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that fails in a way that nobody foresaw."""
    monkeypatch.setitem(COMMANDS, "openers", SimpleNamespace(HELP="break", add_arguments=_no_options, run=_broken))


@pytest.mark.usefixtures("fault")
def test_our_fault(capsys: pytest.CaptureFixture[str]) -> None:
    """An error of ours ends with code 1 and one sentence that names --debug."""
    assert main(["openers"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "KeyError" in said
    assert "--debug" in said
    assert "\x1b" not in said


@pytest.mark.usefixtures("fault")
def test_debug_shows_where(capsys: pytest.CaptureFixture[str]) -> None:
    """With --debug the traceback is shown."""
    assert main(["openers", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def _open_for_reader(pipe: Path, child: subprocess.Popen[str]) -> int:
    """Wait until the child reads the seed, which never comes; the open end of the pipe."""
    while child.poll() is None:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads yet
            time.sleep(0.02)
    pytest.fail(f"ended before it read: {child.communicate()}")


def _interrupted(child: subprocess.Popen[str], number: signal.Signals) -> tuple[str, str]:
    """What the child says when it is told to end; told again, for a signal just before a blocking read is missed."""
    for _ in range(10):
        child.send_signal(number)
        try:
            return child.communicate(timeout=3)
        except subprocess.TimeoutExpired:
            continue
    child.kill()
    return child.communicate()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interruption(number: signal.Signals, code: int, tmp_path: Path) -> None:
    """Ctrl-C and a request to end are obeyed quietly, and nothing is left behind."""
    waiting = tmp_path / "waiting.mid"
    os.mkfifo(waiting)
    child = _start("compose", "--seed", str(waiting), "--output", str(tmp_path / "out"))
    pipe = _open_for_reader(waiting, child)
    out, err = _interrupted(child, number)
    os.close(pipe)

    assert (child.returncode, out, err) == (code, "", "")
    assert list((tmp_path / "out").iterdir()) == []


def test_closed_pipe() -> None:
    """A reader that stops listening does no harm."""
    child = _start("openers")
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()

    assert child.wait(timeout=30) == 0
    assert child.stderr.read() == ""
    child.stderr.close()


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_were_closed(closed: str) -> None:
    """A caller who closed standard streams gets the work done, and no file takes their place."""
    program = f'exec "{sys.executable}" -m composer openers --json {closed}'
    done = subprocess.run(["sh", "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert bool(done.stdout) == (closed == "2>&-")


def test_every_command_declares_debug() -> None:
    """--debug works with every command, before and after an action."""
    parse = build_parser().parse_args

    assert "debug" in parse(["openers", "--debug"])
    assert "debug" in parse(["corpus", "--debug", "fetch", "x"])
    assert "debug" in parse(["corpus", "fetch", "x", "--debug"])
