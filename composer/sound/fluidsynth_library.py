"""The few functions of libfluidsynth that are used here, typed for ctypes (the calls let other threads run)."""

from __future__ import annotations

import ctypes
import ctypes.util
from ctypes import c_char_p, c_double, c_int, c_void_p
from functools import cache
from typing import TYPE_CHECKING

from composer.errors import MissingToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LIBRARY_NAMES = (
    "libfluidsynth.so.3",
    "libfluidsynth.so.2",
    "libfluidsynth.3.dylib",
    "/opt/homebrew/lib/libfluidsynth.3.dylib",
    "/usr/local/lib/libfluidsynth.3.dylib",
    "libfluidsynth-3.dll",
)
INSTALL_HINT = "apt-get install fluidsynth fluid-soundfont-gm, on macOS: brew install fluid-synth"
LOG_LEVELS = 5

PROTOTYPES: dict[str, tuple[type | None, list[type]]] = {
    "new_fluid_settings": (c_void_p, []),
    "delete_fluid_settings": (None, [c_void_p]),
    "fluid_settings_setint": (c_int, [c_void_p, c_char_p, c_int]),
    "fluid_settings_setnum": (c_int, [c_void_p, c_char_p, c_double]),
    "fluid_set_log_function": (c_void_p, [c_int, c_void_p, c_void_p]),
    "new_fluid_synth": (c_void_p, [c_void_p]),
    "delete_fluid_synth": (None, [c_void_p]),
    "fluid_synth_sfload": (c_int, [c_void_p, c_char_p, c_int]),
    "fluid_synth_program_select": (c_int, [c_void_p, c_int, c_int, c_int, c_int]),
    "fluid_synth_noteon": (c_int, [c_void_p, c_int, c_int, c_int]),
    "fluid_synth_noteoff": (c_int, [c_void_p, c_int, c_int]),
    "fluid_synth_cc": (c_int, [c_void_p, c_int, c_int, c_int]),
    "fluid_synth_write_float": (c_int, [c_void_p, c_int, c_void_p, c_int, c_int, c_void_p, c_int, c_int]),
}
"""Result and arguments; without them ctypes would cut pointers down to 32 bits."""


@cache
def load_fluidsynth() -> ctypes.CDLL:
    """The library, loaded once per process, its messages to the terminal switched off.

    Raises:
        MissingToolError: it is not installed, or too old (2.0 of 2018 is the first that serves).
    """
    library = open_library()
    try:
        for name, (result, arguments) in PROTOTYPES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except AttributeError as error:
        message = f"The FluidSynth library of this system is too old: {INSTALL_HINT}."
        raise MissingToolError(message) from error
    for level in range(LOG_LEVELS):
        library.fluid_set_log_function(level, None, None)
    return library


def open_library(
    names: Iterable[str] = LIBRARY_NAMES, find: Callable[[str], str | None] = ctypes.util.find_library
) -> ctypes.CDLL:
    """The first library of ``names`` that opens, else the one that the system finds.

    Raises:
        MissingToolError: there is none, or none that this Python can load.
    """
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    # Slow (it starts a compiler or linker to ask), so only when no usual name serves.
    found = find("fluidsynth")
    if found is None:
        message = f"FluidSynth is not installed, so nothing can be played: {INSTALL_HINT}."
        raise MissingToolError(message)
    try:
        return ctypes.CDLL(found)
    except OSError as error:
        message = f"The FluidSynth library of this system cannot be loaded ({error}); install it anew: {INSTALL_HINT}."
        raise MissingToolError(message) from error
