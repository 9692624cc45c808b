"""What may be asked of a piece beside its length and tempo: key, mode, density, register, dynamics, creativity, style.

Whatever is not asked follows the primer.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from composer.control_words import DENSITIES, DYNAMICS, MODES, READERS, REGISTERS
from composer.encoding.styles import Style, named_style
from composer.errors import BadInputError
from composer.keys import Key, named_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from composer.keys import Mode

ROLL_CONTROLS = ("key", "mode")
"""What the roll engine can be asked: what is done to the primer before it is continued."""
BALANCED = 50
"""Creativity that changes nothing."""


@dataclass(frozen=True, slots=True)
class Controls:
    """What is asked of a piece; None follows the primer. Words and numbers of people are read at birth.

    Attributes:
        key: ``F# minor``, or ``Bb``, which keeps the primer's mode: the whole piece is in that key.
        mode: ``major`` or ``minor``: the primer is recast in the parallel key.
        density: of the continuation: ``sparse``, ``normal``, ``dense``, or notes a second.
        register: ``low``, ``middle``, ``high``, or a shift in semitones.
        dynamics: ``pp`` to ``ff``.
        creativity: 0 keeps close to the primer's own material, 50 is usual, 100 departs far from it.
        style: a composer or an era.

    Raises:
        BadInputError: a value makes no sense or is out of range.
    """

    key: str | None = None
    mode: str | None = None
    density: str | float | None = None
    register: str | int | None = None
    dynamics: str | None = None
    creativity: int | None = None
    style: str | None = None

    def __post_init__(self) -> None:
        for name, value in self.asked().items():
            object.__setattr__(self, name, READERS[name](value))
        wanted = None if self.key is None else named_key(self.key)[1]
        if self.mode and wanted and wanted != self.mode:
            message = f"The key {self.key} and the mode {self.mode} contradict each other; leave one of them out."
            raise BadInputError(message)

    def asked(self) -> dict[str, Any]:
        """Those that do not follow the primer, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def to_json(self) -> dict[str, Any]:
        """Plain values by name, for ``from_json``."""
        return self.asked()

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Controls:
        """The opposite of ``to_json``.

        Raises:
            BadInputError: a value makes no sense, or there is no such control.
        """
        for name in values:
            if name not in READERS:
                message = f"There is no control '{name}'; there are {', '.join(READERS)}."
                raise BadInputError(message)
        return cls(**values)

    def check_engine_roll(self) -> None:
        """Refuse what a piano roll that is continued frame by frame cannot be asked.

        Raises:
            BadInputError: something of that kind is asked.
        """
        for name in self.asked():
            if name not in ROLL_CONTROLS:
                message = f"The roll engine cannot be asked for {name}; leave it out, or ask for the engine notes."
                raise BadInputError(message)

    # -- what the words mean ----------------------------------------------------------------------------------------

    @property
    def asks_key(self) -> bool:
        """Whether the piece shall be in a certain key or mode."""
        return self.key is not None or self.mode is not None

    def key_from(self, own: Key) -> Key:
        """The key that is asked of music in the key ``own``."""
        tonic, of_key = (own.tonic, None) if self.key is None else named_key(self.key)
        mode: Mode | None = next((mode for mode in MODES if mode in {of_key, self.mode}), None)
        return Key(tonic, mode or own.mode)

    @property
    def notes_per_second(self) -> float | None:
        """What the continuation's density shall be."""
        return DENSITIES[self.density] if isinstance(self.density, str) else self.density

    def mean_pitch(self, own: float) -> float | None:
        """What the continuation's mean MIDI pitch shall be, of a primer with the mean pitch ``own``."""
        if self.register is None:
            return None
        return REGISTERS[self.register] if isinstance(self.register, str) else own + self.register

    @property
    def velocity(self) -> int | None:
        """What the continuation's mean velocity shall be."""
        return None if self.dynamics is None else DYNAMICS[self.dynamics]

    @property
    def boldness(self) -> float:
        """Creativity from -1, plain, to 1, bold; 0 changes nothing."""
        return 0.0 if self.creativity is None else (self.creativity - BALANCED) / BALANCED

    @property
    def told_style(self) -> Style:
        """What the network is told of the style."""
        return (named_style(self.style) if self.style else None) or Style()


NO_CONTROLS = Controls()
NAMES = tuple(field.name for field in fields(Controls))
"""Of the controls, in the order in which they are told."""
