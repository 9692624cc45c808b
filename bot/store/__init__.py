"""The store: requests, pieces, votes and settings in SQLite; the only package that knows SQL.

``database`` makes transactions whole, ``opening`` and ``migrations`` bring the file to its form, and the ``Store`` is
put together from one part for each thing that is stored.
"""

from bot.store.errors import DatabaseInUseError, StoreError
from bot.store.people import Forgotten
from bot.store.store import Store

__all__ = ["DatabaseInUseError", "Forgotten", "Store", "StoreError"]
