"""Every sentence that a person sees, plain text on every platform; platforms add their own formatting around it."""

from __future__ import annotations

import math
import secrets
from typing import TYPE_CHECKING

from bot.domain import ReplyError, RequestState
from bot.help_wording import COMMANDS as COMMANDS  # noqa: PLC0414 (part of what this module offers)
from bot.help_wording import HELP as HELP  # noqa: PLC0414 (part of what this module offers)
from bot.help_wording import OPTIONS as OPTIONS  # noqa: PLC0414 (part of what this module offers)
from bot.names import safe_name as safe_name  # noqa: PLC0414 (part of what this module offers)
from bot.names import safe_title as safe_title  # noqa: PLC0414 (part of what this module offers)
from bot.piece_wording import LONGEST_FACT as LONGEST_FACT  # noqa: PLC0414 (part of what this module offers)
from bot.piece_wording import clock as clock  # noqa: PLC0414 (part of what this module offers)
from bot.piece_wording import facts as facts  # noqa: PLC0414 (part of what this module offers)
from bot.piece_wording import file_stem as file_stem  # noqa: PLC0414 (part of what this module offers)
from bot.piece_wording import headline as headline  # noqa: PLC0414 (part of what this module offers)
from bot.piece_wording import key_name as key_name  # noqa: PLC0414 (part of what this module offers)
from bot.piece_wording import notes_title as notes_title  # noqa: PLC0414 (part of what this module offers)
from bot.piece_wording import seed_fact as seed_fact  # noqa: PLC0414 (part of what this module offers)
from bot.piece_wording import shortened as shortened  # noqa: PLC0414 (part of what this module offers)
from composer.commands.terminal import as_sentence as as_sentence  # noqa: PLC0414 (part of what this module offers)
from composer.errors import BadInputError

if TYPE_CHECKING:
    from bot.domain import Progress
    from bot.views import About

BAR_BLOCKS = 10
SUPPORT_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Letters of a support id: none that is mistaken for another."""

# --- a request on its way

STAGES = {
    "reading": "reading the seed",
    "composing": "composing",
    "playing": "playing it on the piano",
    "drawing": "drawing the picture",
}
_STATES = {
    RequestState.AWAITING_FILE: "Reading your file …",
    RequestState.COMPOSED: "Finished, on its way to you …",
    RequestState.DELIVERED: "Here it is.",
    RequestState.FAILED: "This one did not work out.",
    RequestState.CANCELLED: "Cancelled.",
}


def progress_text(progress: Progress, title: str) -> str:
    """The title, and below it how far its continuation is."""
    return f"{safe_title(title, LONGEST_FACT)}\n{progress_line(progress)}"


def progress_line(progress: Progress) -> str:
    """How far a request is: place in the queue, or bar and stage, and how long it will take."""
    wait = "" if progress.eta_seconds is None else f", {about_seconds(progress.eta_seconds)}"
    if progress.state == RequestState.QUEUED:
        place = "In the queue" if progress.place is None else f"No. {progress.place} in the queue"
        return f"{place}{wait}"
    if progress.state == RequestState.RUNNING:
        return f"{bar(progress.share)} {STAGES.get(progress.stage, 'beginning')}{wait}"
    return _STATES[progress.state]


def bar(share: float) -> str:
    """Ten blocks, as many of them full as the share of the work that is done."""
    full = round(BAR_BLOCKS * min(max(share, 0.0), 1.0)) if math.isfinite(share) else 0
    return "▰" * full + "▱" * (BAR_BLOCKS - full)


def about_seconds(seconds: float) -> str:
    """A rough time in words.

    >>> about_seconds(38), about_seconds(200)
    ('about 40 s', 'about 3 min')
    """
    if seconds < 10:
        return f"about {max(1, math.ceil(seconds))} s"
    if seconds < 90:
        return f"about {5 * round(seconds / 5)} s"
    return f"about {round(seconds / 60)} min"


def duration(seconds: float) -> str:
    """A long time in its two largest units.

    >>> duration(59), duration(3 * 3600 + 120), duration(200000)
    ('59 s', '3 h 2 min', '2 days 7 h')
    """
    minutes, hours, days = int(seconds // 60), int(seconds // 3600), int(seconds // 86400)
    if days:
        return f"{days} day{'s' if days > 1 else ''} {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{int(seconds)} s"


# --- a piece


def smaller_audio(kilobits: int) -> str:
    """That the recording had to be made smaller."""
    return f"The recording was too large for this place, so it is a smaller one of {kilobits} kb/s."


MIDI_ONLY = "The recording is too large for this place, so here is the MIDI file without it."

# --- refusals


def too_many_open(limit: int) -> str:
    """That somebody has as many requests under way as they may."""
    pieces, it = ("a piece", "it") if limit == 1 else (f"{limit} pieces", "one")
    return f"You have {pieces} under way already; wait for {it} to be finished, or cancel it."


def hourly_user(limit: int) -> str:
    """That somebody has had their share of this hour."""
    return f"You have asked for {_pieces(limit)} within an hour, which is as many as you may."


def hourly_guild(limit: int) -> str:
    """That all people of a place have had their share of this hour."""
    return f"Everybody here together has asked for {_pieces(limit)} within an hour, which is as many as they may."


def queue_full(length: int) -> str:
    """That too many people are waiting already."""
    pieces = "1 piece is" if length == 1 else f"{length} pieces are"
    return f"The queue is full: {pieces} waiting already. Please try again in a few minutes."


def _pieces(count: int) -> str:
    return "1 piece" if count == 1 else f"{count} pieces"


def length_out_of_range(longest: float, shortest: float = 5) -> str:
    """That a piece of that length cannot be asked for here."""
    return f"Here a piece may be {shortest:g} to {longest:g} seconds long; give a length in between."


def longest_already(longest: float) -> str:
    """That a piece cannot grow any more here."""
    return f"This piece is as long as pieces may be here: {longest:g} seconds."


def wrong_channel(channel_id: str) -> str:
    """That pieces are composed in another channel; chats show the channel's name for the sign."""
    return f"On this server I compose in <#{channel_id}> only; please ask there."


MISSING_ROLE = "On this server you need a certain role to ask for pieces; its admins can tell you which one."
ONLY_OWNER_CANCELS = "Only the person who asked for this piece, or a moderator, can cancel it."
TOO_LATE_TO_CANCEL = "It is too late to cancel this: it has already ended."
ADMINS_ONLY = "Only people who may manage this server can change its settings."
NO_SETTINGS_HERE = "Settings belong to a server; there are none in a private conversation."
CANCELLED = "Cancelled."
OUT_OF_ORDER = "The composer is out of order just now; please try again in a few minutes."
ROLL_OUT_OF_ORDER = "The roll engine is out of order just now; without engine:roll I can compose this."
PIECE_GONE = "The piece that this was to start from has been deleted."
POISON = "This request brought the composer down again and again, so I gave it up; please try another seed or length."
FILE_GONE = "The file that came with this request cannot be fetched any more; please send it again."
FILE_TOO_LARGE = "This file is larger than 1 MiB; please send a smaller MIDI file."
SEED_OR_MIDI = "Give me a seed or a MIDI file, not both."
NO_SEED = "Tell me what to continue: the name of an opener such as schumann, notes such as C5q E5q G5h, or a MIDI file."
NOTHING_YET = "There is nothing here yet; /compose seed:schumann length:30 would be a beginning."


def piece_not_found(piece_id: int | str) -> str:
    """That there is no such piece, or not for this person."""
    return f"There is no piece {shortened(str(piece_id), 20)} here; /history lists yours."


def ticket_not_found(ticket_id: int | str) -> str:
    """That there is no such request, or not for this person."""
    return f"There is no request {shortened(str(ticket_id), 20)} here any more."


# --- when something goes wrong


def support_id() -> str:
    """An id that stands in the sentence for the person and in the log, and means nothing else."""
    return "".join(secrets.choice(SUPPORT_LETTERS) for _ in range(8))


def our_fault(support_id: str | None) -> str:
    """That something went wrong on our side."""
    named = _named(support_id)
    return f"Something went wrong on our side, not with what you asked{named}; please try again in a moment."


def sentence_of(error: BaseException, support_id: str | None = None) -> str:
    """What a person is told of an error: their own mistakes in full, ours by an id."""
    if isinstance(error, ReplyError | BadInputError):
        return as_sentence(str(error))
    if isinstance(error, TimeoutError):
        return f"This took longer than it may; please try again in a moment{_named(support_id)}."
    return our_fault(support_id)


def _named(support_id: str | None) -> str:
    return f" (support id {support_id})" if support_id else ""


# --- about


def about_text(about: About) -> str:
    """Version, network, and how busy things are, line by line."""
    return "\n".join(f"{name}: {value}" for name, value in about_facts(about))


def about_facts(about: About) -> list[tuple[str, str]]:
    """What the bot says of itself, as names and values."""
    return [
        ("SchumaNN", about.version),
        ("Checkpoint", about.checkpoint_id),
        ("Soundfont", about.soundfont),
        ("Up for", duration(about.uptime_seconds)),
        ("Queue", f"{about.queued} waiting, {about.running} being composed by {_workers(about.workers)}"),
        ("Event loop", f"{about.loop_lag_seconds * 1000:.0f} ms late at most, but for 1 % of the time"),
        ("So far", f"{_pieces(about.pieces)}, {about.votes} vote{'' if about.votes == 1 else 's'}"),
    ]


def _workers(count: int) -> str:
    return "1 worker" if count == 1 else f"{count} workers"


# --- privacy

FORGET_FIRST = (
    "This deletes everything stored about you: your requests, pieces, files and votes, and the votes of others on your "
    "pieces. It cannot be undone."
)


def forgotten(pieces: int, votes: int) -> str:
    """That everything about a person has been deleted."""
    return f"Everything about you is deleted: {_pieces(pieces)} and {votes} vote{'' if votes == 1 else 's'}."


LEARNING_ALLOWED = (
    "I may learn from all your pieces from now on, those that began with a MIDI file of yours among them; "
    "/privacy training off forbids it again."
)
LEARNING_FORBIDDEN = (
    "I learn from none of your pieces any more. A network that has learnt from them before stays until the next one "
    "is trained, which begins anew without them."
)

# --- commands, menus and lists

AGAIN_POSSIBLE = "Possible again"
STALE_COMMAND = "Discord knows an older form of this command; whoever runs me should run: python -m bot sync"
UNKNOWN_CHANNEL = "I cannot write in this kind of channel; please ask in another one."
NO_MIDI_HERE = "No MIDI file is attached to this message."
SHOW_MINE = "Everything that is stored about you, as a file"
DELETE_MINE = "Delete everything that is stored about you"
HERE_IS_YOURS = "This is everything that is stored about you."
SAY_LEARNING = "Whether I may learn from your pieces is for you to say: /privacy training."
SET_LEARNING = "Whether the network may learn from your pieces"
SHOW_SETTINGS = "What holds on this server"
CHANGE_SETTINGS = "Change what holds on this server"
SET_LENGTH = "How long a piece may be"
SET_CHANNEL = "The only channel in which pieces are composed"
NO_CATEGORY = "That is a group of channels; name one channel, or none for every channel."
SET_ROLES = "The roles whose members may ask for pieces"
SET_LIMITS = "How many pieces may be asked for in an hour"
SET_FILES = "Whether MIDI files dropped in a channel are continued"
LIST_MODELS = "Every network that may compose"
SHOW_MODEL = "How one of them does"
USE_MODEL = "Let another network compose from now on"
ROLL_BACK = "Go back to the network that composed before"


def menu_hint(menu_name: str) -> str:
    """How to have a file continued."""
    return (
        "A MIDI file: attach it to /compose as the option midi, or to a message that mentions me. One that is in the "
        f'chat already: open the menu of its message, then Apps, "{menu_name}".'
    )


def slash_only(name: str) -> str:
    """That something is not for everybody's eyes."""
    return f"Please use the command /{name} for that; only you will see the answer."


FILE_BY_NAME = "A file cannot be named here, only sent: attach the MIDI file itself."


def no_such_opener(name: str, nearest: str) -> str:
    """That no beginning is called so; ``nearest`` names those that may have been meant."""
    meant = (
        f"did you mean {nearest}? " if nearest else "name a composer such as schumann, or notes such as C5q E5q G5h. "
    )
    return f"There is no opener '{name}'; {meant}/openers lists them all."


OPENERS_HINT = "Continue one of them with its name: /compose seed:schumann:traumerei"
FOR_WHOM = "For"

# --- Slack


def invite_me(name: str) -> str:
    """That the bot is not where it was asked."""
    return (
        f"I am not in this channel, so I cannot answer here: write /invite @{name} and ask again, or ask me in private."
    )


def slack_hint(menu_name: str, name: str) -> str:
    """How to have a file continued on Slack, and how to ask in a thread."""
    return (
        f"A MIDI file: attach it to a message that mentions me, or send it to me in private. One that is in the chat "
        f'already: "{menu_name}" in the menu of its message. In threads, where no command works: @{name} compose ...'
    )


NO_BOTS = "I play for people only, not for other bots."
NO_GUESTS = "Guests of this workspace cannot ask me for pieces; its members can."
NO_STRANGERS = "I play for the members of my own workspace only."
NO_ROLES_ON_SLACK = "Slack has no roles; here you can set length, channel, user_hour, guild_hour and files."
FILE_ELSEWHERE = "This file does not lie on Slack itself, so I do not fetch it; upload the MIDI file here."
SENT_PRIVATELY = "I have sent it to you in a direct message."
STALE_BUTTON = "This button means nothing any more."
