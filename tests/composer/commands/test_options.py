"""Values of options."""

from __future__ import annotations

from argparse import ArgumentTypeError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.commands.options import LARGEST_RANDOM_SEED, contact, number, whole_number


@given(st.floats(5, 600))
def test_numbers_in_range(value: float) -> None:
    """Every number in range is read as it was written."""
    assert number(5, 600)(repr(value)) == value


@pytest.mark.parametrize(
    "text", ["4.9", "601", "nan", "inf", "-inf", "1e999", "", "five", "30s", "0x20", "--", "9" * 9999]
)
def test_numbers_refused(text: str) -> None:
    """What is no number, not finite or out of range is refused, and the range is named."""
    with pytest.raises(ArgumentTypeError, match="5 to 600 seconds"):
        number(5, 600, " seconds")(text)


@given(st.integers(0, LARGEST_RANDOM_SEED))
def test_whole_numbers_in_range(value: int) -> None:
    """Every whole number in range is read exactly."""
    assert whole_number(0, LARGEST_RANDOM_SEED)(str(value)) == value


@pytest.mark.parametrize("text", ["-1", str(2**63), "1.5", "1e3", "", "seven", "9" * 100_000, "1_000", "\u0663"])
def test_whole_numbers_refused(text: str) -> None:
    """What is no whole number or out of range is refused."""
    with pytest.raises(ArgumentTypeError, match="9223372036854775807"):
        whole_number(0, LARGEST_RANDOM_SEED)(text)


@pytest.mark.parametrize("address", ["https://example.org/about", "mailto:me@example.org"])
def test_contact(address: str) -> None:
    """Web and mail addresses are contacts."""
    assert contact(address) == address


@pytest.mark.parametrize("address", ["me", "https://example.org\r\nX-Evil: 1", "https://a b", "file:///etc/passwd", ""])
def test_contact_refused(address: str) -> None:
    """What could not be sent in a header, or reaches nobody, is refused."""
    with pytest.raises(ArgumentTypeError):
        contact(address)
