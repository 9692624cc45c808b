"""Who may ask, and who is an admin, by what Slack says of them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain import ForbiddenError, Place, PlatformName
from bot.platforms.slack.people import KEPT_SECONDS, People
from bot.platforms.slack.web import Identity

ME = Identity("T1", "UBOT", "B1", "schumann", "https://example.slack.com/")


class Directory:
    """Stands for ``Web``: knows one person, and counts how often it is asked."""

    def __init__(self, **found: Any) -> None:
        self.found, self.asked = {"team_id": "T1", **found}, 0

    async def user(self, _user_id: str) -> dict[str, Any]:
        """What Slack says of the person."""
        self.asked += 1
        return self.found


def _people(directory: Directory, admins: frozenset[str] = frozenset(), now: list[float] | None = None) -> People:
    clock = now or [0.0]
    return People(directory, ME, admins, lambda: clock[0])  # type: ignore[arg-type]  # only ``user`` is called


async def test_members_are_served() -> None:
    """With their workspace as the guild, and their id beside its id."""
    viewer = await _people(Directory()).viewer("U7", "C1")

    assert (viewer.user.id, viewer.place) == ("T1/U7", Place(PlatformName.SLACK, "T1", "C1"))
    assert not viewer.is_admin
    assert not viewer.is_moderator


async def test_a_private_conversation_is_no_guild() -> None:
    """What is made there is nobody else's business."""
    viewer = await _people(Directory()).viewer("U7", "D1")

    assert viewer.place == Place(PlatformName.SLACK, None, "D1")


@pytest.mark.parametrize("flag", ["is_admin", "is_owner", "is_primary_owner"])
async def test_admins_are_those_of_the_workspace(flag: str) -> None:
    """Slack says who they are."""
    viewer = await _people(Directory(**{flag: True})).viewer("U7", "C1")

    assert viewer.is_admin
    assert viewer.is_moderator


@pytest.mark.parametrize(
    ("listed", "is_admin"), [("slack:U7", True), ("slack:T1/U7", True), ("discord:U7", False), ("slack:U8", False)]
)
async def test_admins_may_be_listed(listed: str, is_admin: bool) -> None:
    """Whoever runs the bot may name more."""
    viewer = await _people(Directory(), frozenset({listed})).viewer("U7", "C1")

    assert viewer.is_admin is is_admin


@pytest.mark.parametrize("flag", ["is_admin", "is_owner", "is_primary_owner", "nothing"])
@pytest.mark.parametrize("admins", [frozenset[str](), frozenset({"discord:1", "web:token"})], ids=["none", "elsewhere"])
async def test_admins_keep_the_network_where_nobody_is_listed(flag: str, admins: frozenset[str]) -> None:
    """Those of the workspace, also in private, and also if people of other platforms are listed."""
    people = _people(Directory(**{flag: True}), admins)

    assert [(await people.viewer("U7", place)).is_keeper for place in ("C1", "D1")] == 2 * [flag != "nothing"]


@pytest.mark.parametrize("listed", ["slack:U7", "slack:T1/U7"])
async def test_only_those_keep_the_network_who_are_listed(listed: str) -> None:
    """As soon as somebody of Slack is, its own admins are no keepers any more."""
    member, admin = _people(Directory(), frozenset({listed})), _people(Directory(is_owner=True), frozenset({listed}))

    assert (await member.viewer("U7", "C1")).is_keeper
    assert not (await admin.viewer("U8", "C1")).is_keeper
    assert (await admin.viewer("U8", "C1")).is_admin


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ({"is_restricted": True}, "Guests"),
        ({"is_ultra_restricted": True, "is_restricted": True}, "Guests"),
        ({"is_stranger": True}, "my own workspace"),
        ({"team_id": "T2"}, "my own workspace"),
        ({"team_id": "T2", "is_admin": True}, "my own workspace"),
        ({"deleted": True}, "my own workspace"),
        ({"is_bot": True}, "bots"),
        ({"is_workflow_bot": True}, "bots"),
    ],
)
async def test_others_are_refused(found: dict[str, Any], reason: str) -> None:
    """Guests, strangers from shared channels and bots, whatever list they are on; their votes do not count either."""
    people = _people(Directory(**found), frozenset({"slack:U7"}))

    with pytest.raises(ForbiddenError, match=reason):
        await people.viewer("U7", "C1")
    assert not await people.may_vote("U7")


async def test_a_company_may_have_several_workspaces() -> None:
    """Who is at home in another one of the same company and a member of this one is no stranger."""
    directory = Directory(team_id="T2", enterprise_user={"teams": ["T2", "T1"]})

    assert await _people(directory).may_vote("W7")


async def test_rights_are_remembered_for_a_minute_only() -> None:
    """Whoever loses their rights loses them here a minute later."""
    directory, now = Directory(is_admin=True), [0.0]
    people = _people(directory, now=now)
    assert (await people.viewer("U7", "C1")).is_admin
    directory.found["is_admin"] = False

    now[0] = KEPT_SECONDS - 1
    assert (await people.viewer("U7", "C1")).is_admin
    assert (await people.viewer("U7", "C1")).is_keeper
    assert directory.asked == 1
    now[0] = KEPT_SECONDS
    assert not (await people.viewer("U7", "C1")).is_admin
    assert not (await people.viewer("U7", "C1")).is_keeper
    assert KEPT_SECONDS <= 60


async def test_not_everybody_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory does not grow with the workspace."""
    monkeypatch.setattr("bot.platforms.slack.people._MOST_KEPT", 1)
    directory = Directory()
    people = _people(directory)

    for user_id in ("U1", "U2", "U1"):
        await people.may_vote(user_id)
    assert directory.asked == 3
