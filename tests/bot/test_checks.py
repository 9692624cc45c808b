"""``python -m bot --check``: what is missing, and what to do about it."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
from typing import TYPE_CHECKING

import pytest

from bot import checks
from bot.checks import Finding, Level
from bot.house import DATABASE
from bot.settings import Settings, load_settings, variables
from bot.store import Store
from composer.checkpoints import CARD, NETWORK, RELEASED, RELEASED_ROLL, WEIGHTS

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = ".".join((base64.urlsafe_b64encode(b"123456789012345678").decode(), "GaBcDe", "x" * 38))


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is set but a folder for the data and a port that is free."""
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SCHUMANN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SCHUMANN_WEB_PORT", "0")


def _check(settings: Settings) -> dict[str, Finding]:
    return {
        "data": next(checks.check_data(settings.data)),
        "database": checks.check_database(settings.data),
        "web": checks.check_web(settings, is_running=False),
        "discord": checks.check_discord(settings),
        "slack": checks.check_slack(settings),
    }


def test_slack_is_checked_as_far_as_its_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """With both tokens there is nothing to mend, and Slack is a place to talk to people."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1-abc")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1-abc")
    monkeypatch.setenv("SCHUMANN_WEB", "off")
    findings = _check(load_settings(None))

    assert (findings["slack"].level, findings["web"].level) == (Level.OK, Level.NOTE)


def test_a_fresh_installation_is_sound(tmp_path: Path) -> None:
    """Before the first start nothing is wrong, and the check leaves nothing behind."""
    findings = _check(load_settings(None))

    assert {name: finding.level for name, finding in findings.items()} == {
        "data": Level.OK,
        "database": Level.OK,
        "web": Level.OK,
        "discord": Level.NOTE,
        "slack": Level.NOTE,
    }
    assert "will be made" in findings["database"].sentence
    assert list(tmp_path.iterdir()) == []


def test_settings_that_are_wrong_come_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every wrong setting is named; what depends on them is not guessed at."""
    monkeypatch.setenv("SCHUMANN_WORKERS", "many")
    monkeypatch.setenv("SCHUMANN_QUEUE", "long")

    findings = checks.check_all(tmp_path / "none")

    assert [(finding.level, finding.about) for finding in findings] == [
        (Level.MEND, "settings"),
        (Level.MEND, "settings"),
        (Level.NOTE, "everything else"),
    ]


def test_tokens_in_a_file_are_for_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with a token that others can read is pointed out, with the command that mends it."""
    env_file = tmp_path / ".env"
    env_file.write_text("", encoding="utf-8")
    env_file.chmod(0o644)
    assert list(checks.check_env_file(load_settings(None), env_file)) == []

    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    (finding,) = checks.check_env_file(load_settings(None), env_file)
    assert f"chmod 600 {env_file}" in finding.sentence
    env_file.chmod(0o600)
    assert list(checks.check_env_file(load_settings(None), env_file)) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_found(tmp_path: Path) -> None:
    """The sentence names the folder whose rights are wrong, not only the one that was to be made in it."""
    tmp_path.chmod(0o500)

    (finding,) = checks.check_data(tmp_path / "data")

    assert finding.level is Level.MEND
    assert str(tmp_path) in finding.sentence


def test_a_file_in_place_of_the_folder_is_found(tmp_path: Path) -> None:
    """Where a file has the folder's name, nothing can be written."""
    (tmp_path / "data").write_text("no folder", encoding="utf-8")

    (finding,) = checks.check_data(tmp_path / "data")

    assert finding.level is Level.MEND
    assert "SCHUMANN_DATA" in finding.sentence


def test_little_space_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said before the disk is full, and it is a fault when it almost is."""
    free = os.statvfs(tmp_path).f_frsize * os.statvfs(tmp_path).f_bavail
    monkeypatch.setattr(checks, "LITTLE_SPACE", 2 * free)
    assert [finding.level for finding in checks.check_data(tmp_path)] == [Level.OK, Level.NOTE]
    monkeypatch.setattr(checks, "TOO_LITTLE_SPACE", 2 * free)
    assert [finding.level for finding in checks.check_data(tmp_path)] == [Level.OK, Level.MEND]


def _open_and_close(path: Path) -> None:
    async def work() -> None:
        await (await Store.open(path)).close()

    asyncio.run(work())


def test_a_sound_database_is_left_as_it_is(tmp_path: Path) -> None:
    """The check opens it and finds nothing wrong."""
    _open_and_close(tmp_path / DATABASE)

    assert checks.check_database(tmp_path).level is Level.OK
    assert "is sound" in checks.check_database(tmp_path).sentence


def test_a_database_that_is_none_is_found(tmp_path: Path) -> None:
    """The sentence says where it lies."""
    (tmp_path / DATABASE).write_bytes(b"this is no database at all" * 100)

    finding = checks.check_database(tmp_path)

    assert finding.level is Level.MEND
    assert str(tmp_path / DATABASE) in finding.sentence


async def test_a_running_bot_is_no_fault(tmp_path: Path) -> None:
    """While a bot uses the database and the port, the check says so and is content."""
    store = await Store.open(tmp_path / DATABASE)
    try:
        finding = await asyncio.to_thread(checks.check_database, tmp_path)
    finally:
        await store.close()

    assert (finding.level, finding.sentence) == (Level.OK, checks.IN_USE)


def test_a_port_that_is_taken_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless a SchumaNN is running already, somebody else has it, and another must be chosen."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        monkeypatch.setenv("SCHUMANN_WEB_PORT", str(listener.getsockname()[1]))
        settings = load_settings(None)

        assert checks.check_web(settings, is_running=True).level is Level.OK
        finding = checks.check_web(settings, is_running=False)
    assert finding.level is Level.MEND
    assert "SCHUMANN_WEB_PORT" in finding.sentence
    assert checks.check_web(settings, is_running=False).level is Level.OK


def test_a_web_chat_that_is_off_needs_no_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside Discord it may be off; with both off there is nobody to talk to."""
    monkeypatch.setenv("SCHUMANN_WEB", "off")
    finding = checks.check_web(load_settings(None), is_running=False)
    assert finding.level is Level.MEND
    assert "nowhere to talk to people" in finding.sentence

    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    assert checks.check_web(load_settings(None), is_running=False).level is Level.NOTE


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (TOKEN, True),
        (TOKEN[1:], False),
        (TOKEN.replace(".", "-"), False),
        (f"Bot {TOKEN}", False),
        ("abcdefghijklmnopqrstuvwx.GaBcDe." + "x" * 38, False),
        ("123456789012345678", False),
        ("", False),
    ],
)
def test_tokens_are_known_by_their_form(text: str, *, answer: bool) -> None:
    """A bot's id in base64, a time and a signature: half a token, a client secret or an id is told from it."""
    assert checks.looks_like_token(text) is answer


def test_a_token_is_checked_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Right or wrong, it does not appear in what is printed."""
    for token, level in ((TOKEN, Level.OK), ("wrong-token-entirely", Level.MEND)):
        monkeypatch.setenv("DISCORD_TOKEN", token)
        finding = checks.check_discord(load_settings(None))
        assert finding.level is level
        assert token not in str(finding)


@pytest.mark.skipif(not (RELEASED / CARD).exists(), reason="there is no released checkpoint")
def test_the_network_is_tried(tmp_path: Path) -> None:
    """A whole checkpoint runs; one with an altered byte is found."""
    assert checks.check_checkpoint(None).level is Level.OK
    for name in (CARD, WEIGHTS, NETWORK):
        (tmp_path / name).write_bytes((RELEASED / name).read_bytes())
    (tmp_path / NETWORK).write_bytes(b"x" + (RELEASED / NETWORK).read_bytes()[1:])

    finding = checks.check_checkpoint(tmp_path)

    assert finding.level is Level.MEND
    assert "damaged" in finding.sentence


@pytest.mark.skipif(not (RELEASED_ROLL / CARD).exists(), reason="there is no released roll checkpoint")
def test_the_roll_engine_is_tried() -> None:
    """Its released network runs; in place of the other one it is of no use."""
    assert checks.check_roll().level is Level.OK
    finding = checks.check_checkpoint(RELEASED_ROLL)
    assert finding.level is Level.MEND
    assert "engine roll" in finding.sentence


def test_a_roll_engine_that_is_none_is_found(tmp_path: Path) -> None:
    """Missing, or of the other engine: the bot can do without, but something is to be mended."""
    for folder in (tmp_path / "none", RELEASED):
        finding = checks.check_roll(folder)
        assert (finding.level, finding.about) == (Level.MEND, "roll engine")


def test_a_soundfont_that_is_none_is_found(tmp_path: Path) -> None:
    """A path that leads nowhere is named."""
    finding = checks.check_soundfont(tmp_path / "piano.sf2")

    assert finding.level is Level.MEND
    assert str(tmp_path / "piano.sf2") in finding.sentence


def test_findings_are_lines_that_can_be_read() -> None:
    """The level comes first, in a column of its own."""
    assert str(Finding(Level.OK, "database", "sound.")) == "ok   database: sound."
    assert str(Finding(Level.MEND, "database", "damaged.")) == "MEND database: damaged."
