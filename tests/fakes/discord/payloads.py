"""The model as Discord's JSON, with everything that its OpenAPI document wants."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.fakes.discord.model import MANAGE_GUILD

if TYPE_CHECKING:
    from tests.fakes.discord.model import Attachment, Channel, Guild, Json, Member, Message, Role, User


def moment(seconds: float) -> str:
    """A moment as Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def user(who: User) -> Json:
    """A user as others see them."""
    return {
        "id": who.id,
        "username": who.name,
        "global_name": who.name,
        "discriminator": "0",
        "avatar": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
        "bot": who.is_bot,
    }


def own_user(who: User) -> Json:
    """The bot's own account."""
    return {**user(who), "mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}


def member(who: Member, *, with_user: bool = True, with_permissions: bool = False) -> Json:
    """Somebody in a guild; roles are ids."""
    payload: Json = {
        "roles": list(who.role_ids),
        "joined_at": moment(who.joined_at),
        "nick": None,
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "premium_since": None,
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }
    if with_user:
        payload["user"] = user(who.user)
    if with_permissions:
        payload["permissions"] = str(who.permissions)
    return payload


def role(entry: Role) -> Json:
    """A role as objects of guilds and resolved options hold it."""
    return {
        "id": entry.id,
        "name": entry.name,
        "permissions": "0",
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "position": 1,
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def channel(where: Channel) -> Json:
    """A text channel or a private conversation."""
    last = next(reversed(where.messages), None)
    if where.guild is None:
        recipients = [user(where.recipient)] if where.recipient else []
        return {"id": where.id, "type": 1, "flags": 0, "last_message_id": last, "recipients": recipients}
    if where.parent is not None:
        return {**_thread(where, where.parent), "guild_id": where.guild.id, "last_message_id": last}
    return {
        "id": where.id,
        "type": 0,
        "flags": 0,
        "guild_id": where.guild.id,
        "name": where.name,
        "position": 0,
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "last_message_id": last,
        "permission_overwrites": [],
    }


def _thread(where: Channel, parent: Channel) -> Json:
    return {
        "id": where.id,
        "type": 11,
        "flags": 0,
        "name": where.name,
        "parent_id": parent.id,
        "owner_id": where.id,
        "rate_limit_per_user": 0,
        "message_count": len(where.messages),
        "member_count": 1,
        "total_message_sent": len(where.messages),
        "thread_metadata": {
            "archived": False,
            "archive_timestamp": moment(0.0),
            "auto_archive_duration": 1440,
            "locked": False,
        },
    }


def guild(entry: Guild, bot: User) -> Json:
    """A guild as GUILD_CREATE brings it, with the bot as its only known member."""
    everyone = {**role(next(iter(entry.roles.values()))), "permissions": str(MANAGE_GUILD - 1)}
    return {
        "id": entry.id,
        "name": entry.name,
        "icon": None,
        "owner_id": next(iter(entry.members), bot.id),
        "unavailable": False,
        "member_count": len(entry.members),
        "premium_tier": 0,
        "preferred_locale": "en-GB",
        "features": [],
        "emojis": [],
        "stickers": [],
        "threads": [],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
        "roles": [everyone, *(role(each) for each in list(entry.roles.values())[1:])],
        "channels": [channel(each) for each in entry.channels.values() if each.parent is None],
        "members": [member(entry.members[bot.id])] if bot.id in entry.members else [],
    }


def attachment(item: Attachment) -> Json:
    """A file of a message."""
    return {
        "id": item.id,
        "filename": item.filename,
        "size": item.announced_size,
        "url": item.url,
        "proxy_url": item.url,
        "content_type": item.content_type,
    }


def reaction(emoji: str, people: dict[str, User], bot: User) -> Json:
    """One emoji under a message."""
    return {
        "emoji": {"id": None, "name": emoji},
        "count": len(people),
        "count_details": {"burst": 0, "normal": len(people)},
        "burst_colors": [],
        "me": bot.id in people,
        "me_burst": False,
    }


def message(item: Message, bot: User, *, hides_content: bool = False) -> Json:
    """A message; ``hides_content`` for those who lack the intent to read it."""
    payload: Json = {
        "id": item.id,
        "channel_id": item.channel.id,
        "type": item.kind,
        "author": user(item.author),
        "content": "" if hides_content else item.content,
        "embeds": [] if hides_content else item.embeds,
        "components": [] if hides_content else item.components,
        "attachments": [] if hides_content else [attachment(file) for file in item.attachments],
        "timestamp": moment(item.created_at),
        "edited_timestamp": None if item.edited_at is None else moment(item.edited_at),
        "flags": item.flags,
        "mentions": [user(who) for who in item.mentions],
        "mention_roles": [],
        "mention_everyone": False,
        "pinned": False,
        "tts": False,
    }
    if item.reactions:
        payload["reactions"] = [reaction(emoji, people, bot) for emoji, people in item.reactions.items() if people]
    if item.nonce is not None:
        payload["nonce"] = item.nonce
    if item.reference is not None:
        payload["message_reference"] = item.reference
    if item.webhook_id is not None:
        payload |= {"webhook_id": item.webhook_id, "application_id": item.webhook_id}
    if item.interaction is not None:
        payload["interaction_metadata"] = item.interaction
    return payload
