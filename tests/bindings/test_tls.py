"""TLS with real handshakes: what fits, and what each failure is called (W A00.FR.307, .312, .318)."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
import trustme

from ocppcore import v16
from ocppcore.bindings.asyncio import Client, Server, serve
from ocppcore.csms import Csms
from ocppcore.session.events import Disconnect, Disconnected, Event, Lost, TlsFailed, TlsFailure
from ocppcore.session.session import Endpoint, Session

Run = Callable[[Coroutine[Any, Any, Any]], Any]
BOOT = v16.BootNotificationRequest(charge_point_vendor="V", charge_point_model="M")


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


def server_context(ca: trustme.CA, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name).configure_cert(context)
    return context


def client_context(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    ca.configure_trust(context)
    return context


async def listen(context: ssl.SSLContext | None) -> Server:
    csms = Csms(utc=lambda: datetime.now(UTC), rng=Random(1), insecure=True)
    return await serve(csms, "localhost", ssl=context)


def station(port: int, context: ssl.SSLContext | None, scheme: str = "wss") -> Client:
    endpoint = Endpoint(f"{scheme}://localhost:{port}/CP1")
    return Client(Session(v16.ACTIONS, rng=Random(2), endpoint=endpoint), ssl=context)


async def failure(port: int, context: ssl.SSLContext | None, scheme: str = "wss") -> Disconnect:
    """Why a station cannot connect."""
    peer = station(port, context, scheme)
    ended: asyncio.Future[Disconnect] = asyncio.get_running_loop().create_future()

    def note(event: Event) -> None:
        if isinstance(event, Disconnected) and not ended.done():
            ended.set_result(event.reason)

    peer.on_event(note)
    entering = asyncio.create_task(peer.__aenter__())
    reason = await ended
    entering.cancel()
    await asyncio.gather(entering, return_exceptions=True)
    return reason


def test_a_station_talks_over_tls(run: Run, ca: trustme.CA) -> None:
    async def main() -> None:
        async with await listen(server_context(ca)) as server, station(server.port, client_context(ca)) as peer:
            assert (await peer.call(BOOT)).status is v16.RegistrationStatus.Accepted
            big = v16.DataTransferRequest(vendor_id="v", data="x" * 500_000)
            assert await peer.call(big)

    run(main())


def test_a_client_certificate_is_shown(run: Run, ca: trustme.CA) -> None:
    async def main() -> None:
        theirs, ours = server_context(ca), client_context(ca)
        theirs.verify_mode = ssl.CERT_REQUIRED
        ca.configure_trust(theirs)
        ca.issue_cert("CP1").configure_cert(ours)
        async with await listen(theirs) as server, station(server.port, ours) as peer:
            assert await peer.call(BOOT)

    run(main())


async def told(theirs: ssl.SSLContext, ours: ssl.SSLContext) -> Disconnect:
    """Why a station cannot connect to a server that says what is wrong, as OpenSSL by itself does."""
    listening = socket.create_server(("localhost", 0))

    def handshake() -> None:
        plain, _ = listening.accept()
        plain.settimeout(10)
        try:
            with theirs.wrap_socket(plain, server_side=True) as secure:
                secure.recv(1)
        except OSError:
            pass  # what the station makes of it is the question

    thread = asyncio.create_task(asyncio.to_thread(handshake))
    reason = await failure(listening.getsockname()[1], ours)
    await thread
    listening.close()
    return reason


def refused(run: Run, theirs: ssl.SSLContext, ours: ssl.SSLContext | None) -> TlsFailure:
    async def main() -> Disconnect:
        async with await listen(theirs) as server:
            return await failure(server.port, ours)

    reason = run(main())
    assert isinstance(reason, TlsFailed), reason
    return reason.kind


def test_a_server_of_an_unknown_authority(run: Run, ca: trustme.CA) -> None:
    assert refused(run, server_context(ca), client_context(trustme.CA())) is TlsFailure.Certificate


def test_without_a_context_the_systems_authorities_count(run: Run, ca: trustme.CA) -> None:
    assert refused(run, server_context(ca), None) is TlsFailure.Certificate


def test_a_server_of_another_name(run: Run, ca: trustme.CA) -> None:
    assert refused(run, server_context(ca, "evil.example"), client_context(ca)) is TlsFailure.Certificate


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_station_without_the_certificate_that_is_wanted(run: Run, ca: trustme.CA, version: ssl.TLSVersion) -> None:
    theirs, ours = server_context(ca), client_context(ca)
    theirs.verify_mode = ssl.CERT_REQUIRED
    ca.configure_trust(theirs)
    ours.maximum_version = version
    reason = run(told(theirs, ours))
    assert isinstance(reason, TlsFailed)
    assert reason.kind in (TlsFailure.Refused, TlsFailure.Cipher)  # 1.2 says no more than handshake_failure


def test_a_server_that_is_too_old(run: Run, ca: trustme.CA) -> None:
    theirs, ours = server_context(ca), client_context(ca)
    theirs.maximum_version = ssl.TLSVersion.TLSv1_2
    ours.minimum_version = ssl.TLSVersion.TLSv1_3
    reason = run(told(theirs, ours))
    assert isinstance(reason, TlsFailed) and reason.kind is TlsFailure.Version


def test_no_common_cipher(run: Run, ca: trustme.CA) -> None:
    theirs, ours = server_context(ca), client_context(ca)
    for context, cipher in ((theirs, "ECDHE+AES256+AESGCM"), (ours, "ECDHE+CHACHA20")):
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(cipher)
    reason = run(told(theirs, ours))
    assert isinstance(reason, TlsFailed) and reason.kind is TlsFailure.Cipher


def test_a_server_that_speaks_no_tls(run: Run, ca: trustme.CA) -> None:
    async def main() -> Disconnect:
        async with await listen(None) as server:
            return await failure(server.port, client_context(ca))

    assert isinstance(run(main()), TlsFailed | Lost)


def test_a_station_that_speaks_no_tls_to_a_server_that_does(run: Run, ca: trustme.CA) -> None:
    async def main() -> Disconnect:
        async with await listen(server_context(ca)) as server:
            return await failure(server.port, None, "ws")

    assert isinstance(run(main()), Lost)
