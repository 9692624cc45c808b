"""A Score as a picture: the piano roll, with the primer and what the network added in two colours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from composer.errors import BadInputError
from composer.file_writing import replacing
from composer.performance import playable
from composer.picture.canvas import Canvas, Colour, Lettering, fitting, text_width
from composer.picture.layout import (
    KEYBOARD_LEFT,
    LABELS_LEFT,
    PEDAL_GAP,
    PEDAL_LANE,
    ROLL_LEFT,
    ROLL_RIGHT,
    WIDTH,
    Layout,
    Row,
    thinned,
)
from composer.titles import clean_title

if TYPE_CHECKING:
    from composer.notes import Note, Score

PAPER: Colour = (252, 251, 248)
WHITE_KEY, BLACK_KEY_LINE = (255, 255, 255), (241, 240, 237)
PRIMER_WHITE_KEY, PRIMER_BLACK_KEY_LINE = (255, 249, 240), (246, 238, 226)
OCTAVE_LINE, BAR_LINE, FRAME_LINE = (205, 201, 193), (221, 218, 211), (168, 164, 156)
INK, MUTED = (33, 33, 38), (104, 102, 98)
PEDAL_COLOUR = (126, 150, 138)
PRIMER_SHADES = ((236, 164, 92), (138, 52, 8))
CONTINUATION_SHADES = ((134, 168, 236), (22, 44, 122))
"""From pianissimo to fortissimo; the two hues differ for colour-blind eyes too."""
SOFT, LOUD = 24, 112
"""Velocities at which the shades begin and end."""
BLACK_KEYS = frozenset({1, 3, 6, 8, 10})
TITLE = Lettering(33, INK, "bold")
FACTS, LEGEND, KEY_NAMES, TIMES = Lettering(20, MUTED), Lettering(19, INK), Lettering(17, MUTED), Lettering(16, MUTED)
PEDAL_NAME, BAR_NUMBERS = Lettering(14, MUTED), Lettering(13, MUTED)
SWATCH_WIDTH = 64


def draw_piano_roll(
    score: Score, path: str | Path, *, primer_end_beat: float | None, title: str, key: str | None = None
) -> None:
    """Draw a Score as a PNG 1,600 pixels wide; above 100 seconds in several rows.

    Args:
        score: at least one note. Its time axis begins where the recording begins: just before the first note.
        path: where to write the PNG.
        primer_end_beat: notes that begin before this beat are the primer; None where there is none.
        title: the heading; shortened to fit.
        key: such as "F♯ minor", shown beneath.

    Raises:
        BadInputError: there are no notes.
        RenderError: the file cannot be written.
    """
    if not score.notes:
        message = "There are no notes in this piece, so there is nothing to draw."
        raise BadInputError(message)
    played = playable(score)
    layout = Layout.of(played)
    canvas = Canvas(WIDTH, layout.height, PAPER)
    roll = _PianoRoll(canvas, played, layout, primer_end_beat)
    roll.draw_heading(clean_title(title) or "Untitled", clean_title(key or ""))
    for row in layout.rows:
        roll.draw_row(row)
    with replacing(Path(path)) as temporary:
        canvas.save(temporary)


def shade(velocity: int, shades: tuple[Colour, Colour]) -> Colour:
    """Colour of a note: the louder, the deeper."""
    share = min(max((velocity - SOFT) / (LOUD - SOFT), 0.0), 1.0)
    red, green, blue = (round(soft + (loud - soft) * share) for soft, loud in zip(*shades, strict=True))
    return red, green, blue


class _PianoRoll:
    """Draws the parts of one picture."""

    def __init__(self, canvas: Canvas, score: Score, layout: Layout, primer_end_beat: float | None) -> None:
        self.canvas = canvas
        self.score = score
        self.layout = layout
        self.primer_end_beat = primer_end_beat
        self.primer_end = score.seconds_at(max(primer_end_beat or 0.0, 0.0))
        self.spans = [(score.seconds_at(note.start), score.seconds_at(note.end), note) for note in score.notes]

    def draw_heading(self, title: str, key: str) -> None:
        """Title and facts at the left, legend at the right."""
        room = self._draw_legend() - LABELS_LEFT - 30
        self.canvas.text((LABELS_LEFT, 40), fitting(title, room, TITLE), TITLE, "ls")
        self.canvas.text((LABELS_LEFT, 75), " · ".join(self._facts(key)), FACTS, "ls")

    def draw_row(self, row: Row) -> None:
        """Everything between two times."""
        self._draw_lines_of_keys(row)
        self._draw_bar_lines(row)
        for start, end, note in self.spans:
            if end > row.start and start < row.end:
                self._draw_note(row, start, end, note)
        if row.start < self.primer_end < row.end and self.primer_end_beat is not None:
            x = row.x(self.primer_end)
            self.canvas.vertical(x, row.top, row.top + self.layout.roll_height, INK, 2)
        self._draw_keyboard(row)
        self._draw_pedal(row)
        self._draw_time_axis(row)

    def _is_primer(self, note: Note) -> bool:
        # A thousandth: the primer's end may be given off the grid of ticks.
        return self.primer_end_beat is not None and note.start < self.primer_end_beat - 1e-3

    def _facts(self, key: str) -> list[str]:
        """Key, metre and mean tempo where beats mean something, and length."""
        facts = [key] if key else []
        seconds = self.score.length_seconds - self.score.seconds_at(self.score.notes[0].start)
        if self.score.beat_grid:
            # Not the first: a piece that begins with an upbeat begins with a short bar.
            metre = self.score.time_signature_at(self.score.end_beat / 2)
            sign = "=" if len(self.score.tempos) == 1 else "≈"
            facts += [f"{metre.numerator}/{metre.denominator}", f"♩ {sign} {self.score.mean_bpm:.0f}"]
        return [*facts, _clock(max(seconds, 1.0))]

    def _draw_legend(self) -> float:
        """Swatches from soft to loud at the right; returns where they begin."""
        right = float(ROLL_RIGHT)
        if self.score.pedals:
            right = self._draw_entry(right, "Pedal", (PEDAL_COLOUR, PEDAL_COLOUR), 8)
        kinds = {self._is_primer(note) for note in self.score.notes}
        if False in kinds:
            name = "soft to loud" if self.primer_end_beat is None else "Continuation"
            right = self._draw_entry(right, name, CONTINUATION_SHADES, 16)
        if True in kinds:
            right = self._draw_entry(right, "Primer", PRIMER_SHADES, 16)
        return right

    def _draw_entry(self, right: float, name: str, shades: tuple[Colour, Colour], height: int) -> float:
        left = right - text_width(name, LEGEND)
        self.canvas.text((left, 40), name, LEGEND, "ls")
        swatch = left - SWATCH_WIDTH - 10
        for step in range(SWATCH_WIDTH):
            colour = shade(SOFT + (LOUD - SOFT) * step // (SWATCH_WIDTH - 1), shades)
            self.canvas.box(swatch + step, 33 - height / 2, swatch + step + 1, 33 + height / 2, colour)
        return swatch - 28

    def _draw_lines_of_keys(self, row: Row) -> None:
        change = ROLL_LEFT if self.primer_end_beat is None else row.x(self.primer_end)
        for pitch in range(self.layout.lowest, self.layout.highest + 1):
            top, bottom = self.layout.y(row, pitch), self.layout.y(row, pitch - 1)
            black = pitch % 12 in BLACK_KEYS
            self.canvas.box(ROLL_LEFT, top, change, bottom, PRIMER_BLACK_KEY_LINE if black else PRIMER_WHITE_KEY)
            self.canvas.box(change, top, ROLL_RIGHT, bottom, BLACK_KEY_LINE if black else WHITE_KEY)
            if pitch % 12 == 0:
                self.canvas.horizontal(ROLL_LEFT, ROLL_RIGHT, bottom, OCTAVE_LINE)
        self.canvas.frame(ROLL_LEFT, row.top, ROLL_RIGHT, row.top + self.layout.roll_height, FRAME_LINE)

    def _draw_bar_lines(self, row: Row) -> None:
        if not self.score.beat_grid:
            return
        seconds = enumerate(map(self.score.seconds_at, self.score.bar_lines()), start=1)
        bars = [(number, row.x(second)) for number, second in seconds if row.start <= second < row.end]
        places = [x for _, x in bars]
        every, numbered = thinned(places, 14), thinned(places, 44)
        for number, x in bars:
            if (number - 1) % every == 0 and x > ROLL_LEFT + 1:
                self.canvas.vertical(x, row.top, row.top + self.layout.roll_height, BAR_LINE, 1.5)
            if (number - 1) % numbered == 0 and x < ROLL_RIGHT - 12:
                self.canvas.text((x, row.top - 5), str(number), BAR_NUMBERS, "ms")

    def _draw_note(self, row: Row, start: float, end: float, note: Note) -> None:
        colour = shade(note.velocity, PRIMER_SHADES if self._is_primer(note) else CONTINUATION_SHADES)
        left, right = row.x(start), row.x(end)
        top, bottom = self.layout.y(row, note.pitch) + 0.5, self.layout.y(row, note.pitch - 1) - 0.5
        # A hair's breadth between repeated notes, but never so short that a note is lost.
        self.canvas.bar(left, top, max(right - 1.0, left + 2.0), bottom, colour)

    def _draw_keyboard(self, row: Row) -> None:
        bottom = row.top + self.layout.roll_height
        self.canvas.box(KEYBOARD_LEFT, row.top, ROLL_LEFT, bottom, WHITE_KEY)
        tip = KEYBOARD_LEFT + (ROLL_LEFT - KEYBOARD_LEFT) * 0.62
        for pitch in range(self.layout.lowest, self.layout.highest + 1):
            top, low = self.layout.y(row, pitch), self.layout.y(row, pitch - 1)
            middle = (top + low) / 2
            if pitch % 12 in BLACK_KEYS:
                self.canvas.horizontal(tip, ROLL_LEFT, middle, FRAME_LINE)
                self.canvas.box(KEYBOARD_LEFT, top, tip, low, INK)
            elif pitch % 12 in {0, 5} and pitch > self.layout.lowest:
                self.canvas.horizontal(KEYBOARD_LEFT, ROLL_LEFT, low, FRAME_LINE)
            if pitch % 12 == 0:
                self.canvas.text((KEYBOARD_LEFT - 8, middle), f"C{pitch // 12 - 1}", KEY_NAMES, "rm")
        self.canvas.frame(KEYBOARD_LEFT, row.top, ROLL_LEFT, bottom, FRAME_LINE)

    def _draw_pedal(self, row: Row) -> None:
        if not self.score.pedals:
            return
        top = row.top + self.layout.roll_height + PEDAL_GAP
        self.canvas.text((ROLL_LEFT - 8, top + PEDAL_LANE / 2), "Pedal", PEDAL_NAME, "rm")
        downs, ups = self.score.pedals[::2], self.score.pedals[1::2]
        for down, up in zip(downs, ups, strict=True):
            start, end = self.score.seconds_at(down.beat), self.score.seconds_at(up.beat)
            if end > row.start and start < row.end:
                left, right = row.x(start), row.x(end)
                self.canvas.box(left, top, max(right - 1.5, left + 1), top + PEDAL_LANE, PEDAL_COLOUR)

    def _draw_time_axis(self, row: Row) -> None:
        top = row.top + self.layout.roll_height + PEDAL_GAP + PEDAL_LANE
        step = self.layout.time_step()
        first = -int(-(row.start - self.layout.opening) // step) * step
        for second in range(first, int(row.end - self.layout.opening) + 1, step):
            x = row.x(second + self.layout.opening)
            self.canvas.vertical(x, top + 2, top + 7, MUTED, 1.5)
            self.canvas.text((x, top + 9), _clock(second), TIMES, "ma" if x < ROLL_RIGHT - 16 else "ra")


def _clock(seconds: float) -> str:
    """Minutes and seconds: 75 gives "1:15"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
