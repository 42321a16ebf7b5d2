"""Security events (W A04, W 8): which the station knows, which are told, and that none of them is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import RpcError, SetupError
from ocppcore.session.events import ClosedByPeer, Disconnect, Refused, TlsFailed, TlsFailure
from ocppcore.station.blocks.security.guard import BURST, CRITICAL_BURST, CRITICAL_INTERVAL, INTERVAL
from ocppcore.station.blocks.security.kinds import CRITICAL, LOGGED, NOTIFIED
from ocppcore.station.blocks.security.queue import ATTEMPTS
from ocppcore.station.blocks.security.state import CLOCK_STEP, LONGEST_INFO, MOST, MOST_NOTIFIED
from ocppcore.station.events import MessageGivenUp, SecurityEventLogged
from ocppcore.testing.bench import Bench
from ocppcore.version import ErrorCode

Told = v16.SecurityEventNotificationRequest
CONFIRMED = v16.SecurityEventNotificationResponse()


def told(bench: Bench) -> list[tuple[str, str | None]]:
    return [(event.type, event.tech_info) for event in bench.take(Told)]


def logged(bench: Bench) -> list[tuple[str, str | None]]:
    """What was logged since the boot."""
    return [(entry.type, entry.info) for entry in bench.station.security_log()][1:]


def types(bench: Bench) -> list[str]:
    return [type for type, _ in logged(bench)]


def report(bench: Bench, type: str, info: str | None = None, critical: bool = False) -> None:
    bench.station.security_event(type, bench.now, info, critical=critical)
    bench.run()


def test_every_event_of_the_list_is_logged_told_or_critical_and_none_is_twice() -> None:
    """W 8 has 18."""
    assert len(CRITICAL | NOTIFIED | LOGGED) == len(CRITICAL) + len(NOTIFIED) + len(LOGGED) == 18
    assert len(CRITICAL) == 7
    assert all(len(name) <= 50 for name in CRITICAL | NOTIFIED | LOGGED)


# What the station knows by itself


def test_StartupOfTheDevice_is_told_once_the_back_end_has_accepted_the_station_with_the_time_of_the_start() -> None:
    bench = Bench(boot=False)
    bench.setup.firmware_version = "1.2"
    bench.answer_boot(v16.RegistrationStatus.Rejected, 100)
    started = bench.utc
    bench.restart()
    bench.answer_boot(v16.RegistrationStatus.Pending, 100)
    bench.advance(100)
    assert bench.station.ctx.registration == "Pending" and not bench.sent(Told)
    bench.answer_boot(v16.RegistrationStatus.Accepted, 300)
    bench.advance(100)
    assert [(event.type, event.timestamp, event.tech_info) for event in bench.sent(Told)] == [
        ("StartupOfTheDevice", started, "firmware 1.2")
    ]
    bench.cut()
    bench.restore()
    assert len(bench.sent(Told)) == 1  # a reconnect is no start


@pytest.mark.parametrize(("kind", "info"), [("Hard", "hard reset"), ("Soft", "soft reset")])
def test_ResetOrReboot_is_told_before_the_reset(kind: str, info: str) -> None:
    bench = Bench()
    bench.answers[Told] = lambda _: CONFIRMED if not bench.resets else pytest.fail("too late")
    bench.ask(v16.ResetRequest(type=v16.ResetType(kind)))
    assert told(bench) == [("ResetOrReboot", info)] and len(bench.resets) == 1


@pytest.mark.parametrize(
    ("input", "info"), [("power_failing", "the power fails"), ("program_ending", "the program ends")]
)
def test_an_end_that_is_announced_is_a_ResetOrReboot_that_is_told_after_it(input: str, info: str) -> None:
    bench = Bench()
    bench.cut()
    getattr(bench.station, input)(bench.now)
    bench.run()
    bench.reachable = True
    when = bench.utc
    bench.advance(3600)
    bench.restart()
    first, second = bench.take(Told)
    assert (first.type, first.tech_info, first.timestamp) == ("ResetOrReboot", info, when)
    assert second.type == "StartupOfTheDevice"


@pytest.mark.parametrize(("step", "events"), [(CLOCK_STEP - 1, 0), (CLOCK_STEP, 1), (-60.0, 1)])
def test_SettingSystemTime_is_a_correction_that_is_no_drift(step: float, events: int) -> None:
    bench = Bench()
    bench.station.set_utc(bench.utc + timedelta(seconds=step), bench.now, "GPS")
    bench.run()
    assert told(bench) == [("SettingSystemTime", f"{step:+.3f} s, by GPS")] * events


def test_H20_many_small_corrections_add_up() -> None:
    """Who walks the clock away in small steps is seen as well."""
    bench = Bench()
    ahead = 0.0

    def beat(_: Any) -> Any:
        nonlocal ahead
        ahead += 4.0
        return v16.HeartbeatResponse(current_time=bench.utc + timedelta(seconds=ahead))

    bench.answers[v16.HeartbeatRequest] = beat
    bench.advance(1000)
    assert told(bench) == [("SettingSystemTime", "+12.000 s, by back end")]


def test_that_the_clock_is_set_for_the_first_time_is_no_correction() -> None:
    bench = Bench(clock_known=False)
    assert types(bench) == []


def test_MemoryExhaustion_is_told_when_the_store_works_again() -> None:
    bench = Bench()
    bench.store_works = False
    began = bench.utc
    bench.plug(1)
    bench.station.security_event("Vendor", bench.now)
    bench.run()
    bench.advance(60)
    assert not bench.sent(Told)
    bench.store_works = True
    bench.advance(10)
    (event,) = bench.sent(Told)
    assert (event.type, event.tech_info) == ("MemoryExhaustion", "the store failed: disk full")
    assert event.timestamp == began
    bench.store_works = False
    report(bench, "Vendor")
    bench.store_works = True
    bench.advance(10)
    assert [event.type for event in bench.sent(Told)] == ["MemoryExhaustion"] * 2


@pytest.mark.parametrize(
    ("text", "info"),
    [
        ('[2,"1","Reset",{"type":"Warm"}]', "Reset: enum at /type"),
        ('[2,"1","Reset",{', "JSON syntax at character 16"),
        ("nonsense", "JSON syntax at character 0"),
        ('[2,"1","ClearCache"]', ""),
    ],
)
def test_InvalidMessages_are_logged_with_their_fault_and_not_told(text: str, info: str) -> None:
    bench = Bench()
    bench.station.receive(text, bench.now)
    bench.run()
    ((type, said),) = logged(bench)
    assert type == "InvalidMessages" and said is not None and info in said and len(said) <= LONGEST_INFO
    assert not bench.sent(Told)


def test_a_message_that_is_not_implemented_is_no_invalid_one() -> None:
    bench = Bench()
    for action in ("Heartbeat", "NotifyReport", "CustomThing"):
        bench.station.receive(f'[2,"{action}","{action}",{{}}]', bench.now)
        bench.run()
    assert logged(bench) == []


def test_H16_an_info_has_nothing_of_what_the_peer_wrote() -> None:
    """Passwords stand in messages, too."""
    bench = Bench()
    secret = "hunter2" * 100
    bench.station.receive(f'[2,"1","ChangeConfiguration",{{"key":"AuthorizationKey","value":"{secret}"}}]', bench.now)
    bench.run()
    assert logged(bench) == [("InvalidMessages", "ChangeConfiguration: maxLength 500 at /value")]


def test_H09_AttemptedReplayAttacks_are_ids_that_come_again() -> None:
    bench = Bench()
    for _ in range(2):
        bench.station.receive('[2,"again\\u001b[31m","ClearCache",{}]', bench.now)
        bench.run()
    assert logged(bench) == [("AttemptedReplayAttacks", "message id again\\x1b[31m came again")]


@pytest.mark.parametrize(
    ("reason", "type", "is_told"),
    [
        (Refused(401), "FailedToAuthenticationAtCentralSystem", False),
        (Refused(403), "FailedToAuthenticationAtCentralSystem", False),
        (TlsFailed(TlsFailure.Certificate), "InvalidCentralSystemCertificate", True),
        (TlsFailed(TlsFailure.Version), "InvalidTLSVersion", True),
        (TlsFailed(TlsFailure.Cipher), "InvalidTLSCipherSuite", True),
        (Refused(404), None, False),
        (Refused(503), None, False),
        (TlsFailed(TlsFailure.Other), None, False),
        (ClosedByPeer(1000), None, False),
    ],
)
def test_why_the_back_end_cannot_be_reached(reason: Disconnect, type: str | None, is_told: bool) -> None:
    bench = Bench()
    bench.cut()
    bench.reachable, bench.admits = True, lambda _: reason
    while types(bench) == [] and bench.now < 1200:
        bench.advance(10)
    assert types(bench)[:1] == [type][: type is not None]
    bench.admits = lambda _: None
    bench.restore()
    assert {event.type for event in bench.sent(Told)} == {type} if is_told else not bench.sent(Told)


def test_W30_a_new_AuthorizationKey_is_logged_without_its_value_and_hidden_in_what_is_uploaded() -> None:
    """A01.FR.11, .12; H16."""
    bench, key = Bench(), "30313233343536373839414243444546"
    assert bench.set_key("AuthorizationKey", key) == "Accepted"
    assert ("ReconfigurationOfSecurityParameters", "AuthorizationKey") in logged(bench)
    assert not bench.sent(Told)
    bench.advance(60)
    log = v16.LogParametersType(remote_location="https://files.example")
    bench.ask(v16.GetLogRequest(log_type=v16.LogEnumType.SecurityLog, request_id=1, log=log))
    (upload,) = bench.uploads
    assert isinstance(upload.content, bytes) and key.encode() not in upload.content
    assert {bytes.fromhex(key), key.encode()} <= set(upload.hide)


def test_a_key_that_has_nothing_to_do_with_security_is_no_event() -> None:
    bench = Bench()
    assert bench.set_key("HeartbeatInterval", "77") == "Accepted"
    assert logged(bench) == []


def test_TamperDetectionActivated_is_an_edge() -> None:
    bench = Bench()
    for detected in (True, True, False, False, True):
        bench.station.tamper(detected, bench.now, "lid")
        bench.run()
    assert told(bench) == [("TamperDetectionActivated", "lid")] * 2


def test_the_host_reports_events_of_its_own() -> None:
    bench = Bench()
    report(bench, "InvalidFirmwareSignature", "from USB")
    report(bench, "VendorThing", "harmless")
    report(bench, "VendorAlarm", None, critical=True)
    report(bench, "InvalidMessages", "by another door", critical=True)  # the standard says that it is not
    assert told(bench) == [("InvalidFirmwareSignature", "from USB"), ("VendorAlarm", None)]
    assert types(bench) == ["InvalidFirmwareSignature", "VendorThing", "VendorAlarm", "InvalidMessages"]
    shown = [event.type for event in bench.events if isinstance(event, SecurityEventLogged) and event.told]
    assert shown[1:] == ["InvalidFirmwareSignature", "VendorAlarm"]


@pytest.mark.parametrize(("type", "info"), [("", None), ("x" * 51, None), ("x", "i" * 256)])
def test_a_text_that_no_message_can_carry_is_one_clear_line(type: str, info: str | None) -> None:
    bench = Bench()
    with pytest.raises(SetupError, match="security event"):
        bench.station.security_event(type, bench.now, info)


def test_what_is_not_text_is_replaced() -> None:
    bench = Bench()
    report(bench, "Alarm\ud800", "\udc00", critical=True)
    assert told(bench) == [("Alarm?", "?")]


def test_left_out_the_extension_says_nothing_and_keeps_nothing() -> None:
    bench = Bench()
    bench.setup.without = frozenset({"Security"})
    bench.store.clear()
    bench.restart()
    bench.station.tamper(True, bench.now)
    report(bench, "VendorAlarm", critical=True)
    bench.station.clear_security_log(bench.now)
    bench.run()
    assert not bench.sent(Told) and bench.station.security_log() == []
    assert not bench.store.get("security_log") and not bench.store.get("security_events")


# Guaranteed delivery


def test_an_event_is_stored_before_it_is_sent_and_deleted_after_the_answer() -> None:
    bench = Bench()
    bench.answers[Told] = lambda _: None
    bench.store_works = False
    bench.station.tamper(True, bench.now)
    bench.run()
    assert not bench.sent(Told)
    bench.store_works = True
    bench.advance(6)
    assert [event.type for event in bench.sent(Told)][:1] and bench.store["security_events"]
    bench.answers[Told] = lambda _: CONFIRMED
    bench.cut()
    bench.restore()
    assert not bench.store["security_events"]


def test_what_happened_offline_is_told_in_order_with_its_own_time() -> None:
    bench = Bench()
    bench.cut()
    times = []
    for n in range(5):
        bench.advance(60)
        times.append(bench.utc)
        report(bench, "Alarm", str(n), critical=True)
    bench.restart()
    bench.restore()
    events = bench.take(Told)
    assert [(event.tech_info, event.timestamp) for event in events[:5]] == list(zip("01234", times, strict=True))
    assert [event.type for event in events[5:]] == ["StartupOfTheDevice"]


def test_without_a_clock_the_time_follows_once_it_is_known() -> None:
    """Also that of a boot that ended before it was known: it is put before the next one."""
    bench = Bench(clock_known=False, boot=False)
    bench.reachable = False
    bench.boot()
    bench.advance(100)
    report(bench, "Alarm", "one", critical=True)
    bench.restart()
    bench.advance(50)
    when = bench.utc
    report(bench, "Alarm", "two", critical=True)
    bench.restore()
    events = {event.tech_info: event.timestamp for event in bench.sent(Told) if event.type == "Alarm"}
    assert abs(events["two"] - when) < timedelta(seconds=1) < when - events["one"]
    dated = {entry.info: entry.at for entry in bench.station.security_log() if entry.type == "Alarm"}
    assert dated == events


def test_the_link_may_break_again_and_again() -> None:
    bench = Bench()
    bench.answers[Told] = lambda _: None
    bench.station.tamper(True, bench.now)
    bench.run()
    for _ in range(20):
        bench.cut()
        bench.restore()
    bench.answers[Told] = lambda _: CONFIRMED
    sent = bench.take(Told)
    assert len(sent) == 21 and len(set(map(repr, sent))) == 1
    bench.cut()
    bench.restore()
    assert len(bench.take(Told)) == 1
    assert not bench.store["security_events"]


def test_silence_never_ends_it() -> None:
    bench = Bench(config={"HeartbeatInterval": "0"})
    bench.answers[Told] = lambda _: None
    bench.station.tamper(True, bench.now)
    bench.run()
    bench.advance(24 * 3600)
    assert len(bench.take(Told)) > 100
    bench.answers[Told] = lambda _: CONFIRMED
    bench.advance(120)
    assert told(bench) and not bench.store["security_events"]
    assert not [event for event in bench.events if isinstance(event, MessageGivenUp)]


def test_an_event_that_is_refused_all_the_time_makes_room_and_is_kept() -> None:
    bench = Bench()
    bench.answers[Told] = lambda event: RpcError(ErrorCode.InternalError) if event.tech_info == "bad" else CONFIRMED
    report(bench, "Alarm", "bad", critical=True)
    report(bench, "Alarm", "good", critical=True)
    bench.advance(3 * 3600)
    assert told(bench) == [("Alarm", "bad")] * ATTEMPTS + [("Alarm", "good")]
    (record,) = bench.store["security_events_undelivered"].values()
    assert '"bad"' in record and "InternalError" in record
    (given_up,) = [event for event in bench.events if isinstance(event, MessageGivenUp)]
    assert given_up.action == "SecurityEventNotification"
    assert ("Alarm", "bad") in logged(bench)


def test_a_back_end_that_is_out_of_order_for_a_while_gets_it() -> None:
    bench = Bench()
    bench.answers[Told] = lambda _: RpcError(ErrorCode.InternalError)
    bench.station.tamper(True, bench.now)
    bench.run()
    bench.advance(1200)
    bench.answers[Told] = lambda _: CONFIRMED
    bench.advance(600)
    assert told(bench)[-1] == ("TamperDetectionActivated", None) and not bench.store["security_events"]


@pytest.mark.parametrize("code", [ErrorCode.NotImplemented, ErrorCode.NotSupported])
def test_a_back_end_that_does_not_know_the_message_is_asked_once_per_connection(code: ErrorCode) -> None:
    """Once it is a newer one it gets them all."""
    bench = Bench()
    bench.answers[Told] = lambda _: RpcError(code)
    for n in range(3):
        report(bench, "Alarm", str(n), critical=True)
    bench.advance(24 * 3600)
    assert told(bench) == [("Alarm", "0")]
    bench.cut()
    bench.restore()
    assert told(bench) == [("Alarm", "0")]
    bench.answers[Told] = lambda _: CONFIRMED
    bench.restart()
    assert [info for type, info in told(bench) if type == "Alarm"] == ["0", "1", "2"]
    assert not bench.store["security_events"]


# Bounds


def test_a_day_of_401_leaves_a_few_entries() -> None:
    bench = Bench()
    bench.refuse_with = 401
    bench.cut()
    bench.reachable = True
    bench.advance(24 * 3600)
    found = logged(bench)
    assert BURST < len(found) <= BURST + 25
    assert {type for type, _ in found} == {"FailedToAuthenticationAtCentralSystem"}
    info = found[-1][1]
    assert info is not None and " times; the last: HTTP status 401" in info


def test_H09_a_flood_is_counted_and_not_kept() -> None:
    bench = Bench()
    for _ in range(90):  # a session puts up with a hundred
        bench.station.receive("nonsense", bench.now)
        bench.run()
    assert len(logged(bench)) == BURST
    bench.advance(INTERVAL + 1)
    assert len(logged(bench)) == BURST + 1
    info = logged(bench)[-1][1]
    assert info is not None and info.startswith(f"{90 - BURST} times; the last: ")
    bench.advance(24 * 3600)
    assert len(logged(bench)) == BURST + 1


def test_what_is_counted_alone_is_told_as_it_is() -> None:
    bench = Bench()
    for n in range(CRITICAL_BURST + 1):
        report(bench, "Alarm", str(n), critical=True)
    assert len(told(bench)) == CRITICAL_BURST
    when = bench.utc
    bench.advance(CRITICAL_INTERVAL + 1)
    (last,) = bench.sent(Told)
    assert (last.tech_info, last.timestamp) == (str(CRITICAL_BURST), when)


def test_among_many_that_are_counted_the_critical_ones_are_told() -> None:
    bench = Bench()
    for n in range(BURST + 5):
        report(bench, "Alarm", str(n), critical=n == BURST + 2)
    assert told(bench) == [("Alarm", str(BURST + 2))]
    bench.advance(INTERVAL + 1)
    assert logged(bench)[-1] == ("Alarm", f"4 times; the last: {BURST + 4}")


def test_H09_what_is_counted_is_not_written() -> None:
    """Not even while the clock is unknown, when each stamp has to say how long the boot lasts."""
    bench = Bench(boot=False, clock_known=False)
    bench.answers[v16.BootNotificationRequest] = lambda _: RpcError(ErrorCode.InternalError)
    bench.boot()
    for n in range(2 * BURST):
        before = {table: dict(rows) for table, rows in bench.store.items()}
        bench.now += 1
        bench.station.receive("nonsense", bench.now)
        bench.run()
        assert (bench.store != before) is (n < BURST)


def test_a_flood_of_one_type_leaves_the_others_alone() -> None:
    bench = Bench()
    for n in range(1000):
        report(bench, "Alarm", str(n), critical=True)
    bench.take()
    bench.station.tamper(True, bench.now)
    bench.run()
    assert told(bench) == [("TamperDetectionActivated", None)]


def test_what_is_not_critical_does_not_take_the_room_of_what_is() -> None:
    bench = Bench()
    bench.cut()
    for _ in range(30):
        for type in NOTIFIED:
            for _ in range(2 * BURST):
                report(bench, type)
        bench.advance(24 * 3600)
    assert len(bench.store["security_events"]) == MOST_NOTIFIED
    report(bench, "Alarm", "lid", critical=True)
    assert len(bench.store["security_events"]) == MOST_NOTIFIED + 1
    bench.restore(10 * 24 * 3600)
    assert ("Alarm", "lid") in told(bench)


def test_when_there_is_no_room_for_any_more_critical_ones_they_are_counted() -> None:
    bench = Bench()
    bench.cut()
    for n in range(MOST + 50):
        report(bench, f"Alarm{n}", critical=True)
    assert len(bench.store["security_events"]) == MOST
    report(bench, "Alarm0", "later", critical=True)
    report(bench, "Alarm0", "latest", critical=True)
    bench.advance(600)
    bench.restore()
    bench.advance(120)
    events = told(bench)
    assert [type for type, _ in events[:MOST]] == [f"Alarm{n}" for n in range(MOST)]
    assert {type for type, _ in events[MOST:]} == {"Alarm0", *(f"Alarm{n}" for n in range(MOST, MOST + 50))}
    assert ("Alarm0", "2 times; the last: latest") in events
