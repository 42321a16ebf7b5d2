"""What docs/security.md says of the back end's bounds is what the code has."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from ocppcore.bindings._server import MAX_HANDSHAKES
from ocppcore.csms import Csms, Rate, Throttle

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \| (?:dropped|503|closed)", PAGE, re.MULTILINE))


def default(name: str) -> Rate:
    rate = inspect.signature(Throttle).parameters[name].default
    assert isinstance(rate, Rate)
    return rate


def words(rate: Rate) -> str:
    each = f"{rate.per_second:g} a second" if rate.per_second >= 1 else f"1 in {1 / rate.per_second:g} s"
    return f"{rate.burst:g}, then {each}"


def test_the_rates_are_those_of_the_code() -> None:
    half_open, stations = (inspect.signature(Throttle).parameters[name].default for name in ("half_open", "stations"))
    assert ROWS == {
        "connections of one address": f"{words(default('connections'))}; {half_open} that are not finished",
        "connections that are not finished, TLS included": f"{MAX_HANDSHAKES} in all, 10 s each",
        "stations that are connected": f"{stations} at a time",
        "handshakes in one name": words(default("handshakes")),
        "failed logins in one name": words(default("failures_by_identity")),
        "failed logins from one address": words(default("failures_by_address")),
        "`messages=`, `characters=` on one connection": "no bound by itself",
    }
    assert f"after `judge_wait` seconds ({inspect.signature(Csms).parameters['judge_wait'].default:g})" in PAGE


def test_every_bound_is_in_the_table() -> None:
    assert set(inspect.signature(Throttle).parameters) == {
        "connections", "handshakes", "failures_by_address", "failures_by_identity", "messages", "characters",
        "half_open", "stations", "trusted", "size",
    }  # fmt: skip
