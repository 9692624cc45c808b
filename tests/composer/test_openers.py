"""The openers: every one is playable, alive and found by the names people use."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer import openers
from composer.errors import BadInputError
from composer.notation import format_notation, parse_notation
from composer.openers import LONGEST_NAME, Opener, find_opener, list_openers

LIST = Path(__file__).parents[2] / "docs" / "openers.md"
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""Key profiles of Krumhansl and Kessler (1982), from the tonic upwards by semitones."""
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
NOTE_VALUES = {"half": 2.0, "quarter": 1.0, "eighth": 0.5, "dotted quarter": 1.5}

every_opener = pytest.mark.parametrize("opener", list_openers(), ids=lambda opener: opener.slug)


def keys_by_likeness(opener: Opener) -> list[str]:
    """All 24 keys as (pitch class, mode), the one that resembles the opener's sounding pitches most first."""
    sounding = np.zeros(12)
    for note in opener.score.notes:
        sounding[note.pitch % 12] += note.duration
    likeness = {
        f"{tonic} {mode}": np.corrcoef(sounding, np.roll(profile, tonic))[0, 1]
        for mode, profile in (("major", MAJOR), ("minor", MINOR))
        for tonic in range(12)
    }
    return sorted(likeness, key=lambda key: -likeness[key])


def words_by_voice(opener: Opener) -> dict[str, list[str]]:
    """The words of each voice of the notation."""
    voices: defaultdict[str, list[str]] = defaultdict(list)
    voice = ""
    for word in opener.notation.split():
        if word.endswith(":"):
            voice = word
        else:
            voices[voice].append(word)
    return voices


def test_there_are_many_openers_by_many_composers() -> None:
    """At least 34 pieces by at least 18 composers, several of them by Schumann."""
    composers = Counter(opener.composer for opener in list_openers())

    assert len(list_openers()) >= 34
    assert len(composers) >= 18
    assert composers["Robert Schumann"] >= 4


def test_every_composer_has_one_best_known_opener() -> None:
    """So that a composer's name alone always means one piece."""
    best_known = Counter(opener.composer for opener in list_openers() if opener.is_best_known)

    assert dict.fromkeys({opener.composer for opener in list_openers()}, 1) == best_known


@every_opener
def test_length(opener: Opener) -> None:
    """Two to eight seconds at its own tempo."""
    assert 2 <= opener.seconds <= 8


@every_opener
def test_both_hands_play(opener: Opener) -> None:
    """There is a right and a left hand, each with notes, and they do not lie on top of each other."""
    voices = words_by_voice(opener)
    pitches = [note.pitch for note in opener.score.notes]

    assert all(any(re.match("[A-G]", word) for word in voices[hand]) for hand in ("RH:", "LH:"))
    assert max(pitches) - min(pitches) >= 8


@every_opener
def test_bars_are_written_out_in_every_voice(opener: Opener) -> None:
    """Every voice has the same number of bars and ends with a bar line, so that the metre guards the rhythm."""
    voices = {voice: words for voice, words in words_by_voice(opener).items() if voice}

    assert len({words.count("|") for words in voices.values()}) == 1
    assert all(words[-1] == "|" for words in voices.values())


@every_opener
def test_loudness_is_alive(opener: Opener) -> None:
    """No mechanical playing: many velocities, from softer to louder, none at the extremes."""
    velocities = {note.velocity for note in opener.score.notes}

    assert len(velocities) >= 5
    assert max(velocities) - min(velocities) >= 10
    assert min(velocities) >= 20
    assert max(velocities) <= 124


@every_opener
def test_never_silent_for_a_second(opener: Opener) -> None:
    """From the beginning to the end something sounds."""
    score, sounding_until = opener.score, 0.0
    for note in score.notes:
        assert score.seconds_at(note.start) - sounding_until <= 1
        sounding_until = max(sounding_until, score.seconds_at(note.end))


@every_opener
def test_key_fits_the_notes(opener: Opener) -> None:
    """The key of the header is among those that the sounding pitches suggest."""
    name, mode = opener.key.split(" ")
    tonic = LETTERS[name[0]] + name.count("sharp") - name.count("flat")

    assert f"{tonic % 12} {mode}" in keys_by_likeness(opener)[:4]


@every_opener
def test_tempo_of_the_header_is_that_of_the_music(opener: Opener) -> None:
    """Musicians count in dotted quarters or eighths; the notation in quarters."""
    value, _, per_minute = opener.tempo.partition(" = ")

    assert float(per_minute) * NOTE_VALUES[value] == pytest.approx(opener.score.tempos[0].bpm, abs=1.5)


@every_opener
def test_notation_survives_writing_and_reading(opener: Opener) -> None:
    """The openers are good examples for the round trip, too."""
    assert parse_notation(format_notation(opener.score)) == opener.score


@every_opener
def test_composers_are_long_dead(opener: Opener) -> None:
    """Public domain nearly everywhere: dead for more than seventy years."""
    born, died = (int(year) for year in opener.dates.split("-"))

    assert 1600 < born < died <= 1943


@every_opener
def test_header_is_complete(opener: Opener) -> None:
    """Title and opus are there, and the slug is made of small plain words."""
    assert opener.title
    assert opener.opus
    assert re.fullmatch("[a-z-]+:[a-z0-9-]+", opener.slug)


@every_opener
def test_every_opener_is_found_by_its_names(opener: Opener) -> None:
    """By its slug, and by composer and title together."""
    assert find_opener(opener.slug) is opener
    assert find_opener(f"{opener.composer}: {opener.slug.split(':')[1]}") is opener


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("schumann", "schumann:traumerei"),
        ("Robert Schumann", "schumann:traumerei"),
        ("SCHUMANN : Träumerei", "schumann:traumerei"),
        ("traumerei", "schumann:traumerei"),
        ("Traeumerei", "schumann:traumerei"),
        ("happy farmer", "schumann:happy-farmer"),
        ("Für Elise", "beethoven:fur-elise"),
        ("fuer_elise", "beethoven:fur-elise"),
        ("moonlight", "beethoven:moonlight"),
        ("moonlight sonata", "beethoven:moonlight"),
        ("K545", "mozart:sonata-k545"),
        ("turkish march", "mozart:turkish-march"),
        ("bach", "bach:prelude-c"),
        ("C.P.E. Bach", "cpe-bach:rondo"),
        ("Bach Minuet in G", "petzold:minuet-g"),
        ("op. 28 no. 4", "chopin:prelude-e-minor"),
        ("old french song", "tchaikovsky:old-french-song"),
        ("clair de lune", "debussy:clair-de-lune"),
        ("satie: Gymnopédie No. 1", "satie:gymnopedie-1"),
        ("Ogiński", "oginski:farewell"),
        ("Bądarzewska", "badarzewska:maidens-prayer"),
        ("Rachmaninov", "rachmaninoff:prelude-c-sharp-minor"),
    ],
)
def test_names_that_people_use(name: str, slug: str) -> None:
    """Accents, capitals, spaces, punctuation and spellings of umlauts do not matter."""
    assert find_opener(name).slug == slug


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("schuman", "schumann:traumerei"),
        ("trumerei", "schumann:traumerei"),
        ("moonlite", "beethoven:moonlight"),
        ("schumann:foo", "schumann:"),
        ("chopin prelude", "chopin:prelude-a-major, chopin:prelude-c-minor or chopin:prelude-e-minor"),
        ("prelude", "or …"),
        ("gershwin", "albeniz, bach, badarzewska"),
    ],
)
def test_wrong_names_get_a_suggestion(name: str, suggestion: str) -> None:
    """The nearest names, those that fit, or the composers there are."""
    with pytest.raises(BadInputError, match=re.escape(suggestion)):
        find_opener(name)


@pytest.mark.parametrize(
    "name", ["", "  ", "a" * (LONGEST_NAME + 1), "нет", "\x00\x07", "../../etc/passwd", "x" * 10**6]
)
def test_hostile_names_get_a_short_sentence(name: str) -> None:
    """Nothing strange comes back, and nothing long."""
    with pytest.raises(BadInputError) as caught:
        find_opener(name)

    assert len(str(caught.value)) < 500
    assert str(caught.value).isprintable()


@settings(deadline=None)
@given(st.text(max_size=100))
def test_any_name_is_found_or_refused(name: str) -> None:
    """No name ends in another error than a refusal."""
    try:
        found: Opener | None = find_opener(name)
    except BadInputError:
        found = None

    assert found is None or found in list_openers()


@every_opener
def test_documentation_lists_it(opener: Opener) -> None:
    """docs/openers.md has a row for each opener."""
    rows = LIST.read_text(encoding="utf-8")

    assert f"| `{opener.slug}` | {opener.composer} | {opener.title} | {opener.opus} | {opener.key} |" in rows


def test_compiled_python_beside_the_openers_is_no_opener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python's own folder and other files among the openers are passed over."""
    name = "schumann.traumerei.txt"
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "__init__.cpython-311.pyc").write_bytes(b"\xa7\r\r\n")
    (tmp_path / "notes.txt~").write_bytes(b"\xff")
    (tmp_path / name).write_bytes((Path(openers.__file__).parent / name).read_bytes())
    monkeypatch.setattr(openers, "files", lambda _: tmp_path)

    assert [opener.slug for opener in list_openers.__wrapped__()] == ["schumann:traumerei"]
