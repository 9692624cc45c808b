"""Who may see and do what; asked anew at every call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import wording
from bot.domain import ForbiddenError
from bot.retraining.wording import KEEPERS_ONLY
from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.domain import GuildSettings, Piece, Place, PlatformName, Ticket, Viewer


def check_may_compose(viewer: Viewer, length_seconds: float, settings: GuildSettings) -> None:
    """Refuse what a guild's settings do not allow; channel and roles do not bind its admins.

    Raises:
        BadInputError: the piece would be too long.
        ForbiddenError: not here, or not for this person.
    """
    if length_seconds > settings.longest_seconds:
        raise BadInputError(wording.length_out_of_range(settings.longest_seconds))
    if viewer.is_admin:
        return
    if settings.channel_id not in {None, viewer.place.channel_id}:
        raise ForbiddenError(wording.wrong_channel(str(settings.channel_id)))
    if settings.role_ids and not set(settings.role_ids) & set(viewer.role_ids):
        raise ForbiddenError(wording.MISSING_ROLE)


def check_may_change_settings(viewer: Viewer) -> None:
    """Refuse everybody but the admins of a guild.

    Raises:
        ForbiddenError: this is nobody of them, or no guild.
    """
    if viewer.place.guild_id is None:
        raise ForbiddenError(wording.NO_SETTINGS_HERE)
    if not viewer.is_admin:
        raise ForbiddenError(wording.ADMINS_ONLY)


def is_keeper(admins: Iterable[str], platform: PlatformName, names: Iterable[str], *, by_default: bool) -> bool:
    """Whether somebody may retrain the network, which plays for everybody.

    Args:
        admins: who is listed, as ``platform:name``.
        platform: theirs.
        names: what they may be listed as.
        by_default: whether they may where nobody of the platform is listed.
    """
    listed = {person for person in admins if person.startswith(f"{platform}:")}
    return any(f"{platform}:{name}" in listed for name in names) if listed else by_default


def check_keeper(viewer: Viewer) -> None:
    """Refuse everybody but keepers.

    Raises:
        ForbiddenError: this is none.
    """
    if not viewer.is_keeper:
        raise ForbiddenError(KEEPERS_ONLY)


def may_see(viewer: Viewer, piece: Piece) -> bool:
    """Whether a piece is this person's own, or was made in this guild."""
    return piece.owner == viewer.user or _is_same_guild(viewer.place, piece.request.place)


def may_end(viewer: Viewer, ticket: Ticket) -> bool:
    """Whether a request is this person's own, or was made where they are a moderator."""
    is_own = ticket.request.user == viewer.user
    return is_own or (viewer.is_moderator and _is_same_guild(viewer.place, ticket.request.place))


def _is_same_guild(place: Place, other: Place) -> bool:
    """Private conversations are no guild."""
    return place.guild_id is not None and (place.platform, place.guild_id) == (other.platform, other.guild_id)
