"""The messages of a version of OCPP, found by the name that a user types."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from ocppcore.errors import SetupError
from ocppcore.messages.base import Request
from ocppcore.messages.export import schema_of
from ocppcore.wire import Actions

MODULES: Final = {"1.6": "ocppcore.v16"}


def actions_of(version: str) -> Actions:
    """The table for the wire. Raises SetupError for a version that is not there."""
    actions: Actions = _module(version).ACTIONS
    return actions


def schemas_of(version: str) -> dict[str, dict[str, Any]]:
    """The JSON Schema of each message, by the name of its official file: `Reset`, `ResetResponse`."""
    requests: dict[str, type[Request[Any]]] = _module(version).REQUESTS
    schemas: dict[str, dict[str, Any]] = {}
    for action, request in sorted(requests.items()):
        schemas[action] = schema_of(request)
        schemas[f"{action}Response"] = schema_of(request.response)
    return schemas


def _module(version: str) -> Any:
    if version not in MODULES:
        raise SetupError(f"there is no OCPP {version!r} here; choose from: {', '.join(MODULES)}")
    return import_module(MODULES[version])
