"""What a worker says, and how that crosses the pipe."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from bot.domain import Composed


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything is loaded and was tried once; jobs may come."""

    checkpoint_id: str
    soundfont: str


@dataclass(frozen=True, slots=True)
class Unable:
    """Something is missing, so no job can be done; the sentence says what."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Advanced:
    """The job is in this stage, and this share (0 to 1) of all its work is done."""

    stage: str
    share: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The files are there; ``music`` is what was composed, where the job was to compose."""

    music: Composed | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The person who asked can mend it."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Something is wrong with us."""

    sentence: str


@dataclass(frozen=True, slots=True)
class BadCheckpoint:
    """The checkpoint of this job cannot be used; another may do."""

    sentence: str


Answer = Ready | Unable | Advanced | Finished | Refused | Failed | BadCheckpoint
_KINDS: dict[str, type[Answer]] = {
    kind.__name__.lower(): kind for kind in (Ready, Unable, Advanced, Finished, Refused, Failed, BadCheckpoint)
}


def encode_answer(answer: Answer) -> bytes:
    """The answer as JSON."""
    return json.dumps({"answer": type(answer).__name__.lower(), **asdict(answer)}).encode()


def decode_answer(message: bytes) -> Answer:
    """The answer that ``encode_answer`` was given.

    Raises:
        ValueError: the message holds no answer.
    """
    try:
        content: dict[str, Any] = json.loads(message)
        kind = _KINDS[content.pop("answer")]
        if kind is Finished:
            return Finished(_music(content["music"]))
        return kind(**content)
    except (KeyError, TypeError, AttributeError) as error:
        text = f"this message holds no answer ({type(error).__name__})"
        raise ValueError(text) from error


def _music(content: dict[str, Any] | None) -> Composed | None:
    if content is None:
        return None
    return Composed(**(content | {"remarks": tuple(content["remarks"])}))
