"""A sheet to draw on: text, boxes and lines in pixels of the finished picture, all edges smoothed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from PIL import ImageFont

Colour = tuple[int, int, int]
Weight = Literal["regular", "bold"]


class Lettering(NamedTuple):
    """How a line of text looks; ``size`` in pixels of the finished picture."""

    size: int
    colour: Colour
    weight: Weight = "regular"


SCALE = 2
"""Everything is drawn twice as large and reduced."""
FONT_FOLDER = Path(__file__).parent / "fonts"
FONT_FILES: dict[Weight, str] = {"regular": "DejaVuSansCondensed.ttf", "bold": "DejaVuSansCondensed-Bold.ttf"}
"""Shipped, because no font with accents, ♯ and ♭ can be counted on to be installed."""


class Canvas:
    """An empty picture of ``width`` times ``height`` pixels."""

    def __init__(self, width: int, height: int, paper: Colour) -> None:
        from PIL import Image, ImageDraw

        self._image = Image.new("RGB", (width * SCALE, height * SCALE), paper)
        self._draw = ImageDraw.Draw(self._image)

    def save(self, path: Path) -> None:
        """Write what was drawn as a PNG."""
        self._image.reduce(SCALE).save(path, format="PNG")

    def text(self, place: tuple[float, float], text: str, letters: Lettering, anchor: str) -> None:
        """Write one line; ``anchor`` as in Pillow: "ls" is left on the baseline, "rm" right in the middle."""
        scaled = (place[0] * SCALE, place[1] * SCALE)
        self._draw.text(scaled, text, letters.colour, _font(letters.size, letters.weight), anchor)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill a rectangle; nothing where it has no width."""
        x0, y0, x1, y1 = (round(value * SCALE) for value in (left, top, right, bottom))
        if x1 > x0 and y1 > y0:
            self._draw.rectangle([x0, y0, x1 - 1, y1 - 1], fill=colour)

    def bar(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill a rectangle with round corners."""
        radius = min((bottom - top) / 3, (right - left) / 3, 4.0)
        corners = [value * SCALE for value in (left, top, right, bottom)]
        self._draw.rounded_rectangle(corners, radius * SCALE, fill=colour)

    def vertical(self, x: float, top: float, bottom: float, colour: Colour, width: float = 1.0) -> None:
        """Draw an upright line."""
        self.box(x - width / 2, top, x + width / 2, bottom, colour)

    def horizontal(self, left: float, right: float, y: float, colour: Colour, width: float = 1.0) -> None:
        """Draw a level line."""
        self.box(left, y - width / 2, right, y + width / 2, colour)

    def frame(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Draw the outline of a rectangle, one pixel wide."""
        corners = [value * SCALE for value in (left, top, right, bottom)]
        self._draw.rectangle(corners, outline=colour, width=SCALE)


def text_width(text: str, letters: Lettering) -> float:
    """Width of a line of text in pixels."""
    return _font(letters.size, letters.weight).getlength(text) / SCALE


def fitting(text: str, room: float, letters: Lettering) -> str:
    """The text, its end replaced by … where it is wider than ``room`` pixels."""
    shown = text
    while text and text_width(shown, letters) > room:
        text = text[:-1].rstrip()
        shown = f"{text}…"
    return shown


@cache
def _font(size: int, weight: Weight) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(FONT_FOLDER / FONT_FILES[weight], size * SCALE)
