"""Where finished files go: into a folder that was tried first, under names that were free."""

from __future__ import annotations

import json
import re
import tempfile
import unicodedata
from contextlib import ExitStack
from itertools import count
from typing import TYPE_CHECKING, Any

from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

LONGEST_NAME = 60
"""Characters of a file name's readable part: every file system takes four times as many bytes."""


def writable_folder(folder: Path) -> Path:
    """Make ``folder`` where it is missing, and try whether files can be written to it.

    Raises:
        BadInputError: they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        message = f"Nothing can be written to the folder {folder}: {reason}; choose another one."
        raise BadInputError(message) from error


def keep_config(output: Path, config: Mapping[str, Any]) -> None:
    """Write down the settings of a training, and refuse to go on with one that was begun with others.

    Raises:
        BadInputError: ``output`` holds a training with other settings.
    """
    place, text = output / "config.json", json.dumps(config, indent=1)
    if place.exists() and place.read_text(encoding="utf-8") != text:
        message = f"{output} holds a training with other settings; choose another folder."
        raise BadInputError(message)
    place.write_text(text, encoding="utf-8")


def checkpoint_folder(folder: Path | None) -> Path | None:
    """The folder of the checkpoint that was asked for, if any was.

    Raises:
        BadInputError: there is none in it.
    """
    if folder is not None and not (folder / "card.json").is_file():
        message = f"There is no checkpoint in {folder}; give the folder 'checkpoint' that the command train made."
        raise BadInputError(message)
    return folder


def engine_checkpoint(folder: Path | None, engine: str | None) -> Path | None:
    """The folder of the checkpoint that was asked for, or else of the released one of an engine; None for the default.

    Raises:
        BadInputError: there is none in the folder, or it is of another engine than was asked for.
        CheckpointError: the one in the folder is damaged.
    """
    from composer.checkpoints import RELEASED_ROLL, ROLL, load_checkpoint

    if folder is None:
        return RELEASED_ROLL if engine == ROLL else None
    checkpoint_folder(folder)
    if engine is not None and (found := load_checkpoint(folder).engine) != engine:
        message = f"The checkpoint in {folder} is of the engine {found}, not {engine}; leave out --engine."
        raise BadInputError(message)
    return folder


def readable_name(text: str) -> str:
    """``text`` as the readable part of a file name: lower-case ASCII letters, digits and hyphens, at most 60."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:LONGEST_NAME].strip("-") or "piece"


def publish(files: Mapping[str, Path], folder: Path, name: str) -> dict[str, Path]:
    """Move finished files to ``folder`` as ``name`` with their suffixes, or ``name-2`` and so on where one is taken.

    Args:
        files: by suffix, e.g. ``.mid``; on the same file system as ``folder``.
        folder: an existing one.
        name: without a suffix.

    Returns:
        The paths by suffix, all with one name. Never overwrites a file, even if another process takes the name now.
    """
    for attempt in count(1):
        stem = name if attempt == 1 else f"{name}-{attempt}"
        places = {suffix: folder / f"{stem}{suffix}" for suffix in files}
        if _reserve(places.values()):
            break
    for suffix, place in places.items():
        files[suffix].replace(place)
    return places


def _reserve(places: Iterable[Path]) -> bool:
    """Create all of ``places`` as empty files, or none where one exists."""
    with ExitStack() as undo:
        for place in places:
            try:
                place.touch(exist_ok=False)
            except FileExistsError:
                return False
            undo.callback(place.unlink, missing_ok=True)
        undo.pop_all()
    return True
