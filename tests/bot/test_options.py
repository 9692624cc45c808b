"""Commands and options as people type them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wording
from bot.command_text import KEYS, LONGEST_COMMAND
from bot.domain import Engine, GuildSettings, Options
from bot.options import (
    Command,
    format_command,
    parse_command,
    to_options,
    to_page,
    to_piece_id,
    to_settings,
)
from composer.controls import NO_CONTROLS, Controls
from composer.errors import BadInputError
from composer.openers import list_openers

PEOPLE_TYPE = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            [
                "/",
                "compose",
                "seed",
                "length",
                "lenght",
                ":",
                "=",
                " ",
                "\u00a0",
                '"',
                "“",
                "”",
                "«",
                "'",
                "\\",
                "--",
                "30",
                "s",
                "1:30",
                "für",
                "\n",
            ]
        ),
        max_size=12,
    ).map("".join),
)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("/compose seed:schumann length:30", {"seed": "schumann", "length": "30"}),
        ("compose schumann", {"seed": "schumann"}),
        ("Compose chopin nocturne", {"seed": "chopin nocturne"}),
        ('compose seed:"für elise" length=30', {"seed": "für elise", "length": "30"}),
        ("compose seed:\u201cfür elise\u201d length:30", {"seed": "für elise", "length": "30"}),
        ("compose seed:\u201efür elise\u201c length:30", {"seed": "für elise", "length": "30"}),
        ("compose seed:«für elise» length:30", {"seed": "für elise", "length": "30"}),
        ("compose seed:\u2018für elise\u2019 length:30", {"seed": "für elise", "length": "30"}),
        ("compose seed:für elise length:30", {"seed": "für elise", "length": "30"}),
        ("compose seed:für length:30 elise", {"seed": "für elise", "length": "30"}),
        ("compose\u00a0seed:\u00a0schumann\u00a0length:\u00a030", {"seed": "schumann", "length": "30"}),
        ("compose seed\uff1aschumann length\uff1d30", {"seed": "schumann", "length": "30"}),
        ("\ufeff/compose length : 30 s seed : schumann", {"length": "30 s", "seed": "schumann"}),
        ("compose length:30 schumann", {"length": "30", "seed": "schumann"}),
        ("compose length:1 min 30 s schumann", {"length": "1 min 30 s", "seed": "schumann"}),
        ("compose length:30 sonata", {"length": "30", "seed": "sonata"}),
        ("compose --length 30 --tempo=60 satie", {"length": "30", "tempo": "60", "seed": "satie"}),
        ("compose \u2014length 30 satie", {"length": "30", "seed": "satie"}),
        ("compose LENGTH:30 Random-Seed:5 bpm:60", {"length": "30", "random_seed": "5", "tempo": "60"}),
        ("compose random seed: 5 schumann", {"random_seed": "5", "seed": "schumann"}),
        ("compose engine:roll schumann", {"engine": "roll", "seed": "schumann"}),
        ("compose chopin waltz --engine roll tempo:60", {"seed": "chopin waltz", "engine": "roll", "tempo": "60"}),
        ("compose key:F# minor schumann", {"key": "F# minor", "seed": "schumann"}),
        ("compose schumann key:fis-moll mode:minor", {"seed": "schumann", "key": "fis-moll", "mode": "minor"}),
        ("compose key:c sharp minor length:30 satie", {"key": "c sharp minor", "length": "30", "seed": "satie"}),
        ("compose schumann key=F length=30", {"seed": "schumann", "key": "F", "length": "30"}),
        ('compose seed:"C5q E5q G5h" key=F', {"seed": "C5q E5q G5h", "key": "F"}),
        ("compose C5q E5q G5h key:F", {"seed": "C5q E5q G5h", "key": "F"}),
        ("compose density:dense register:-12 satie", {"density": "dense", "register": "-12", "seed": "satie"}),
        ("compose dynamics:pp era:baroque satie", {"dynamics": "pp", "style": "baroque", "seed": "satie"}),
        ("compose creativity:80 schumann", {"creativity": "80", "seed": "schumann"}),
        ("compose schumann:traumerei", {"seed": "schumann:traumerei"}),
        ("compose seed:schumann:traumerei tempo:60", {"seed": "schumann:traumerei", "tempo": "60"}),
        ("schumann:traumerei tempo:60", {"seed": "schumann:traumerei", "tempo": "60"}),
        ("compose rh: C5q E5q lh: C3h", {"seed": "rh: C5q E5q lh: C3h"}),
        ("compose time=3/4 key=Bbm C5q Bb:1.5 Ab:2", {"seed": "time=3/4 key=Bbm C5q Bb:1.5 Ab:2"}),
        ("compose # by me\nC5q E5q", {"seed": "# by me\nC5q E5q"}),
        ("compose l'isle joyeuse", {"seed": "l'isle joyeuse"}),
        ("compose C5q' E5q'", {"seed": "C5q' E5q'"}),
        (r'compose seed:"a \"b\" \\ c"', {"seed": r'a "b" \ c'}),
        ("compose seed: length:30", {"seed": "", "length": "30"}),
        ("compose", {}),
    ],
)
def test_what_people_type_is_understood(text: str, options: dict[str, str]) -> None:
    """Quotes, dashes, spaces and colons of all kinds, options in any order, and a seed without its name."""
    assert parse_command(text) == Command("compose", options)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", Command("help")),
        ("  ", Command("help")),
        ("?", Command("help")),
        ("/", Command("help")),
        ("help", Command("help")),
        ("/help me please", Command("help")),
        ("compose help", Command("help")),
        ("!about", Command("about")),
        ("/piece 17", Command("piece", {"id": "17"})),
        ("piece id:17", Command("piece", {"id": "17"})),
        ("history", Command("history")),
        ("top page:2", Command("top", {"page": "2"})),
        ("openers chopin", Command("openers", {"text": "chopin"})),
        ("privacy delete", Command("privacy", {"action": "delete"})),
        ("settings show", Command("settings", {"action": "show"})),
        ("settings length:2 min files:on", Command("settings", {"length": "2 min", "files": "on"})),
    ],
)
def test_every_command_is_understood(text: str, command: Command) -> None:
    """With or without the slash; nothing at all asks for help."""
    assert parse_command(text) == command


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("compose lenght:30 schumann", "There is no option 'lenght'; did you mean length?"),
        ("compose schumann lenght: 30", "There is no option 'lenght'; did you mean length?"),
        ("compose schumann temp:1", "There is no option 'temp'; did you mean tempo or temperature?"),
        (
            "compose seed:schumann foo:3",
            f"There is no option 'foo'; there are {', '.join(KEYS['compose'])}.",
        ),
        ("compose schumann midi:song.mid", "A file cannot be named here, only sent: attach the MIDI file itself."),
        ("compose length:30 length:20", "length is given twice; give it once, and notes in quotation marks."),
        ("compose schumann seed:chopin", "seed is given twice; give it once, and notes in quotation marks."),
        (
            'compose "für elise" length:30 x',
            "It is not clear what 'x' belongs to; put the whole seed in quotation marks.",
        ),
        ('compose "für elise', "A quotation mark is opened and never closed; close it."),
        ("/compos schumann", "There is no command /compos; did you mean /compose?"),
        ("histroy", "There is no command /histroy; did you mean /history?"),
        ("/frobnicate", "There is no command /frobnicate; /help tells what there is."),
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_hint(text: str, sentence: str) -> None:
    """Near misses are named; nothing is guessed silently."""
    with pytest.raises(BadInputError) as refusal:
        parse_command(text)
    assert str(refusal.value) == sentence


def test_far_too_long_texts_are_refused() -> None:
    """A novel is no command."""
    with pytest.raises(BadInputError, match="too long"):
        parse_command("C5q " * LONGEST_COMMAND)


@pytest.mark.parametrize("opener", list_openers(), ids=lambda opener: opener.slug)
def test_every_opener_can_be_named_in_every_way(opener: object) -> None:
    """No opener's name is taken for a command, or for an option that was misspelt."""
    slug, title = opener.slug, opener.title  # type: ignore[attr-defined]  # parametrize hides its type

    for seed in (slug, title, slug.replace(":", " ")):
        for text in (seed, f"compose {seed}", f"compose seed:{seed}"):
            assert parse_command(text) == Command("compose", {"seed": seed})


@given(PEOPLE_TYPE)
def test_any_text_is_understood_or_refused_in_a_sentence(text: str) -> None:
    """No text brings the parser down, and what it gives can be written down and read again."""
    try:
        command = parse_command(text)
    except BadInputError:
        return
    assert command.name in wording.COMMANDS
    assert set(command.options) <= set(KEYS[command.name])
    assert parse_command(format_command(command)) == command


@given(
    st.sampled_from([name for name in KEYS if KEYS[name]]).flatmap(
        lambda name: st.builds(Command, st.just(name), st.dictionaries(st.sampled_from(KEYS[name]), st.text()))
    )
)
def test_commands_survive_being_written_and_read(command: Command) -> None:
    """Any value of any option comes back as it was."""
    assert parse_command(format_command(command)) == command


@given(st.sampled_from(list(wording.OPTIONS)), PEOPLE_TYPE)
def test_any_value_is_read_or_refused_in_a_sentence(name: str, value: str) -> None:
    """Whatever stands behind an option, there is a piece to compose or a sentence."""
    try:
        options = to_options({name: value})
    except BadInputError:
        return
    assert 5 <= options.length_seconds <= 600


@given(
    st.builds(
        Options,
        length_seconds=st.floats(5, 600),
        tempo=st.none() | st.floats(20, 300),
        temperature=st.floats(0.1, 2),
        random_seed=st.none() | st.integers(0, 2**31 - 1),
        engine=st.sampled_from(Engine),
    )
)
def test_options_survive_being_typed(options: Options) -> None:
    """Numbers from a form and the same numbers as text mean the same piece."""
    values = {
        "length": options.length_seconds,
        "tempo": options.tempo,
        "temperature": options.temperature,
        "random_seed": options.random_seed,
        "engine": options.engine,
    }
    typed = {
        name: f"{value:.15f}" if isinstance(value, float) else str(value)
        for name, value in values.items()
        if value is not None
    }

    assert to_options(values) == to_options({**typed, "seed": "schumann", "midi": None})
    assert to_options(values).length_seconds == pytest.approx(options.length_seconds)
    assert to_options(values).random_seed == options.random_seed
    assert to_options(values).engine is options.engine


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        (30, 30),
        (12.5, 12.5),
        ("30s", 30),
        ("30 seconds", 30),
        ("1:30", 90),
        ("10:00", 600),
        ("1 min", 60),
        ("1 min 30", 90),
        ("1m30s", 90),
        ("0,5 min", 30),
        ("12,5", 12.5),
        ("\uff13\uff10", 30),
        ("", 30),
        (None, 30),
    ],
)
def test_lengths_are_understood(value: str | float | None, seconds: float) -> None:
    """Seconds, minutes, clock times and decimal commas; nothing means 30 seconds."""
    assert to_options({"length": value}).length_seconds == seconds


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"length": "4"}, "length is 5 to 600 seconds; 4 is outside."),
        ({"length": "11:00"}, "length is 5 to 600 seconds; 660 is outside."),
        ({"length": "long"}, "'long' is not understood as length; give seconds such as 30, or minutes such as 1:30."),
        (
            {"length": float("nan")},
            "'nan' is not understood as length; give seconds such as 30, or minutes such as 1:30.",
        ),
        ({"tempo": 301}, "tempo is 20 to 300 quarter notes a minute; 301 is outside."),
        ({"temperature": "hot"}, "'hot' is not understood as temperature; give a number."),
        ({"temperature": 0}, "temperature is 0.1 to 2; 0 is outside."),
        ({"random_seed": "-1"}, "random_seed is a whole number from 0 to 2147483647; -1 is outside."),
        ({"random_seed": 1.5}, "'1.5' is not understood as random_seed; give a whole number from 0 to 2147483647."),
        (
            {"random_seed": "9" * 99},
            f"'{'9' * 30}' is not understood as random_seed; give a whole number from 0 to 2147483647.",
        ),
        (
            {"random_seed": 10**400},
            f"'1{'0' * 29}' is not understood as random_seed; give a whole number from 0 to 2147483647.",
        ),
        ({"tempo": 10**400}, f"'1{'0' * 29}' is not understood as tempo; give a number."),
        ({"engine": "steam"}, "'steam' is not understood as engine; give notes or roll."),
        ({"engine": 2016}, "'2016' is not understood as engine; give notes or roll."),
        ({"mode": "dorian"}, "'dorian' is not understood as mode; give major or minor."),
        ({"density": 40}, "density is sparse, normal, dense, or 0.5 to 16 notes a second; 40 is outside."),
        (
            {"engine": "roll", "style": "bach"},
            "The roll engine cannot be asked for style; leave it out, or ask for the engine notes.",
        ),
        ({"lenght": "30"}, "There is no option 'lenght'; did you mean length?"),
    ],
)
def test_values_out_of_range_are_refused(values: dict[str, str | float], sentence: str) -> None:
    """What no choice or range of a platform has held back is held back here."""
    with pytest.raises(BadInputError) as refusal:
        to_options(values)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("value", "engine"),
    [(None, Engine.NOTES), ("", Engine.NOTES), ("notes", Engine.NOTES), ("roll", Engine.ROLL), (" Roll ", Engine.ROLL)],
)
def test_engines_are_understood(value: str | None, engine: Engine) -> None:
    """Two names, written as one likes; nothing means note by note."""
    assert to_options({"engine": value}).engine is engine


def test_controls_are_understood() -> None:
    """From a form or a line they mean the same; what is empty follows the seed; the roll engine has key and mode."""
    typed = {"key": "fis-moll", "density": "4,5", "register": "+12", "creativity": "80", "style": "Bach", "mode": ""}
    form: dict[str, Any] = {"key": "F# minor", "density": 4.5, "register": 12, "creativity": 80, "style": "bach"}

    assert to_options(typed).controls == to_options(form).controls == Controls(**form)
    assert to_options({}).controls == NO_CONTROLS
    assert to_options({"engine": "roll", "key": "Bb", "mode": "minor"}).controls == Controls(key="Bb", mode="minor")


def test_pages_and_pieces_are_numbers() -> None:
    """The first page is meant where none is named; a piece has to be named."""
    assert (to_page({}), to_page({"page": "3"})) == (1, 3)
    assert {to_piece_id({"id": value}) for value in (17, "17", "#17", "piece 17", "No. 17")} == {17}
    for refused in ({}, {"id": ""}, {"id": "x"}, {"id": "0"}, {"id": str(2**60)}):
        with pytest.raises(BadInputError):
            to_piece_id(refused)


def test_settings_become_fields() -> None:
    """Channels and roles may be written as chats write them; only what is named changes."""
    typed = parse_command("settings length:2 min channel:<#12> roles:<@&3>, 4 user_hour:5 guild_hour:50 files:on")
    changes = to_settings(typed.options)

    assert changes == {
        "longest_seconds": 120.0,
        "channel_id": "12",
        "role_ids": ("3", "4"),
        "per_user_hour": 5,
        "per_guild_hour": 50,
        "listens_to_files": True,
    }
    assert GuildSettings(**changes)
    assert to_settings({"channel": "all", "roles": "everybody", "files": "off"}) == {
        "channel_id": None,
        "role_ids": (),
        "listens_to_files": False,
    }
    assert to_settings({"action": "show"}) == {}


@pytest.mark.parametrize(
    "values",
    [
        {"files": "perhaps"},
        {"channel": "<#1> <#2>"},
        {"roles": "@moderators"},
        {"user_hour": "0"},
        {"user_hour": "1001"},
        {"lenght": "30"},
    ],
)
def test_settings_that_make_no_sense_are_refused(values: dict[str, str]) -> None:
    """Each with a sentence."""
    with pytest.raises(BadInputError):
        to_settings(values)
