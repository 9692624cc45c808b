"""People, places and requests for the tests."""

from __future__ import annotations

from itertools import count

from bot.domain import ComposeRequest, Options, Place, PlatformName, Seed, SeedKind, UserRef, Viewer

ANNA, BERT = UserRef(PlatformName.DISCORD, "900000000000000001"), UserRef(PlatformName.DISCORD, "900000000000000002")
GUILD = Place(PlatformName.DISCORD, "700000000000000001", "600000000000000001")
ELSEWHERE = Place(PlatformName.DISCORD, "700000000000000002", "600000000000000002")
PRIVATE = Place(PlatformName.DISCORD, None, "600000000000000003")
TRAUMEREI = Seed(SeedKind.OPENER, "schumann:traumerei", "Robert Schumann: Träumerei")
UPLOAD = Seed(SeedKind.UPLOAD, "song.mid", "song")
_keys = count(1)


def viewer(user: UserRef = ANNA, place: Place = GUILD, *, moderator: bool = False, admin: bool = False) -> Viewer:
    """Somebody looking from somewhere."""
    return Viewer(user, place, is_moderator=moderator, is_admin=admin)


def request(
    user: UserRef = ANNA,
    place: Place = GUILD,
    *,
    seed: Seed = TRAUMEREI,
    length_seconds: float = 10.0,
    key: str | None = None,
    address: str = "{}",
    awaits_file: bool = False,
) -> ComposeRequest:
    """A request with a key of its own."""
    return ComposeRequest(
        key=key or f"test:{next(_keys)}",
        user=user,
        place=place,
        seed=seed,
        options=Options(length_seconds=length_seconds),
        address=address,
        awaits_file=awaits_file,
    )
