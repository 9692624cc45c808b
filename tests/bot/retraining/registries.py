"""Registries for tests, and networks that are handed to them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from bot.retraining.registry import Registry
from tests.networks import make_network

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store import Store

BASE = "note-lstm-base"


async def open_registry(store: Store, data: Path, base_id: str = BASE) -> Registry:
    """A registry as the bot opens it when it starts."""
    registry = Registry(store, data)
    await registry.start(base_id)
    return registry


def made(data: Path, name: str = "a") -> Path:
    """What training leaves behind: a folder with a network that is called by its name."""
    out = data / "out"
    shutil.rmtree(out, ignore_errors=True)
    make_network(out / "checkpoint", name, critic=f'{{"likes": "{name}"}}')
    return out


async def adopted(registry: Registry, data: Path, name: str = "a", *, sentence: str = "It is better.") -> str:
    """Hand a network to the registry; its id."""
    return (await registry.adopt(made(data, name), None, {"base": BASE, "sentence": sentence})).id


async def used(registry: Registry, data: Path, name: str = "a") -> str:
    """Hand a network to the registry and let it compose; its id."""
    return (await registry.use(await adopted(registry, data, name))).id
