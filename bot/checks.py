"""``python -m bot --check``: is everything there that the bot needs, and if not, what is to be done?

Nothing is contacted, and a bot that is running is not disturbed.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import errno
import re
import shutil
import socket
import stat
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bot.settings import ENV_FILE, Settings, SettingsError, load_settings
from bot.stray_variables import unknown_variables
from composer.commands.terminal import as_sentence
from composer.errors import ComposerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LITTLE_SPACE, TOO_LITTLE_SPACE = 1 << 30, 100 << 20
"""Bytes: room for about a thousand pieces of 30 seconds, or for a hundred."""
SMALL_SOUNDFONT: Final = 20 << 20
_DISCORD_TOKEN: Final = re.compile(r"([\w-]{18,40})\.[\w-]{5,8}\.[\w-]{25,80}")


class Level(StrEnum):
    """How a check came out."""

    OK = "ok"
    NOTE = "note"
    MEND = "MEND"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check has found, in a sentence that says what to do."""

    level: Level
    about: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.level:<4} {self.about}: {self.sentence}"


def check_all(env_file: Path = ENV_FILE) -> list[Finding]:
    """Everything, as far as it can be checked."""
    findings = [Finding(Level.NOTE, "settings", sentence) for sentence in unknown_variables(env_file=env_file)]
    try:
        settings = load_settings(env_file)
    except SettingsError as error:
        findings += [Finding(Level.MEND, "settings", sentence) for sentence in error.sentences]
        return [*findings, Finding(Level.NOTE, "everything else", "is checked when the settings are right.")]
    findings += [Finding(Level.OK, "settings", "understood."), *check_env_file(settings, env_file)]
    findings += check_data(settings.data)
    database = check_database(settings.data)
    findings += [
        database,
        check_checkpoint(settings.checkpoint),
        check_roll(),
        check_soundfont(settings.soundfont),
        check_fluidsynth(),
    ]
    findings.append(check_web(settings, is_running=database.sentence == IN_USE))
    findings += [check_discord(settings), check_slack(settings)]
    return findings


def check_env_file(settings: Settings, env_file: Path) -> Iterator[Finding]:
    """Whether others on this computer could read tokens there."""
    if env_file.is_file() and settings.secrets() and env_file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield Finding(Level.NOTE, "settings", f"others on this computer can read {env_file}: chmod 600 {env_file}")


def check_data(folder: Path) -> Iterator[Finding]:
    """Whether there is a folder to write to, and room in it."""
    about, place = "data folder", folder
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
        free = shutil.disk_usage(place).free
    except OSError as error:
        reason = f"{place} cannot be written ({error.strerror}); change its rights, or set SCHUMANN_DATA."
        yield Finding(Level.MEND, about, reason)
        return
    made = "" if folder.exists() else " (will be made)"
    yield Finding(Level.OK, about, f"{folder.absolute()}{made}, {free / (1 << 30):.1f} GiB free.")
    if free < LITTLE_SPACE:
        level = Level.MEND if free < TOO_LITTLE_SPACE else Level.NOTE
        yield Finding(level, about, f"only {free >> 20} MiB are free; make room, or set SCHUMANN_DATA.")


IN_USE: Final = "in use by a SchumaNN that is running."


def check_database(folder: Path) -> Finding:
    """Whether the database can be opened and is sound."""
    from bot.house import DATABASE

    path, about = folder / DATABASE, "database"
    if not path.exists():
        return Finding(Level.OK, about, "will be made at the first start.")
    from bot.store import DatabaseInUseError, Store, StoreError

    try:
        problems = asyncio.run(Store.inspect(path))
    except DatabaseInUseError:
        return Finding(Level.OK, about, IN_USE)
    except StoreError as error:
        return Finding(Level.MEND, about, str(error))
    if problems:
        return Finding(
            Level.MEND, about, f"{path} is damaged ({problems[0]}); restore it from a backup, or move it away."
        )
    return Finding(Level.OK, about, f"{path.absolute()} is sound.")


def check_checkpoint(folder: Path | None) -> Finding:
    """Whether the trained network is whole, and runs on this computer."""

    def check() -> str:
        from bot.workers.composers import Composers

        return f"{Composers(folder).base.checkpoint.id} is whole and runs."

    return _composers("network", check)


def check_roll(folder: Path | None = None) -> Finding:
    """Whether the network of the roll engine, the released one where None, is whole and runs as well."""

    def check() -> str:
        from bot.workers.composers import roll_composer

        return f"{roll_composer(folder).checkpoint.id} is whole and runs."

    return _composers("roll engine", check)


def check_soundfont(path: Path | None) -> Finding:
    """Which piano is played."""
    from composer.sound.soundfonts import INSTALL_HINT, find_soundfont

    finding = _composers("soundfont", lambda: f"{find_soundfont(path)}.")
    if finding.level is Level.OK and find_soundfont(path).path.stat().st_size < SMALL_SOUNDFONT:
        return Finding(Level.NOTE, "soundfont", f"{finding.sentence} A better one: {INSTALL_HINT}.")
    return finding


def check_fluidsynth() -> Finding:
    """Whether there is something to play it with."""

    def check() -> str:
        from composer.sound.fluidsynth_library import load_fluidsynth

        load_fluidsynth()
        return "installed."

    return _composers("FluidSynth", check)


def _composers(about: str, check: Callable[[], str]) -> Finding:
    """What a check that is the composer's business says."""
    try:
        return Finding(Level.OK, about, check())
    except (ComposerError, ImportError) as error:
        return Finding(Level.MEND, about, as_sentence(str(error)))


def check_web(settings: Settings, *, is_running: bool) -> Finding:
    """Whether the web chat could listen."""
    about, where = "web chat", f"{settings.web_host}, port {settings.web_port}"
    if not (settings.web or settings.discord_token or settings.slack_bot_token):
        reason = "off, and so are Discord and Slack, so there is nowhere to talk to people; set SCHUMANN_WEB=on."
        return Finding(Level.MEND, about, reason)
    if not settings.web:
        return Finding(Level.NOTE, about, "off, as SCHUMANN_WEB says.")
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            settings.web_host, settings.web_port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            with socket.socket(family, kind, protocol) as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE and is_running:
            return Finding(Level.OK, about, f"{where} is in use, as SchumaNN is running.")
        hint = "set SCHUMANN_WEB_PORT or SCHUMANN_WEB_HOST to another."
        return Finding(Level.MEND, about, f"{where} cannot be had ({error.strerror}); {hint}")
    return Finding(Level.OK, about, f"{where} is free.")


def check_discord(settings: Settings) -> Finding:
    """Whether there is a token that can be one; Discord is not asked."""
    about = "Discord"
    if settings.discord_token is None:
        return Finding(Level.NOTE, about, "off, as DISCORD_TOKEN is not set.")
    if not looks_like_token(settings.discord_token.get_secret_value()):
        hint = 'copy it once more from https://discord.com/developers/applications, page "Bot".'
        return Finding(Level.MEND, about, f"DISCORD_TOKEN does not look like the token of a bot; {hint}")
    return Finding(Level.OK, about, "the token has the form of one; whether it is valid shows at the start.")


def check_slack(settings: Settings) -> Finding:
    """Whether there are tokens; Slack is not asked, and their form is the settings' affair."""
    if settings.slack_bot_token is None:
        return Finding(Level.NOTE, "Slack", "off, as SLACK_BOT_TOKEN is not set.")
    return Finding(Level.OK, "Slack", "both tokens have the form of one; whether they are valid shows at the start.")


def looks_like_token(text: str) -> bool:
    """Whether a text has the form of a bot's token: the bot's id in base64, a time, a signature."""
    match = _DISCORD_TOKEN.fullmatch(text)
    if match is None:
        return False
    try:
        return base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4)).isdigit()
    except (binascii.Error, ValueError):
        return False


def run_checks() -> int:
    """Print all findings.

    Returns:
        The exit code: 0 where all is well, 2 where something is to be mended.
    """
    findings = check_all()
    print(*findings, sep="\n")  # noqa: T201 (the answer to a command)
    return 2 if any(finding.level is Level.MEND for finding in findings) else 0
