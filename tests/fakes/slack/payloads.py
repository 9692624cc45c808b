"""Things as Slack's JSON shows them."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.slack.model import Channel, File, Json, Message, Team, User
    from tests.fakes.slack.world import World

_FEW_PEOPLE = 50
"""How many of those who reacted are named unless all are asked for."""


def user(person: User, home: Team) -> Json:
    """A person, as ``users.info`` tells somebody of another workspace or of the same."""
    is_ours = person.team is home
    shown: Json = {
        "id": person.id,
        "team_id": person.team.id,
        "name": person.name,
        "real_name": person.name.title(),
        "deleted": False,
        "is_bot": person.kind == "bot",
        "is_app_user": False,
        "updated": 0,
        "profile": {"display_name": person.name, "real_name": person.name.title(), "team": person.team.id},
    }
    if is_ours:
        shown |= {
            "is_admin": person.kind in {"admin", "owner"},
            "is_owner": person.kind == "owner",
            "is_primary_owner": False,
            "is_restricted": person.kind in {"guest", "single_guest"},
            "is_ultra_restricted": person.kind == "single_guest",
        }
    else:
        # What they are at home is nobody's business here; Slack says it of them all the same.
        shown |= {"is_stranger": True, "is_admin": person.kind == "admin", "is_owner": person.kind == "owner"}
        shown |= {"is_primary_owner": False, "is_restricted": False, "is_ultra_restricted": False}
    return shown


def file(item: File, *, hidden: bool = False) -> Json:
    """A file; only that it is there, in events of channels that are shared with other workspaces."""
    if hidden:
        return {"id": item.id, "mode": "file_access", "file_access": "check_file_info", "created": 0, "timestamp": 0}
    shares: Json = {"public": {}, "private": {}}
    for channel_id, messages in item.shares.items():
        kind = "public" if channel_id.startswith("C") else "private"
        shares[kind][channel_id] = [_share(message) for message in messages]
    kind = (mimetypes.guess_extension(item.content_type) or ".bin").removeprefix(".")
    return {
        "id": item.id,
        "created": 0,
        "timestamp": 0,
        "name": item.name,
        "title": item.title,
        "mimetype": item.content_type,
        "filetype": kind,
        "pretty_type": kind,
        "user": item.owner.id,
        "user_team": item.owner.team.id,
        "editable": False,
        "size": item.announced_size,
        "mode": item.mode,
        "is_external": item.mode == "external",
        "external_type": "unknown" if item.mode == "external" else "",
        "is_public": bool(shares["public"]),
        "public_url_shared": False,
        "file_access": "visible",
        "url_private": item.url.replace("/download/", "/"),
        "url_private_download": item.url,
        "permalink": f"https://conservatoire.slack.com/files/{item.owner.id}/{item.id}/file",
        "channels": [channel for channel in item.shares if channel.startswith("C")],
        "groups": [channel for channel in item.shares if channel.startswith("G")],
        "ims": [channel for channel in item.shares if channel.startswith("D")],
        "shares": {kind: found for kind, found in shares.items() if found},
    }


def _share(entry: Message) -> Json:
    shown: Json = {"ts": entry.ts, "channel_name": entry.channel.name, "team_id": entry.channel.team.id}
    if entry.parent_ts:
        shown["thread_ts"] = entry.parent_ts
    return shown


def message(entry: Message, world: World, *, metadata: bool = False, all_people: bool = False) -> Json:
    """A message."""
    shown: Json = {"type": "message", "ts": entry.ts}
    if entry.is_tombstone:
        text = "This message was deleted."
        return shown | {"subtype": "tombstone", "user": "USLACKBOT", "text": text, "hidden": True}
    shown |= {"text": entry.text, **_author(entry.author, world), **_thread(entry)}
    if entry.blocks:
        shown["blocks"] = entry.blocks
    if entry.files:
        shown |= {"files": [file(item, hidden=entry.channel.is_shared) for item in entry.files], "upload": False}
    if reactions := _reactions(entry, None if all_people else _FEW_PEOPLE):
        shown["reactions"] = reactions
    if entry.edits:
        shown["edited"] = {"user": entry.author.id, "ts": entry.ts}
    if metadata and entry.metadata:
        shown["metadata"] = entry.metadata
    return shown


def _author(person: User, world: World) -> Json:
    shown: Json = {"user": person.id, "team": person.team.id}
    if person is world.bot:
        profile = {"id": world.bot_id, "app_id": world.app_id, "name": "SchumaNN", "deleted": False}
        shown |= {"bot_id": world.bot_id, "app_id": world.app_id, "bot_profile": profile}
    elif person.kind == "bot":
        shown["bot_id"] = "B" + person.id[1:]
    return shown


def _thread(entry: Message) -> Json:
    if entry.parent_ts:
        parent = entry.channel.messages[entry.parent_ts]
        return {"thread_ts": parent.ts, "parent_user_id": parent.author.id}
    below = entry.channel.thread(entry)
    return {"thread_ts": entry.ts, "reply_count": len(below), "latest_reply": below[-1].ts} if below else {}


def _reactions(entry: Message, most: int | None) -> list[Json]:
    return [
        {"name": name, "users": [person.id for person in people[:most]], "count": len(people)}
        for name, people in entry.reactions.items()
        if people
    ]


def channel(place: Channel) -> Json:
    """A conversation."""
    shown: Json = {"id": place.id, "created": 0, "is_archived": place.is_archived, "is_im": place.kind == "im"}
    if place.partner is not None:
        return shown | {"user": place.partner.id, "is_channel": False, "is_group": False, "is_private": True}
    is_private = place.kind == "group"
    return shown | {
        "name": place.name,
        "is_channel": True,
        "is_group": False,
        "is_private": is_private,
        "is_member": place.bot_is_in,
        "is_ext_shared": place.is_shared,
        "is_shared": place.is_shared,
        "context_team_id": place.team.id,
    }
