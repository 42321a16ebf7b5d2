"""What a maker says about a station: what is wrong is one clear line, at once."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from ocppcore.errors import SetupError
from ocppcore.hardware import Hardware, MeterReading, ReadingPurpose, Want
from ocppcore.station import Capabilities, Setup, Station
from ocppcore.station.configuration import Access, Key
from ocppcore.station.setup import LONGEST
from ocppcore.testing.rig import Rig

GOOD: dict[str, Any] = {"identity": "CP1", "url": "ws://backend.example/ocpp", "vendor": "V", "model": "M"}


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"identity": ""}, "identity"),
        ({"identity": "a:b"}, "identity"),
        ({"identity": "x" * 49}, "identity"),
        ({"url": "http://backend.example"}, "url"),
        ({"url": "backend.example"}, "url"),
        ({"evses": 0}, "evses"),
        ({"evses": True}, "evses"),
        ({"evses": 1.5}, "evses"),
        ({"identity": None}, "identity"),
        ({"identity": 5}, "identity"),
        ({"identity": "a\nb"}, "identity"),
        ({"url": None}, "url"),
        ({"vendor": None}, "vendor"),
        ({"model": 5}, "model"),
        ({"serial_number": 5}, "serial_number"),
        ({"vendor": "a\udc9f"}, "vendor"),
        ({"max_data": "5"}, "max_data"),
        ({"authorization_cache_size": 0}, "authorization_cache_size"),
        ({"authorization_key": "text"}, "authorization_key"),
        ({"without": ["Core"]}, "Core"),
        ({"without": ["reservation"]}, "Reservation"),
        ({"without": ["security"]}, "Security"),
        *(({name: "x" * (longest + 1)}, name) for name, longest in LONGEST.items()),
    ],
)
def test_what_is_wrong_is_one_line_that_names_it(wrong: dict[str, Any], word: str) -> None:
    with pytest.raises(SetupError, match=word) as caught:
        Setup(**(GOOD | wrong))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "config", [{"HeartbeatInterval": 60}, {"HeartbeatInterval": "often"}, {"Nonsense": "1"}]
)
def test_a_wrong_factory_value_is_one_line_that_names_it(config: dict[Any, Any]) -> None:
    with pytest.raises(SetupError, match=str(next(iter(config)))) as caught:
        Station(Setup(**GOOD, config=config), rng=Random(1))
    assert "\n" not in str(caught.value)


def test_the_longest_fields_boot() -> None:
    rig = Rig()
    for name, longest in LONGEST.items():
        setattr(rig.setup, name, "x" * longest)
    rig.restart()
    assert rig.station.ctx.online


@pytest.mark.parametrize(
    ("identity", "url", "endpoint"),
    [
        ("CP1", "ws://h/ocpp", "ws://h/ocpp/CP1"),
        ("CP1", "wss://h:8443/ocpp/", "wss://h:8443/ocpp/CP1"),
        ("RDAM 123", "ws://h", "ws://h/RDAM%20123"),
        ("A/B?ü", "ws://h", "ws://h/A%2FB%3F%C3%BC"),
    ],
)
def test_the_connection_url(identity: str, url: str, endpoint: str) -> None:
    """J §3.1.1."""
    assert Setup(**(GOOD | {"identity": identity, "url": url})).endpoint_url == endpoint


class Socket(Hardware):
    """A hardware with a detachable cable that can restart."""

    measurands = ("Voltage",)
    has_main_meter = True

    def apply(self, evse: int, want: Want) -> None: ...

    def read_meter(self, evse: int, why: ReadingPurpose) -> MeterReading:
        return MeterReading(0.0)

    def unlock(self, evse: int) -> bool:
        return True

    def reset(self, hard: bool) -> None: ...


def test_what_a_hardware_overrides_is_what_it_can() -> None:
    can, cannot = Capabilities.of(Socket()), Capabilities.of(Hardware())
    assert (can.unlock, can.reset, can.main_meter, can.measurands) == (True, True, True, ("Voltage",))
    assert (cannot.unlock, cannot.reset, cannot.main_meter) == (False, False, False)


@pytest.mark.parametrize("name", ["HeartbeatInterval", "heartbeatinterval", "Own"])
def test_a_key_of_the_maker_has_a_name_of_its_own(name: str) -> None:
    rig = Rig()
    rig.setup.keys = (Key("Own", Access.RW, "1", str, section="maker"), Key(name, Access.RW, "1", str, section="maker"))
    with pytest.raises(SetupError, match="two"):
        rig.restart()


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"phases": 4}, "phases 4: use 1, 2 or 3"),
        ({"volts": "230"}, "volts '230': use a number above 0"),
        ({"max_current_a": True}, "max_current_a"),
        ({"max_current_a": float("inf")}, "max_current_a"),
        ({"min_current_a": 40.0}, "min_current_a 40.0: it is more than max_current_a 32.0"),
        ({"grid_current_a": 0}, "grid_current_a"),
    ],
)
def test_ratings_that_can_not_be(wrong: dict[str, Any], word: str) -> None:
    with pytest.raises(SetupError, match=word):
        Capabilities(**wrong)


def test_a_measurand_that_the_standard_does_not_have() -> None:
    """It could never be sent."""
    with pytest.raises(SetupError, match="'Power.Active.Imprt'"):
        Station(Setup(**GOOD, capabilities=Capabilities(measurands=("Power.Active.Imprt",))), rng=Random(1))


@pytest.mark.parametrize(("more", "word"), [({"capabilities": Socket()}, "capabilities"), ({"keys": ["X"]}, "no Key")])
def test_what_is_of_the_wrong_class(more: dict[str, Any], word: str) -> None:
    with pytest.raises(SetupError, match=word):
        Setup(**GOOD, **more)


def test_a_forgotten_comma() -> None:
    with pytest.raises(SetupError, match=r"measurands 'Voltage': use a tuple or a list, \('Voltage',\)"):
        Capabilities(measurands="Voltage")  # type: ignore[arg-type]
    with pytest.raises(SetupError, match="without 'Reservation'"):
        Setup(**GOOD, without="Reservation")
