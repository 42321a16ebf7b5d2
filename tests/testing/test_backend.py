"""The test back end on a memory link: it admits as a Csms does, hears, asks, and lets a station come back."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.clock import ManualClock
from ocppcore.csms import Csms, StationLink, keys
from ocppcore.errors import CallErrorReceived, ConnectionLost, RpcError
from ocppcore.session.events import Disconnected, Refused
from ocppcore.station import Setup, Station
from ocppcore.testing.backend import Backend
from ocppcore.testing.link import Pair
from ocppcore.testing.store import FaultyStore
from ocppcore.version import ErrorCode

KEY = b"0123456789abcdef"
CLEAR = v16.ClearCacheRequest()


def station(clock: ManualClock, store: FaultyStore | None = None, **setup: Any) -> Station:
    made = Setup("CP 1", "ws://csms.example/ocpp", vendor="V", model="M", **setup)
    state = None if store is None else store.load()
    return Station(made, rng=Random(1), state=state, utc=clock.utc(), now=clock.now())


def started(backend: Backend, store: FaultyStore | None = None, **setup: Any) -> Pair:
    made = station(backend.clock, store, **setup)
    pair = backend.join(made, store)
    made.start(pair.now)
    pair.advance(1)
    return pair


def test_it_hears_and_asks(csms: Backend) -> None:
    started(csms)
    assert csms.identity == "CP 1" and isinstance(csms.csms, Csms)
    actions = [type(request).action for request in csms.requests]
    assert actions[0] == "BootNotification" and actions.count("StatusNotification") == 3
    assert actions.count("SecurityEventNotification") == 1  # that it started
    assert csms.call(v16.ClearCacheRequest()).status is v16.ClearCacheStatus.Accepted
    with pytest.raises(CallErrorReceived) as caught:
        csms.call(v16.HeartbeatRequest())
    assert caught.value.code is ErrorCode.NotSupported


def test_nobody_has_joined(csms: Backend) -> None:
    with pytest.raises(ConnectionLost):
        csms.call(v16.ClearCacheRequest())


@pytest.mark.parametrize(("key", "up"), [(KEY, True), (bytes(16), False), (None, False)])
def test_credentials_are_judged(clock: ManualClock, key: bytes | None, up: bool) -> None:
    backend = Backend(clock, authenticate=keys({"CP 1": KEY}))
    pair = started(backend, authorization_key=key)
    assert pair.is_up is up
    refused = [event.reason for event in pair.client.take(Disconnected) if isinstance(event.reason, Refused)]
    assert [reason.status for reason in refused] == ([] if up else [401])


def test_a_station_comes_back(csms: Backend) -> None:
    pair = started(csms)
    csms.reachable = False
    pair.cut()
    pair.advance(300)
    assert not pair.is_up
    csms.reachable = True
    pair.advance(600)
    assert pair.is_up
    assert csms.call(v16.ClearCacheRequest()).status is v16.ClearCacheStatus.Accepted


def test_a_restart_from_the_store(csms: Backend) -> None:
    store = FaultyStore()
    started(csms, store)
    csms.call(v16.ChangeConfigurationRequest(key="MeterValueSampleInterval", value="77"))
    started(csms, store)
    assert len(csms.heard(v16.BootNotificationRequest)) == 2
    (found,) = csms.call(v16.GetConfigurationRequest(key=["MeterValueSampleInterval"])).configuration_key or ()
    assert found.value == "77"


def test_what_a_handler_says_goes_out_and_its_bugs_come_out(csms: Backend) -> None:
    def refuse(link: StationLink, request: v16.DataTransferRequest) -> Any:
        raise RpcError(ErrorCode.SecurityError) if request.vendor_id == "no" else ZeroDivisionError("a bug")

    csms.csms.on(v16.DataTransferRequest)(refuse)
    pair = started(csms)
    pair.client.connection.call(v16.DataTransferRequest(vendor_id="no"), pair.now)
    pair.run_until_idle()
    pair.client.connection.call(v16.DataTransferRequest(vendor_id="bug"), pair.now)
    with pytest.raises(ZeroDivisionError):
        pair.run_until_idle()


def test_a_coroutine_function_is_no_handler_here(csms: Backend) -> None:
    @csms.csms.on(v16.BootNotificationRequest)
    async def boot(link: StationLink, request: v16.BootNotificationRequest) -> Any:
        return None

    with pytest.raises(TypeError, match="BootNotification: make it a plain function"):
        started(csms)


def test_it_may_ask_without_waiting(clock: ManualClock) -> None:
    backend = Backend(clock)
    pair = started(backend)
    pair.delay = 3.0
    id = backend.tell(CLEAR)
    assert backend.answer(id) is None
    pair.advance(10)
    assert isinstance(backend.answer(id), v16.ClearCacheResponse)
    assert backend.answer(id) is None, "once"


def test_a_station_comes_back_after_a_half_open_link(csms: Backend) -> None:
    pair = started(csms)
    pair.silent = True
    pair.advance(300)
    assert not pair.is_up
    pair.silent = False
    pair.advance(300)
    assert pair.is_up and csms.call(CLEAR).status is v16.ClearCacheStatus.Accepted
