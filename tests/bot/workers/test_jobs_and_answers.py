"""What crosses the pipe between the bot and a worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import Composed, Engine, Options, Seed, SeedKind
from bot.workers.answers import (
    Advanced,
    Answer,
    BadCheckpoint,
    Failed,
    Finished,
    Ready,
    Refused,
    Unable,
    decode_answer,
    encode_answer,
)
from bot.workers.jobs import ComposeJob, Job, ReduceJob, decode_job, encode_job

numbers = st.floats(allow_nan=False, allow_infinity=False)
whole_numbers = st.integers(0, 2**31 - 1)
paths = st.text(st.characters(exclude_characters="\0"), min_size=1).map(Path)
jobs = st.one_of(
    st.builds(
        ComposeJob,
        whole_numbers,
        st.builds(Seed, st.sampled_from(SeedKind), st.text(), st.text()),
        st.none() | st.text(),
        st.none() | numbers,
        st.builds(Options, numbers, st.none() | numbers, numbers, st.none() | whole_numbers, st.sampled_from(Engine)),
        paths,
        st.text(),
        st.none() | paths,
        st.none() | st.text(),
    ),
    st.builds(ReduceJob, paths, paths, whole_numbers, st.text()),
)
compositions = st.builds(
    Composed,
    st.text(),
    st.text(),
    numbers,
    numbers,
    numbers,
    whole_numbers,
    whole_numbers,
    st.text(),
    st.text(),
    st.lists(st.text(), max_size=3).map(tuple),
)
answers = st.one_of(
    st.builds(Ready, st.text(), st.text()),
    st.builds(Advanced, st.text(), numbers),
    st.builds(Finished, st.none() | compositions),
    *(st.builds(kind, st.text()) for kind in (Unable, Refused, Failed, BadCheckpoint)),
)
NONSENSE = [b"", b"{", b"[]", b"null", b"{}", b'{"job": "dance"}', b'{"answer": "perhaps"}', b'{"job": "compose"}']


@given(job=jobs)
def test_any_job_survives_the_pipe(job: Job) -> None:
    """What is decoded equals what was encoded."""
    assert decode_job(encode_job(job)) == job


@given(answer=answers)
def test_any_answer_survives_the_pipe(answer: Answer) -> None:
    """What is decoded equals what was encoded."""
    assert decode_answer(encode_answer(answer)) == answer


@pytest.mark.parametrize("message", [*NONSENSE, b'{"job": "compose", "seed": 3}', b'{"job": "reduce", "target": 3}'])
def test_nonsense_is_no_job(message: bytes) -> None:
    """Anything else is a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011 (json's own and ours)
        decode_job(message)


@pytest.mark.parametrize("message", [*NONSENSE, b'{"answer": "ready"}', b'{"answer": "finished", "music": {"key": 1}}'])
def test_nonsense_is_no_answer(message: bytes) -> None:
    """Anything else is a ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011 (json's own and ours)
        decode_answer(message)
