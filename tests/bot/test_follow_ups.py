"""What again, a variation and longer ask for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import Action, Composed, Engine, Options, Piece, SeedKind
from bot.follow_ups import SHORTEST_GROWTH, follow_up
from composer.controls import Controls
from composer.errors import BadInputError
from tests.bot.people import UPLOAD, request

MUSIC = Composed("Träumerei", "F major", 72.0, 30.0, 12.0, 99, 1, "network", "piano.sf2")


def piece(length: float = 30.0, action: Action = Action.COMPOSE, parent_id: int | None = None) -> Piece:
    """A piece that was asked for with everything set."""
    asked = replace(
        request(seed=UPLOAD, awaits_file=True),
        options=Options(length, tempo=80.0, temperature=1.2, random_seed=7),
        action=action,
        parent_id=parent_id,
    )
    return Piece(17, 3, asked, MUSIC, datetime(2026, 1, 1, tzinfo=UTC))


def test_again_is_the_same_with_other_chances() -> None:
    """Nothing but the random seed differs, and it is known where it came from."""
    again = follow_up(Action.AGAIN, piece(), 180)

    assert (again.seed, again.action, again.parent_id) == (UPLOAD, Action.AGAIN, 17)
    assert again.options == Options(30.0, tempo=80.0, temperature=1.2, random_seed=None)
    assert not again.awaits_file


@pytest.mark.parametrize("action", [Action.VARIATION, Action.LONGER, Action.AGAIN])
def test_again_of_a_follow_up_starts_where_that_did(action: Action) -> None:
    """Again of a variation of piece 5 is another variation of piece 5."""
    again = follow_up(Action.AGAIN, piece(action=action, parent_id=5), 180)

    assert (again.action, again.parent_id) == (action, 5)


def test_a_variation_starts_from_the_piece() -> None:
    """It is as long as the piece and as bold; the piece brings its own tempo."""
    varied = follow_up(Action.VARIATION, piece(), 180)

    assert (varied.seed.kind, varied.seed.text, varied.seed.title) == (SeedKind.PIECE, "17", "Träumerei")
    assert (varied.action, varied.parent_id) == (Action.VARIATION, 17)
    assert varied.options == Options(30.0, tempo=None, temperature=1.2, random_seed=None)


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("action", [Action.AGAIN, Action.VARIATION, Action.LONGER])
def test_the_engine_is_kept(action: Action, engine: Engine) -> None:
    """What was composed by one engine goes on with it."""
    asked = piece()
    asked = replace(asked, request=replace(asked.request, options=replace(asked.request.options, engine=engine)))

    assert follow_up(action, asked, 180).options.engine is engine


@pytest.mark.parametrize("action", [Action.AGAIN, Action.VARIATION, Action.LONGER])
def test_the_controls_are_kept(action: Action) -> None:
    """What was asked of a piece is asked of those that grow from it, or are composed in its place."""
    controls, asked = Controls(key="F# minor", density="dense", style="bach"), piece()
    asked = replace(asked, request=replace(asked.request, options=replace(asked.request.options, controls=controls)))

    assert follow_up(action, asked, 180).options.controls == controls


@given(length=st.floats(5, 600), longest=st.floats(5, 600))
def test_longer_is_longer_and_allowed(length: float, longest: float) -> None:
    """Whatever it asks for is longer than the piece and no longer than allowed; else it is refused."""
    if length > longest - SHORTEST_GROWTH:
        with pytest.raises(BadInputError):
            follow_up(Action.LONGER, piece(length), longest)
        return

    asked = follow_up(Action.LONGER, piece(length), longest).options.length_seconds

    assert length < asked <= longest
