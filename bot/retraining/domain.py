"""What retraining speaks of: plans, runs, models. Frozen, pure, the same on every platform."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 (dataclasses of a public vocabulary keep their types at run time)
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 (the same)
from enum import StrEnum
from pathlib import Path  # noqa: TC003 (the same)
from typing import Any

from bot.domain import Engine, MessageRef, PlatformName, Vote


class RunState(StrEnum):
    """The life of a run; all but the first are its end."""

    RUNNING = "running"
    PASSED = "passed"
    KEPT = "kept"
    FAILED = "failed"
    CANCELLED = "cancelled"
    STOPPED = "stopped"


class ModelState(StrEnum):
    """What a checkpoint of the registry is for."""

    BASE = "base"
    ON_TRIAL = "on trial"
    KEPT = "kept"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would train on, were it started now.

    Attributes:
        votes: that count.
        voters: people whose votes count.
        excluded: what does not count and how much of it, e.g. ``("votes on one's own pieces", 12)``.
        corpus: whether there is a corpus to rehearse with.
        learns: what would be learnt, of ``critic`` and ``network``; nothing where there are too few votes.
        refusal: why no run can be started now.
        silent: pieces that nobody voted on, beside which liked ones show.
    """

    liked: int
    disliked: int
    votes: int
    voters: int
    excluded: tuple[tuple[str, int], ...]
    base_id: str
    current_id: str
    corpus: bool
    learns: tuple[str, ...]
    refusal: str | None = None
    silent: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A retraining run.

    Attributes:
        address: whatever the platform needs to tell how it goes, as JSON; nobody else reads it.
        message: shows how it goes, once there is one.
        stage: what is being done; empty at the beginning.
        share: of the work done, 0 to 1.
        sentence: how it ended.
        report: of the training process, where it came to its end.
        checkpoint_id: of the network that it made, where that is kept.
    """

    id: int
    state: RunState
    platform: PlatformName | None
    address: str
    message: MessageRef | None
    started_at: datetime
    ended_at: datetime | None = None
    stage: str = ""
    share: float = 0.0
    eta_seconds: float | None = None
    sentence: str | None = None
    report: Mapping[str, Any] | None = None
    checkpoint_id: str | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """A checkpoint that may compose.

    Attributes:
        pieces: composed with it.
        up, down: votes that count on these.
        report: of the run that made it.
    """

    id: str
    state: ModelState
    is_current: bool
    parent_id: str | None
    made_at: datetime | None
    run_id: int | None
    pieces: int
    up: int
    down: int
    report: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ComposeWith:
    """The checkpoint that composes a piece.

    Attributes:
        folder: None for the one that workers load anyway.
        card_sha256: of its ``card.json``, None where ``folder`` is.
        trial_id: of the network that is on trial, whether or not it is this one.
    """

    id: str
    folder: Path | None
    card_sha256: str | None
    trial_id: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What people who started a run are told of it.

    Attributes:
        cancellable: whether a button to end the run belongs below it.
        files: recordings to attach.
    """

    text: str
    run_id: int
    cancellable: bool = False
    files: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class RetrainingSettings:
    """What whoever runs the bot decides about retraining.

    Attributes:
        base: folder of the network that every run begins from; None for the released one.
        corpus: folder of the music that the base has learnt, to rehearse it; pieces of its own where None.
        own_votes: whether votes on one's own pieces count: where one person alone uses the bot.
        command: the program that trains, without its options.
    """

    base: Path | None = None
    corpus: Path | None = None
    own_votes: bool = False
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SilentPiece:
    """A piece that people had before them and did not vote on; the fields are those of ``Rating``."""

    piece_id: int
    ticket_id: int
    guild: tuple[PlatformName, str | None]
    checkpoint_id: str


@dataclass(frozen=True, slots=True)
class Rating:
    """A vote, with all that decides whether the network may learn from it.

    Attributes:
        ticket_id: of the piece: its files lie there.
        owner_id: number of the person who asked for the piece.
        voter_id: number of the person who votes.
        guild: platform and id of the guild where the piece was made; private conversations have no id.
        engine: that the piece was asked of.
        is_forbidden: somebody whose music is in the piece does not want it to be learnt from.
        is_upload: music of a file is in it, and whoever uploaded that has not allowed to learn from it.
        is_orphan: it grew from a piece that has been deleted.
    """

    piece_id: int
    ticket_id: int
    owner_id: int
    voter_id: int
    guild: tuple[PlatformName, str | None]
    vote: Vote
    at: datetime
    checkpoint_id: str
    engine: Engine = Engine.NOTES
    is_forbidden: bool = False
    is_upload: bool = False
    is_orphan: bool = False
