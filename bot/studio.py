"""The studio: everything that people can do, the same on every platform. Rights and visibility are checked here."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from bot import wording
from bot.domain import ForbiddenError, NotFoundError, OutOfOrderError, SeedKind, TooLateError, VoteSource
from bot.follow_ups import follow_up
from bot.guild_settings import changed_settings
from bot.rights import check_may_change_settings, check_may_compose, may_end, may_see
from bot.seeds import parse_seed, suggest_openers
from bot.tasks import seen_through
from bot.views import About, PieceView
from composer import __version__
from composer.openers import Opener, list_openers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.desk import Desk
    from bot.domain import (
        Action,
        ComposeRequest,
        GuildSettings,
        Limits,
        MessageRef,
        Piece,
        PlatformName,
        Progress,
        Seed,
        Tally,
        Ticket,
        UserRef,
        Viewer,
        Vote,
    )
    from bot.piece_files import PieceFolders
    from bot.platforms.platform import Platform
    from bot.pool import Pool
    from bot.progress import Board
    from bot.pulse import Pulse
    from bot.recordings import Recordings
    from bot.retraining.registry import Registry
    from bot.retraining.retrainer import Retrainer
    from bot.store import Forgotten, Store

LARGEST_RANDOM_SEED: Final = 2**31 - 1
RECONCILED: Final = timedelta(days=14)
"""How far back votes are looked for that were given while the bot was away."""
MOST_RECONCILED: Final = 2_000
_FAREWELL_SECONDS: Final = 3.0
"""How long deleting waits until people see that their open requests are cancelled."""


class Studio:
    """What platforms call.

    Methods raise ``ReplyError`` of all kinds (``RefusedError``, ``ForbiddenError``, ``NotFoundError``, ..., and
    ``bot.store.StoreError`` where the database is in trouble) and ``composer.errors.BadInputError`` (the person can
    mend it); each is a sentence for the person.

    Args:
        limits: what holds for everybody.
        workers: how many there are.
    """

    def __init__(
        self,
        *,
        store: Store,
        folders: PieceFolders,
        pool: Pool,
        board: Board,
        desk: Desk,
        recordings: Recordings,
        pulse: Pulse,
        registry: Registry,
        retrainer: Retrainer,
        limits: Limits,
        workers: int,
    ) -> None:
        self._store, self._folders, self._pool = store, folders, pool
        self._board, self._desk, self._recordings = board, desk, recordings
        self._pulse, self._registry, self._retrainer = pulse, registry, retrainer
        self._limits, self._workers = limits, workers
        self.started_at = datetime.now(UTC)

    def add_platform(self, platform: Platform) -> None:
        """Serve the people of this platform too."""
        self._desk.add_platform(platform)
        self._retrainer.add_platform(platform)

    @property
    def retrainer(self) -> Retrainer:
        """What keepers can do with the network."""
        return self._retrainer

    # --- asking for pieces

    async def compose(self, request: ComposeRequest, viewer: Viewer) -> Ticket:
        """Take a request on: when this returns it is in the database and will be answered, whatever happens."""
        await self._check(request, viewer)
        return await self._take_on(request)

    async def compose_upload(self, request: ComposeRequest, viewer: Viewer, data: bytes) -> Ticket:
        """Take on a request whose file is here already; a file that cannot be used is refused at once."""
        await self._check(request, viewer)
        upload = await self._desk.reader.read(data, request.seed.text)
        seed = replace(request.seed, title=upload.title)
        return await self._take_on(replace(request, seed=seed), primer=upload.primer, remarks=upload.remarks)

    async def follow_up(self, action: Action, piece_id: int, viewer: Viewer, *, key: str, address: str) -> Ticket:
        """Again, a variation, or longer: a new request that starts from a piece."""
        piece = await self._visible(piece_id, viewer)
        request = follow_up(action, piece, (await self._settings(viewer)).longest_seconds)
        request = replace(request, key=key, user=viewer.user, place=viewer.place, address=address)
        await self._check(request, viewer)
        primer = await self._store.primer(piece.ticket_id) if request.seed.kind is SeedKind.UPLOAD else None
        return await self._take_on(request, primer=primer, remarks=piece.music.remarks if primer else ())

    async def _check(self, request: ComposeRequest, viewer: Viewer) -> None:
        """Refuse what this guild does not allow this person, and everything while no worker can be kept alive."""
        if not self._pool.is_healthy:
            raise OutOfOrderError(wording.OUT_OF_ORDER)
        check_may_compose(viewer, request.options.length_seconds, await self._settings(viewer))

    async def _take_on(
        self, request: ComposeRequest, *, primer: str | None = None, remarks: tuple[str, ...] = ()
    ) -> Ticket:
        if request.options.random_seed is None:
            drawn = replace(request.options, random_seed=secrets.randbelow(LARGEST_RANDOM_SEED + 1))
            request = replace(request, options=drawn)
        return await seen_through(self._add(request, primer, remarks))

    async def _add(self, request: ComposeRequest, primer: str | None, remarks: tuple[str, ...]) -> Ticket:
        ticket = await self._store.add_request(request, self._limits, datetime.now(UTC), primer=primer, remarks=remarks)
        self._desk.take_on(ticket)
        return ticket

    async def placed(self, ticket_id: int, message: MessageRef) -> None:
        """The message that shows a request's progress is there."""
        await self._store.placed(ticket_id, message)
        self._board.placed(ticket_id, message)

    async def ticket(self, ticket_id: int, viewer: Viewer) -> Ticket:
        """A request, for the person who made it and for moderators of the place."""
        ticket = await self._store.ticket(ticket_id)
        if not may_end(viewer, ticket):
            raise NotFoundError(wording.ticket_not_found(ticket_id))
        return ticket

    async def open_tickets(self, viewer: Viewer) -> list[Ticket]:
        """The person's own requests that are under way."""
        return await self._store.open_tickets(viewer.user)

    async def progress(self, ticket_id: int) -> Progress:
        """How far a request is."""
        return self._board.progress(await self._store.ticket(ticket_id))

    async def cancel(self, ticket_id: int, viewer: Viewer) -> None:
        """End a request: only its owner and moderators of the place may; the worker on it is stopped at once."""
        if not may_end(viewer, await self._store.ticket(ticket_id)):
            raise ForbiddenError(wording.ONLY_OWNER_CANCELS)
        await seen_through(self._cancel(ticket_id))

    async def _cancel(self, ticket_id: int) -> None:
        if await self._store.cancel(ticket_id) is None:
            raise TooLateError(wording.TOO_LATE_TO_CANCEL)
        await self._desk.stop(ticket_id)
        self._desk.take_on(await self._store.ticket(ticket_id))

    def subscribe(self, listener: Callable[[Ticket, Progress], None]) -> Callable[[], None]:
        """Hear of every change of every request; what is returned ends it."""
        return self._board.subscribe(listener)

    # --- pieces and votes

    async def _visible(self, piece_id: int, viewer: Viewer) -> Piece:
        """A piece, if it was made by this person or in this guild."""
        piece = await self._store.piece(piece_id)
        if not may_see(viewer, piece):
            raise NotFoundError(wording.piece_not_found(piece_id))
        return piece

    async def piece(self, piece_id: int, viewer: Viewer) -> PieceView:
        """A piece, if it was made by this person or in this guild."""
        piece = await self._visible(piece_id, viewer)
        tally, own = await asyncio.gather(self._store.tally(piece_id), self._store.vote_of(piece_id, viewer.user))
        return PieceView(piece, tally, own, self._folders.of(piece.ticket_id))

    async def piece_of_message(self, platform: PlatformName, message: MessageRef) -> Piece | None:
        """The piece that a message holds."""
        return await self._store.piece_of_message(platform, message)

    async def history(self, viewer: Viewer, *, limit: int = 10, offset: int = 0) -> list[tuple[Piece, Tally]]:
        """The person's own pieces, newest first."""
        return await self._store.history(viewer.user, limit=limit, offset=offset)

    async def top(self, viewer: Viewer, *, limit: int = 10, offset: int = 0) -> list[tuple[Piece, Tally]]:
        """The best rated pieces of this guild; of nobody's private ones."""
        return await self._store.top(viewer.place, limit=limit, offset=offset)

    async def audio_within(self, piece: Piece, limit_bytes: int) -> Path | None:
        """The best recording of at most ``limit_bytes``; None if there can be none."""
        return await self._recordings.within(piece, limit_bytes)

    async def rate(self, piece_id: int, viewer: Viewer, vote: Vote) -> tuple[Tally, Vote | None]:
        """Vote by a button; the same button again takes the vote back. Returns the person's vote now."""
        await self._visible(piece_id, viewer)
        tally = await self._store.press(piece_id, viewer.user, vote, datetime.now(UTC))
        await self._registry.voted(piece_id)
        return tally, await self._store.vote_of(piece_id, viewer.user)

    async def reaction_added(self, piece_id: int, user: UserRef, vote: Vote) -> Tally:
        """Somebody's thumb has appeared below a piece."""
        tally = await self._store.mark(piece_id, user, vote, VoteSource.REACTION, datetime.now(UTC))
        await self._registry.voted(piece_id)
        return tally

    async def reaction_removed(self, piece_id: int, user: UserRef, vote: Vote) -> Tally:
        """Somebody's thumb has gone."""
        tally = await self._store.unmark(piece_id, user, vote, VoteSource.REACTION)
        await self._registry.voted(piece_id)
        return tally

    async def reactions_cleared(self, piece_id: int, vote: Vote | None) -> Tally:
        """All thumbs, or all of one kind, have gone."""
        tally = await self._store.clear_reactions(piece_id, vote)
        await self._registry.voted(piece_id)
        return tally

    async def reactions_are(self, piece_id: int, marks: set[tuple[UserRef, Vote]]) -> Tally:
        """These thumbs stand below a piece now, and no others."""
        tally = await self._store.set_reactions(piece_id, marks, datetime.now(UTC))
        await self._registry.voted(piece_id)
        return tally

    async def message_deleted(self, platform: PlatformName, message: MessageRef) -> None:
        """A message is gone, and with it the votes on its piece; the piece itself stays."""
        await self._store.message_deleted(platform, message)

    async def messages_to_reconcile(self, platform: PlatformName) -> list[tuple[int, MessageRef]]:
        """Pieces of the last weeks and their messages, whose thumbs may have changed while nobody looked."""
        return await self._store.delivered_messages(platform, datetime.now(UTC) - RECONCILED, MOST_RECONCILED)

    # --- settings, privacy, about

    async def _settings(self, viewer: Viewer) -> GuildSettings:
        settings = await self._store.guild_settings(viewer.place, self._limits.default_guild)
        return replace(settings, longest_seconds=min(settings.longest_seconds, self._limits.longest_seconds))

    async def guild_settings(self, viewer: Viewer) -> GuildSettings:
        """What holds here."""
        return await self._settings(viewer)

    async def change_guild_settings(self, viewer: Viewer, **changes: Any) -> GuildSettings:
        """Change some of the settings of this guild: only its admins may."""
        check_may_change_settings(viewer)
        settings = changed_settings(await self._settings(viewer), changes, self._limits)
        await self._store.change_guild_settings(viewer.place, settings)
        return settings

    async def privacy_report(self, viewer: Viewer) -> dict[str, Any]:
        """Everything that is stored about this person."""
        return await self._store.report(viewer.user)

    async def training_consent(self, viewer: Viewer, allowed: bool) -> None:
        """Note whether the network may learn from this person's pieces; yes means their uploads too."""
        await self._store.set_training_consent(viewer.user, allowed=allowed)
        if not allowed:
            await self._retrainer.withdraw(await self._store.pieces_with_music_of(viewer.user))

    async def forget(self, viewer: Viewer) -> Forgotten:
        """Delete everything that is stored about this person, and stop what is being made for them."""
        return await seen_through(self._forget(viewer))

    async def _forget(self, viewer: Viewer) -> Forgotten:
        open_ids = [ticket.id for ticket in await self._store.open_tickets(viewer.user)]
        for ticket_id in open_ids:
            with contextlib.suppress(TooLateError, NotFoundError):
                await self.cancel(ticket_id, viewer)
        await self._desk.wait_told(open_ids, _FAREWELL_SECONDS)
        pieces = await self._store.pieces_with_music_of(viewer.user)
        forgotten = await self._store.forget(viewer.user)
        await self._retrainer.withdraw(pieces)
        for ticket_id in forgotten.ticket_ids:
            await self._desk.forget(ticket_id)
        return forgotten

    async def about(self) -> About:
        """Version, network, and how busy things are."""
        counts = await self._store.counts()
        return About(
            version=__version__,
            checkpoint_id=self._registry.current_id,
            soundfont=self._pool.soundfont,
            uptime_seconds=(datetime.now(UTC) - self.started_at).total_seconds(),
            queued=counts["queued"],
            running=counts["running"],
            workers=self._workers,
            pieces=counts["pieces"],
            votes=counts["votes"],
            loop_lag_seconds=self._pulse.lag_seconds(),
        )

    # --- seeds

    def parse_seed(self, text: str) -> Seed:
        """The opener of that name, or the notes that were typed."""
        return parse_seed(text)

    def suggest_openers(self, text: str, limit: int = 25) -> list[tuple[str, str]]:
        """Openers that fit what was typed so far, as (title, slug), best first."""
        return suggest_openers(text, limit)

    def openers(self) -> tuple[Opener, ...]:
        """Every opener."""
        return list_openers()
