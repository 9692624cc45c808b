"""Settings, from the environment and from a file ``.env``; what is wrong with them is said in sentences.

Tokens are kept as ``SecretStr``: they print as asterisks, and no sentence here repeats what was set.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.addresses import is_loopback
from bot.domain import GuildSettings, Limits, PlatformName
from bot.retraining.domain import RetrainingSettings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

ENV_FILE: Final = Path(".env")
SHORTEST_TOKEN: Final = 16
"""Characters of a web token; less can be guessed."""
_DEFAULTS: Final = Limits()


class SettingsError(Exception):
    """Settings that cannot be used, one sentence each."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def _setting(name: str, meaning: str, expected: str) -> Any:
    """One setting: its variable, what it means, and what is expected of it."""
    return Field(validation_alias=name, description=meaning, json_schema_extra={"expected": expected})


_ON_OFF: Final = "on or off"
_COUNT: Final = "a whole number from 1 to 10000"
_Count = Annotated[int, Field(ge=1, le=10_000)]


class Settings(BaseSettings):
    """Everything that can be set; the environment wins over ``.env``, and empty values count as not set."""

    model_config = SettingsConfigDict(
        case_sensitive=True,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        env_file_encoding="utf-8",
    )

    discord_token: Annotated[
        SecretStr | None,
        _setting("DISCORD_TOKEN", "token of the Discord bot; without it there is no Discord", "a token without spaces"),
    ] = None
    discord_message_content: Annotated[
        bool,
        _setting(
            "DISCORD_MESSAGE_CONTENT",
            "on: MIDI files dropped in a channel can be continued (needs the privileged intent)",
            _ON_OFF,
        ),
    ] = False
    slack_bot_token: Annotated[
        SecretStr | None,
        _setting(
            "SLACK_BOT_TOKEN", "token of the Slack bot; without it there is no Slack", "a token that begins with xoxb-"
        ),
    ] = None
    slack_app_token: Annotated[
        SecretStr | None,
        _setting("SLACK_APP_TOKEN", "token of the Slack app, for its connection", "a token that begins with xapp-"),
    ] = None
    data: Annotated[Path, _setting("SCHUMANN_DATA", "folder for the database and the pieces", "a folder")] = Path(
        "data"
    )
    soundfont: Annotated[
        Path | None, _setting("SCHUMANN_SOUNDFONT", "soundfont to play on", "an .sf2 or .sf3 file")
    ] = None
    checkpoint: Annotated[
        Path | None, _setting("SCHUMANN_CHECKPOINT", "folder of another trained network", "a folder")
    ] = None
    corpus: Annotated[
        Path | None,
        _setting("SCHUMANN_CORPUS", "folder of music to rehearse with when the network is retrained", "a folder"),
    ] = None
    count_own_votes: Annotated[
        bool,
        _setting(
            "SCHUMANN_COUNT_OWN_VOTES",
            "on: the network learns from votes on one's own pieces too, for a bot that one person alone uses",
            _ON_OFF,
        ),
    ] = False
    workers: Annotated[
        int,
        Field(ge=1, le=64),
        _setting(
            "SCHUMANN_WORKERS",
            "pieces composed at the same time; by default as many as there are processor cores",
            "a whole number from 1 to 64",
        ),
    ] = min(os.cpu_count() or 1, 64)
    web: Annotated[bool, _setting("SCHUMANN_WEB", "the web chat", _ON_OFF)] = True
    web_host: Annotated[
        str, _setting("SCHUMANN_WEB_HOST", "address that the web chat listens on", "an address such as 127.0.0.1")
    ] = "127.0.0.1"
    web_port: Annotated[
        int,
        Field(ge=0, le=65535),
        _setting("SCHUMANN_WEB_PORT", "port of the web chat; 0 for any that is free", "a whole number from 0 to 65535"),
    ] = 8080
    web_token: Annotated[
        SecretStr | None,
        _setting(
            "SCHUMANN_WEB_TOKEN",
            "what the web chat asks for before it lets anybody in; needed where other computers can reach it",
            f"at least {SHORTEST_TOKEN} characters without spaces",
        ),
    ] = None
    longest_seconds: Annotated[
        float,
        Field(ge=5, le=600),
        _setting("SCHUMANN_LONGEST_SECONDS", "longest piece that anybody can allow", "a number from 5 to 600"),
    ] = _DEFAULTS.longest_seconds
    requests_open: Annotated[
        _Count, _setting("SCHUMANN_REQUESTS_OPEN", "requests of one person that may be under way", _COUNT)
    ] = _DEFAULTS.per_user_open
    requests_hour: Annotated[
        _Count, _setting("SCHUMANN_REQUESTS_HOUR", "requests of one person in an hour", _COUNT)
    ] = _DEFAULTS.default_guild.per_user_hour
    guild_requests_hour: Annotated[
        _Count, _setting("SCHUMANN_GUILD_REQUESTS_HOUR", "requests of a whole server in an hour", _COUNT)
    ] = _DEFAULTS.default_guild.per_guild_hour
    queue: Annotated[_Count, _setting("SCHUMANN_QUEUE", "requests that may wait in all", _COUNT)] = (
        _DEFAULTS.queue_length
    )
    admins: Annotated[
        frozenset[str],
        NoDecode,
        _setting(
            "SCHUMANN_ADMINS",
            "people who may change the settings of every server and retrain the network, as discord:123,discord:456",
            "a list such as discord:123,discord:456",
        ),
    ] = frozenset()
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        _setting("SCHUMANN_LOG_LEVEL", "how much is logged", "DEBUG, INFO, WARNING or ERROR"),
    ] = "INFO"

    @field_validator("admins", mode="before")
    @classmethod
    def _split_admins(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        people = [person.strip() for person in value.split(",") if person.strip()]
        platforms = {platform.value for platform in PlatformName}
        if any(person.partition(":")[0] not in platforms or not person.partition(":")[2] for person in people):
            raise ValueError
        return frozenset(people)

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_capitals(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("data", "soundfont", "checkpoint", "corpus")
    @classmethod
    def _at_home(cls, value: Path | None) -> Path | None:
        return value.expanduser() if value else None

    @field_validator("discord_token", "slack_bot_token", "slack_app_token", "web_token")
    @classmethod
    def _without_spaces(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or not (text := value.get_secret_value().strip()):
            return None
        if any(character.isspace() for character in text):
            raise ValueError
        return SecretStr(text)

    @field_validator("web_token")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SHORTEST_TOKEN:
            raise ValueError
        return value

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _of_its_kind(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        beginning = "xoxb-" if info.field_name == "slack_bot_token" else "xapp-"
        if value is not None and not value.get_secret_value().startswith(beginning):
            raise ValueError
        return value

    @model_validator(mode="after")
    def _both_of_slack(self) -> Self:
        tokens = {"SLACK_BOT_TOKEN": self.slack_bot_token, "SLACK_APP_TOKEN": self.slack_app_token}
        missing = [name for name, token in tokens.items() if token is None]
        if len(missing) == 1:
            message = f"{missing[0]} is needed too: for Slack there are two tokens, and the README tells where"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _safe_to_listen(self) -> Self:
        if self.web and not is_loopback(self.web_host) and self.web_token is None:
            message = (
                "SCHUMANN_WEB_TOKEN is needed, as SCHUMANN_WEB_HOST lets other computers in; a good one is made by: "
                'python3 -c "import secrets; print(secrets.token_urlsafe())"'
            )
            raise ValueError(message)
        return self

    def limits(self) -> Limits:
        """What holds for everybody."""
        first = GuildSettings(
            longest_seconds=min(self.longest_seconds, _DEFAULTS.default_guild.longest_seconds),
            per_user_hour=self.requests_hour,
            per_guild_hour=self.guild_requests_hour,
        )
        return Limits(self.requests_open, self.queue, self.longest_seconds, first)

    def retraining(self) -> RetrainingSettings:
        """How the network is retrained."""
        return RetrainingSettings(self.checkpoint, self.corpus, own_votes=self.count_own_votes)

    def secrets(self) -> tuple[str, ...]:
        """What must never be seen anywhere."""
        tokens = (self.discord_token, self.slack_bot_token, self.slack_app_token, self.web_token)
        return tuple(secret.get_secret_value() for secret in tokens if secret)


def load_settings(env_file: Path | None = ENV_FILE) -> Settings:
    """The settings.

    Raises:
        SettingsError: some cannot be used; each sentence names the variable and never its value.
    """
    # Its warnings name lines only; ``unknown_variables`` says what to do about them.
    logging.getLogger("dotenv").setLevel(logging.ERROR)
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]  # an argument of pydantic-settings' own
    except ValidationError as error:
        raise SettingsError([_sentence(detail) for detail in error.errors(include_input=False)]) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError([f"{env_file} cannot be read: {reason}."]) from None


def variables() -> dict[str, str]:
    """Every variable and what it means."""
    return {str(field.validation_alias): field.description or "" for field in Settings.model_fields.values()}


def forget_secrets() -> None:
    """Take the tokens out of this process' environment, so that no child inherits them."""
    for field in Settings.model_fields.values():
        if field.annotation == SecretStr | None:
            os.environ.pop(str(field.validation_alias), None)


def _sentence(detail: ErrorDetails) -> str:
    if not detail["loc"]:
        return f"{detail['ctx']['error']}."
    name = str(detail["loc"][0])
    field = next(field for field in Settings.model_fields.values() if field.validation_alias == name)
    extra = field.json_schema_extra
    return (
        f"{name} cannot be used as it is set: give {extra['expected'] if isinstance(extra, dict) else 'another value'}."
    )
