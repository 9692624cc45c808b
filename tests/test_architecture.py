"""Rules that hold the whole together: who may import what, and that the documentation tells the truth."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bot.__main__
from bot.settings import variables
from composer.checkpoints import CARD, RELEASED
from composer.commands.cli import COMMANDS, build_parser

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
MODULES = sorted((REPOSITORY / "composer").rglob("*.py"))
BOT_MODULES = sorted((REPOSITORY / "bot").rglob("*.py"))
FOLDERS = ("tests", "benchmarks", "scripts")
CODE = [*MODULES, *BOT_MODULES, *(path for folder in FOLDERS for path in sorted((REPOSITORY / folder).rglob("*.py")))]
TRAINING_LIBRARIES = {"keras", "tensorflow", "torch", "jax"}
TRAINING_MODULES = (
    "networks/",
    "learning/training.py",
    "learning/export.py",
    "learning/roll_training.py",
    "learning/fitting.py",
    "learning/roll_checkpoint.py",
    "tuning/head_training.py",
    "tuning/network.py",
)
"""The modules of ``composer`` that may import them."""
WIRING = ("__main__.py", "checks.py", "running.py")
"""The modules of ``bot`` that may name a platform."""


def _imports(path: Path) -> set[str]:
    """Every module that a file imports, anywhere in it, in full."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module or "")
    return found


def _name(path: Path) -> str:
    return path.relative_to(REPOSITORY / "composer").as_posix()


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_composer_knows_nothing_of_chat(path: Path) -> None:
    """No module of composer imports the bot, a chat platform, a database or asyncio."""
    roots = {name.split(".")[0] for name in _imports(path)}

    assert not roots & {"bot", "discord", "slack_bolt", "slack_sdk", "sqlite3", "aiosqlite", "asyncio"}


@pytest.mark.parametrize("path", [path for path in MODULES if not _name(path).startswith(TRAINING_MODULES)], ids=_name)
def test_only_training_imports_training_libraries(path: Path) -> None:
    """Keras and its backends are imported by the networks, the training and the export only."""
    roots = {name.split(".")[0] for name in _imports(path)}

    assert not roots & TRAINING_LIBRARIES


def _bot_name(path: Path) -> str:
    return path.relative_to(REPOSITORY / "bot").as_posix()


@pytest.mark.parametrize(
    ("roots", "homes"),
    [
        ({"discord"}, ("platforms/discord/",)),
        ({"slack_bolt", "slack_sdk"}, ("platforms/slack/",)),
        ({"sqlite3", "aiosqlite"}, ("store/",)),
        ({"aiohttp"}, ("platforms/",)),
        (TRAINING_LIBRARIES, ()),
        ({"numpy", "pretty_midi", "PIL", "symusic", "ai_edge_litert"}, ()),
    ],
    ids=["discord", "slack", "SQL", "HTTP", "training", "music"],
)
def test_every_library_of_the_bot_has_its_home(roots: set[str], homes: tuple[str, ...]) -> None:
    """Only platforms know of chats and HTTP, only the store of SQL; music is the affair of composer and the workers."""
    elsewhere = [path for path in BOT_MODULES if not _bot_name(path).startswith(homes or ("nowhere",))]

    assert [_bot_name(path) for path in elsewhere if {name.split(".")[0] for name in _imports(path)} & roots] == []


@pytest.mark.parametrize("path", [path for path in BOT_MODULES if "platforms" not in path.parts], ids=_bot_name)
def test_the_core_knows_no_platform(path: Path) -> None:
    """Outside of the wiring nothing imports a platform, but what the core asks of all of them."""
    platforms = {name for name in _imports(path) if name.startswith("bot.platforms.")}

    assert platforms <= {"bot.platforms.platform"} or _bot_name(path) in WIRING


def test_a_worker_knows_nothing_of_chat() -> None:
    """What runs in a worker loads no chat library, no database and no settings."""
    loaded = _loaded_by("import bot.workers.worker")

    assert not loaded & {*TRAINING_LIBRARIES, "discord", "slack_bolt", "aiohttp", "aiosqlite", "sqlite3", "pydantic"}


def test_the_bot_is_light() -> None:
    """The bot's own process loads neither training libraries nor what only workers need."""
    names = [_bot_name(path) for path in BOT_MODULES if not _bot_name(path).startswith(("workers/worker", "__main__"))]
    modules = [f"bot.{name.removesuffix('.py').replace('/', '.')}".removesuffix(".__init__") for name in names]

    loaded = _loaded_by(f"import {', '.join(modules)}")

    assert not loaded & {*TRAINING_LIBRARIES, "ai_edge_litert", "scipy", "pretty_midi", "PIL", "lameenc"}


def _loaded_by(program: str) -> set[str]:
    """Names of the top-level modules that a Python program has loaded in the end."""
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys; print(*sys.modules)"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_importing_loads_no_training_library() -> None:
    """Importing every module outside training loads neither Keras nor TensorFlow, nor anything else as heavy."""
    names = [_name(path) for path in MODULES if not _name(path).startswith((*TRAINING_MODULES, "__main__"))]
    modules = [f"composer.{name.removesuffix('.py').replace('/', '.')}".removesuffix(".__init__") for name in names]

    loaded = _loaded_by(f"import {', '.join(modules)}")

    assert not loaded & TRAINING_LIBRARIES


def test_the_command_line_is_light() -> None:
    """What only some commands need is not loaded for the others."""
    loaded = _loaded_by("import composer.commands.cli")

    assert not loaded & {*TRAINING_LIBRARIES, "numpy", "scipy", "pretty_midi", "PIL", "symusic", "ai_edge_litert"}


@pytest.mark.skipif(not (RELEASED / CARD).exists(), reason="there is no released checkpoint")
def test_composing_loads_no_training_library() -> None:
    """Composing, drawing and writing a piece load neither Keras nor TensorFlow."""
    loaded = _loaded_by(
        "from composer.composer import Composer\n"
        "from composer.openers import find_opener\n"
        "from composer.midi.writer import write_midi\n"
        "score = Composer().compose(find_opener('schumann').score, length_seconds=8, random_seed=1).score\n"
        "write_midi(score)"
    )

    assert "ai_edge_litert" in loaded
    assert not loaded & TRAINING_LIBRARIES


def _readme_commands() -> Iterator[str]:
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL):
        yield from (line.split(" #")[0].strip() for line in block.splitlines() if line.strip())


@pytest.mark.parametrize("line", [line for line in _readme_commands() if line.startswith("python")])
def test_readme_commands_exist(line: str) -> None:
    """Every command that the README shows is understood as it stands there."""
    python, flag, program, *words = shlex.split(line)

    assert [python, flag] == ["python", "-m"]
    if program == "composer":
        assert build_parser().parse_args(words).command in COMMANDS
    else:
        assert program == "bot"
        bot.__main__.build_parser().parse_args(words)


def test_readme_shows_every_command() -> None:
    """No command is left out."""
    assert set(COMMANDS) <= {line.split()[3] for line in _readme_commands() if line.startswith("python -m composer")}


def test_readme_tells_every_option_of_compose() -> None:
    """The table of options names those that there are, and all of them."""
    parser = build_parser()
    shown = parser.parse_args(["compose", "--seed", "x", "--output", "y"])
    options = {f"--{name.replace('_', '-')}" for name in vars(shown)} - {"--command"}

    assert set(re.findall(r"^\| `(--[a-z-]+)`", README, re.MULTILINE)) == options


def test_readme_make_targets_exist() -> None:
    """Every target of make that the README names is in the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

    assert set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE)) <= targets


def test_readme_names_every_setting() -> None:
    """The environment variables in the README and in the code are the same."""
    pattern = re.compile(r"\bSCHUMANN_[A-Z]+(?:_[A-Z]+)*\b")
    in_code = {name for path in CODE for name in pattern.findall(path.read_text(encoding="utf-8"))}

    assert set(pattern.findall(README)) == in_code


def test_readme_explains_every_setting() -> None:
    """The table of settings has a row for each, and no others but what is for tests."""
    rows = set(re.findall(r"^\| `([A-Z]+_[A-Z_]+)` \|", README, re.MULTILINE))

    assert rows == variables().keys() | {"SCHUMANN_SHARED"}


def test_readme_links_lead_somewhere() -> None:
    """Every file that the README links to is there."""
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]

    assert [link for link in links if not (REPOSITORY / link).exists()] == []


def test_readme_tree_is_complete() -> None:
    """The tree of files names every module, or the folder or family that it belongs to."""
    tree = README.split("```\nbot/\n")[1].split("```")[0]
    named = re.findall(r"[\w*]+(?:\.py|/)", tree)
    every = [*MODULES, *BOT_MODULES]
    modules = [path for path in every if path.parent.name in {"composer", "bot"} and path.name != "__init__.py"]

    assert [path.name for path in modules if not any(path.match(name) for name in named)] == []
    folders = {path.parent.name for path in every} - {"composer", "bot"}
    assert {f"{folder}/" for folder in folders} <= set(named)


def test_every_ignored_rule_has_its_reason() -> None:
    """Each rule that is switched off, for all files or for some, says why on its line."""
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    lint = tomllib.loads(text)["tool"]["ruff"]["lint"]
    ignored = [*lint["ignore"], *(rule for rules in lint["per-file-ignores"].values() for rule in rules)]

    for rule in ignored:
        lines = re.findall(rf'^ *"{rule}",(.*)$', text, re.MULTILINE)
        assert lines, rule
        assert all(re.match(r" # \w.{10,}", line) for line in lines), rule


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_every_exception_has_its_reason(path: Path) -> None:
    """A check that is switched off on a line names the rule and says why."""
    for line in path.read_text(encoding="utf-8").splitlines():
        for mark in re.findall(r"# (?:noqa)(.*)", line):
            assert re.match(r": [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)* *[-(#:] ?\w.{5,}", mark), line.strip()
        for mark in re.findall(r"# (?:type: ignore)(.*)", line):
            assert mark.startswith("["), line.strip()


def test_lock_names_no_address() -> None:
    """The lock installs from wherever pip is set up to look, and every package in it has hashes."""
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    packages = re.split(r"\n(?=[a-z0-9])", lock.split("\n", 2)[2])

    assert "://" not in lock
    assert all("--hash=sha256:" in package for package in packages if "==" in package)
    assert len(packages) > 50


@pytest.mark.parametrize("path", sorted((REPOSITORY / "benchmarks").glob("*.py")), ids=lambda path: path.stem)
def test_benchmarks_start(path: Path) -> None:
    """Every benchmark runs as its head says, and explains itself."""
    command = f"python -m benchmarks.{path.stem}"
    done = subprocess.run(
        [sys.executable, *command.split()[1:], "--help"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )

    assert f"``{command} " in path.read_text(encoding="utf-8")
    assert done.stdout.startswith("usage:")


@pytest.mark.skipif(os.name != "posix", reason="scripts are for POSIX systems")
@pytest.mark.parametrize("script", ["scripts/set_up.sh", "scripts/lock.sh", ".ci/run"])
def test_scripts_are_sound(script: str) -> None:
    """Shell scripts stop at the first error and have no syntax errors."""
    path = REPOSITORY / script

    assert "set -euo pipefail" in path.read_text(encoding="utf-8")
    assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0
