"""What the Discord platform makes of texts, ids and emoji, without any network."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.asking import seed_of, seed_of_file
from bot.domain import Action, Limits, ReplyError, SeedKind, Tally, Vote
from bot.house import House
from bot.platforms.discord.addressing import Address, Attached
from bot.platforms.discord.buttons import ActionButton, CancelButton, ForgetButton, RateButton, piece_buttons
from bot.platforms.discord.client import BUTTONS
from bot.platforms.discord.keeper_commands import StartButton
from bot.platforms.discord.letters import Enclosure, Letter, lines_within, shown
from bot.platforms.discord.pages import PageButton
from bot.platforms.discord.pressing import button_of
from bot.platforms.discord.reactions import vote_of
from bot.platforms.discord.run_buttons import CancelRunButton
from tests.fakes.pool import FakePool

if TYPE_CHECKING:
    from pathlib import Path

IDS = st.integers(0, 10**18 - 1)
TEXTS = st.text(max_size=40)


ATTACHED = st.builds(Attached, TEXTS, TEXTS, st.integers(0, 10**9))
ADDRESSES = st.builds(
    Address,
    TEXTS,
    application_id=st.none() | TEXTS,
    token=st.none() | TEXTS,
    expires_at=st.floats(0, 4e9),
    asked_in=st.none() | TEXTS,
    file_limit=st.integers(1, 10**9),
    attached=st.none() | ATTACHED,
)


@given(ADDRESSES)
def test_an_address_survives_the_database(address: Address) -> None:
    """What goes into the database as JSON comes out the same."""
    assert Address.from_json(address.to_json()) == address


def test_a_token_lives_until_it_expires() -> None:
    """An interaction is answered as such until its time is over, and never without a token."""
    now = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    address = Address("1", "2", "token", expires_at=now.timestamp())
    assert address.is_token_alive(now - timedelta(seconds=1))
    assert not address.is_token_alive(now)
    assert not Address("1", expires_at=now.timestamp()).is_token_alive(now - timedelta(seconds=1))


@given(st.text(alphabet="@everyonh<>&!#1234567890`*_~|[]()\\-> \n#a:/.", max_size=300), st.integers(20, 400))
def test_shown_text_pings_nobody_and_fits(text: str, longest: int) -> None:
    """No mention survives, no code block is opened, and the text is never too long for Discord."""
    result = shown(text, longest)
    assert len(result) <= longest
    assert not re.search(r"@everyone|@here|<@[!&]?\d{17,20}>", result)
    assert not re.search(r"(?<!\\)(?:\\\\)*`", result)


@pytest.mark.parametrize(
    "text", ["Robert Schumann: Träumerei", "F#4 is a note", "♩ = 72", "see docs/openers.md", "a-b"]
)
def test_ordinary_text_is_shown_as_it_is(text: str) -> None:
    """Nothing is added to text in which there is nothing to disarm."""
    assert shown(text) == text


@given(st.lists(st.text(alphabet="ab", min_size=1, max_size=30), max_size=30), st.integers(0, 200))
def test_lines_are_kept_whole(lines: list[str], longest: int) -> None:
    """As many whole lines as fit, from the first on."""
    text = lines_within(lines, longest)
    assert len(text) <= longest or not text
    kept = text.split("\n") if text else []
    assert kept == lines[: len(kept)]


@given(IDS, st.sampled_from([Action.AGAIN, Action.VARIATION, Action.LONGER]), st.sampled_from(list(Vote)))
def test_buttons_are_found_again_by_their_ids(number: int, action: Action, vote: Vote) -> None:
    """The id that a button is sent with is all that is needed to know what it was for."""
    pieces = (CancelButton(number), ActionButton(action, number), RateButton(number, vote))
    others = (ForgetButton(), PageButton("top", number % 10_000), StartButton(), CancelRunButton(number))
    for button in (*pieces, *others):
        custom_id = button.as_button().custom_id
        assert custom_id is not None
        assert len(custom_id) <= 100
        assert button_of(custom_id, BUTTONS) == button


@pytest.mark.parametrize(
    "custom_id",
    ["cancel:", "cancel:1x", "cancel:-1", "cancel:1 ", "cancel:" + "9" * 19, "rate:1:sideways", "again:1:2"],
)
def test_forged_ids_are_no_buttons(custom_id: str) -> None:
    """Ids that the bot never made belong to no button."""
    assert button_of(custom_id, BUTTONS) is None


async def test_a_piece_has_five_buttons_in_two_rows() -> None:
    """Again, Variation and Longer above the thumbs, which count the votes."""
    rows = piece_buttons(17, Tally(up=3)).to_components()
    labels = [[button.get("label") for button in row["components"]] for row in rows]
    assert labels == [["Again", "Variation", "Longer"], ["3", None]]


@pytest.mark.parametrize(
    ("emoji", "vote"),
    [
        ("👍", Vote.UP),
        ("👎", Vote.DOWN),
        ("👍🏽", Vote.UP),
        ("👎🏿", Vote.DOWN),
        ("👍\ufe0f", Vote.UP),
        ("❤️", None),
        ("", None),
    ],
)
def test_thumbs_of_every_colour_are_votes(emoji: str, vote: Vote | None) -> None:
    """Skin tones and variation signs do not matter; other emoji are no votes."""
    assert vote_of(emoji) is vote
    assert vote_of(discord.PartialEmoji(name=emoji)) is vote
    assert vote_of(discord.PartialEmoji(name=emoji, id=1)) is None


def test_an_edit_replaces_the_whole_message() -> None:
    """What a letter does not hold is taken out of the message, so that editing twice adds nothing."""
    assert Letter("text").as_edit() == {"content": "text", "embed": None, "attachments": [], "view": None}
    letter = Letter(enclosures=(Enclosure("a.mid", b"MThd"),))
    first, second = letter.as_edit()["attachments"], letter.as_edit()["attachments"]
    assert [file.fp.read() for file in (*first, *second)] == [b"MThd", b"MThd"]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.mid", "@everyone.mid", "`x`.MIDI", "\u202egnp.mid", "a" * 300 + ".mid"]
)
def test_a_file_keeps_no_dangerous_name(name: str) -> None:
    """The seed of an upload has a short printable name without folders, mentions and markup."""
    seed = seed_of_file(name)
    assert seed.kind is SeedKind.UPLOAD
    for text in (seed.text, seed.title):
        assert 0 < len(text) <= 60
        assert text.isprintable()
        assert not re.search(r"[@`/\\*<>]", text)


async def test_a_seed_or_a_file_is_needed(tmp_path: Path) -> None:
    """An opener is found by its name; asking for nothing is answered with what to ask for."""
    house = await House.open(tmp_path, FakePool(), limits=Limits(), workers=1)
    try:
        with pytest.raises(ReplyError, match="Tell me what to continue"):
            seed_of(house.studio, None, None)
        assert seed_of(house.studio, "schumann", None).text == "schumann:traumerei"
    finally:
        await house.close(0)
