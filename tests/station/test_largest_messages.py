"""No legal message is too long to be read, at either end: the largest form of each is sent (decisions: Wire 5).

The largest form is made from the declarations: every field is there, every text has all its characters and each is
written as escapes, every number has all its digits, every enumeration its longest word. Lists have as many items as
the station's configuration allows; one item where it has no key for it, since then the profile is not there either.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.csms.csms import MAX_MESSAGE
from ocppcore.csms.v16 import DEFAULTS
from ocppcore.hardware import MeterReading, ReadingPurpose, Sample
from ocppcore.messages.schema.nodes import LARGEST, Array, Boolean, Choice, Integer, Node, Number, Object, Text
from ocppcore.session.outbox import Direction
from ocppcore.station import Capabilities
from ocppcore.station.configuration import Configuration
from ocppcore.testing.bench import Bench
from ocppcore.testing.rig import Rig
from ocppcore.wire import Call, CallResult, Limits, decode

ROOMY = Limits(max_message=100 * 1024 * 1024)
ID = "\\ud83d\\ude00" * 36  # J §4.1.4
EMOJI = "\\ud83d\\ude00"  # one character, in as many bytes as JSON has for one
ASCII = "\\u0041"
# These are PEM, base64 or URLs, by definition in ASCII.
IN_ASCII = ("certificateChain", "certificate", "signingCertificate", "signature", "location", "remoteLocation")
URL = 8000  # RFC 9110 §4.1 wants that many to work; the standard has no bound for most
# Bounds of lists: the field, and the key of the configuration.
BOUNDS = {
    "key": "GetConfigurationMaxKeys",
    "localAuthorizationList": "SendLocalListMaxLength",
    "chargingSchedulePeriod": "ChargingScheduleMaxPeriods",
}
DECIMAL = "1" * 38 + ".1"  # a multiple of 0.1 with all the digits that are read


class Largest:
    """Writes the largest form of a message. room: bytes of DataTransfer.data."""

    def __init__(self, config: Configuration, room: int) -> None:
        self._config = config
        self._room = room

    def call(self, request: type[Any]) -> str:
        return f'[2,"{ID}","{request.action}",{self.value(request.node)}]'

    def result(self, request: type[Any]) -> str:
        return f'[3,"{ID}",{self.value(request.response.node)}]'

    def value(self, node: Node, name: str = "", item: int = 0) -> str:
        """JSON text of a value. name: its field; item: its number in a list."""
        if isinstance(node, Object):
            return "{" + ",".join(f'"{m.wire}":{self.value(m.node, m.wire, item)}' for m in node.members) + "}"
        if isinstance(node, Array):
            return "[" + ",".join(self.value(node.items, name, n) for n in range(self._items(name))) + "]"
        if isinstance(node, Choice):
            return json.dumps(max(node.members, key=len))
        if isinstance(node, Boolean):
            return "false"
        if name == "connectorId":
            return "2"  # the largest that there is
        if name == "startPeriod":  # the first is 0 (E 3.45), the others ascend (1.6 §7.14)
            return str(LARGEST - 100_000 + item) if item else "0"
        if isinstance(node, Number):
            return str(LARGEST) if isinstance(node, Integer) else DECIMAL
        assert isinstance(node, Text), node
        return '"' + self._text(node, name, item) + '"'

    def _items(self, name: str) -> int:
        known = name in BOUNDS and self._config.find(BOUNDS[name]) is not None
        return self._config.int(BOUNDS[name]) if known else 1

    def _text(self, node: Text, name: str, item: int) -> str:
        if node.format == "date-time":
            return "2026-12-31T23:59:59.999999999+14:00"
        if node.format == "uri":
            return "ftp://" + "a" * ((node.max_length or URL) - 6)
        if node.max_length is None:
            return "x" * self._room
        number = "".join(f"\\u003{digit}" for digit in f"{item:05d}")  # id tags in a list are unique
        return (ASCII if name in IN_ASCII else EMOJI) * (node.max_length - 5) + number


INTO_STATION = [name for name, request in v16.REQUESTS.items() if request not in DEFAULTS] + ["DataTransfer"]
INTO_BACK_END = [request.action for request in DEFAULTS]
# As shipped, each of them; and those with lists where the station takes longer ones.
CASES: list[tuple[str, dict[str, str]]] = [
    *((action, {}) for action in INTO_STATION),
    ("GetConfiguration", {"GetConfigurationMaxKeys": "1000"}),
    ("SendLocalList", {"SendLocalListMaxLength": "5000"}),
    ("SetChargingProfile", {"ChargingScheduleMaxPeriods": "1024"}),
    ("RemoteStartTransaction", {"ChargingScheduleMaxPeriods": "1024"}),
]


def rig(config: dict[str, str]) -> Rig:
    """A station that has booted, with those of these keys that it has."""
    known = {key.name for key in Rig().station.ctx.config}
    made = Rig(config={key: value for key, value in config.items() if key in known})
    made.boot()
    return made


def waiting_for(action: str) -> dict[str, Any]:
    """A call of this action is out, whose id is ID."""
    return {json.loads(f'"{ID}"'): v16.ACTIONS.responses[action]}


@pytest.mark.parametrize(("action", "config"), CASES)
def test_a_station_reads_the_largest_request(action: str, config: dict[str, str]) -> None:
    bench = rig(config)
    text = Largest(bench.station.ctx.config, bench.setup.max_data).call(v16.REQUESTS[action])
    assert isinstance(decode(text, v16.ACTIONS, {}, ROOMY), Call), "this is not legal"
    assert len(text) <= bench.station.max_message, "the binding would close the link"
    said: list[str] = []
    bench.station.tap = lambda way, shown: said.append(shown) if way is Direction.Out else None
    bench.station.receive(text, bench.now)
    bench.advance(60)
    (answer,) = [found for shown in said if (found := json.loads(shown))[1] == json.loads(f'"{ID}"')]
    assert answer[0] == 3 or answer[2] == "NotSupported", answer


@pytest.mark.parametrize("action", INTO_BACK_END)
def test_a_station_reads_the_largest_answer(action: str) -> None:
    bench = rig({})
    text = Largest(bench.station.ctx.config, bench.setup.max_data).result(v16.REQUESTS[action])
    limits = Limits(max_message=bench.station.max_message)
    assert isinstance(decode(text, v16.ACTIONS, waiting_for(action), limits), CallResult)


@pytest.mark.parametrize("room", [100_000, 1_000_000])
def test_the_data_of_declared_vendors_get_in(room: int) -> None:
    bench = rig({})
    bench.setup.max_data = room
    bench.restart()
    text = Largest(bench.station.ctx.config, room).call(v16.DataTransferRequest)
    assert room < len(text) <= bench.station.max_message


@pytest.mark.parametrize("action", INTO_BACK_END)
def test_a_back_end_reads_the_largest_request(action: str) -> None:
    bench = rig({})
    largest, request, limits = Largest(bench.station.ctx.config, 64 * 1024), v16.REQUESTS[action], Limits(MAX_MESSAGE)
    assert isinstance(decode(largest.call(request), v16.ACTIONS, {}, limits), Call)


@pytest.mark.parametrize("action", INTO_STATION)
def test_a_back_end_reads_the_largest_answer(action: str) -> None:
    bench = rig({})
    text = Largest(bench.station.ctx.config, 64 * 1024).result(v16.REQUESTS[action])
    assert isinstance(decode(text, v16.ACTIONS, waiting_for(action), Limits(max_message=MAX_MESSAGE)), CallResult)


# The lists that grow with the station: all its keys, and meter values


class Talkative(Bench):
    """Its meters measure everything, on every phase and at every place."""

    def reading(self, evse: int, why: ReadingPurpose) -> MeterReading:
        phases, places = [None, *v16.Phase], list(v16.Location)
        samples = [
            Sample(str(measurand), -0.123456789012345, None, phase and str(phase), str(place))
            for measurand in v16.Measurand
            for phase in phases
            for place in places
        ]
        return MeterReading(self.meters[evse], tuple(samples))


def longest_said(bench: Rig, action: str) -> int:
    """Bytes of the longest request of this action that the back end heard."""
    found = [request for request in bench.log if type(request).action == action]
    assert found, action
    return max(len(json.dumps(request.shape.dump(request))) for request in found) + len(ID) + len(action) + 12


def test_meter_values_of_the_most_talkative_station_fit_into_a_back_end() -> None:
    measured = tuple(str(measurand) for measurand in v16.Measurand)
    wanted = ",".join(sorted(measured, key=len)[:16])  # what a value has room for
    keys = {name: wanted for name in ("MeterValuesSampledData", "StopTxnSampledData", "StopTxnAlignedData")}
    config = keys | {"MeterValueSampleInterval": "10", "ClockAlignedDataInterval": "7"}
    bench = Talkative(config=config, capabilities=Capabilities(measurands=measured))
    bench.charge()
    bench.advance(600)
    bench.swipe()
    assert 50_000 < longest_said(bench, "MeterValues") <= MAX_MESSAGE
    assert 200_000 < longest_said(bench, "StopTransaction") <= MAX_MESSAGE


def test_all_keys_with_the_longest_values_fit_into_a_back_end() -> None:
    bench = rig({})
    said: list[str] = []
    bench.station.tap = lambda way, shown: said.append(shown) if way is Direction.Out else None
    answer = bench.ask(v16.GetConfigurationRequest())
    room = sum(500 * len(EMOJI) - len(entry.value or "") for entry in answer.configuration_key)
    assert len(said[-1]) + room <= MAX_MESSAGE
