"""What the parts of the store have in common: methods that are transactions."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from bot.store.database import Database, Statements

T = TypeVar("T")
P = ParamSpec("P")
AnyPart = TypeVar("AnyPart", bound="Part")


class Part:
    """Some of the store's methods."""

    def __init__(self, database: Database) -> None:
        self._database = database


def writing(
    method: Callable[Concatenate[AnyPart, Statements, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[AnyPart, P], Coroutine[Any, Any, T]]:
    """Make a method one transaction that may write; its callers do not see the statements."""

    @wraps(method)
    async def transact(self: AnyPart, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._database.write(lambda sql: method(self, sql, *args, **kwargs))

    return transact


def reading(
    method: Callable[Concatenate[AnyPart, Statements, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[AnyPart, P], Coroutine[Any, Any, T]]:
    """Make a method a look at one unchanging state of the database."""

    @wraps(method)
    async def transact(self: AnyPart, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._database.read(lambda sql: method(self, sql, *args, **kwargs))

    return transact
