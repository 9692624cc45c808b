"""Holds what the bot asks, and what the fake answers, against Discord's own OpenAPI document, if it is here.

``SCHUMANN_SHARED`` is the folder in which ``discord/openapi.json`` lies.
"""

from __future__ import annotations

import functools
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.fakes.discord.request_log import Exchange

_SHARED = Path(os.environ.get("SCHUMANN_SHARED", Path(__file__).resolve().parents[4] / "shared"))
DOCUMENT = _SHARED / "discord" / "openapi.json"


@functools.cache
def document_check() -> DocumentCheck | None:
    """The check, or None where the document is not here."""
    return DocumentCheck(json.loads(DOCUMENT.read_text(encoding="utf-8"))) if DOCUMENT.is_file() else None


_SERVER_ERROR = 500
"""From here on what answers is no longer the API, but what stands before it."""


class DocumentCheck:
    """Checks exchanges; one document serves all tests."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._components = document["components"]
        # Media channels are in Discord's documentation, and not yet in its document.
        self._components["schemas"]["ChannelTypes"]["oneOf"].append({"const": 16})
        self._paths = sorted(document["paths"].items(), key=lambda item: (item[0].count("{"), -len(item[0])))
        self._patterns: list[tuple[re.Pattern[str], dict[str, Any]]] = [
            (re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path)) + "$"), operations)
            for path, operations in self._paths
        ]
        self._validators: dict[str, Draft202012Validator] = {}

    def violations(self, exchanges: Iterable[Exchange]) -> list[str]:
        """One line for everything that the document does not allow; equal exchanges are looked at once."""
        distinct = {
            json.dumps([e.method, e.path, e.body, e.status, e.answer], sort_keys=True, default=str): e
            for e in exchanges
        }
        return [line for exchange in distinct.values() for line in self._violations(exchange)]

    def _violations(self, exchange: Exchange) -> Iterator[str]:
        operations = next((found for pattern, found in self._patterns if pattern.match(exchange.path)), None) or {}
        operation = operations.get(exchange.method.lower())
        name = f"{exchange.method} {exchange.path}"
        if operation is None:
            yield f"{name}: the document knows no such request"
            return
        request = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        if exchange.body is not None and request is not None and exchange.status < 400:
            yield from self._faults(f"{name}, request", request, _without_false_alarms(exchange.body))
        answer = self._answer_schema(operation, exchange.status)
        if answer is not None and exchange.answer is not None:
            yield from self._faults(f"{name}, answer {exchange.status}", answer, exchange.answer)
        if (
            answer is None
            and exchange.status < _SERVER_ERROR
            and exchange.status not in operation["responses"]
            and str(exchange.status) not in operation["responses"]
        ):
            yield f"{name}: the document knows no answer {exchange.status}"

    def _answer_schema(self, operation: dict[str, Any], status: int) -> Any:
        responses = operation["responses"]
        response = responses.get(str(status)) or responses.get(f"{status // 100}XX") or {}
        if "$ref" in response:
            response = self._components["responses"][response["$ref"].rsplit("/", 1)[1]]
        return response.get("content", {}).get("application/json", {}).get("schema")

    def _faults(self, name: str, schema: Any, value: Any) -> Iterator[str]:
        key = json.dumps(schema, sort_keys=True)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator({**schema, "components": self._components})
        error = best_match(self._validators[key].iter_errors(value))
        if error is not None:
            yield f"{name}: at {error.json_path}: {error.message[:300]}"


def _without_false_alarms(body: Any) -> Any:
    """discord.py sends some ids as integers, which Discord takes although its document says strings."""
    if not isinstance(body, dict):
        return body
    body = {key: _without_false_alarms(value) if key == "data" else value for key, value in body.items()}
    if "recipient_id" in body:
        body["recipient_id"] = str(body["recipient_id"])
    if isinstance(body.get("attachments"), list):
        body["attachments"] = [{**item, "id": str(item["id"])} for item in body["attachments"]]
    if isinstance(reference := body.get("message_reference"), dict):
        ids = {key: str(value) for key, value in reference.items() if key.endswith("_id")}
        body["message_reference"] = {**reference, **ids}
    return body
