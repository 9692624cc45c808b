"""What a worker can be asked to do, and how that crosses the pipe."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.domain import Engine, Options, Seed, SeedKind
from composer.controls import Controls


@dataclass(frozen=True, slots=True)
class ComposeJob:
    """Compose a piece and write its files.

    Attributes:
        ticket_id: for logs.
        seed: an opener's slug or a line of notation is read by the worker; for the rest the primer is given.
        primer: a Score as JSON (``composer.score_json``) where the seed is an upload or a piece.
        primer_seconds: how much of the primer may be kept; the composer's own share where None.
        options: with a random seed, and the engine that composes.
        folder: empty; gets ``piece.mid``, ``piece.mp3``, ``piece.png`` and ``piece.json``.
        title: of the music that is continued; shown in the picture and by players.
        checkpoint: folder of the one that composes; the worker's own where None. The roll engine has but one.
        card_sha256: of that checkpoint's card; without it no folder is loaded.
        primer_key: such as ``F# minor``, of a piece that was composed in it; the worker knows those of openers.
    """

    ticket_id: int
    seed: Seed
    primer: str | None
    primer_seconds: float | None
    options: Options
    folder: Path
    title: str
    checkpoint: Path | None = None
    card_sha256: str | None = None
    primer_key: str | None = None


@dataclass(frozen=True, slots=True)
class ReduceJob:
    """Play a piece again into an MP3 of another bit rate.

    Attributes:
        score_file: the piece's ``piece.json``.
        target: of the MP3.
        kilobits: per second: 192, 128, 96 or 64.
        title: of the music that was continued.
    """

    score_file: Path
    target: Path
    kilobits: int
    title: str


Job = ComposeJob | ReduceJob


def encode_job(job: Job) -> bytes:
    """The job as JSON."""
    kind = "compose" if isinstance(job, ComposeJob) else "reduce"
    return json.dumps({"job": kind, **asdict(job)}, default=str, allow_nan=False).encode()


def decode_job(message: bytes) -> Job:
    """The job that ``encode_job`` was given.

    Raises:
        ValueError: the message holds no job.
    """
    try:
        content = json.loads(message)
        if content["job"] == "compose":
            return ComposeJob(
                ticket_id=content["ticket_id"],
                seed=Seed(SeedKind(content["seed"]["kind"]), content["seed"]["text"], content["seed"]["title"]),
                primer=content["primer"],
                primer_seconds=content["primer_seconds"],
                options=_options(content["options"]),
                folder=Path(content["folder"]),
                title=content["title"],
                checkpoint=None if content["checkpoint"] is None else Path(content["checkpoint"]),
                card_sha256=content["card_sha256"],
                primer_key=content["primer_key"],
            )
        if content["job"] == "reduce":
            target = Path(content["target"])
            return ReduceJob(Path(content["score_file"]), target, content["kilobits"], content["title"])
    except (KeyError, TypeError) as error:
        text = f"this message holds no job ({type(error).__name__})"
        raise ValueError(text) from error
    text = "this message holds a job of an unknown kind"
    raise ValueError(text)


def _options(content: dict[str, Any]) -> Options:
    return Options(**content | {"engine": Engine(content["engine"]), "controls": Controls(**content["controls"])})
