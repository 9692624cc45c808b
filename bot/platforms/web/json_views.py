"""What is known, as JSON; ``openapi.json`` describes the shapes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bot import wording
from bot.domain import RequestState, Vote

if TYPE_CHECKING:
    from bot.domain import GuildSettings, Options, Piece, Progress, Seed, Ticket, UserRef
    from bot.views import About, PieceView
    from composer.openers import Opener

Json = dict[str, Any]

WEB_SETTINGS = ("longest_seconds", "per_user_hour", "per_guild_hour")
"""The web chat has no channels, no roles and no messages to listen to."""
_FILES = ("midi", "mp3", "picture", "roll")
_ACTIONS = ("rating", "again", "variation", "longer")
_VOTES = {None: None, Vote.UP: "up", Vote.DOWN: "down"}


def ticket_json(ticket: Ticket, progress: Progress, piece: Json | None) -> Json:
    """A request; ``piece`` once there is one."""
    request = ticket.request
    return {
        "id": ticket.id,
        "state": progress.state,
        "title": wording.safe_title(request.seed.title),
        "seed": _seed(request.seed),
        "options": _options(request.options),
        "action": request.action,
        "parent_id": request.parent_id,
        "created_at": ticket.created_at.isoformat(),
        "remarks": list(ticket.remarks),
        "progress": progress_json(progress),
        "sentence": _sentence(ticket, progress.state),
        "piece": piece,
        "url": f"/api/requests/{ticket.id}",
    }


def progress_json(progress: Progress) -> Json:
    """How far a request is."""
    return {
        "state": progress.state,
        "place": progress.place,
        "share": round(progress.share, 3),
        "eta_seconds": None if progress.eta_seconds is None else round(progress.eta_seconds, 1),
        "stage": progress.stage,
        "text": wording.progress_line(progress),
    }


def piece_json(view: PieceView, viewer: UserRef) -> Json:
    """A piece as this person sees it."""
    piece, music = view.piece, view.piece.music
    return {
        "id": piece.id,
        "ticket_id": piece.ticket_id,
        "title": wording.safe_title(music.title),
        "headline": wording.headline(piece),
        "facts": [[name, value] for name, value in wording.facts(piece)],
        "key": music.key,
        "tempo": round(music.tempo, 1),
        "length_seconds": round(music.length_seconds, 3),
        "primer_seconds": round(music.primer_seconds, 3),
        "notes": music.notes,
        "random_seed": music.random_seed,
        "checkpoint": None if piece.is_trial else music.checkpoint_id,
        "soundfont": music.soundfont,
        "options": _options(piece.request.options),
        "seed": _seed(piece.request.seed),
        "action": piece.request.action,
        "parent_id": piece.request.parent_id,
        "created_at": piece.created_at.isoformat(),
        "up": view.tally.up,
        "down": view.tally.down,
        "my_vote": _VOTES[view.own_vote],
        "mine": piece.owner == viewer,
        "remarks": list(music.remarks),
        "urls": _urls(piece),
    }


def opener_json(opener: Opener, label: str) -> Json:
    """An opener, as a list of them shows it."""
    names = {name: getattr(opener, name) for name in ("slug", "title", "composer", "opus", "key")}
    return {**names, "label": label}


def settings_json(settings: GuildSettings) -> Json:
    """The settings that mean something here."""
    return {name: getattr(settings, name) for name in WEB_SETTINGS}


def about_json(about: About) -> Json:
    """What the bot says of itself."""
    return {**asdict(about), "uptime_seconds": round(about.uptime_seconds, 1)}


def _seed(seed: Seed) -> Json:
    return {"kind": seed.kind, "text": seed.text, "title": wording.safe_title(seed.title)}


def _options(options: Options) -> Json:
    values = asdict(options)
    controls: Json = values.pop("controls")
    return values | controls


def _sentence(ticket: Ticket, state: RequestState) -> str | None:
    if state is RequestState.FAILED:
        return ticket.fault or wording.our_fault(None)
    return wording.CANCELLED if state is RequestState.CANCELLED else None


def _urls(piece: Piece) -> Json:
    return {name: f"/api/pieces/{piece.id}/{name}" for name in (*_FILES, *_ACTIONS)}
