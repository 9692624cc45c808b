"""The training process: it yields, it tells how far it is, and nothing is left of it, however it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.retraining.training import COMMAND, MOST_LOGGED_CHARACTERS, Training, TrainingError, training_environment
from tests.fakes.training import STAGES, command, fake_base

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.retraining.reports import News

REPOSITORY = Path(__file__).parents[3]
needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="only the kernel of Linux tells of other processes")


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    """What training is given: a set without pieces, an empty folder, a base."""
    (tmp_path / "set").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "set" / "manifest.json").write_text('{"pieces": []}', encoding="utf-8")
    base = fake_base(tmp_path / "base")
    return ["--finetune", str(tmp_path / "set"), "--output", str(tmp_path / "out"), "--base", str(base), "--json"]


async def train(options: Sequence[str], *modes: str, **limits: Any) -> tuple[dict[str, Any], list[News]]:
    """The report, and the news before it."""
    news: list[News] = []
    report = await Training(command(*modes), **limits).run(options, news.append)
    return report, news


def living(group: int) -> list[int]:
    """The processes of a group that have not ended, whether or not somebody has taken note of their end."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, _, itsgroup = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
            if int(itsgroup) == group and state != "Z":
                found.append(int(entry.name))
    return found


def processes_of(folder: Path) -> list[int]:
    """Those that have something to do with a folder, as their command lines say."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(folder).encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found


async def gone(folder: Path) -> None:
    """Wait until nothing has to do with a folder any more."""
    async with asyncio.timeout(20):
        while processes_of(folder):
            await asyncio.sleep(0.02)


async def test_it_tells_how_far_it_is(options: list[str]) -> None:
    """Stage by stage; the report comes last, with what people are shown and nothing else."""
    report, news = await train(options)

    assert [(one.stage, one.share) for one in news] == list(STAGES)
    assert report["passed"] is True
    assert report["gates"][0]["after"] == 2.553
    assert set(report) >= {"base", "checkpoint", "sentence", "samples", "votes", "liked"}


@pytest.mark.parametrize(
    ("mode", "sentence"),
    [
        ("fail", "There are too few votes to learn from."),
        ("crash", "Training failed because something went wrong on our side; the log says why."),
        ("mute", "Training ended without a report."),
    ],
)
async def test_its_failures_are_sentences(options: list[str], mode: str, sentence: str) -> None:
    """What the person can mend is said as training says it."""
    with pytest.raises(TrainingError) as error:
        await train(options, mode)

    assert str(error.value) == sentence


async def test_nonsense_in_between_is_overheard(options: list[str], caplog: pytest.LogCaptureFixture) -> None:
    """Libraries print what they like; the report counts."""
    report, news = await train(options, "garbage")

    assert report["passed"] is True
    assert len(news) == len(STAGES)
    assert "neither news nor a report" in caplog.text


@needs_proc
async def test_a_program_that_hangs_is_ended(options: list[str], tmp_path: Path) -> None:
    """Silence does not last for ever, and its children go with it."""
    with pytest.raises(TrainingError, match="said nothing"):
        await train(options, "hang", "child", silence_seconds=1.5)

    await gone(tmp_path)


@needs_proc
async def test_memory_is_bounded(options: list[str], tmp_path: Path) -> None:
    """A program that takes more and more is killed, and that is said."""
    with pytest.raises(TrainingError, match="more memory than it may"):
        await train(options, "hungry", megabytes=200)

    await gone(tmp_path)


@needs_proc
async def test_whoever_is_cancelled_leaves_nothing_behind(options: list[str], tmp_path: Path) -> None:
    """The program, the one around it, and what it has started are killed."""
    reached = asyncio.Event()
    running = asyncio.create_task(Training(command("slow", "child")).run(options, lambda _: reached.set()))
    async with asyncio.timeout(20):
        await reached.wait()
    groups = {os.getpgid(pid) for pid in processes_of(tmp_path)}
    assert len(groups) == 1
    assert len(living(*groups)) == 3

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    await gone(tmp_path)
    assert living(groups.pop()) == []


@pytest.mark.parametrize("steps", range(1, 10, 3))
async def test_it_can_be_cancelled_at_any_moment(options: list[str], tmp_path: Path, steps: int) -> None:
    """Also while the process is being started."""
    running = asyncio.create_task(Training(command("slow")).run(options, lambda _: None))
    for _ in range(steps):
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    await gone(tmp_path)


@needs_proc
async def test_it_dies_with_the_bot(options: list[str], tmp_path: Path) -> None:
    """A bot that is killed takes it along: nobody is there to do that, so it sees to it itself."""
    program = (
        "import asyncio, sys\n"
        "from bot.retraining.training import Training\n"
        "from tests.fakes.training import command\n"
        "asyncio.run(Training(command('slow', 'child')).run(sys.argv[1:], lambda news: print('news', flush=True)))"
    )
    arguments = [sys.executable, "-c", program, *options]
    with subprocess.Popen(arguments, cwd=REPOSITORY, stdout=subprocess.PIPE) as bot:  # noqa: ASYNC220 (a bot of its own)
        assert bot.stdout is not None
        assert await asyncio.to_thread(bot.stdout.readline) == b"news\n"
        [group] = {os.getpgid(pid) for pid in processes_of(tmp_path)} - {os.getpgid(bot.pid)}
        assert len(living(group)) == 3
        bot.kill()

    await gone(tmp_path)
    # A process has no command line any more a moment before it is dead.
    async with asyncio.timeout(20):
        while living(group):
            await asyncio.sleep(0.05)


@needs_proc
async def test_the_guard_alone_cannot_be_killed(options: list[str], tmp_path: Path) -> None:
    """Should it be, what it guards does not go on unguarded."""
    reached = asyncio.Event()
    running = asyncio.create_task(Training(command("slow")).run(options, lambda _: reached.set()))
    async with asyncio.timeout(20):
        await reached.wait()

    os.kill(os.getpgid(processes_of(tmp_path)[0]), signal.SIGKILL)

    with pytest.raises(TrainingError):
        await running
    await gone(tmp_path)


async def test_it_yields_and_knows_no_secrets(
    options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is nicer than the workers, and tokens stay with the bot."""
    monkeypatch.setenv("DISCORD_TOKEN", "secret")

    await train(options, "environment")

    found = json.loads((tmp_path / "out" / "environment.json").read_text(encoding="utf-8"))
    assert found["niceness"] >= min(os.nice(0) + 10, 19)
    assert "secret" not in json.dumps(found)


def test_what_is_kept_of_the_environment() -> None:
    """Paths and languages, and where other programs find this one."""
    kept = training_environment({"PATH": "/bin", "SLACK_BOT_TOKEN": "xoxb", "SCHUMANN_WEB_TOKEN": "x", "HOME": "/root"})

    assert set(kept) == {"PATH", "HOME", "PYTHONPATH", "TF_CPP_MIN_LOG_LEVEL"}


async def test_a_program_that_is_not_there_is_a_sentence(options: list[str]) -> None:
    """Of our fault."""
    with pytest.raises(TrainingError, match="went wrong on our side"):
        await Training(("/nowhere/python",)).run(options, lambda _: None)


async def test_complaints_are_logged_up_to_a_cap(options: list[str], caplog: pytest.LogCaptureFixture) -> None:
    """A program that complains without end does not fill the log."""
    program = "import sys\nfor n in range(5000): print('x' * 99, file=sys.stderr)\nsys.exit(2)"

    with pytest.raises(TrainingError, match="xxx"):
        await Training((sys.executable, "-c", program)).run(options, lambda _: None)

    assert 0.9 * MOST_LOGGED_CHARACTERS < caplog.text.count("x") < 1.5 * MOST_LOGGED_CHARACTERS


async def test_a_line_without_an_end_is_too_much(options: list[str]) -> None:
    """Whoever talks so is ended."""
    program = "import sys\nwhile True: sys.stdout.write('x' * 1000)"

    with pytest.raises(TrainingError, match="nonsense"):
        await Training((sys.executable, "-c", program)).run(options, lambda _: None)


def test_the_usual_command_is_there() -> None:
    """The program that trains knows the options that it is given."""
    environment = training_environment(os.environ)
    shown = subprocess.run([*COMMAND, "--help"], env=environment, capture_output=True, text=True, check=True).stdout

    assert all(option in shown for option in ("--finetune", "--output", "--base", "--corpus", "--json"))
