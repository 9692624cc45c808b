"""Which soundfont plays the piano, and why that one."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from composer.errors import BadInputError, MissingToolError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ENVIRONMENT_VARIABLE = "SCHUMANN_SOUNDFONT"
OWN_FOLDER = Path(__file__).resolve().parents[2] / "soundfonts"
SYSTEM_FOLDERS = tuple(
    Path(folder)
    for folder in (
        "/usr/share/sounds/sf2",
        "/usr/share/sounds/sf3",
        "/usr/share/soundfonts",
        "/usr/local/share/sounds/sf2",
        "/usr/local/share/soundfonts",
        "/opt/homebrew/share/sounds/sf2",
        "/opt/homebrew/share/soundfonts",
    )
)
KNOWN_NAMES = (
    "FluidR3_GM.sf2",
    "FluidR3_GM.sf3",
    "MuseScore_General.sf2",
    "MuseScore_General.sf3",
    "default-GM.sf2",
    "default-GM.sf3",
    "default.sf2",
    "TimGM6mb.sf2",
)
"""General MIDI soundfonts known to hold a piano, the better sounding first."""
INSTALL_HINT = "apt-get install fluid-soundfont-gm, or put an .sf2 file into the soundfonts folder"


@dataclass(frozen=True, slots=True)
class Soundfont:
    """A soundfont file and, for the person who wonders, why it was chosen."""

    path: Path
    reason: str

    def __str__(self) -> str:
        return f"{self.path.name} ({self.reason})"


def find_soundfont(
    explicit: str | Path | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    own_folder: Path = OWN_FOLDER,
    system_folders: Sequence[Path] = SYSTEM_FOLDERS,
) -> Soundfont:
    """The soundfont asked for, else the repository's own, else the system's best, else the one in pretty_midi.

    Args:
        explicit: path given by the person who asks; wins over everything.
        environment: where ``SCHUMANN_SOUNDFONT`` may hold a path.
        own_folder: folder in which people drop a better piano; the first by name is taken.
        system_folders: where the packages of the system put theirs.

    Raises:
        BadInputError: a path was given, but there is no soundfont.
        MissingToolError: there is none anywhere.
    """
    if explicit:
        return _asked_for(Path(explicit), "asked for")
    if environment.get(ENVIRONMENT_VARIABLE):
        return _asked_for(Path(environment[ENVIRONMENT_VARIABLE]), f"set by {ENVIRONMENT_VARIABLE}")
    found = next(_candidates(own_folder, system_folders), None)
    if found is None:
        message = f"No soundfont was found, so nothing can be played: {INSTALL_HINT}."
        raise MissingToolError(message)
    return found


def is_soundfont(path: Path) -> bool:
    """Whether the file begins like a SoundFont 2 bank (RIFF, form ``sfbk``)."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    return head[:4] == b"RIFF" and head[8:] == b"sfbk"


def _asked_for(path: Path, reason: str) -> Soundfont:
    path = path.expanduser().resolve()
    if not path.is_file():
        message = f"The soundfont {path} does not exist ({reason}); give the path of an .sf2 or .sf3 file."
        raise BadInputError(message)
    if not is_soundfont(path):
        message = f"{path} is not a soundfont ({reason}); give the path of an .sf2 or .sf3 file."
        raise BadInputError(message)
    return Soundfont(path, reason)


def _candidates(own_folder: Path, system_folders: Sequence[Path]) -> Iterator[Soundfont]:
    dropped = sorted(path for path in own_folder.glob("*.sf[23]") if is_soundfont(path))
    yield from (Soundfont(path, "found in the soundfonts folder") for path in dropped)
    installed = (folder / name for name in KNOWN_NAMES for folder in system_folders)
    yield from (Soundfont(path, "installed on this system") for path in installed if is_soundfont(path))
    package = importlib.util.find_spec("pretty_midi")
    if package and package.origin:
        bundled = Path(package.origin).with_name("TimGM6mb.sf2")
        if is_soundfont(bundled):
            yield Soundfont(bundled, "the small one that comes with pretty_midi")
