"""Checkpoints: weights, card, hashes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from composer.checkpoints import (
    CARD,
    CRITIC,
    NETWORK,
    RELEASED,
    WEIGHTS,
    load_checkpoint,
    read_weights,
    write_card,
    write_weights,
)
from composer.errors import CheckpointError
from tests.networks import change_card, flip_byte, make_network


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the released checkpoint to spoil."""
    return Path(shutil.copytree(RELEASED, tmp_path / "checkpoint"))


def test_the_released_checkpoint_is_whole() -> None:
    """What comes with the package loads, and its id names its network file."""
    checkpoint = load_checkpoint()

    assert checkpoint.id == f"note-lstm-{checkpoint.card['files'][NETWORK][:10]}"


def test_the_released_checkpoint_is_small() -> None:
    """Weights and network together stay under 30 MB."""
    assert sum((RELEASED / name).stat().st_size for name in (WEIGHTS, NETWORK)) < 30 * 10**6


@pytest.mark.parametrize("name", [WEIGHTS, NETWORK])
def test_an_altered_file_is_refused(copy: Path, name: str) -> None:
    """One flipped byte is enough."""
    data = bytearray((copy / name).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / name).write_bytes(data)

    with pytest.raises(CheckpointError, match="SHA-256"):
        load_checkpoint(copy)


@pytest.mark.parametrize("name", [CARD, WEIGHTS, NETWORK])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    """The message says which file is not there."""
    (copy / name).unlink()

    with pytest.raises(CheckpointError, match=name):
        load_checkpoint(copy)


def test_another_vocabulary_is_refused(copy: Path) -> None:
    """A network that means something else by its numbers is not used."""
    card = json.loads((copy / CARD).read_text())
    card["vocabulary"]["factors"]["pitch"] = 89
    (copy / CARD).write_text(json.dumps(card))

    with pytest.raises(CheckpointError, match="another version"):
        load_checkpoint(copy)


@pytest.mark.parametrize("engine", ["organ", None, ["roll"]])
def test_another_engine_is_refused(tmp_path: Path, engine: object) -> None:
    """A checkpoint for a program with other engines is neither loaded nor written."""
    card = make_network(tmp_path / "network").card
    change_card(tmp_path / "network", engine=engine)

    with pytest.raises(CheckpointError, match="an engine that this program does not have"):
        load_checkpoint(tmp_path / "network")
    with pytest.raises(CheckpointError, match="it has notes and roll"):
        write_card(tmp_path / "network", card | {"engine": engine})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": []}', '{"files": {"../secret": "0"}}', "\0"])
def test_a_nonsense_card_is_refused(copy: Path, text: str) -> None:
    """Whatever the card holds, the answer is a sentence."""
    (copy / CARD).write_text(text)

    with pytest.raises(CheckpointError):
        load_checkpoint(copy)


def test_weights_survive_storing(tmp_path: Path) -> None:
    """Arrays come back under their names, within half precision."""
    arrays = {"a/kernel": np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4), "b": np.zeros(2, np.float32)}
    write_weights(tmp_path / WEIGHTS, arrays)
    stored = read_weights(tmp_path / WEIGHTS)

    assert stored.keys() == arrays.keys()
    np.testing.assert_allclose(stored["a/kernel"], arrays["a/kernel"], atol=1e-3)


def test_a_written_card_makes_a_loadable_checkpoint(copy: Path) -> None:
    """Writing a card again over the same files gives the same id and loads."""
    before = load_checkpoint(copy)
    (copy / CARD).unlink()
    card = {name: value for name, value in before.card.items() if name not in {"id", "files", "vocabulary"}}

    assert write_card(copy, card).id == load_checkpoint(copy).id == before.id


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "card.json cannot be read (No such file or directory)"), ("{", "card.json is not JSON")],
)
def test_what_is_no_checkpoint_is_said_in_words(tmp_path: Path, content: str | None, reason: str) -> None:
    """The sentence names the file and what to do, without numbers of the system."""
    if content is not None:
        (tmp_path / CARD).write_text(content, encoding="utf-8")

    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(tmp_path)

    assert str(caught.value) == (
        f"There is no usable checkpoint in {tmp_path}: {reason}; name the folder that training wrote."
    )


def test_a_critic_is_part_of_a_checkpoint(tmp_path: Path) -> None:
    """What was learnt of votes is found, verified like the other files, and tells two checkpoints apart."""
    plain = make_network(tmp_path / "plain")
    taught = make_network(tmp_path / "taught", critic='{"likes": 1}')
    other = make_network(tmp_path / "other", critic='{"likes": 2}')

    assert load_checkpoint(plain.folder).critic is None
    assert load_checkpoint(taught.folder).critic == tmp_path / "taught" / CRITIC
    assert len({plain.id, taught.id, other.id}) == 3
    flip_byte(tmp_path / "taught" / CRITIC)
    with pytest.raises(CheckpointError, match="SHA-256"):
        load_checkpoint(taught.folder)


def test_a_critic_from_elsewhere_is_not_read(tmp_path: Path) -> None:
    """A file that the card does not name is no part of the checkpoint; one that it names has to be there."""
    plain = make_network(tmp_path / "plain")
    (plain.folder / CRITIC).write_text("{}")
    taught = make_network(tmp_path / "taught", critic="{}")
    (taught.folder / CRITIC).unlink()

    assert load_checkpoint(plain.folder).critic is None
    with pytest.raises(CheckpointError, match=CRITIC):
        load_checkpoint(taught.folder)


def test_another_checkpoint_is_not_loaded_instead(tmp_path: Path) -> None:
    """Whoever says which card it must be gets that checkpoint or none."""
    one, other = make_network(tmp_path / "one", "one"), make_network(tmp_path / "other", "other")

    assert load_checkpoint(one.folder, one.card_sha256) == one
    with pytest.raises(CheckpointError, match="its card is another"):
        load_checkpoint(other.folder, one.card_sha256)
