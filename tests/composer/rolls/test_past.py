"""What the roll network is shown of the past."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from composer.rolls.past import DECAYS, LAGS, MEMORIES, Past, history_of, plane_count

KEYS = 12


def frames_of(*frames: str) -> np.ndarray:
    """Frames ``(time, 12, 1)`` from lines such as ``x..x........``, lowest key first."""
    return np.array([[[letter == "x"] for letter in frame.ljust(KEYS, ".")] for frame in frames], np.uint8)


def test_each_key_is_shown_what_it_did_some_frames_ago() -> None:
    """The first planes are the frames one, two, three ... frames back, silent before the beginning."""
    frames = frames_of("x", ".x", "..x", "...x")
    planes = history_of(frames).planes
    for plane, lag in enumerate(LAGS):
        for time in range(len(frames)):
            expected = frames[time - lag, :, 0] if time >= lag else np.zeros(KEYS)
            assert (planes[time, :, plane] == expected).all()


def test_the_past_of_a_frame_does_not_know_the_frame() -> None:
    """Whatever follows, what is shown before it stays the same."""
    beginning = frames_of("x", "..x", "x.x")
    one = history_of(np.concatenate([beginning, frames_of("x")]))
    other = history_of(np.concatenate([beginning, frames_of("...xxx")]))
    assert (one.planes == other.planes).all()
    assert (one.own == other.own).all()


def test_a_memory_offers_what_followed_the_same_before() -> None:
    """After a pattern has been played for long, its next frame is what every memory expects most."""
    pattern = frames_of("x...x", "..x", "x..x", "....x..x")
    past = Past(KEYS, 1)
    for frame in np.concatenate([pattern] * 20 + [pattern[:2]]):
        past.push(frame)
    planes, _ = past.planes()
    for offered in planes[:, len(LAGS) : len(LAGS) + len(MEMORIES)].T:
        assert set(np.flatnonzero(offered > 0.5)) == set(np.flatnonzero(pattern[2, :, 0]))


def test_a_memory_offers_little_where_nothing_is_alike() -> None:
    """In music that has been nowhere similar, no memory of long contexts is sure of anything."""
    past = Past(KEYS, 1)
    for key in range(8):
        past.push(frames_of("." * key + "x")[0])
    planes, _ = past.planes()
    assert planes[:, len(LAGS) + 1 : len(LAGS) + len(MEMORIES)].max() < 0.05


def test_a_key_is_shown_how_long_it_has_been_as_it_is() -> None:
    """Age grows while a key is held, begins anew at a change, and at an onset of a key that goes on sounding."""
    held, struck, silent = [1, 0], [1, 1], [0, 0]
    frames = np.array([[key] * KEYS for key in (struck, held, held, struck, held, silent)], np.uint8)
    past = Past(KEYS, 2)
    ages = []
    for frame in frames:
        past.push(frame)
        ages.append(round(float(np.expm1(3 * past.planes()[1][0, 0]))))
    assert ages == [1, 2, 3, 1, 2, 1]


@given(st.lists(st.lists(st.booleans(), min_size=2 * KEYS, max_size=2 * KEYS), min_size=1, max_size=40))
def test_offers_and_means_are_shares(cells: list[list[bool]]) -> None:
    """Whatever was heard, all that is shown of it lies between 0 and 1."""
    sounding = np.array(cells, np.uint8).reshape(len(cells), KEYS, 2)
    sounding[..., 0] |= sounding[..., 1]
    history = history_of(sounding)
    assert history.planes.shape == (len(cells), KEYS, plane_count(2))
    assert history.planes.min() >= 0
    assert history.planes.max() <= 1


def test_a_copy_goes_its_own_way() -> None:
    """What is pushed to a copy is not heard by the original."""
    past = Past(KEYS, 1)
    past.push(frames_of("x")[0])
    twin = past.copy()
    twin.push(frames_of(".x")[0])
    assert past.length == 1
    assert past.planes()[0][0, 0] == 1
    assert twin.planes()[0][0, 0] == 0


def test_a_long_past_is_forgotten_from_its_beginning() -> None:
    """After thousands of frames the newest are still shown as they were."""
    rng = np.random.default_rng(1)
    frames = (rng.random((5000, KEYS, 1)) < 0.2).astype(np.uint8)
    past = Past(KEYS, 1)
    for frame in frames:
        past.push(frame)
    planes, _ = past.planes()
    assert past.length < 4097
    assert (planes[:, len(LAGS) - 1] == frames[-LAGS[-1], :, 0]).all()
    assert planes[:, -len(DECAYS) :].max() < 1
