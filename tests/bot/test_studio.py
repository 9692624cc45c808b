"""What people can do, what they may not, and what is kept from others."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.domain import (
    Action,
    ForbiddenError,
    GuildSettings,
    Limits,
    MessageRef,
    NotFoundError,
    OutOfOrderError,
    PlatformName,
    RequestState,
    SeedKind,
    Tally,
    TooLateError,
    Vote,
)
from composer.errors import BadInputError
from composer.midi.writer import write_midi
from composer.notation import parse_notation
from tests.bot.people import ANNA, BERT, ELSEWHERE, GUILD, PRIVATE, UPLOAD, request, viewer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain import Ticket
    from tests.bot.conftest import Bench

SONG = write_midi(parse_notation("C4q D4q E4q F4q | G4q A4q B4q C5q | C5q B4q A4q G4q | F4q E4q D4q C4q"))


async def test_a_request_becomes_a_delivered_piece(bench: Bench) -> None:
    """What is asked for is composed, stored with its files and delivered once."""
    ticket = await bench.studio.compose(request(), viewer())

    piece_id = await bench.delivered(ticket)

    assert bench.platform.delivered == [(ticket.id, piece_id)]
    view = await bench.studio.piece(piece_id, viewer())
    assert view.piece.owner == ANNA
    assert view.piece.request.options.random_seed is not None
    assert view.files.midi.read_bytes().startswith(b"MThd")


async def test_one_key_is_one_request(bench: Bench) -> None:
    """An event that a platform reports twice is one request."""
    asked = request(key="discord:1")

    tickets = [await bench.studio.compose(asked, viewer()) for _ in range(3)]
    await bench.delivered(tickets[0])

    assert len({ticket.id for ticket in tickets}) == 1
    assert len(bench.pool.jobs) == 1


async def test_pieces_are_seen_where_they_were_made(bench: Bench) -> None:
    """A guild sees its own pieces, nobody else's, and nobody sees what was made in private but its owner."""
    public = await bench.delivered(await bench.studio.compose(request(), viewer()))
    private = await bench.delivered(await bench.studio.compose(request(place=PRIVATE), viewer(place=PRIVATE)))

    assert (await bench.studio.piece(public, viewer(BERT))).piece.id == public
    assert (await bench.studio.piece(private, viewer(place=ELSEWHERE))).piece.id == private
    for piece_id, looker in (
        (public, viewer(BERT, ELSEWHERE)),
        (private, viewer(BERT)),
        (private, viewer(BERT, PRIVATE)),
        (99, viewer()),
    ):
        with pytest.raises(NotFoundError, match=f"no piece {piece_id}"):
            await bench.studio.piece(piece_id, looker)
        with pytest.raises(NotFoundError):
            await bench.studio.rate(piece_id, looker, Vote.UP)
        with pytest.raises(NotFoundError):
            await bench.studio.follow_up(Action.AGAIN, piece_id, looker, key=f"x{piece_id}", address="{}")


async def test_again_draws_another_random_seed(bench: Bench) -> None:
    """Again asks for the same with other notes, also of a file, also of a variation."""
    piece_id = await bench.delivered(await bench.studio.compose(request(), viewer()))
    varied = await bench.delivered(
        await bench.studio.follow_up(Action.VARIATION, piece_id, viewer(BERT), key="v", address="{}")
    )

    again = await bench.studio.follow_up(Action.AGAIN, piece_id, viewer(BERT), key="a", address="{}")
    again_varied = await bench.studio.follow_up(Action.AGAIN, varied, viewer(BERT), key="b", address="{}")
    await bench.delivered(again)
    await bench.delivered(again_varied)

    first, variation, second, third = bench.pool.jobs
    assert again.request.user == BERT
    assert (first.seed, first.options.length_seconds) == (second.seed, second.options.length_seconds)
    assert len({job.options.random_seed for job in bench.pool.jobs}) == 4
    assert (variation.seed, variation.primer_seconds) == (third.seed, third.primer_seconds)
    assert again_varied.request.action is Action.VARIATION


async def test_longer_goes_on_with_the_piece_itself(bench: Bench) -> None:
    """Longer starts from the piece without its close and asks for at least 30 seconds more."""
    piece_id = await bench.delivered(await bench.studio.compose(request(length_seconds=12), viewer()))
    made = (await bench.studio.piece(piece_id, viewer())).piece.music.length_seconds

    ticket = await bench.studio.follow_up(Action.LONGER, piece_id, viewer(), key="l", address="{}")
    await bench.delivered(ticket)

    job = bench.pool.jobs[-1]
    assert job.seed.kind is SeedKind.PIECE
    assert job.primer is not None
    assert job.primer_seconds is not None
    assert made / 2 <= job.primer_seconds < made
    assert job.options.length_seconds >= made + 29


async def test_longer_ends_at_the_guilds_bound(bench: Bench) -> None:
    """A piece grows up to the longest that is allowed, and then a sentence says so."""
    await bench.studio.change_guild_settings(viewer(admin=True), longest_seconds=20)
    piece_id = await bench.delivered(await bench.studio.compose(request(length_seconds=12), viewer()))

    longer = await bench.delivered(
        await bench.studio.follow_up(Action.LONGER, piece_id, viewer(), key="l", address="{}")
    )

    assert bench.pool.jobs[-1].options.length_seconds == 20
    with pytest.raises(BadInputError, match="20 seconds"):
        await bench.studio.follow_up(Action.LONGER, longer, viewer(), key="m", address="{}")


async def test_an_upload_is_read_before_it_is_taken_on(bench: Bench) -> None:
    """A file at hand is continued, and one that is none is refused at once, with the reason."""
    asked = request(seed=UPLOAD, awaits_file=False)

    await bench.delivered(await bench.studio.compose_upload(asked, viewer(), SONG))

    assert bench.pool.jobs[0].primer is not None
    with pytest.raises(BadInputError, match="not a MIDI file"):
        await bench.studio.compose_upload(replace(asked, key="other"), viewer(), b"GIF89a, surely no music")


async def test_again_of_an_upload_keeps_its_music(bench: Bench) -> None:
    """The file need not be sent again."""
    asked = request(seed=UPLOAD)
    piece_id = await bench.delivered(await bench.studio.compose_upload(asked, viewer(), SONG))

    await bench.delivered(await bench.studio.follow_up(Action.AGAIN, piece_id, viewer(), key="a", address="{}"))

    first, second = bench.pool.jobs
    assert first.primer == second.primer


async def test_only_owner_and_moderators_cancel(bench: Bench) -> None:
    """A stranger's cancel is refused and the piece is made; a moderator of another guild is a stranger."""
    bench.pool.hold()
    ticket = await bench.studio.compose(request(), viewer())
    await bench.until(ticket, RequestState.RUNNING)

    for stranger in (viewer(BERT), viewer(BERT, ELSEWHERE, moderator=True)):
        with pytest.raises(ForbiddenError, match="Only the person who asked"):
            await bench.studio.cancel(ticket.id, stranger)
    bench.pool.let_go()

    await bench.delivered(ticket)
    with pytest.raises(TooLateError, match="too late"):
        await bench.studio.cancel(ticket.id, viewer())


@pytest.mark.parametrize("canceller", [viewer(), viewer(BERT, moderator=True)], ids=["owner", "moderator"])
async def test_cancel_really_stops(bench: Bench, canceller: object) -> None:
    """A cancelled job ends at once, its worker takes the next one, and the person is told once."""
    bench.pool.hold()
    ticket = await bench.studio.compose(request(), viewer())
    await bench.until(ticket, RequestState.RUNNING)

    await bench.studio.cancel(ticket.id, canceller)  # type: ignore[arg-type]
    bench.pool.let_go()
    other = await bench.studio.compose(request(), viewer())
    await bench.delivered(other)

    assert bench.pool.finished == [other.id]
    assert [told for told, _ in bench.platform.told] == [ticket.id]


async def test_a_queued_request_can_be_cancelled(bench: Bench) -> None:
    """What has not begun never begins."""
    bench.pool.hold()
    running = await bench.studio.compose(request(), viewer())
    await bench.until(running, RequestState.RUNNING)
    waiting = await bench.studio.compose(request(), viewer())

    await bench.studio.cancel(waiting.id, viewer())
    bench.pool.let_go()
    await bench.delivered(running)

    assert [job.ticket_id for job in bench.pool.jobs] == [running.id]


async def test_settings_belong_to_admins_and_to_one_guild(bench: Bench) -> None:
    """Only admins change them, nowhere but in a guild, and no other guild is touched."""
    with pytest.raises(ForbiddenError, match="manage this server"):
        await bench.studio.change_guild_settings(viewer(), longest_seconds=60)
    with pytest.raises(ForbiddenError, match="private"):
        await bench.studio.change_guild_settings(viewer(place=PRIVATE, admin=True), longest_seconds=60)

    await bench.studio.change_guild_settings(viewer(admin=True), longest_seconds=60)

    assert (await bench.studio.guild_settings(viewer())).longest_seconds == 60
    assert (await bench.studio.guild_settings(viewer(place=ELSEWHERE))).longest_seconds == 180
    with pytest.raises(BadInputError, match="5 to 60 seconds"):
        await bench.studio.compose(request(length_seconds=61), viewer())


async def test_channel_and_roles_are_kept_to(bench: Bench) -> None:
    """Who is in the wrong channel or has none of the roles is told so; admins may always."""
    boss = viewer(admin=True)
    await bench.studio.change_guild_settings(boss, channel_id="42")
    with pytest.raises(ForbiddenError, match="<#42>"):
        await bench.studio.compose(request(), viewer())

    await bench.studio.change_guild_settings(boss, channel_id=None, role_ids=["7"])
    with pytest.raises(ForbiddenError, match="role"):
        await bench.studio.compose(request(), viewer())

    await bench.studio.compose(request(BERT), replace(viewer(BERT), role_ids=("3", "7")))
    await bench.studio.compose(request(), boss)


async def test_no_guild_exceeds_what_holds_for_all(make_bench: Callable[..., Awaitable[Bench]]) -> None:
    """The operator's bound counts where it is stricter than the guild's."""
    bench = await make_bench(Limits(longest_seconds=60, default_guild=GuildSettings(longest_seconds=180)))

    with pytest.raises(BadInputError, match="5 to 60 seconds"):
        await bench.studio.compose(request(length_seconds=90), viewer())
    with pytest.raises(BadInputError, match="5 to 60"):
        await bench.studio.change_guild_settings(viewer(admin=True), longest_seconds=120)


async def test_without_workers_nothing_is_taken_on(bench: Bench) -> None:
    """While no worker lives long enough to compose, people are told so at once."""
    bench.pool.is_healthy = False

    with pytest.raises(OutOfOrderError, match="out of order"):
        await bench.studio.compose(request(), viewer())


async def test_the_same_thumb_again_takes_the_vote_back(bench: Bench) -> None:
    """A button is a switch, the other button changes the vote, and everybody has one."""
    piece_id = await bench.delivered(await bench.studio.compose(request(), viewer()))

    assert await bench.studio.rate(piece_id, viewer(BERT), Vote.UP) == (Tally(1, 0), Vote.UP)
    assert await bench.studio.rate(piece_id, viewer(BERT), Vote.DOWN) == (Tally(0, 1), Vote.DOWN)
    assert await bench.studio.rate(piece_id, viewer(), Vote.UP) == (Tally(1, 1), Vote.UP)
    assert await bench.studio.rate(piece_id, viewer(BERT), Vote.DOWN) == (Tally(1, 0), None)


async def test_votes_go_with_the_message(bench: Bench) -> None:
    """A deleted message takes the votes on its piece along; the piece stays."""
    ticket = await bench.studio.compose(request(), viewer())
    await bench.studio.placed(ticket.id, MessageRef("1", "2"))
    piece_id = await bench.delivered(ticket)
    await bench.studio.reaction_added(piece_id, BERT, Vote.UP)

    await bench.studio.message_deleted(PlatformName.DISCORD, MessageRef("1", "2"))

    assert (await bench.studio.piece(piece_id, viewer())).tally == Tally()


async def test_forget_leaves_nothing(bench: Bench) -> None:
    """Requests, pieces, files and votes of a person go, running work stops, others' pieces stay."""
    mine = await bench.studio.compose(request(), viewer())
    my_piece = await bench.delivered(mine)
    others_piece = await bench.delivered(await bench.studio.compose(request(BERT), viewer(BERT)))
    await bench.studio.rate(others_piece, viewer(), Vote.UP)
    folder = (await bench.studio.piece(my_piece, viewer())).files.folder
    bench.pool.hold()
    running = await bench.studio.compose(request(), viewer())
    await bench.until(running, RequestState.RUNNING)

    forgotten = await bench.studio.forget(viewer())

    assert set(forgotten.ticket_ids) == {mine.id, running.id}
    assert not folder.exists()
    assert (await bench.studio.piece(others_piece, viewer(BERT))).tally == Tally()
    with pytest.raises(NotFoundError):
        await bench.studio.piece(my_piece, viewer())
    assert bench.pool.busy == 0
    report = await bench.studio.privacy_report(viewer())
    assert {name: value for name, value in report.items() if isinstance(value, list) and value} == {}


async def test_the_forgotten_see_their_requests_end(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages that show progress say that it has ended before the request behind them is forgotten."""
    tell = bench.platform.tell

    async def tell_slowly(ticket: Ticket, sentence: str) -> None:
        await asyncio.sleep(0.2)
        await tell(ticket, sentence)

    monkeypatch.setattr(bench.platform, "tell", tell_slowly)
    bench.pool.hold()
    running = await bench.studio.compose(request(), viewer())
    await bench.until(running, RequestState.RUNNING)
    waiting = await bench.studio.compose(request(), viewer())

    await bench.studio.forget(viewer())

    assert {told for told, _ in bench.platform.told} == {running.id, waiting.id}


async def test_a_cancelled_piece_leaves_no_files(bench: Bench) -> None:
    """What a worker had written by then is gone at once."""
    bench.pool.hold()
    ticket = await bench.studio.compose(request(), viewer())
    await bench.until(ticket, RequestState.RUNNING)
    async with asyncio.timeout(10):
        while not bench.pool.jobs:
            await asyncio.sleep(0.01)
    folder = bench.pool.jobs[0].folder
    assert folder.exists()

    await bench.studio.cancel(ticket.id, viewer())

    assert not folder.exists()


async def test_progress_knows_place_and_time(bench: Bench) -> None:
    """Those who wait are told their place and a time that grows with it."""
    bench.pool.hold()
    first = await bench.studio.compose(request(), viewer())
    await bench.until(first, RequestState.RUNNING)
    second = await bench.studio.compose(request(BERT), viewer(BERT))
    third = await bench.studio.compose(request(BERT), viewer(BERT))
    async with asyncio.timeout(10):
        while (last := await bench.studio.progress(third.id)).place is None:
            await asyncio.sleep(0.02)

    near = await bench.studio.progress(second.id)

    assert (near.place, last.place) == (1, 2)
    assert near.eta_seconds is not None
    assert last.eta_seconds is not None
    assert 0 < near.eta_seconds < last.eta_seconds
    assert (await bench.studio.progress(first.id)).share > 0


async def test_about_counts(bench: Bench) -> None:
    """What the bot says of itself follows what happened."""
    await bench.delivered(await bench.studio.compose(request(place=GUILD), viewer()))

    about = await bench.studio.about()

    assert (about.pieces, about.queued, about.running, about.votes) == (1, 0, 0, 0)
    assert about.checkpoint_id == bench.pool.checkpoint_id
