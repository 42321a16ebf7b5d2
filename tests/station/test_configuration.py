"""Configuration keys from the host's side: keys of its own, reading them, changing them, hearing of changes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import SetupError
from ocppcore.station import Access, Key
from ocppcore.station.events import KeyChanged
from ocppcore.station.readers import boolean, choice, integer, text
from ocppcore.testing.rig import Rig

DOCS = Path(__file__).parents[2] / "docs" / "configuration-keys.md"
KEYS = (
    Key("AcmeColour", Access.RW, "Green", choice(("Red", "Green"))),
    Key("AcmeFan", Access.RW, "50", integer(0, 100), reboot=True),
    Key("AcmeDoor", Access.R, "closed", choice(("open", "closed"))),
    Key("AcmePin", Access.W, None, text(8, least=4)),
)


@pytest.fixture
def rig() -> Rig:
    rig = Rig()
    rig.setup.keys = KEYS
    rig.restart()
    rig.events.clear()
    return rig


def told(rig: Rig) -> list[tuple[str, str | None]]:
    return [(event.key, event.value) for event in rig.events if isinstance(event, KeyChanged)]


def test_the_host_reads_any_key(rig: Rig) -> None:
    configuration = rig.station.configuration
    assert configuration.text("AcmeColour") == "Green" and configuration.value("AcmeColour") == "Green"
    assert configuration.int("HeartbeatInterval") == 300 and configuration.bool("LocalPreAuthorize") is False
    assert configuration.text("AcmePin") is None
    with pytest.raises(KeyError):
        configuration.value("AcmePin")
    assert {key.name for key in KEYS} < {key.name for key in configuration}


def test_the_back_end_changes_a_key_of_the_maker_and_the_host_hears_of_it(rig: Rig) -> None:
    assert rig.set_key("acmecolour", "red") == "Accepted"
    assert rig.set_key("AcmeColour", "Yellow") == "Rejected"
    assert told(rig) == [("AcmeColour", "red")]
    assert rig.station.configuration.value("AcmeColour") == "Red"


def test_the_host_changes_a_key_of_the_standard_and_it_has_its_effect(rig: Rig) -> None:
    assert rig.station.configure("LightIntensity", "40", rig.now) is True
    rig.run()
    assert rig.get_key("LightIntensity") == "40" and told(rig) == [("LightIntensity", "40")]
    assert rig.station.want(1).light_intensity == 40
    rig.restart()
    assert rig.get_key("LightIntensity") == "40"


def test_a_key_that_the_back_end_may_only_read_is_the_hosts_to_set(rig: Rig) -> None:
    assert rig.set_key("AcmeDoor", "open") == "Rejected"
    assert rig.station.configure("AcmeDoor", "open", rig.now)
    rig.run()
    (item,) = rig.ask(v16.GetConfigurationRequest(key=["AcmeDoor"])).configuration_key
    assert (item.readonly, item.value) == (True, "open")


def test_a_change_that_waits_for_the_reboot(rig: Rig) -> None:
    assert rig.station.configure("AcmeFan", "70", rig.now) is False
    rig.run()
    assert rig.station.configuration.int("AcmeFan") == 50 and told(rig) == [("AcmeFan", "70")]
    rig.restart()
    assert rig.station.configuration.int("AcmeFan") == 70


def test_a_write_only_key_is_read_by_the_host_alone(rig: Rig) -> None:
    assert rig.set_key("AcmePin", "1234") == "Accepted"
    assert rig.station.configuration.text("AcmePin") == "1234"
    (item,) = rig.ask(v16.GetConfigurationRequest(key=["AcmePin"])).configuration_key
    assert (item.readonly, item.value) == (False, None)
    assert told(rig) == [("AcmePin", None)]


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("AcmeColor", "Red", "no configuration key"),
        ("AcmeColour", "Yellow", "Red, Green"),
        ("AcmeColour", 5, "text"),
        ("AcmePin", "1", "4 to 8"),
        ("NumberOfConnectors", "2", "fixed"),
        ("LightIntensity", "101", "0 to 100"),
    ],
)
def test_what_the_host_gets_wrong_is_one_line_and_nothing_changes(rig: Rig, name: str, value: Any, word: str) -> None:
    before = rig.store["configuration"].copy() if "configuration" in rig.store else None
    with pytest.raises(SetupError, match=word) as caught:
        rig.station.configure(name, value, rig.now)
    rig.run()
    assert "\n" not in str(caught.value) and told(rig) == []
    assert rig.store.get("configuration") == before


def test_a_secret_stands_in_no_error(rig: Rig) -> None:
    with pytest.raises(SetupError) as caught:
        rig.station.configure("AcmePin", "s3cret-but-far-too-long", rig.now)
    assert "s3cret" not in str(caught.value)
    rig.setup.keys = (Key("AcmePin", Access.W, "s3cret-but-far-too-long", text(8)),)
    with pytest.raises(SetupError, match="AcmePin") as caught:
        rig.restart()
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "x" * 51, "a\nb", "a\udc9f"])
def test_a_name_that_no_message_can_carry(name: str) -> None:
    with pytest.raises(SetupError, match="name for a key"):
        Key(name, Access.RW, "", text())


def test_the_example_of_the_docs(rig: Rig) -> None:
    section = DOCS.read_text("utf-8").split("## Keys of your own")[1]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, str(DOCS), "exec"), names)
    rig.setup.keys = names["KEYS"]
    rig.restart()
    rig.events.clear()
    assert rig.set_key("AcmeDisplay", "large") == "Accepted"
    assert rig.set_key("AcmeFanSpeed", "101") == "Rejected" and rig.set_key("AcmeFanSpeed", "20") == "RebootRequired"
    assert rig.set_key("AcmeServicePin", "9999") == "Accepted" and rig.set_key("AcmeDoor", "open") == "Rejected"
    for event in rig.events:
        names["on_event"](rig.station, event)
    assert names["shown"] == ["Large", "Large, 9999"]
    names["door_opened"](lambda method, *values: method(*values, rig.now), rig.station)
    rig.run()
    assert rig.get_key("AcmeDoor") == "open"


@pytest.mark.parametrize("reader", [boolean, integer(0)])
def test_a_default_that_the_key_does_not_take(rig: Rig, reader: Any) -> None:
    rig.setup.keys = (Key("AcmeX", Access.RW, "often", reader),)
    with pytest.raises(SetupError, match="AcmeX does not take 'often': use"):
        rig.restart()
