"""Messages over a pipe."""

from __future__ import annotations

import asyncio
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workers.frames import LONGEST_MESSAGE, BrokenFrameError, framed, read_frame, receive_frame

messages = st.lists(st.binary(max_size=300), max_size=5)


@given(sent=messages)
def test_messages_come_out_as_they_went_in(sent: list[bytes]) -> None:
    """Any messages are read one by one from a stream, and then its end."""
    stream = io.BytesIO(b"".join(map(framed, sent)))

    assert [read_frame(stream) for _ in sent] == sent
    assert read_frame(stream) is None


@given(sent=messages)
def test_messages_are_received_as_they_were_sent(sent: list[bytes]) -> None:
    """Any messages are received one by one without blocking; the end is an error."""

    async def receive() -> list[bytes]:
        reader = asyncio.StreamReader()
        reader.feed_data(b"".join(map(framed, sent)))
        reader.feed_eof()
        received = [await receive_frame(reader) for _ in sent]
        with pytest.raises(BrokenFrameError):
            await receive_frame(reader)
        return received

    assert asyncio.run(receive()) == sent


@given(message=st.binary(min_size=1, max_size=50), data=st.data())
def test_a_message_that_breaks_off_is_found_out(message: bytes, data: st.DataObject) -> None:
    """A pipe closed within a message is an error, not a shorter message."""
    whole = framed(message)
    cut = data.draw(st.integers(1, len(whole) - 1))

    with pytest.raises(BrokenFrameError):
        read_frame(io.BytesIO(whole[:cut]))


def test_nobody_waits_for_an_impossible_length() -> None:
    """Noise in the place of a length is an error at once, and nothing too long is sent."""
    with pytest.raises(BrokenFrameError, match="not the length"):
        read_frame(io.BytesIO(b"Warning: this is no message"))
    with pytest.raises(ValueError, match="too long"):
        framed(bytes(LONGEST_MESSAGE + 1))
