"""Telling how a run goes, where messages are deleted meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.domain import MessageRef
from bot.retraining.run_folders import RunFolders
from bot.retraining.teller import Teller
from tests.bot.store.samples import NOON, person
from tests.fakes.platform import LoopbackPlatform

if TYPE_CHECKING:
    from pathlib import Path

    from bot.retraining.domain import Notice
    from bot.store import Store

LOST, NEW = MessageRef("1", "1"), MessageRef("1", "2")


@dataclass
class Forgetful(LoopbackPlatform):
    """A platform on which the first message of a run has been deleted."""

    async def announce(self, address: str, notice: Notice, message: MessageRef | None) -> MessageRef | None:
        """What was deleted comes as a new message."""
        shown = await super().announce(address, notice, message)
        return NEW if shown == LOST else shown


async def test_a_deleted_message_is_replaced_once(store: Store, tmp_path: Path) -> None:
    """All further progress goes into the new message, and not into one more each time."""
    platform, teller = Forgetful(), Teller(store, RunFolders(tmp_path), pause=0.0)
    teller.add_platform(platform)
    run = await store.add_run(person("clara"), key="1", address="{}", now=NOON)
    run = replace(run, platform=platform.name, message=LOST)

    for shown, share in enumerate((0.1, 0.4, 0.8), 1):
        teller.goes(replace(run, share=share))
        async with asyncio.timeout(20):
            while len(platform.announced) < shown:
                await asyncio.sleep(0.01)
    await teller.close(0)

    assert [message for _, _, message in platform.announced] == [LOST, NEW, NEW]
    assert (await store.stored_run(run.id)).message == NEW
