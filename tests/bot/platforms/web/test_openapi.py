"""The description of the API tells the truth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from tests.bot.platforms.web.api_client import document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiohttp.web import AbstractResource

    from tests.bot.platforms.web.conftest import Chat

NOT_DESCRIBED = {"/", "/page/{name}"}
"""The page."""


def _values(value: Any) -> Iterator[Any]:
    yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _values(part)


def test_every_reference_leads_somewhere() -> None:
    """All references in the description resolve."""
    references = [value["$ref"] for value in _values(document()) if isinstance(value, dict) and "$ref" in value]

    assert references
    for reference in references:
        found: Any = document()
        for name in reference.removeprefix("#/").split("/"):
            assert name in found, reference
            found = found[name]


def test_every_schema_is_one() -> None:
    """All schemas are valid JSON Schema of the dialect that OpenAPI 3.1 uses."""
    for schema in document()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_component_is_used() -> None:
    """Nothing is described that nobody refers to."""
    components, used = document()["components"], str(document())

    unused = [
        name
        for kind in ("schemas", "parameters", "responses")
        for name in components[kind]
        if f"#/components/{kind}/{name}'" not in used and name not in {"Hello", "Ticket"}
    ]

    assert unused == []


def test_operations_have_different_names() -> None:
    """Generated clients can name their functions after the operations."""
    names = [
        value["operationId"] for value in _values(document()) if isinstance(value, dict) and "operationId" in value
    ]

    assert len(names) == len(set(names))


async def test_describes_exactly_what_is_served(chat: Chat) -> None:
    """Every route of the server is in the description, and every operation in the description is served."""
    assert chat.web._runner is not None
    routes = [(route.method, route.resource) for route in chat.web._runner.app.router.routes()]
    paths = {(method, path) for method, resource in routes if resource for path in _plain(resource)}

    described = {(method.upper(), path) for path, item in document()["paths"].items() for method in item}

    assert {(method, path) for method, path in paths if method != "HEAD" and path not in NOT_DESCRIBED} == described


def _plain(resource: AbstractResource) -> list[str]:
    """The addresses of a route; one that holds several choices has one for each."""
    pattern = resource.get_info().get("pattern")
    choices = re.search(r"\(\?P<(?:file|action)>([^)]+)\)", pattern.pattern) if pattern else None
    values = choices[1].split("|") if choices else [""]
    return [re.sub(r"\{(?:file|action)\}", value, resource.canonical) for value in values]


async def test_serves_its_description(chat: Chat) -> None:
    """The description is served beside what it describes."""
    reply = await chat.person.raw("GET", "/api/openapi.json")

    assert reply.body == document()
