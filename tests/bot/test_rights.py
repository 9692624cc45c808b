"""Who may see and do what, as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain import Composed, ForbiddenError, GuildSettings, Piece, Place, PlatformName, RequestState, Ticket, Viewer
from bot.rights import check_may_change_settings, check_may_compose, is_keeper, may_end, may_see
from composer.errors import BadInputError
from tests.bot.people import ANNA, BERT, ELSEWHERE, GUILD, PRIVATE, request, viewer

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MUSIC = Composed("Träumerei", "F major", 72.0, 30.0, 12.0, 99, 1, "network", "piano.sf2")
OTHER_PLATFORM = Place(PlatformName.SLACK, GUILD.guild_id, None)


def ticket(place: Place) -> Ticket:
    """A request of Anna's."""
    return Ticket(1, request(ANNA, place), RequestState.RUNNING, 1, NOW)


def piece(place: Place) -> Piece:
    """A piece of Anna's."""
    return Piece(1, 1, request(ANNA, place), MUSIC, NOW)


@pytest.mark.parametrize(
    ("looker", "made_in", "sees", "ends"),
    [
        (viewer(ANNA, GUILD), GUILD, True, True),
        (viewer(ANNA, ELSEWHERE), GUILD, True, True),
        (viewer(ANNA, PRIVATE), GUILD, True, True),
        (viewer(BERT, GUILD), GUILD, True, False),
        (viewer(BERT, GUILD, moderator=True), GUILD, True, True),
        (viewer(BERT, GUILD, admin=True), GUILD, True, False),
        (viewer(BERT, ELSEWHERE, moderator=True, admin=True), GUILD, False, False),
        (viewer(BERT, PRIVATE, moderator=True), GUILD, False, False),
        (viewer(BERT, PRIVATE, moderator=True), PRIVATE, False, False),
        (viewer(BERT, GUILD, moderator=True), PRIVATE, False, False),
        (viewer(BERT, OTHER_PLATFORM, moderator=True), GUILD, False, False),
    ],
)
def test_what_is_whose(looker: Viewer, made_in: Place, sees: bool, ends: bool) -> None:
    """People see what is theirs or their guild's; they end what is theirs, moderators what is their guild's."""
    assert may_see(looker, piece(made_in)) is sees
    assert may_end(looker, ticket(made_in)) is ends


@pytest.mark.parametrize(
    ("asker", "settings", "refusal"),
    [
        (viewer(), GuildSettings(), None),
        (viewer(), GuildSettings(longest_seconds=29), BadInputError),
        (viewer(admin=True), GuildSettings(longest_seconds=29), BadInputError),
        (viewer(), GuildSettings(channel_id=GUILD.channel_id), None),
        (viewer(), GuildSettings(channel_id="1"), ForbiddenError),
        (viewer(moderator=True), GuildSettings(channel_id="1"), ForbiddenError),
        (viewer(admin=True), GuildSettings(channel_id="1"), None),
        (viewer(), GuildSettings(role_ids=("1", "2")), ForbiddenError),
        (replace(viewer(), role_ids=("3",)), GuildSettings(role_ids=("1", "2")), ForbiddenError),
        (replace(viewer(), role_ids=("3", "2")), GuildSettings(role_ids=("1", "2")), None),
        (viewer(admin=True), GuildSettings(role_ids=("1", "2")), None),
    ],
)
def test_what_a_guild_allows(asker: Viewer, settings: GuildSettings, refusal: type[Exception] | None) -> None:
    """Length binds everybody; channel and roles bind all but admins."""
    if refusal is None:
        check_may_compose(asker, 30, settings)
    else:
        with pytest.raises(refusal):
            check_may_compose(asker, 30, settings)


@pytest.mark.parametrize("looker", [viewer(), viewer(moderator=True), viewer(place=PRIVATE, admin=True)])
def test_who_may_not_change_settings(looker: Viewer) -> None:
    """Nobody without the right to manage the server, and nobody where there is no server."""
    with pytest.raises(ForbiddenError):
        check_may_change_settings(looker)
    check_may_change_settings(viewer(admin=True))


@pytest.mark.parametrize(
    ("admins", "by_default", "expected"),
    [
        (set(), True, True),
        (set(), False, False),
        ({"discord:1", "web:token"}, True, True),
        ({"slack:U1"}, False, True),
        ({"slack:T1/U1", "discord:1"}, False, True),
        ({"slack:U2"}, True, False),
        ({"discord:U1"}, False, False),
    ],
)
def test_keepers_are_those_who_are_listed(admins: set[str], by_default: bool, expected: bool) -> None:
    """Where somebody of the platform is listed, nobody else keeps the network."""
    assert is_keeper(admins, PlatformName.SLACK, ["U1", "T1/U1"], by_default=by_default) is expected
