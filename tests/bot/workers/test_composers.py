"""The networks that a worker keeps loaded."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest

from bot.workers.composers import MOST_OTHERS, Composers, roll_composer
from composer.checkpoints import CARD, NETWORK, RELEASED, RELEASED_ROLL, WEIGHTS, load_checkpoint
from composer.errors import CheckpointError
from tests.networks import change_card, copy_released, flip_byte, make_network

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def composers() -> Composers:
    """What one worker keeps, for all tests."""
    return Composers()


def test_the_base_is_there_without_being_asked_for(composers: Composers, tmp_path: Path) -> None:
    """A job that names no folder gets it, and so does one that names a copy of the very same checkpoint."""
    copy = shutil.copytree(load_checkpoint().folder, tmp_path / "copy")

    assert composers.of(None, None) is composers.base
    assert composers.of(copy, load_checkpoint(copy).card_sha256) is composers.base


def test_others_are_loaded_once_and_the_oldest_goes(composers: Composers, tmp_path: Path) -> None:
    """What was used last stays loaded, also when its files are gone; what was not is loaded anew."""
    networks = [copy_released(tmp_path / name, f"note-lstm-{name}") for name in "abc"]
    a, b = (composers.of(network.folder, network.card_sha256) for network in networks[:MOST_OTHERS])
    assert composers.of(networks[0].folder, networks[0].card_sha256) is a
    c = composers.of(networks[2].folder, networks[2].card_sha256)
    shutil.rmtree(networks[0].folder)

    assert [composer.checkpoint.id for composer in (a, b, c)] == ["note-lstm-a", "note-lstm-b", "note-lstm-c"]
    assert composers.of(networks[0].folder, networks[0].card_sha256) is a
    assert composers.of(networks[2].folder, networks[2].card_sha256) is c
    assert composers.of(networks[1].folder, networks[1].card_sha256) is not b


@pytest.mark.parametrize("name", [CARD, WEIGHTS, NETWORK])
def test_a_damaged_checkpoint_is_not_loaded(composers: Composers, tmp_path: Path, name: str) -> None:
    """One wrong byte in any of its files is enough."""
    network = copy_released(tmp_path / "damaged", "note-lstm-damaged")
    flip_byte(network.folder / name)

    with pytest.raises(CheckpointError, match=r"damaged|not the one|not JSON"):
        composers.of(network.folder, network.card_sha256)


def test_a_foreign_checkpoint_is_not_loaded(composers: Composers, tmp_path: Path) -> None:
    """One that is whole, but not the one that was named, is refused, and so is any that nobody has named."""
    network = copy_released(tmp_path / "known", "note-lstm-known")
    foreign = copy_released(tmp_path / "foreign", "note-lstm-foreign")

    with pytest.raises(CheckpointError, match="not the one"):
        composers.of(foreign.folder, network.card_sha256)
    with pytest.raises(CheckpointError, match="nobody says"):
        composers.of(foreign.folder, None)


def test_what_litert_does_not_take_is_a_sentence(composers: Composers, tmp_path: Path) -> None:
    """A checkpoint whose hashes are right and whose network is none can be told from a fault in a job."""
    network = make_network(tmp_path / "nonsense")

    with pytest.raises(CheckpointError, match=r"cannot be loaded \(\w+Error\)"):
        composers.of(network.folder, network.card_sha256)


def test_another_version_is_a_sentence(composers: Composers, tmp_path: Path) -> None:
    """A network that means something else by its numbers is refused, though its card is the one that was named."""
    network = copy_released(tmp_path / "old", "note-lstm-old")
    change_card(network.folder, vocabulary={"factors": {}})

    with pytest.raises(CheckpointError, match="not the one"):
        composers.of(network.folder, network.card_sha256)
    with pytest.raises(CheckpointError, match="another version"):
        composers.of(network.folder, hashlib.sha256((network.folder / CARD).read_bytes()).hexdigest())


needs_roll = pytest.mark.skipif(not (RELEASED_ROLL / CARD).exists(), reason="there is no released roll checkpoint")


@needs_roll
def test_the_roll_is_loaded_when_it_is_asked_for(tmp_path: Path) -> None:
    """Once, from a folder that need not be there before or after."""
    folder = tmp_path / "roll"
    composers = Composers(roll=folder)
    with pytest.raises(CheckpointError, match="no usable checkpoint"):
        _ = composers.roll
    shutil.copytree(RELEASED_ROLL, folder)
    roll = composers.roll
    shutil.rmtree(folder)

    assert composers.roll is roll
    assert roll.checkpoint.id == load_checkpoint(RELEASED_ROLL).id
    assert composers.base.checkpoint.id != roll.checkpoint.id


def test_a_roll_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    """A folder that is missing, or holds a network of the other engine, leaves the worker with what it has."""
    for folder, words in ((tmp_path / "none", "no usable checkpoint"), (RELEASED, "of the engine notes")):
        composers = Composers(roll=folder)
        with pytest.raises(CheckpointError, match=words):
            _ = composers.roll
        with pytest.raises(CheckpointError, match=words):
            roll_composer(folder)
        assert composers.of(None, None) is composers.base


@needs_roll
def test_the_roll_composes_for_nobody_who_asked_for_notes(composers: Composers) -> None:
    """As the base, or as a network of the registry, a checkpoint of the roll engine is refused."""
    with pytest.raises(CheckpointError, match="of the engine roll"):
        Composers(RELEASED_ROLL)
    with pytest.raises(CheckpointError, match="of the engine roll"):
        composers.of(RELEASED_ROLL, load_checkpoint(RELEASED_ROLL).card_sha256)
