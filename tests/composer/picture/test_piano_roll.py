"""The picture of the piano roll."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from composer.errors import BadInputError, RenderError
from composer.notes import Note, Pedal, Score
from composer.performance import playable
from composer.picture.canvas import Colour, Lettering, _font, fitting, text_width
from composer.picture.layout import (
    BOTTOM,
    HEADER,
    KEYBOARD_LEFT,
    MOST_ROWS,
    ROLL_LEFT,
    ROLL_RIGHT,
    WIDTH,
    Layout,
    thinned,
)
from composer.picture.piano_roll import (
    CONTINUATION_SHADES,
    LOUD,
    PAPER,
    PEDAL_COLOUR,
    PRIMER_SHADES,
    SOFT,
    draw_piano_roll,
    shade,
)
from tests.composer.rendered_scores import SCALE, scores

if TYPE_CHECKING:
    from pathlib import Path

FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LETTERS = Lettering(33, (0, 0, 0), "bold")


def pixels(path: Path) -> np.ndarray:
    """The picture, shape (height, width, 3)."""
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"))


def colour_at(path: Path, score: Score, second: float, pitch: int) -> Colour:
    """The colour in the middle of the line of ``pitch`` at ``second``."""
    layout = Layout.of(playable(score))
    row = next(row for row in layout.rows if row.start <= second <= row.end)
    red, green, blue = pixels(path)[int(layout.y(row, pitch) + layout.key_height / 2), int(row.x(second))]
    return int(red), int(green), int(blue)


def contrast(one: Colour, other: Colour) -> float:
    """Contrast ratio of two colours after WCAG 2: 1 is none, 21 black on white."""
    linear = [
        [part / 3294 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
        for colour in (one, other)
    ]
    darker, lighter = sorted(0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in linear)
    return (lighter + 0.05) / (darker + 0.05)


def test_primer_and_continuation_differ_in_colour(tmp_path: Path) -> None:
    """Notes before the end of the primer are drawn in its colour, later ones in the other, at their pitch and time."""
    path = tmp_path / "roll.png"
    draw_piano_roll(SCALE, path, primer_end_beat=1.0, title="Scale")

    assert shade(70, PRIMER_SHADES) == colour_at(path, SCALE, 0.12, 60)
    assert shade(70, PRIMER_SHADES) == colour_at(path, SCALE, 0.37, 62)
    assert shade(70, CONTINUATION_SHADES) == colour_at(path, SCALE, 0.62, 64)
    assert shade(70, CONTINUATION_SHADES) == colour_at(path, SCALE, 1.12, 67)
    assert colour_at(path, SCALE, 0.12, 67) not in {shade(70, PRIMER_SHADES), shade(70, CONTINUATION_SHADES)}


def test_piece_without_primer_has_one_colour(tmp_path: Path) -> None:
    """Where nothing was given, nothing is drawn in the colour of the primer, the legend included."""
    draw_piano_roll(SCALE, tmp_path / "roll.png", primer_end_beat=None, title="Scale")
    picture = pixels(tmp_path / "roll.png").astype(int)

    orange = (picture[..., 0] - picture[..., 2] > 60).sum()
    blue = (picture[..., 2] - picture[..., 0] > 60).sum()
    assert orange == 0
    assert blue > 5_000


@pytest.mark.parametrize("shades", [PRIMER_SHADES, CONTINUATION_SHADES], ids=["primer", "continuation"])
def test_soft_notes_can_be_seen_and_loud_ones_are_deeper(shades: tuple[Colour, Colour]) -> None:
    """Contrast against the paper rises with velocity and is never too little."""
    contrasts = [contrast(shade(velocity, shades), PAPER) for velocity in (1, SOFT, 50, 80, LOUD)]

    assert contrasts == sorted(contrasts)
    assert contrasts[0] >= 2.0
    assert contrasts[-1] >= 7.0


def test_pedal_is_drawn_where_it_is_down(tmp_path: Path) -> None:
    """The lane below the roll is coloured between pedal down and pedal up only."""
    score = Score((Note(0.0, 60, 8.0),), pedals=(Pedal(2.0, down=True), Pedal(4.0, down=False)))
    draw_piano_roll(score, tmp_path / "roll.png", primer_end_beat=None, title="Pedal")
    row = Layout.of(playable(score)).rows[0]
    coloured = np.flatnonzero((pixels(tmp_path / "roll.png")[HEADER:] == PEDAL_COLOUR).all(axis=2).any(axis=0))

    assert coloured[0] == pytest.approx(row.x(1.0), abs=2)
    assert coloured[-1] == pytest.approx(row.x(2.0), abs=3)


@FEW
@given(score=scores, title=st.text(), key=st.none() | st.text(), primer=st.none() | st.floats(-1, 300))
def test_anything_can_be_drawn(tmp_path: Path, score: Score, title: str, key: str | None, primer: float | None) -> None:
    """Any Score, title and primer give a picture of the planned size with notes in it."""
    path = tmp_path / "roll.png"
    draw_piano_roll(score, path, primer_end_beat=primer, title=title, key=key)
    picture = pixels(path)

    assert (Layout.of(playable(score)).height, WIDTH, 3) == picture.shape
    assert np.ptp(picture[HEADER:, ROLL_LEFT:ROLL_RIGHT, 0]) > 60


@given(scores)
def test_layout_holds_every_note(score: Score) -> None:
    """Every note lies inside the roll of some row, rows follow each other, and the keys are on the piano."""
    played = playable(score)
    layout = Layout.of(played)

    assert 21 <= layout.lowest <= min(note.pitch for note in played.notes)
    assert 108 >= layout.highest >= max(note.pitch for note in played.notes)
    assert layout.highest - layout.lowest >= 24
    assert 1 <= len(layout.rows) <= MOST_ROWS
    for before, after in zip(layout.rows, layout.rows[1:], strict=False):
        assert before.end == pytest.approx(after.start)
        assert after.top >= before.top + layout.roll_height
    assert layout.rows[-1].top + layout.roll_height < layout.height - BOTTOM
    for note in played.notes:
        start = played.seconds_at(note.start)
        assert any(row.start - 1e-6 <= start <= row.end + 1e-6 for row in layout.rows)
        assert all(KEYBOARD_LEFT < ROLL_LEFT <= row.x(start) <= ROLL_RIGHT for row in layout.rows)


@pytest.mark.parametrize(
    ("seconds", "rows", "height"), [(1, 1, 700), (30, 1, 700), (100, 1, 700), (180, 2, 930), (600, 5, 1760)]
)
def test_long_pieces_get_more_rows(seconds: float, rows: int, height: int) -> None:
    """Half a minute fits one row; ten minutes are spread over five."""
    layout = Layout.of(Score((Note(0.0, 60, seconds * 2.0),)))

    assert (rows, height) == (len(layout.rows), layout.height)


def test_time_axis_begins_with_the_music() -> None:
    """Silence before the first note is left out, as in the recording."""
    layout = Layout.of(Score((Note(100.0, 60, 120.0),)))

    assert layout.rows[0].start == pytest.approx(49.95)


def test_bar_lines_are_thinned_by_powers_of_two() -> None:
    """Lines that would stand too close are left out evenly."""
    assert thinned([0, 20, 40], 14) == 1
    assert thinned([0, 5, 10], 14) == 4
    assert thinned([7], 14) == 1
    assert thinned([], 14) == 1


@pytest.mark.parametrize("character", "Frédéric Träumerei Dvořák Łódź Чайковский ♯♭♩≈·…")
def test_shipped_fonts_hold_the_letters_of_composers(character: str) -> None:
    """Accents, Cyrillic and accidentals are drawn as themselves, not as the box of a missing letter."""
    for weight in ("regular", "bold"):
        font = _font(33, weight)

        assert bytes(font.getmask("\ue123")) != bytes(font.getmask(character))


def test_long_titles_are_cut_to_fit() -> None:
    """A title too wide ends in an ellipsis within its room; a short one stays as it is."""
    assert fitting("Träumerei", 500, LETTERS) == "Träumerei"
    cut = fitting("A title that goes on and on " * 5, 500, LETTERS)

    assert cut.endswith("…")
    assert 440 < text_width(cut, LETTERS) <= 500


def test_empty_score_is_refused(tmp_path: Path) -> None:
    """There is no picture of nothing."""
    with pytest.raises(BadInputError, match="nothing to draw"):
        draw_piano_roll(Score(()), tmp_path / "roll.png", primer_end_beat=None, title="")


def test_missing_folder_is_said_in_words(tmp_path: Path) -> None:
    """A picture that cannot be written is one sentence."""
    with pytest.raises(RenderError, match=r"roll\.png could not be written"):
        draw_piano_roll(SCALE, tmp_path / "nowhere" / "roll.png", primer_end_beat=None, title="")
