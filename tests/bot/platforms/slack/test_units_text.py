"""What the Slack platform makes of texts, names and emoji, without any network."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wording
from bot.domain import (
    Action,
    Composed,
    ComposeRequest,
    Options,
    Piece,
    Place,
    PlatformName,
    ReplyError,
    Seed,
    SeedKind,
    Tally,
    UserRef,
    Vote,
)
from bot.platforms.slack.addressing import Address
from bot.platforms.slack.buttons import ACTIONS, ID, PAGE, VOTES, page_buttons
from bot.platforms.slack.cards import piece_card
from bot.platforms.slack.commands import help_text, without_mention
from bot.platforms.slack.files import check_hosted, is_unnamed, midi_among
from bot.platforms.slack.letters import escaped, note, shown, unescaped
from bot.platforms.slack.reactions import vote_of
from bot.platforms.slack.workspace import Memory
from tests.fakes.slack.block_rules import check_blocks
from tests.fakes.slack.text_rules import calls, faults_of_text, mrkdwn_of

TEXTS = st.text(max_size=60)
HOSTILE = st.lists(
    st.sampled_from(
        ["<!channel>", "<!here|x>", "<@U012345678>", "&lt;!everyone&gt;", "@channel", "*", "`", "\n", "&", "é"]
    )
    | TEXTS,
    max_size=400,
).map("".join)


def _piece(title: str, seed: str, remarks: tuple[str, ...]) -> Piece:
    user = UserRef(PlatformName.SLACK, "T1/U1")
    place = Place(PlatformName.SLACK, "T1", "C1")
    request = ComposeRequest("k", user, place, Seed(SeedKind.UPLOAD, seed, title), Options(), "{}", Action.LONGER)
    music = Composed(title, "C major", 120.0, 30.0, 10.0, 100, 7, "network-1", "piano.sf2", remarks)
    return Piece(17, 3, request, music, datetime(2026, 11, 24, tzinfo=UTC))


@given(st.builds(Address, TEXTS, st.none() | TEXTS, st.none() | TEXTS))
def test_an_address_survives_the_database(address: Address) -> None:
    """What goes into the database as JSON comes out the same."""
    assert Address.from_json(address.to_json()) == address


@given(TEXTS)
def test_escaping_can_be_undone(text: str) -> None:
    """What people typed is what the bot reads, whatever Slack escapes in between."""
    assert unescaped(escaped(text)) == text


@given(HOSTILE)
def test_no_text_calls_anybody(text: str) -> None:
    """In a message of words, in pieces that Slack takes, nothing is markup and nobody is called."""
    letter = note(text)

    check_blocks(list(letter.blocks))
    for part in mrkdwn_of(letter.text, list(letter.blocks)):
        assert faults_of_text(part, {}) == []
        assert calls(part, {}) == []


@given(HOSTILE, HOSTILE, st.lists(HOSTILE, max_size=3))
def test_a_card_of_any_piece_is_taken(title: str, seed: str, remarks: list[str]) -> None:
    """Whatever a file was called and whatever was left out of it, the card keeps Slack's rules and calls nobody."""
    letter = piece_card(_piece(title, seed, tuple(remarks)), Tally(3, 0))

    check_blocks(list(letter.blocks))
    for part in mrkdwn_of(letter.text, list(letter.blocks)):
        assert faults_of_text(part, {}) == []
        assert calls(part, {}) == []


def test_a_card_counts_votes() -> None:
    """The thumbs bear their numbers; a nought is not shown."""
    labels = [button["text"]["text"] for button in piece_card(_piece("a", "b", ()), Tally(3, 0)).blocks[-1]["elements"]]

    assert labels == ["🔁 Again", "🎲 Variation", "⏩ Longer", "👍 3", "👎"]


def test_sentences_speak_of_slack() -> None:
    """Commands are those that there are on Slack, a server is a workspace, and channels show their names."""
    assert shown("/history lists yours; 3/piece") == "/schumann history lists yours; 3/piece"
    assert shown(wording.NOTHING_YET) == wording.NOTHING_YET
    assert shown(wording.ADMINS_ONLY) == "Only people who may manage this workspace can change its settings."
    assert "in <#C0123ABCD> only" in shown(wording.wrong_channel("C0123ABCD"))
    assert shown("<#C0123ABCD|x> <!channel>") == "&lt;#C0123ABCD|x&gt; &lt;!channel&gt;"


def test_help_names_everything_there_is() -> None:
    """Every command as it is typed here, the menu, and the way to ask in threads."""
    text = shown(help_text("schumann"))

    assert all(f"/schumann {name} - " in text for name in wording.COMMANDS if name != "compose")
    assert "/compose - " in text
    assert "Compose from this MIDI" in text
    assert "@schumann compose" in text


@pytest.mark.parametrize(
    ("name", "vote"),
    [
        ("+1", Vote.UP),
        ("thumbsup", Vote.UP),
        ("+1::skin-tone-6", Vote.UP),
        ("-1", Vote.DOWN),
        ("-1::skin-tone-2", Vote.DOWN),
        ("thumbsdown", Vote.DOWN),
        ("heart", None),
        ("+100", None),
        ("", None),
    ],
)
def test_thumbs_of_any_colour_are_votes(name: str, vote: Vote | None) -> None:
    """Other reactions are none."""
    assert vote_of(name) is vote


def test_a_mention_is_no_part_of_what_is_said() -> None:
    """The bot's own name goes, those of others stay."""
    assert without_mention("<@U1> compose <@U2>", "U1") == "compose <@U2>"


@pytest.mark.parametrize(
    ("file", "is_midi"),
    [
        ({"name": "Song.MID"}, True),
        ({"name": "song", "mimetype": "audio/midi"}, True),
        ({"name": "song", "filetype": "mid"}, True),
        ({"title": "song.kar"}, True),
        ({"name": "song.mp3", "mimetype": "audio/mpeg", "filetype": "mp3"}, False),
        ({}, False),
    ],
)
def test_midi_files_are_found(file: dict[str, str], is_midi: bool) -> None:
    """By their name or by what Slack takes them for; the first one is meant."""
    assert midi_among([{"name": "notes.txt"}, file]) is (file if is_midi else None)


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ({"is_external": True}, "does not lie on Slack"),
        ({"external_type": "gdrive"}, "does not lie on Slack"),
        ({"mode": "external"}, "does not lie on Slack"),
        ({"mode": "tombstone"}, "send it again"),
        ({"mode": "hidden_by_limit"}, "send it again"),
        ({"file_access": "access_denied"}, "send it again"),
        ({"size": (1 << 20) + 1}, "larger than 1 MiB"),
    ],
)
def test_only_files_of_slack_are_taken(file: dict[str, object], reason: str) -> None:
    """What lies elsewhere, has gone or is too large is refused by what Slack says of it, before anything is fetched."""
    with pytest.raises(ReplyError, match=reason):
        check_hosted({"mode": "hosted", **file})
    check_hosted({"mode": "hosted", "size": 1 << 20, "external_type": "", "is_external": False})


def test_unnamed_files_are_asked_for() -> None:
    """Files from other workspaces come without a name."""
    assert is_unnamed({"id": "F1", "file_access": "check_file_info"})
    assert not is_unnamed({"id": "F1", "name": "a.mid"})


@given(st.integers(0, 10**18 - 1), st.sampled_from(["openers", "history", "top"]), st.integers(0, 9_998))
def test_buttons_are_understood_again(number: int, list_name: str, page: int) -> None:
    """The value of every button is one that is understood when it is pressed."""
    assert ID.fullmatch(str(number))
    buttons = page_buttons(list_name, page, has_more=True)
    found = [PAGE.fullmatch(button["value"]) for button in buttons]
    assert [match and (match[1], int(match[2])) for match in found] == [
        *([(list_name, page - 1)] if page else []),
        (list_name, page + 1),
    ]


def test_action_ids_differ() -> None:
    """No two buttons of one piece are mistaken for each other."""
    assert not set(ACTIONS) & set(VOTES)


def test_memory_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thing is new once; what lies far back is forgotten, so that the memory does not grow."""
    monkeypatch.setattr("bot.platforms.slack.workspace._REMEMBERED", 2)
    memory = Memory()

    assert [memory.is_new(thing) for thing in "aabc"] == [True, False, True, True]
    assert [thing in memory for thing in "abc"] == [False, True, True]
    memory.forget("c")
    memory.forget("never seen")
    assert memory.is_new("c")
