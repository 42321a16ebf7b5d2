"""ocppcore.v16: everything under one roof, and cheap to import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import ocppcore.messages.v16 as folder
from ocppcore import v16
from ocppcore.messages.base import Message, Record, Request, Response
from ocppcore.version import V16
from ocppcore.wire.frame import Actions

BLOCKS = {path.stem for path in Path(folder.__file__).parent.glob("*.py")} - {"__init__"}


def test_every_declaration_is_exported_once() -> None:
    assert len(v16.__all__) == len(set(v16.__all__))
    for block in BLOCKS:
        module = getattr(v16, block)
        assert isinstance(module, ModuleType)
        public = {name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
        assert {name for name in public if not name.startswith("_")} == set(module.__all__) <= set(v16.__all__)


def test_39_requests_with_their_responses_and_12_records() -> None:
    kinds = [kind for name in v16.__all__ if isinstance(kind := getattr(v16, name), type) and issubclass(kind, Message)]
    assert sum(issubclass(kind, Request) for kind in kinds) == len(v16.REQUESTS) == 39
    assert sum(issubclass(kind, Response) for kind in kinds) == 39
    assert sum(issubclass(kind, Record) for kind in kinds) == 12
    assert all(name == request.action == request.response.action for name, request in v16.REQUESTS.items())


def test_every_declaration_says_where_the_standard_has_it() -> None:
    for name in v16.__all__:
        kind = getattr(v16, name)
        if isinstance(kind, type) and kind.__module__.startswith(folder.__name__):
            doc = kind.__doc__ or ""
            assert "1.6 §" in doc or "W " in doc or "N " in doc, name


def test_the_tables_of_the_wire() -> None:
    assert isinstance(v16.ACTIONS, Actions) and v16.ACTIONS.version is V16
    assert v16.ACTIONS.requests["Authorize"] is v16.AuthorizeRequest.shape
    assert v16.ACTIONS.responses["Authorize"] is v16.AuthorizeResponse.shape
    assert set(v16.ACTIONS.requests) == set(v16.ACTIONS.responses) == set(v16.REQUESTS)
    assert "Reset" in v16.ACTIONS.served
    few = v16.actions(served={"Heartbeat"})
    assert "Heartbeat" in few.served and "Reset" not in few.served and "Reset" in few.requests


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import sys; before = set(sys.modules); import ocppcore.v16; print(*set(sys.modules) - before)"
    command = [sys.executable, "-W", "error", "-c", code]
    loaded = set(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.split())
    assert "ocppcore.v16" in loaded
    assert not loaded & {"asyncio", "ssl", "sqlite3", "socket", "dataclasses", "inspect", "jsonschema"}
