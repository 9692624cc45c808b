"""Nothing of what the training process says is believed unread."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.retraining.reports import News, read_line

REPORT: dict[str, Any] = {
    "base": "note-lstm-1",
    "checkpoint": "note-lstm-2",
    "passed": True,
    "sentence": "Better.",
    "gates": [{"name": "nats", "title": "Nats", "before": 2.5, "after": 2.4, "passed": True}],
    "votes": 200,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def line(content: Any) -> bytes:
    """One line of standard output."""
    return json.dumps(content).encode() + b"\n"


def test_news_are_news() -> None:
    """A share is one, and the time left is not negative."""
    assert read_line(line({"stage": "training", "share": 0.5, "eta_seconds": 60})) == News("training", 0.5, 60)
    assert read_line(line({"stage": "training", "share": 7, "eta_seconds": -1})) == News("training", 1.0, 0.0)
    assert read_line(line({"stage": "reading", "share": 0})) == News("reading", 0.0, None)


def test_a_report_is_what_people_are_shown() -> None:
    """What else is in it stays out; what cannot be measured is nothing."""
    gates = [{**REPORT["gates"][0], "after": float("nan"), "secret": "x"}]

    report = read_line(line({"report": {**REPORT, "gates": gates, "path": "/home"}}))

    assert isinstance(report, dict)
    assert set(report) == {*REPORT, "samples"}
    assert report["gates"][0]["after"] is None
    figures, texts = {"before", "after", "bound", "limit"}, {"name", "title", "sentence"}
    assert set(report["gates"][0]) == {*figures, *texts, "passed", "is_of_a_part"}


def test_a_report_without_a_network() -> None:
    """Where nothing could be learnt there is no candidate, and no reason to doubt the report."""
    report = read_line(line({"report": {**REPORT, "passed": False, "checkpoint": None, "samples": None}}))

    assert isinstance(report, dict)
    assert (report["checkpoint"], report["passed"], report["samples"]) == (None, False, {})


@pytest.mark.parametrize(
    "content",
    [
        {**REPORT, "passed": "yes"},
        {**REPORT, "passed": 1},
        {**REPORT, "gates": [{"passed": None}]},
        {**REPORT, "gates": {}},
        {**REPORT, "sentence": 7},
        {**REPORT, "votes": "many"},
        {name: value for name, value in REPORT.items() if name != "checkpoint"},
        [],
        None,
    ],
)
def test_half_a_report_is_none(content: Any) -> None:
    """A network is not put on trial because of something that looks like a report."""
    with pytest.raises(ValueError, match=r"."):
        read_line(line({"report": content}))


@given(JSON)
def test_whatever_is_said_is_read_or_refused(content: Any) -> None:
    """Any JSON is news, a report, or a ValueError."""
    for said in (content, {"report": content}, {"stage": content, "share": content}):
        try:
            found = read_line(line(said))
        except ValueError:
            continue
        assert isinstance(found, News | dict)


@given(st.binary(max_size=60))
def test_what_is_no_json_is_refused(data: bytes) -> None:
    """Bytes of any kind."""
    try:
        found = read_line(data)
    except ValueError:
        return
    assert isinstance(found, News | dict)


def test_texts_are_fit_to_be_shown() -> None:
    """No control characters and no novels come through."""
    report = read_line(line({"report": {**REPORT, "sentence": "Bet\u202eter\n" + "x" * 10_000}}))

    assert isinstance(report, dict)
    assert report["sentence"].startswith("Better xxx")
    assert len(report["sentence"]) <= 600
