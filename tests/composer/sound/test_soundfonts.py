"""Which soundfont is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from composer.errors import BadInputError
from composer.sound.soundfonts import ENVIRONMENT_VARIABLE, Soundfont, find_soundfont, is_soundfont

if TYPE_CHECKING:
    from pathlib import Path

BANK = b"RIFF\x04\x00\x00\x00sfbk"


def make_bank(folder: Path, name: str) -> Path:
    """A file that begins like a soundfont."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(BANK)
    return path.resolve()


def choose(tmp_path: Path, explicit: str | Path | None = None, environment: dict[str, str] | None = None) -> Soundfont:
    """Choose among ``own`` and the system folders ``first`` and ``second`` under ``tmp_path``."""
    return find_soundfont(
        explicit,
        environment=environment or {},
        own_folder=tmp_path / "own",
        system_folders=(tmp_path / "first", tmp_path / "second"),
    )


def test_path_asked_for_wins_over_everything(tmp_path: Path) -> None:
    """An explicit path is taken whatever else is there."""
    wanted, other = make_bank(tmp_path, "grand.sf2"), make_bank(tmp_path, "other.sf2")

    assert Soundfont(wanted, "asked for") == choose(tmp_path, wanted, {ENVIRONMENT_VARIABLE: str(other)})


def test_environment_wins_over_what_is_found(tmp_path: Path) -> None:
    """SCHUMANN_SOUNDFONT comes before the folders."""
    wanted = make_bank(tmp_path, "grand.sf2")
    make_bank(tmp_path / "own", "dropped.sf2")

    chosen = choose(tmp_path, environment={ENVIRONMENT_VARIABLE: str(wanted)})
    assert Soundfont(wanted, "set by SCHUMANN_SOUNDFONT") == chosen


def test_dropped_soundfont_wins_over_the_system(tmp_path: Path) -> None:
    """The first by name of the repository's folder is taken, compressed or not; other files there are left alone."""
    make_bank(tmp_path / "first", "FluidR3_GM.sf2")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.sf2").write_text("notes to myself")
    dropped = make_bank(tmp_path / "own", "b.sf3")

    assert dropped == choose(tmp_path).path


def test_fluidr3_is_preferred_on_the_system(tmp_path: Path) -> None:
    """FluidR3 is taken before the system's default, in whichever folder it lies."""
    make_bank(tmp_path / "first", "default-GM.sf2")
    fluid = make_bank(tmp_path / "second", "FluidR3_GM.sf2")
    make_bank(tmp_path / "second", "Unknown.sf2")

    assert Soundfont(fluid, "installed on this system") == choose(tmp_path)


def test_bundled_soundfont_is_the_last_resort(tmp_path: Path) -> None:
    """Where nothing is installed, the small one inside pretty_midi plays."""
    chosen = choose(tmp_path)

    assert chosen.path.name == "TimGM6mb.sf2"
    assert is_soundfont(chosen.path)
    assert str(chosen) == "TimGM6mb.sf2 (the small one that comes with pretty_midi)"


@pytest.mark.parametrize("content", [None, b"", b"RIFF", b"RIFF\x04\x00\x00\x00WAVE", b"MThd"])
def test_wrong_path_is_refused_not_replaced(tmp_path: Path, content: bytes | None) -> None:
    """A path that was set but holds no soundfont is an error, never silently another piano."""
    path = tmp_path / "grand.sf2"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(BadInputError, match=r"grand.sf2 (does not exist|is not a soundfont)"):
        choose(tmp_path, environment={ENVIRONMENT_VARIABLE: str(path)})
    with pytest.raises(BadInputError, match="give the path"):
        choose(tmp_path, str(path))


def test_folder_is_no_soundfont(tmp_path: Path) -> None:
    """A folder with a tempting name is refused like a missing file."""
    (tmp_path / "grand.sf2").mkdir()

    with pytest.raises(BadInputError, match="does not exist"):
        choose(tmp_path, tmp_path / "grand.sf2")
