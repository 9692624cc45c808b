"""Metre: where bars begin, and whether written bar lines agree."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from operator import itemgetter

from composer.errors import BadInputError
from composer.notation.symbols import TICKS_PER_BEAT
from composer.notes import TimeSignature

_WHOLE = 4 * TICKS_PER_BEAT


class Metre:
    """Time signatures by tick, counted from a first one of 4/4 unless another is written."""

    def __init__(self) -> None:
        """Begin with 4/4."""
        self._signatures: dict[int, tuple[int, int]] = {}
        self._in_order: list[tuple[int, tuple[int, int]]] = [(0, (4, 4))]
        self._upbeat = False

    def set_signature(self, tick: int, numerator: int, denominator: int) -> None:
        """From ``tick`` on, bars of ``numerator`` notes of value 1/``denominator``.

        Raises:
            BadInputError: not a usable metre, or another one is already written for this place.
        """
        try:
            TimeSignature(0.0, numerator, denominator)
        except ValueError as error:
            message = f"time={numerator}/{denominator} cannot be used: {error}"
            raise BadInputError(message) from error
        if self._signatures.setdefault(tick, (numerator, denominator)) != (numerator, denominator):
            message = "another metre is already written for this place (upbeat= comes after time=)"
            raise BadInputError(message)
        self._in_order = []

    def set_upbeat(self, tick: int, length: int) -> None:
        """Make the bar at ``tick`` an incomplete one of ``length`` ticks; the metre goes on after it."""
        whole = self._signatures.pop(tick, (4, 4))
        part = Fraction(length, _WHOLE)
        if not 0 < length < self._bar_ticks(whole):
            message = "an upbeat must be shorter than a bar"
            raise BadInputError(message)
        self.set_signature(tick, part.numerator, part.denominator)
        self.set_signature(tick + length, *whole)
        self._upbeat = self._upbeat or tick == 0

    def time_signatures(self) -> tuple[TimeSignature, ...]:
        """The metre as a Score holds it."""
        return tuple(TimeSignature(tick / TICKS_PER_BEAT, *signature) for tick, signature in self._ordered())

    def is_bar_line(self, tick: int) -> bool:
        """Whether a bar begins at ``tick``."""
        begin, signature = self._signature_at(tick)
        return (tick - begin) % self._bar_ticks(signature) == 0

    def check_bar_lines(self, voice: str, bar_lines: list[tuple[int, int]]) -> None:
        """Compare the bar lines of one voice, as (tick, line of the text), with the metre.

        Raises:
            BadInputError: names the first bar that is too short or too long.
        """
        before = 0
        for number, (tick, line) in enumerate(bar_lines, start=0 if self._upbeat else 1):
            if not self.is_bar_line(tick):
                expected = self._bar_ticks(self._signature_at(before)[1]) / TICKS_PER_BEAT
                message = (
                    f"Line {line}: bar {number}{f' of {voice}' if voice else ''} lasts "
                    f"{(tick - before) / TICKS_PER_BEAT:g} quarter notes instead of {expected:g}"
                )
                raise BadInputError(message)
            before = tick

    def _ordered(self) -> list[tuple[int, tuple[int, int]]]:
        """The signatures by tick, sorted anew only after a change."""
        if not self._in_order:
            self._in_order = sorted(({0: (4, 4)} | self._signatures).items())
        return self._in_order

    def _signature_at(self, tick: int) -> tuple[int, tuple[int, int]]:
        signatures = self._ordered()
        return signatures[bisect_right(signatures, tick, key=itemgetter(0)) - 1]

    @staticmethod
    def _bar_ticks(signature: tuple[int, int]) -> int:
        return _WHOLE * signature[0] // signature[1]
