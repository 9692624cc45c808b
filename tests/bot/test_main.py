"""``python -m bot`` as a whole, in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import build_parser, main
from bot.settings import variables
from tests.composer.rendered_scores import needs_library

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GaBcDe.abcdefghijklmnopqrstuvwxyz0123456789AB"  # noqa: S105 (opens nothing)


def _environment(folder: Path, **settings: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name not in variables()}
    ours = {"SCHUMANN_DATA": str(folder / "data"), "SCHUMANN_WEB_PORT": "0", "SCHUMANN_WORKERS": "1"}
    return {**clean, "PYTHONPATH": str(REPOSITORY), **ours, **settings}


def _run(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the bot until it ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env=_environment(folder, **settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


@contextmanager
def _running(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A bot that runs, and the address of its web chat."""
    with subprocess.Popen(
        [sys.executable, "-m", "bot"],
        cwd=folder,
        env=_environment(folder, **settings),
        stdout=subprocess.PIPE,
        text=True,
    ) as bot:
        try:
            assert bot.stdout is not None
            lines = []
            for line in bot.stdout:
                lines.append(line)
                if line.startswith("web chat: http"):
                    break
            assert lines[-1].startswith("web chat: http"), lines
            yield bot, lines[-1].split()[-1]
        finally:
            bot.kill()


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 (our own bot's address)
        return bytes(answer.read())


@needs_library
def test_it_runs_until_it_is_told_to_end(tmp_path: Path) -> None:
    """It says where it is, answers there, ends on SIGTERM with 0, and starts again over the same data."""
    for _ in range(2):
        with _running(tmp_path) as (bot, address):
            about = json.loads(_get(f"{address}api/about"))["about"]
            bot.send_signal(signal.SIGTERM)
            output, _ = bot.communicate(timeout=PATIENCE_SECONDS)
        assert about["workers"] == 1
        assert bot.returncode == 0
        assert "Ending" in output
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "data").rglob("*"))


def _ask(address: str, **options: str | int) -> None:
    """Ask for a piece, and wait until it is being composed."""
    head = {"Content-Type": "application/json", "X-SchumaNN": "1"}
    request = urllib.request.Request(f"{address}api/requests", json.dumps(options).encode(), head)  # noqa: S310 (our own bot's address)
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 (our own bot's address)
        assert answer.status == 202
    while not json.loads(_get(f"{address}api/about"))["about"]["running"]:
        time.sleep(0.01)


@needs_library
def test_a_piece_under_way_is_finished_first(tmp_path: Path) -> None:
    """A signal ends the bot only when the piece is there."""
    with _running(tmp_path) as (bot, address):
        _ask(address, seed="schumann", length=20)
        bot.send_signal(signal.SIGINT)
        bot.communicate(timeout=PATIENCE_SECONDS)

    assert bot.returncode == 0
    assert len(list((tmp_path / "data" / "pieces").glob("*/piece.mp3"))) == 1


@needs_library
def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    """Nobody has to wait for ten minutes of music; the request is composed at the next start."""
    with _running(tmp_path) as (bot, address):
        _ask(address, seed="mozart", length=180)
        bot.send_signal(signal.SIGTERM)
        assert bot.stdout is not None
        assert "Ending" in next(line for line in bot.stdout if line.startswith("Ending"))
        bot.send_signal(signal.SIGTERM)
        bot.communicate(timeout=PATIENCE_SECONDS)

    assert bot.returncode == 128 + signal.SIGTERM
    assert list((tmp_path / "data" / "pieces").iterdir()) == []


@needs_library
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the environment of a process")
def test_no_child_has_a_token(tmp_path: Path) -> None:
    """What the bot starts does not inherit its secrets."""
    with _running(tmp_path, SCHUMANN_WEB_TOKEN=TOKEN) as (bot, _):
        children = Path(f"/proc/{bot.pid}/task/{bot.pid}/children").read_text(encoding="utf-8").split()
        environments = [Path(f"/proc/{child}/environ").read_bytes() for child in children]

    assert environments
    assert not any(TOKEN.encode() in environment for environment in environments)


@needs_library
def test_a_port_that_is_taken_ends_it_in_a_sentence(tmp_path: Path) -> None:
    """With nowhere to talk to people it ends with 2, saying which port to change."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        done = _run(tmp_path, SCHUMANN_WEB_PORT=str(listener.getsockname()[1]))

    assert done.returncode == 2
    assert "SCHUMANN_WEB_PORT" in done.stdout
    assert "nowhere to talk to people" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_with_everything_off_it_ends_in_a_sentence(tmp_path: Path) -> None:
    """It says what is off and why, and ends with 2."""
    done = _run(tmp_path, SCHUMANN_WEB="off")

    assert done.returncode == 2
    assert "web chat: off, as SCHUMANN_WEB says" in done.stdout
    assert "Discord: off, as DISCORD_TOKEN is not set" in done.stdout


@needs_library
def test_two_bots_do_not_share_their_data(tmp_path: Path) -> None:
    """The second one says so and ends with 2; a check beside the first finds nothing wrong."""
    with _running(tmp_path) as (_, address):
        second = _run(tmp_path)
        check = _run(tmp_path, "--check", SCHUMANN_WEB_PORT=address.rstrip("/").rpartition(":")[2])

    assert second.returncode == 2
    assert "Another SchumaNN is using" in second.stdout
    assert check.returncode == 0, check.stdout
    assert "in use by a SchumaNN that is running" in check.stdout


def test_a_check_says_what_to_mend(tmp_path: Path) -> None:
    """With a fault it ends with 2, and what is wrong stands on a line of its own."""
    done = _run(tmp_path, "--check", SCHUMANN_SOUNDFONT=str(tmp_path / "none.sf2"))

    assert done.returncode == 2
    assert [line.split(":")[0] for line in done.stdout.splitlines() if line.startswith("MEND")] == ["MEND soundfont"]
    assert done.stderr == ""


def test_wrong_settings_end_it_in_sentences(tmp_path: Path) -> None:
    """Each wrong setting is named, none is shown."""
    done = _run(tmp_path, SCHUMANN_WORKERS="many", DISCORD_TOKEN="two words")  # noqa: S106 (opens nothing)

    assert done.returncode == 2
    assert sorted(line.split()[0] for line in done.stderr.splitlines()) == ["DISCORD_TOKEN", "SCHUMANN_WORKERS"]
    assert "two words" not in done.stderr + done.stdout


def test_unknown_settings_are_pointed_out_at_the_start(tmp_path: Path) -> None:
    """A misspelt setting is logged, and the bot goes on."""
    misspelt = "SCHUMANN" + "_WEB_PROT"
    done = _run(tmp_path, SCHUMANN_WEB="off", **{misspelt: "1"})

    assert (
        f"WARNING bot: {misspelt} is set, but there is no such setting; did you mean SCHUMANN_WEB_PORT?" in done.stderr
    )


def test_commands_can_only_be_registered_with_a_token(tmp_path: Path) -> None:
    """Without one there is a sentence and 2."""
    done = _run(tmp_path, "sync")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "DISCORD_TOKEN is not set; without it there are no commands to register.\n"


@pytest.mark.parametrize("words", [["sync", "--clear-guild"], ["sync", "--guild", "mine"], ["dance"], ["--chekc"]])
def test_command_lines_that_make_no_sense_are_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence on standard error, and 2."""
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1


def test_the_command_line_is_understood() -> None:
    """To run is what happens without a command."""
    assert build_parser().parse_args([]).command is None
    assert build_parser().parse_args(["sync", "--guild", "12", "--clear-guild"]).guild == 12


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """And nothing else happens."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("SchumaNN ")
