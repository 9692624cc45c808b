"""What is said of a piece: its headline, its facts, the names of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain import Action, Engine, SeedKind
from bot.names import safe_name, safe_title, slug

if TYPE_CHECKING:
    from bot.domain import Piece, Seed

LONGEST_FACT = 120
"""Characters of a line of notation that a card shows."""
LONGEST_NOTES = 32
"""Characters of it that a title shows."""

_HEADLINES = {
    Action.COMPOSE: "continued",
    Action.AGAIN: "continued once more",
    Action.VARIATION: "a variation",
    Action.LONGER: "carried on",
}
_BY_ENGINE = {Engine.NOTES: "", Engine.ROLL: " by the roll engine"}
_SEED_NAMES = {
    SeedKind.OPENER: "Opener",
    SeedKind.NOTES: "Notes",
    SeedKind.UPLOAD: "File",
    SeedKind.PIECE: "Grown from",
}


def headline(piece: Piece) -> str:
    """What a piece is, in one line."""
    engine = _BY_ENGINE[piece.request.options.engine]
    return f"{safe_title(piece.music.title, LONGEST_FACT)}, {_HEADLINES[piece.request.action]}{engine}"


def facts(piece: Piece) -> list[tuple[str, str]]:
    """What is worth knowing of a piece, as names and values; all that is needed to compose it again is among it.

    Of a piece that is part of a trial, the network is not: nobody's vote is to depend on it.
    """
    music, options = piece.music, piece.request.options
    found = [
        seed_fact(piece.request.seed),
        ("Length", clock(music.length_seconds)),
        ("Key", key_name(music.key)),
        ("Tempo", f"♩ = {music.tempo:.0f}"),
        ("Random seed", str(music.random_seed)),
        *([] if piece.is_trial else [("Checkpoint", music.checkpoint_id)]),
        ("Piece", str(piece.id)),
    ]
    if options.temperature != 1:
        found.insert(4, ("Temperature", f"{options.temperature:g}"))
    found[1:1] = [(name.capitalize(), _shown(name, value)) for name, value in options.controls.asked().items()]
    if options.engine is Engine.ROLL:
        found.insert(1, ("Engine", options.engine))
    return found


def _shown(control: str, value: str | float) -> str:
    """What was asked for, beside its name."""
    if isinstance(value, str):
        return key_name(value) if control == "key" else value
    return {"density": f"{value:g} notes a second", "register": f"{value:+g} semitones"}.get(control, f"{value:g}")


def key_name(key: str) -> str:
    """A key with proper signs.

    >>> key_name("Eb major"), key_name("F# minor")
    ('E♭ major', 'F♯ minor')
    """
    note, _, mode = key.partition(" ")
    return f"{note[:1]}{note[1:].replace('b', '♭').replace('#', '♯')} {mode}".rstrip()


def notes_title(notes: str) -> str:
    """What music is called of which nothing is known but its notes."""
    return f"Notes {shortened(safe_title(notes), LONGEST_NOTES)}"


def seed_fact(seed: Seed) -> tuple[str, str]:
    """What a piece grew from, as a name and a value."""
    value = f"piece {seed.text}" if seed.kind == SeedKind.PIECE else seed.text
    if seed.kind in {SeedKind.UPLOAD, SeedKind.NOTES}:
        value = safe_name(value) if seed.kind == SeedKind.UPLOAD else shortened(safe_title(value, 2 * LONGEST_FACT))
    return _SEED_NAMES[seed.kind], value


def shortened(text: str, longest: int = LONGEST_FACT) -> str:
    """``text``, or its beginning and an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def file_stem(piece: Piece) -> str:
    """Name of a piece's files without suffix, e.g. ``schumann-traumerei-17``."""
    seed = piece.request.seed
    source = {
        SeedKind.OPENER: seed.text,
        SeedKind.NOTES: "notes",
        SeedKind.UPLOAD: seed.text.rpartition(".")[0] or seed.text,
    }.get(seed.kind, piece.music.title)
    return f"{slug(source) or 'piece'}-{piece.id}"


def clock(seconds: float) -> str:
    """Minutes and seconds, as players show them.

    >>> clock(30), clock(600)
    ('0:30', '10:00')
    """
    minutes, rest = divmod(round(max(seconds, 0.0)), 60)
    return f"{minutes}:{rest:02}"
