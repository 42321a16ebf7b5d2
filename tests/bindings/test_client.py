"""What goes wrong while a client connects and is no fault of the network: nobody waits for ever, nothing is silent.

It ends the entry of a Client. A link that was there once, and a station, are tried again: what fails now may work
later, and a station charges on meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.bindings.asyncio import Client, Server, StationHost, serve, server_context
from ocppcore.bindings.clock import SystemClock
from ocppcore.bindings.security.service import SoftwareSecurity
from ocppcore.csms import Csms
from ocppcore.hardware import Hardware, MeterReading, ReadingPurpose, Want
from ocppcore.session.commands import Tls
from ocppcore.session.events import Connected, Disconnected, Event, Lost
from ocppcore.session.session import Endpoint, Session, SessionSettings
from ocppcore.session.settings import Backoff
from ocppcore.station import SecuritySetup, Setup, Station
from ocppcore.testing.certificates import Authority

Run = Callable[[Coroutine[Any, Any, Any]], Any]
CLOCK = SystemClock()
KEY = bytes(range(16))
BOOT = v16.BootNotificationRequest(charge_point_vendor="V", charge_point_model="M")
SOON = Backoff(wait_minimum=0.02, repeat_times=0, random_range=0)


class Broken(Exception):
    """What a user's own function raises."""


class Vault(SoftwareSecurity):
    """Makes contexts, but is shut when it is asked for those with these numbers."""

    def __init__(self, *shut: int) -> None:
        super().__init__()
        self.shut = shut
        self.asked = 0

    def client_context(self, tls: Tls) -> ssl.SSLContext:
        self.asked += 1
        if self.asked in self.shut:
            raise Broken("the vault is shut")
        return super().client_context(tls)


class Charger(Hardware):
    def apply(self, evse: int, want: Want) -> None: ...

    def read_meter(self, evse: int, why: ReadingPurpose) -> MeterReading:
        return MeterReading(0.0)


class Links:
    """Each Connected and Disconnected of a client, to wait for."""

    def __init__(self, peer: Client) -> None:
        self._seen: asyncio.Queue[Event] = asyncio.Queue()
        peer.on_event(lambda event: isinstance(event, Connected | Disconnected) and self._seen.put_nowait(event))

    async def next(self) -> Event:
        return await self._seen.get()

    async def why(self) -> str:
        """The reason of the next one, which says that there is no link."""
        event = await self.next()
        assert isinstance(event, Disconnected) and isinstance(event.reason, Lost), event
        return event.reason.why


async def back_end(root: Authority, tmp_path: Path) -> Server:
    issued = root.issue("localhost", dns=["localhost"])
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    chain.write_text(issued.chain)
    key.write_text(issued.key)
    csms = Csms(utc=lambda: datetime.now(UTC), rng=Random(1), insecure=True)
    return await serve(csms, "localhost", ssl=server_context(chain, key))


def client(url: str, tls: Tls | None = None, **options: Any) -> Client:
    endpoint, settings = Endpoint(url, tls=tls), SessionSettings(backoff=SOON)
    return Client(Session(v16.ACTIONS, rng=Random(2), endpoint=endpoint, settings=settings), **options)


def tracebacks(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [str(record.exc_info[1]) for record in caplog.records if record.exc_info and record.exc_info[1]]


async def enter(peer: Client) -> None:
    """Enter it, for 5 seconds at most."""
    async with asyncio.timeout(5), peer:
        raise AssertionError("it has a link")


# Before the first link


def test_what_a_function_for_contexts_raises_ends_the_entry(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        with pytest.raises(Broken, match="the vault is shut"):
            await enter(client("wss://localhost:1/CP1", Tls(()), contexts=Vault(1).client_context))

    run(main())
    assert not caplog.records  # it is the caller's, and nothing is tried again


@pytest.mark.parametrize("tls", [Tls(("no certificate",)), Tls((), "no chain", "no key")], ids=["roots", "key"])
def test_certificates_that_cannot_be_read_end_the_entry(run: Run, tls: Tls) -> None:
    async def main() -> None:
        with pytest.raises(ssl.SSLError):
            await enter(client("wss://localhost:1/CP1", tls))

    run(main())


def test_what_an_event_loop_raises_ends_the_entry(run: Run) -> None:
    async def main() -> None:
        async def resolve(*arguments: object, **options: object) -> Any:
            raise RuntimeError("no thread for that")

        loop: Any = asyncio.get_running_loop()
        loop.getaddrinfo = resolve
        with pytest.raises(RuntimeError, match="no thread for that"):
            await enter(client("ws://csms.example:1/CP1"))

    run(main())


def test_a_cancelled_entry_is_cancelled(run: Run) -> None:
    async def main() -> None:
        asked = asyncio.Event()

        async def resolve(*arguments: object, **options: object) -> Any:
            asked.set()
            await asyncio.Event().wait()

        loop: Any = asyncio.get_running_loop()
        loop.getaddrinfo = resolve
        entering = asyncio.create_task(enter(client("ws://csms.example:1/CP1")))
        await asked.wait()
        entering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await entering

    run(main())


# After it


def test_a_link_that_was_there_is_tried_again_and_the_trouble_is_told_once(
    run: Run, cpo_root: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        vault = Vault(2, 3, 5)
        async with await back_end(cpo_root, tmp_path) as server:
            url = f"wss://localhost:{server.port}/CP1"
            peer = client(url, Tls((cpo_root.pem,)), contexts=vault.client_context)
            links = Links(peer)
            async with peer:
                assert isinstance(await links.next(), Connected)
                for failures in (2, 1):
                    peer.feed(peer.connection.reconnect)
                    assert isinstance(await links.next(), Disconnected)
                    for _ in range(failures):
                        assert await links.why() == "Broken: the vault is shut"
                    assert isinstance(await links.next(), Connected)
                    assert await peer.call(BOOT)

    run(main())
    assert tracebacks(caplog) == ["the vault is shut"] * 2


# A station


def test_a_station_goes_on_and_tries_again(
    run: Run, cpo_root: Authority, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with await back_end(cpo_root, tmp_path) as server:
            setup = Setup(
                "CP1",
                f"wss://localhost:{server.port}",
                vendor="V",
                model="M",
                authorization_key=KEY,
                security=SecuritySetup(roots=[cpo_root.pem]),
                config={"SecurityProfile": "2"},
            )
            station = Station(setup, rng=Random(5), utc=CLOCK.utc(), now=CLOCK.now())
            station.ctx.settings.backoff = SOON
            host = StationHost(station, Charger(), security=Vault(1, 2))
            links = Links(host)
            async with host:
                for _ in range(2):
                    assert await links.why() == "Broken: the vault is shut"
                assert isinstance(await links.next(), Connected) and not host.finished.done()

    with caplog.at_level(logging.WARNING):
        run(main())
    assert tracebacks(caplog) == ["the vault is shut"]
    assert sum("no link to the back end: Broken: the vault is shut" in line for line in caplog.messages) == 1
