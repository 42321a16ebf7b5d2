"""The kernel of the station: steps, routing, commands, calls of the host, and what survives a kill at any batch."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import CallErrorReceived, ConnectionLost, InvalidMessage, QueueFull
from ocppcore.hardware import EvState
from ocppcore.session.commands import Connect, ReadMeter
from ocppcore.session.events import CallEnded, Connected, Lost, ResultReceived
from ocppcore.station.events import StoreFailed
from ocppcore.station.evse import EvseError
from ocppcore.station.station import MAX_HOST_CALLS, STORE_RETRY
from ocppcore.testing.bench import Bench
from ocppcore.testing.rig import Rig
from ocppcore.version import V16, ErrorCode

Data = v16.DataTransferRequest


def booted(**config: str) -> Rig:
    rig = Rig(config=config)
    rig.boot()
    return rig


# Calls of the host


def test_a_call_of_the_host_without_a_link_ends_at_once() -> None:
    rig = booted()
    rig.cut()
    id = rig.station.call(Data(vendor_id="v"), rig.now)
    rig.run()
    (ended,) = [event for event in rig.events if isinstance(event, CallEnded) and event.id == id]
    assert isinstance(ended.error, ConnectionLost)


def test_a_call_of_the_host_is_lost_with_the_link() -> None:
    rig = booted()
    rig.answers[Data] = lambda _: None
    ids = {rig.station.call(Data(vendor_id="v"), rig.now) for _ in range(3)}
    rig.cut()
    assert {event.id for event in rig.events if isinstance(event, CallEnded)} == ids


def test_calls_of_the_host_are_bounded_and_leave_room_for_the_station() -> None:
    rig = booted()
    accept = rig.answers[Data]
    rig.answers[Data] = lambda _: None
    for _ in range(MAX_HOST_CALLS):
        rig.station.call(Data(vendor_id="v"), rig.now)
    with pytest.raises(QueueFull):
        rig.station.call(Data(vendor_id="v"), rig.now)
    rig.answers[Data] = accept
    rig.station.plug(1, rig.now)
    rig.advance(60)
    assert rig.statuses(1)[-1] != "Available" and len(rig.sent(Data)) == MAX_HOST_CALLS
    rig.station.call(Data(vendor_id="v"), rig.now)


def test_a_call_of_the_host_can_be_taken_back() -> None:
    rig = booted()
    rig.answers[Data] = lambda _: None
    id = rig.station.call(Data(vendor_id="v"), rig.now)
    rig.station.cancel(id, rig.now)
    rig.run()
    assert [event.id for event in rig.events if isinstance(event, CallEnded)] == [id]


def test_a_request_that_breaks_the_standard_is_refused_at_once() -> None:
    rig = booted()
    with pytest.raises(InvalidMessage, match="vendorId"):
        rig.station.call(Data(vendor_id="v" * 256), rig.now)


# Routing


def test_actions_that_are_not_served_are_answered_so() -> None:
    answer = booted().ask(v16.HeartbeatRequest())
    assert isinstance(answer, CallErrorReceived) and answer.code is ErrorCode.NotSupported


def test_more_events_than_one_can_count_come_to_rest() -> None:
    rig = booted()
    rig.answers[Data] = lambda _: None
    for _ in range(900):
        rig.station.ctx.call(Data(vendor_id="v"), lambda _: None)
    rig.run()
    rig.cut()
    assert not rig.station.ctx.calls_open


def test_the_largest_messages_that_the_standard_allows_are_read() -> None:
    """Decisions: Wire 5. An escaped character beyond the basic plane takes 12 bytes."""
    rig = booted(GetConfigurationMaxKeys="200")
    emoji = "\\ud83d\\ude00"
    keys = ",".join(f'"{emoji * 50}"' for _ in range(200))
    largest = [
        f'[2,"1","GetConfiguration",{{"key":[{keys}]}}]',
        f'[2,"2","ChangeConfiguration",{{"key":"{emoji * 50}","value":"{emoji * 500}"}}]',
        f'[2,"3","DataTransfer",{{"vendorId":"v","data":"{"x" * 65_000}"}}]',
    ]
    for text in largest:
        assert len(text) <= rig.station.max_message
        rig.station.receive(text, rig.now)
    answers = list(rig.station.data_to_send())
    assert [text[:6] for text in answers] == ['[3,"1"', '[3,"2"', '[3,"3"']


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("RemoteStartTransaction", '{"connectorId":"2","idTag":"T"}', "TypeConstraintViolation"),
        ("RemoteStartTransaction", '{"connectorId":2,"idTag":"T","extra":1}', "FormationViolation"),
        ("RemoteStopTransaction", '{"transactionId":"1"}', "TypeConstraintViolation"),
        ("Reset", '{"type":"Foo"}', "PropertyConstraintViolation"),
        ("Reset", "{}", "OccurenceConstraintViolation"),
        ("Reset", '{"type":null}', "TypeConstraintViolation"),
        ("ChangeAvailability", '{"connectorId":-1,"type":"Inoperative"}', "PropertyConstraintViolation"),
        ("ChangeAvailability", '{"connectorId":1.0,"type":"Inoperative"}', "TypeConstraintViolation"),
        ("ChangeConfiguration", '{"key":"HeartbeatInterval","value":5}', "TypeConstraintViolation"),
        ("GetConfiguration", '{"key":"HeartbeatInterval"}', "TypeConstraintViolation"),
    ],
)
def test_W9_a_payload_that_breaks_the_standard_does_nothing(action: str, payload: str, code: str) -> None:
    rig = booted()
    rig.charge()
    rig.take()
    before = rig.station.snapshot()
    rig.station.receive(f'[2,"1","{action}",{payload}]', rig.now)
    rig._store_batches()  # that it came is in the security log
    (answer,) = rig.station.data_to_send()
    assert answer.startswith(f'[4,"1","{code}"')
    rig.run()
    assert not rig.sent() and not rig.resets and rig.station.snapshot() == before


# Commands to the host


def test_the_key_of_basic_auth_goes_into_the_connection() -> None:
    """J §6.2.2: octets, whatever they are; never shown."""
    rig = Rig()
    rig.setup.authorization_key = bytes(range(16))
    rig.restart()
    connect = [command for command in rig.carried_out if isinstance(command, Connect)][-1]
    assert connect.auth is not None and (connect.auth.user, connect.auth.key) == ("CP1", bytes(range(16)))
    assert connect.url == "ws://backend.example/ocpp/CP1" and connect.subprotocols == ("ocpp1.6",)
    assert "x01" not in repr(connect.auth)


def test_a_command_past_its_deadline_has_failed() -> None:
    rig = booted()
    failed: list[str] = []
    command = ReadMeter(rig.station.ctx.next_command_id(), rig.now + 5, 1, "Trigger", None)  # type: ignore[arg-type]
    rig.meter_works = False
    rig.station.ctx.command(command, lambda _: None, failed.append)
    rig.advance(4.9)
    assert failed == []
    rig.advance(0.1)
    assert failed == ["no result in time"]
    rig.station.done(command.id, "too late", rig.now)
    rig.station.failed(command.id, "too late", rig.now)
    assert failed == ["no result in time"]


# Time


def test_asking_for_the_next_timer_changes_nothing() -> None:
    rig = booted()
    assert rig.station.next_timer() == rig.station.next_timer()
    events = list(rig.events)
    rig.station.handle_timer(rig.now)  # nothing is due
    rig.run()
    assert rig.events == events


def test_an_idle_station_stores_nothing() -> None:
    rig = booted(HeartbeatInterval="60")
    rig.advance(1)
    before = {table: dict(rows) for table, rows in rig.store.items()}
    rig.advance(3600)
    assert rig.store == before


# Storage and energy


def test_a_full_disk_is_an_input_and_is_tried_again() -> None:
    rig = booted()
    rig.store_works = False
    id = rig.tell(v16.ChangeConfigurationRequest(key="LightIntensity", value="7"))
    rig.advance(3 * STORE_RETRY)
    assert len([event for event in rig.events if isinstance(event, StoreFailed)]) == 4
    assert rig.answer(id) is None
    rig.store_works = True
    rig.advance(STORE_RETRY)
    assert rig.answer(id).status == "Accepted"  # type: ignore[union-attr]


def test_energy_waits_for_the_disk_and_its_end_does_not() -> None:
    rig = booted()
    rig.store_works = False
    rig.charge()
    assert not rig.station.want(1).energy
    rig.store_works = True
    rig.advance(2 * STORE_RETRY)
    assert rig.station.want(1).energy
    rig.store_works = False
    rig.station.stop_button(1, rig.now)
    assert not rig.station.want(1).energy


@pytest.mark.parametrize("number", [0, 1])
def test_a_fault_takes_the_energy_at_once(number: int) -> None:
    rig = booted()
    rig.charge()
    assert rig.station.want(1).energy
    rig.station.error(number, EvseError("GroundFailure"), rig.now)
    assert not rig.station.want(1).energy
    rig.station.clear_error(number, "GroundFailure", rig.now)
    rig.run()
    assert rig.station.want(1).energy


def test_a_warning_takes_no_energy() -> None:
    rig = booted()
    rig.charge()
    rig.station.error(1, EvseError("HighTemperature", faulted=False), rig.now)
    assert rig.station.want(1).energy


def test_a_broken_hardware_gets_no_energy() -> None:
    rig = booted()
    rig.charge()
    rig.station.hardware_failed(1, "contactor", rig.now)
    assert not rig.station.want(1).energy and rig.station.ctx.evses[2].status == "Available"


# Several stations


def test_two_stations_in_one_process_share_nothing() -> None:
    one, two = booted(), booted()
    one.charge(1)
    one.set_key("LightIntensity", "1")
    one.station.error(0, EvseError("GroundFailure"), one.now)
    one.run()
    assert two.station.ctx.evses[1].status == "Available" and two.get_key("LightIntensity") == "100"
    assert two.station.ctx.station_evse.errors == {}


@pytest.mark.parametrize("evses", [1, 3, 40])
def test_any_number_of_evses(evses: int) -> None:
    rig = Rig(evses=evses)
    rig.boot()
    for number in range(1, evses + 1):
        rig.charge(number, f"TAG{number}")
    assert all(rig.station.want(number).energy for number in range(1, evses + 1))
    assert len(rig.sent(v16.StartTransactionRequest)) == evses


def test_the_same_answers_in_any_process() -> None:
    """No hidden clock, no hidden randomness: the same inputs make the same texts."""

    def run() -> list[Any]:
        rig = booted()
        rig.charge()
        rig.advance(600)
        rig.cut()
        rig.advance(100)
        rig.restore()
        return [repr(item) for item in rig.log]

    assert run() == run()


# A kill at any batch


class PowerCut(Exception):
    """The supply is gone, right after a batch was stored, or right before."""


class Fragile(Rig):
    """A rig whose power goes after `lives` batches have been stored."""

    lives = 1_000_000

    def _store_batches(self) -> bool:
        moved = False
        while (batch := self.station.next_batch()) is not None:
            if self.lives == 0:
                raise PowerCut
            self.lives -= 1
            moved = True
            for (table, key), text in batch.puts.items():
                self.store.setdefault(table, {})[key] = text
            for table, key in batch.deletes:
                self.store.get(table, {}).pop(key, None)
            self.station.stored(batch.id, self.now)
        return moved

    def promise(self, request: Any, promises: dict[str, Any], name: str, value: Any) -> None:
        """What the back end was told is so."""
        answer = self.ask(request)
        assert answer.status in ("Accepted", "Scheduled")
        promises[name] = value


def live(rig: Fragile, promises: dict[str, Any]) -> None:
    """A day of changes; what the back end heard of goes into promises."""

    def serve(connector: int, operative: bool) -> None:
        kind = v16.AvailabilityType.Operative if operative else v16.AvailabilityType.Inoperative
        request = v16.ChangeAvailabilityRequest(connector_id=connector, type=kind)
        rig.promise(request, promises, f"operative {connector}", operative)

    def set_key(key: str, value: str) -> None:
        rig.promise(v16.ChangeConfigurationRequest(key=key, value=value), promises, key, value)

    rig.boot()
    set_key("LightIntensity", "10")
    serve(2, False)
    rig.charge(1)
    set_key("LightIntensity", "20")
    serve(1, False)
    set_key("MeterValuesSampledData", "Voltage.L1,SoC")
    rig.station.ev_state(1, EvState.Connected, rig.now)
    rig.station.stop_button(1, rig.now)
    rig.run()
    serve(2, True)
    rig.station.unplug(1, rig.now)
    set_key("HeartbeatInterval", "77")


def count_batches() -> int:
    rig = Fragile()
    live(rig, {})
    return Fragile.lives - rig.lives


@pytest.mark.parametrize("lives", range(count_batches() + 1))
def test_a_kill_at_any_batch_loses_nothing_that_was_promised(lives: int) -> None:
    rig, promises = Fragile(), {}
    rig.lives = lives
    try:
        live(rig, promises)
    except PowerCut:
        pass
    rig.lives = Fragile.lives
    rig._results.clear()
    rig.answer_boot(v16.RegistrationStatus.Accepted, 0)
    rig.restart()
    for name, value in promises.items():
        if name.startswith("operative"):
            number = int(name.split()[1])
            assert rig.station.ctx.evses[number].status == ("Available" if value else "Unavailable")
        else:
            assert rig.get_key(name) == value


def test_a_link_that_comes_up_and_goes_down_in_one_turn() -> None:
    rig = booted()
    rig.cut()
    rig.reachable = True
    rig.station.connected(V16, rig.now)  # nobody asked for it
    rig.station.disconnected(Lost("flap"), rig.now)
    rig.run()
    rig.restore()
    assert rig.station.ctx.online
    connects = len([event for event in rig.events if isinstance(event, Connected)])
    assert connects == 2
    assert not [event for event in rig.events if isinstance(event, ResultReceived) and isinstance(event.request, Data)]


def test_a_station_that_was_stopped_starts_again_and_charging_has_gone_on() -> None:
    bench = Bench()
    bench.charge()
    bench.station.stop(bench.now)
    bench.run()
    assert bench.energy() and not bench.station.ctx.online
    bench.advance(600)
    bench.boot()
    assert bench.energy() and bench.station.ctx.online and not bench.sent(v16.StopTransactionRequest)
    bench.swipe()
    (stop,) = bench.sent(v16.StopTransactionRequest)
    assert stop.meter_stop == 1200
