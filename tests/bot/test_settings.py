"""Settings from the environment and from a file."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bot import settings as module
from bot.domain import Limits
from bot.retraining.domain import RetrainingSettings
from bot.settings import (
    ENV_FILE,
    Settings,
    SettingsError,
    forget_secrets,
    load_settings,
    variables,
)
from bot.stray_variables import PREFIX, unknown_variables

EXAMPLE = Path(__file__).parents[2] / ".env.example"
LONG_TOKEN = "c0rrect-horse-battery"  # noqa: S105 (opens nothing)
HOW_TO_MEND = {
    "SCHUMANN_WORKERS": "a whole number from 1 to 64",
    "SCHUMANN_WEB": "on or off",
    "SCHUMANN_WEB_PORT": "a whole number from 0 to 65535",
    "SCHUMANN_WEB_TOKEN": "at least 16 characters without spaces",
    "SCHUMANN_LONGEST_SECONDS": "a number from 5 to 600",
    "SCHUMANN_QUEUE": "a whole number from 1 to 10000",
    "SCHUMANN_ADMINS": "a list such as discord:123,discord:456",
    "SCHUMANN_LOG_LEVEL": "DEBUG, INFO, WARNING or ERROR",
    "DISCORD_TOKEN": "a token without spaces",
    "DISCORD_MESSAGE_CONTENT": "on or off",
    "SLACK_BOT_TOKEN": "a token that begins with xoxb-",
    "SLACK_APP_TOKEN": "a token that begins with xapp-",
}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is set where the tests run."""
    for name in [*variables(), *(name for name in os.environ if name.startswith(PREFIX))]:
        monkeypatch.delenv(name, raising=False)


def _env_file(folder: Path, text: str) -> Path:
    path = folder / ".env"
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_has_to_be_set() -> None:
    """Without any setting there is a web chat for this computer, no Discord, and the usual limits."""
    settings = load_settings(None)

    assert (settings.web, settings.web_host, settings.web_port) == (True, "127.0.0.1", 8080)
    assert settings.discord_token is None
    assert settings.data == Path("data")
    assert settings.workers >= 1
    assert settings.limits() == Limits()
    assert settings.secrets() == ()


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is set for one run is not overruled by the file; empty values count as not set."""
    env_file = _env_file(tmp_path, "SCHUMANN_WEB_PORT=1234\nSCHUMANN_QUEUE=7\nSCHUMANN_WORKERS=\n")
    monkeypatch.setenv("SCHUMANN_WEB_PORT", "4321")
    monkeypatch.setenv("SCHUMANN_QUEUE", "")

    settings = load_settings(env_file)

    assert (settings.web_port, settings.queue) == (4321, 7)
    assert settings.workers == load_settings(None).workers


def test_values_are_understood(tmp_path: Path) -> None:
    """Switches, paths at home, lists and limits."""
    text = """
        SCHUMANN_WEB=off
        SCHUMANN_DATA=~/music
        SCHUMANN_ADMINS=discord:123, web:456 ,
        SCHUMANN_LOG_LEVEL=debug
        SCHUMANN_LONGEST_SECONDS=60
        SCHUMANN_REQUESTS_OPEN=1
        SCHUMANN_REQUESTS_HOUR=2
        SCHUMANN_GUILD_REQUESTS_HOUR=3
        SCHUMANN_QUEUE=4
        DISCORD_MESSAGE_CONTENT=yes
    """
    settings = load_settings(_env_file(tmp_path, text))

    assert settings.web is False
    assert settings.discord_message_content is True
    assert settings.data == Path.home() / "music"
    assert settings.admins == {"discord:123", "web:456"}
    assert settings.log_level == "DEBUG"
    limits = settings.limits()
    assert (limits.longest_seconds, limits.per_user_open, limits.queue_length) == (60, 1, 4)
    assert limits.default_guild.longest_seconds == 60
    assert (limits.default_guild.per_user_hour, limits.default_guild.per_guild_hour) == (2, 3)


def test_tokens_do_not_print(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever logs the settings logs no token."""
    monkeypatch.setenv("DISCORD_TOKEN", f"  {LONG_TOKEN}\t")
    monkeypatch.setenv("SCHUMANN_WEB_TOKEN", LONG_TOKEN)
    settings = load_settings(None)

    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == LONG_TOKEN
    assert settings.secrets() == (LONG_TOKEN, LONG_TOKEN)
    assert LONG_TOKEN not in f"{settings!r} {settings} {settings.model_dump()}"


@pytest.mark.parametrize(("name", "expected"), HOW_TO_MEND.items())
def test_a_wrong_value_is_named_but_not_shown(name: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says which variable and what is expected of it, and never repeats what may be a secret."""
    monkeypatch.setenv(name, "no sense")

    with pytest.raises(SettingsError) as refusal:
        load_settings(None)

    assert refusal.value.sentences == [f"{name} cannot be used as it is set: give {expected}."]
    assert refusal.value.__cause__ is None


def test_every_wrong_value_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to mend one thing to hear of the next."""
    for name in HOW_TO_MEND:
        monkeypatch.setenv(name, "no sense")

    with pytest.raises(SettingsError) as refusal:
        load_settings(None)

    assert {sentence.split()[0] for sentence in refusal.value.sentences} == set(HOW_TO_MEND)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "music.example"])  # noqa: S104 (what is refused here)
def test_other_computers_need_a_token(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A web chat that others can reach without a token is refused before it starts."""
    monkeypatch.setenv("SCHUMANN_WEB_HOST", host)
    with pytest.raises(SettingsError, match="SCHUMANN_WEB_TOKEN is needed"):
        load_settings(None)

    monkeypatch.setenv("SCHUMANN_WEB_TOKEN", LONG_TOKEN)
    assert load_settings(None).web_host == host
    monkeypatch.delenv("SCHUMANN_WEB_TOKEN")
    monkeypatch.setenv("SCHUMANN_WEB", "off")
    assert load_settings(None).web is False


@pytest.mark.parametrize(
    ("name", "other", "token"),
    [("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "xoxb-1-abc"), ("SLACK_APP_TOKEN", "SLACK_BOT_TOKEN", "xapp-1-abc")],
)
def test_slack_needs_both_tokens(name: str, other: str, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One alone is refused with the name of the other; mixed up they are refused as well."""
    monkeypatch.setenv(name, token)
    with pytest.raises(SettingsError, match=f"^{other} is needed too"):
        load_settings(None)

    monkeypatch.setenv("SLACK_BOT_TOKEN", "xapp-1-abc")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xoxb-1-abc")
    with pytest.raises(SettingsError, match=r"begins with xoxb-.*begins with xapp-"):
        load_settings(None)

    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1-abc")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1-abc")
    assert load_settings(None).secrets() == ("xoxb-1-abc", "xapp-1-abc")


def test_unknown_settings_are_pointed_out(tmp_path: Path) -> None:
    """A misspelt variable does nothing silently, wherever it is set; those of others are left alone."""
    misspelt, strange = f"{PREFIX}WEB_PROT", f"{PREFIX}ZZZ"
    env_file = _env_file(tmp_path, f"{strange}=1\nSCHUMANN_WEB=on\n")

    sentences = unknown_variables({misspelt: "1", "PATH": "/bin", "SCHUMANN_SHARED": "x"}, env_file)

    assert sentences == [
        f"{misspelt} is set, but there is no such setting; did you mean SCHUMANN_WEB_PORT?",
        f"{strange} is set, but there is no such setting; .env.example lists all settings.",
    ]


def test_lines_that_set_nothing_are_pointed_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A line that cannot be understood is named once, with what to write instead."""
    env_file = _env_file(tmp_path, "SCHUMANN_QUEUE=7\nhello world\n# a comment\n\n=\n")

    assert load_settings(env_file).queue == 7
    assert unknown_variables({}, env_file) == [
        f"{env_file}, line {line}, is not understood; write NAME=value." for line in (2, 5)
    ]
    assert caplog.text == ""


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """The sentence names the file."""
    path = tmp_path / ".env"
    path.write_bytes(b"SCHUMANN_QUEUE=\xff\xfe")

    with pytest.raises(SettingsError, match="it is not UTF-8 text"):
        load_settings(path)
    assert unknown_variables({}, path) == []


def test_a_missing_file_is_no_error(tmp_path: Path) -> None:
    """The file is optional."""
    assert load_settings(tmp_path / "none") == load_settings(None)
    assert unknown_variables({}, tmp_path / "none") == []


def test_secrets_leave_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What children inherit holds no token."""
    monkeypatch.setenv("DISCORD_TOKEN", LONG_TOKEN)
    monkeypatch.setenv("SCHUMANN_WEB_TOKEN", LONG_TOKEN)
    monkeypatch.setenv("SCHUMANN_WEB", "off")

    forget_secrets()

    assert LONG_TOKEN not in os.environ.values()
    assert os.environ["SCHUMANN_WEB"] == "off"


def _written(default: object) -> str:
    """A default as one would write it into the file."""
    if isinstance(default, bool):
        return "on" if default else "off"
    if isinstance(default, float):
        return f"{default:g}"
    return str(default) if default else ""


def test_the_example_shows_every_setting_and_its_default() -> None:
    """``.env.example`` names exactly the settings there are, each with the value that holds without it."""
    text = EXAMPLE.read_text(encoding="utf-8")
    shown = dict(re.findall(r"^#([A-Z_]+)=(.*)$", text, re.MULTILINE))
    fields = {str(field.validation_alias): field for field in Settings.model_fields.values()}

    assert set(shown) == set(fields)
    depends_on_the_computer = {"SCHUMANN_WORKERS": ""}
    assert shown == {name: _written(field.default) for name, field in fields.items()} | depends_on_the_computer


def test_the_example_can_be_used_as_it_is(tmp_path: Path) -> None:
    """With every line taken out of its comment the file is still a good one."""
    lines = re.sub(r"^#([A-Z_]+=)", r"\1", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)

    assert load_settings(_env_file(tmp_path, lines)) == load_settings(None)


def test_secret_files_stay_out_of_the_repository() -> None:
    """Git ignores ``.env``, and the folder of the bot's data."""
    ignored = (EXAMPLE.parent / ".gitignore").read_text(encoding="utf-8").splitlines()

    assert str(ENV_FILE) in ignored
    assert f"/{Settings.model_fields['data'].default}/" in ignored
    assert module.SHORTEST_TOKEN >= 16


def test_how_the_network_is_retrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the network that is set, with a corpus where there is one; own votes do not count unless it is said."""
    assert load_settings(None).retraining() == RetrainingSettings()

    monkeypatch.setenv("SCHUMANN_CHECKPOINT", "/networks/mine")
    monkeypatch.setenv("SCHUMANN_CORPUS", "~/corpus")
    monkeypatch.setenv("SCHUMANN_COUNT_OWN_VOTES", "on")

    expected = RetrainingSettings(Path("/networks/mine"), Path("~/corpus").expanduser(), own_votes=True)
    assert load_settings(None).retraining() == expected
