"""SignCertificate: the answer at once, the certificate when it is made, and neither lost nor mixed up (W A02, A03)."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16
from ocppcore.csms import CertificateAwaited, CertificateNotSigned, HandlerFailed
from ocppcore.session.events import Lost, ResultReceived

CHAIN = "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n"
ASK = '[2,"{id}","SignCertificate",{{"csr":"CSR"}}]'
BOOT = '[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]'
ACCEPTED, REJECTED = [3, "s", {"status": "Accepted"}], [3, "s", {"status": "Rejected"}]


class Later:
    """An awaitable that nothing awaits here."""

    def __await__(self) -> Any:
        raise AssertionError("the core waits for nothing")


def ask(bench: Any, link: Any, id: str = "s") -> Any:
    """The station asks; what goes back."""
    link.receive(ASK.format(id=id), bench.now)
    return bench.texts(link)


def awaited(bench: Any, link: Any) -> CertificateAwaited:
    (event,) = (event for event in bench.events(link) if isinstance(event, CertificateAwaited))
    return event


def signed(text: Any) -> str:
    """The chain in what must be a CertificateSigned."""
    assert text[0] == 2 and text[2] == "CertificateSigned", text
    return str(text[3]["certificateChain"])


def test_without_an_authority_it_is_rejected(bench: Any) -> None:  # A02.FR.12
    assert ask(bench, bench.enter()) == [REJECTED]


def test_the_answer_comes_first_and_then_the_certificate(make_bench: Any) -> None:  # A02.FR.11
    asked: list[tuple[str, str]] = []

    def sign(identity: str, csr: str) -> str:
        asked.append((identity, csr))
        return CHAIN

    bench = make_bench(sign=sign)
    link = bench.enter()
    answer, call = ask(bench, link)
    assert answer == ACCEPTED and signed(call) == CHAIN and asked == [("CP1", "CSR")]
    link.receive(f'[3,"{call[1]}",{{"status":"Accepted"}}]', bench.now)
    assert any(isinstance(event, ResultReceived) for event in bench.events(link))


def test_an_authority_may_take_its_time(make_bench: Any) -> None:
    bench = make_bench(sign=lambda identity, csr: Later())
    link = bench.enter()
    assert ask(bench, link) == [ACCEPTED]
    event = awaited(bench, link)
    assert event.identity == "CP1"
    event.settle(CHAIN, bench.now)
    (call,) = bench.texts(link)
    assert signed(call) == CHAIN
    event.settle(CHAIN, bench.now)
    assert bench.texts(link) == []


@pytest.mark.parametrize("error", [None, RuntimeError("no HSM")])
def test_an_authority_that_refuses_at_once(make_bench: Any, error: Exception | None) -> None:  # A02.FR.12
    def sign(identity: str, csr: str) -> str | None:
        if error is not None:
            raise error
        return None

    bench = make_bench(sign=sign)
    link = bench.enter()
    assert ask(bench, link) == [REJECTED]
    (event,) = (event for event in bench.events(link) if isinstance(event, CertificateNotSigned))
    assert (event.identity, event.error) == ("CP1", error)


@pytest.mark.parametrize("outcome", [None, "", RuntimeError("no HSM"), "x" * 10001, b"DER"])
def test_an_authority_that_comes_to_nothing_is_told_to_the_operator(make_bench: Any, outcome: Any) -> None:
    bench = make_bench(sign=lambda identity, csr: Later())
    link = bench.enter()
    ask(bench, link)
    awaited(bench, link).settle(outcome, bench.now)
    assert bench.texts(link) == []
    (event,) = bench.events(link)
    assert isinstance(event, CertificateNotSigned) and (event.error is None) is (not outcome)


def test_a_station_that_is_away_gets_it_when_it_comes_back(make_bench: Any) -> None:
    bench = make_bench(sign=lambda identity, csr: Later())
    link = bench.enter()
    ask(bench, link)
    event = awaited(bench, link)
    link.disconnected(Lost("tunnel"), bench.now)
    event.settle(CHAIN, bench.now)
    again = bench.enter(boot=False)
    (call,) = bench.texts(again)
    assert signed(call) == CHAIN
    again.disconnected(Lost("tunnel"), bench.now)  # it may have arrived, or not
    third = bench.enter(boot=False)
    (call,) = bench.texts(third)
    third.receive(f'[3,"{call[1]}",{{"status":"Accepted"}}]', bench.now)
    third.disconnected(Lost("tunnel"), bench.now)
    assert bench.texts(bench.enter(boot=False)) == []


def test_a_station_that_came_back_meanwhile_gets_it_there(make_bench: Any) -> None:
    bench = make_bench(sign=lambda identity, csr: Later())
    link = bench.enter()
    ask(bench, link)
    event = awaited(bench, link)
    link.disconnected(Lost("tunnel"), bench.now)
    again = bench.enter(boot=False)
    event.settle(CHAIN, bench.now)
    assert bench.csms.take_ready() == [again]
    assert signed(bench.texts(again)[0]) == CHAIN


def test_a_newer_request_counts(make_bench: Any) -> None:
    bench = make_bench(sign=lambda identity, csr: Later())
    link = bench.enter()
    ask(bench, link, "1")
    first = awaited(bench, link)
    ask(bench, link, "2")
    second = awaited(bench, link)
    first.settle("OLD", bench.now)
    assert bench.texts(link) == []
    second.settle(CHAIN, bench.now)
    assert signed(bench.texts(link)[0]) == CHAIN


def test_a_station_that_is_not_accepted_yet_gets_it_behind_its_boot(make_bench: Any) -> None:  # A00.FR.806
    bench = make_bench(register=lambda identity, request: v16.RegistrationStatus.Pending)
    station = bench.knock()
    bench.commands(station)
    station.station.certificate = CHAIN  # of an earlier life of the station
    station.connected(v16.V16, bench.now)
    assert bench.texts(station) == []
    station.receive(BOOT, bench.now)
    answer, call = bench.texts(station)
    assert answer[2]["status"] == "Pending" and signed(call) == CHAIN


def test_a_handler_of_ones_own_takes_the_place_of_all_this(make_bench: Any) -> None:
    bench = make_bench(sign=lambda identity, csr: CHAIN)

    @bench.csms.on(v16.SignCertificateRequest)
    def sign(link: Any, request: Any) -> v16.SignCertificateResponse:
        return v16.SignCertificateResponse(status=v16.GenericStatusEnumType.Rejected)

    assert ask(bench, bench.enter()) == [REJECTED]


def test_what_a_handler_leaves_for_afterwards_comes_behind_its_answer(bench: Any) -> None:
    link = bench.enter()

    @bench.csms.on(v16.HeartbeatRequest)
    def heartbeat(link: Any, request: Any) -> Any:
        link.afterwards(lambda now: link.call(v16.ClearCacheRequest(), now))
        raise RuntimeError("it fails, and yet")

    link.receive('[2,"h","Heartbeat",{}]', bench.now)
    error, call = bench.texts(link)
    assert error[:3] == [4, "h", "InternalError"] and call[2] == "ClearCache"
    assert isinstance(bench.events(link)[0], HandlerFailed)
