"""What the bot speaks of: people, places, requests, pieces and votes. Frozen, pure, the same on every platform."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 (dataclasses of a public vocabulary keep their types at run time)
from enum import IntEnum, StrEnum

from composer.controls import NO_CONTROLS, Controls


class PlatformName(StrEnum):
    """Where people talk to the bot."""

    DISCORD = "discord"
    SLACK = "slack"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class UserRef:
    """A person on one platform, by the platform's own id."""

    platform: PlatformName
    id: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was asked: a channel of a guild, or (without a guild) a private conversation.

    A guild is a Discord guild, a Slack workspace, or the web chat as a whole.
    """

    platform: PlatformName
    guild_id: str | None
    channel_id: str | None


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message that the bot has sent."""

    channel_id: str
    message_id: str


class SeedKind(StrEnum):
    """What the music grows from."""

    OPENER = "opener"
    NOTES = "notes"
    UPLOAD = "upload"
    PIECE = "piece"


@dataclass(frozen=True, slots=True)
class Seed:
    """What the music grows from.

    Attributes:
        kind: which of the following ``text`` is.
        text: the slug of an opener, a line of notation, the cleaned name of an uploaded file, or a piece's id.
        title: for people, e.g. ``Robert Schumann: Träumerei``.
    """

    kind: SeedKind
    text: str
    title: str


class Engine(StrEnum):
    """What kind of network composes: note by note, or the piano roll of 2016, frame by frame."""

    NOTES = "notes"
    ROLL = "roll"


@dataclass(frozen=True, slots=True)
class Options:
    """How to compose; ``None`` means the seed's own tempo, or a random seed that is drawn.

    Controls that are not asked for follow the seed.
    """

    length_seconds: float = 30.0
    tempo: float | None = None
    temperature: float = 1.0
    random_seed: int | None = None
    engine: Engine = Engine.NOTES
    controls: Controls = NO_CONTROLS


class Action(StrEnum):
    """What was asked for; all but the first start from a piece that is there."""

    COMPOSE = "compose"
    AGAIN = "again"
    VARIATION = "variation"
    LONGER = "longer"


@dataclass(frozen=True, slots=True)
class ComposeRequest:
    """A request for a piece, as a platform hands it to the studio.

    Attributes:
        key: the platform's own id of the event, prefixed with the platform: asking twice with one key is one request.
        options: with a random seed drawn by the studio where the person gave none.
        parent_id: the piece that ``action`` starts from.
        address: whatever the platform needs to answer, as JSON; nobody else reads it.
        awaits_file: the seed is an upload that the platform has yet to fetch.
    """

    key: str
    user: UserRef
    place: Place
    seed: Seed
    options: Options
    address: str
    action: Action = Action.COMPOSE
    parent_id: int | None = None
    awaits_file: bool = False


class RequestState(StrEnum):
    """The life of a request, in this order; it ends in one of the last three."""

    AWAITING_FILE = "awaiting_file"
    QUEUED = "queued"
    RUNNING = "running"
    COMPOSED = "composed"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request that was taken on, as it stands in the database.

    Attributes:
        attempt: how often a worker has begun it.
        message: the message that shows its progress and later the piece, once there is one.
        piece_id: from ``COMPOSED`` on.
        fault: why it failed, in a sentence for the person; None unless ``FAILED``.
        remarks: what was left out of an uploaded file or mended.
        told: whether the person has been told how it ended (a delivered piece, or why there is none).
    """

    id: int
    request: ComposeRequest
    state: RequestState
    attempt: int
    created_at: datetime
    message: MessageRef | None = None
    piece_id: int | None = None
    fault: str | None = None
    remarks: tuple[str, ...] = ()
    told: bool = False


@dataclass(frozen=True, slots=True)
class Composed:
    """What a worker says of a finished piece; the files lie in the folder that it was given.

    Attributes:
        title: e.g. ``Robert Schumann: Träumerei``.
        key: e.g. ``F major``.
        tempo: mean, in quarter notes per minute.
        length_seconds: of the whole piece.
        primer_seconds: from its beginning up to where the continuation begins.
        notes: their number.
        checkpoint_id: of the network that composed it.
        soundfont: file name.
        remarks: what was left out of the seed or mended, in sentences.
        trial_id: of the network that was on trial then, whether or not that one composed it.
    """

    title: str
    key: str
    tempo: float
    length_seconds: float
    primer_seconds: float
    notes: int
    random_seed: int
    checkpoint_id: str
    soundfont: str
    remarks: tuple[str, ...] = ()
    trial_id: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stored, deliverable piece.

    Attributes:
        request: what was asked; its ``options.random_seed`` is always set.
        music: what came of it.
    """

    id: int
    ticket_id: int
    request: ComposeRequest
    music: Composed
    created_at: datetime
    message: MessageRef | None = None

    @property
    def owner(self) -> UserRef:
        """Who asked for it."""
        return self.request.user

    @property
    def is_trial(self) -> bool:
        """Whether it was composed while a trial was on: people must not see by which network."""
        return self.music.trial_id is not None


class Vote(IntEnum):
    """Thumbs up or down."""

    UP = 1
    DOWN = -1


class VoteSource(StrEnum):
    """How it was given."""

    BUTTON = "button"
    REACTION = "reaction"


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes on a piece; every person counts once, with what they said last."""

    up: int = 0
    down: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a request is.

    Attributes:
        state: see ``RequestState``.
        place: its place in the queue, from 1; None unless queued.
        share: of the work done, 0 to 1.
        eta_seconds: until the piece is there; None where nothing is known.
        stage: what is being done: ``reading``, ``composing``, ``playing`` or ``drawing``; empty unless running.
    """

    state: RequestState
    place: int | None = None
    share: float = 0.0
    eta_seconds: float | None = None
    stage: str = ""


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """What the admins of a guild may set.

    Attributes:
        longest_seconds: of a piece.
        channel_id: the only channel where pieces may be asked for; None for every channel.
        role_ids: one of these is needed to ask; empty for everybody.
        per_user_hour: requests one person may make in an hour.
        per_guild_hour: requests of all together.
        listens_to_files: a MIDI file dropped in the channel is continued without being asked.
    """

    longest_seconds: float = 180.0
    channel_id: str | None = None
    role_ids: tuple[str, ...] = ()
    per_user_hour: int = 30
    per_guild_hour: int = 300
    listens_to_files: bool = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for everybody; guilds may set stricter ones.

    Attributes:
        per_user_open: requests of one person that are waiting or being worked on.
        queue_length: requests waiting in all.
        longest_seconds: of a piece, which no guild can exceed.
        default_guild: what holds where a guild has set nothing.
    """

    per_user_open: int = 3
    queue_length: int = 100
    longest_seconds: float = 600.0
    default_guild: GuildSettings = field(default_factory=GuildSettings)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking, and from where: what they may see and do follows from this, anew at each call.

    Attributes:
        is_moderator: may cancel other people's requests here.
        is_admin: may change the settings of this guild.
        role_ids: their roles in this guild.
        is_keeper: may retrain the network and choose which one composes, for everybody everywhere.
    """

    user: UserRef
    place: Place
    is_moderator: bool = False
    is_admin: bool = False
    role_ids: tuple[str, ...] = ()
    is_keeper: bool = False


class ReplyError(Exception):
    """Something that a person is told in one sentence instead of what they asked for."""


class RefusedError(ReplyError):
    """A limit is reached; ``retry_at`` says when to try again, where that is known."""

    def __init__(self, sentence: str, retry_at: datetime | None = None) -> None:
        super().__init__(sentence)
        self.retry_at = retry_at


class ForbiddenError(ReplyError):
    """This person may not do this here."""


class TooLateError(ReplyError):
    """What was to be changed has ended already."""


class OutOfOrderError(ReplyError):
    """Nothing can be composed at the moment."""


class NotFoundError(ReplyError):
    """There is no such piece or request, or not for this person."""
