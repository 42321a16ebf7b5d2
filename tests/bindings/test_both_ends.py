"""A station and a back end of ours over real TLS: a new key, a signed certificate, and profiles that only go up (W A01,
A02, A05)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

from cryptography import x509

from ocppcore import v16
from ocppcore.bindings.asyncio import Server, StationHost, serve, server_context
from ocppcore.bindings.clock import SystemClock
from ocppcore.bindings.security.service import SoftwareSecurity
from ocppcore.bindings.storage.memory import MemoryStore
from ocppcore.csms import Certificates, Csms, KeyChanged, ProfileReached, StationRefused, keys
from ocppcore.hardware import Hardware, MeterReading, ReadingPurpose, Want
from ocppcore.session.events import Event, ResultReceived
from ocppcore.session.settings import Backoff
from ocppcore.station import SecuritySetup, Setup, Station
from ocppcore.testing.certificates import Authority

Run = Callable[[Coroutine[Any, Any, Any]], Any]
KEY, NEW_KEY = bytes(range(16)), bytes(range(100, 120))
CLOCK = SystemClock()


class Charger(Hardware):
    def apply(self, evse: int, want: Want) -> None: ...

    def read_meter(self, evse: int, why: ReadingPurpose) -> MeterReading:
        return MeterReading(0.0)


class Operator:
    """A back end with a port for each security profile (W A00.FR.006), its authority, and what it is told."""

    def __init__(self, root: Authority, folder: Path) -> None:
        self.root = root
        self.folder = folder
        self.keys = {"CP1": KEY}
        self.seen: list[Event] = []
        self.changed = asyncio.Event()
        self.ports: list[Server] = []
        self.csms = Csms(
            utc=CLOCK.utc,
            rng=Random(1),
            authenticate=keys(self.keys),
            certificates=Certificates("ACME"),
            sign=self.sign,
        )

    async def sign(self, identity: str, csr: str) -> str | None:
        """What an authority of one's own looks at."""
        subject = x509.load_pem_x509_csr(csr.encode()).subject.rfc4514_string()
        await asyncio.sleep(0)
        return self.root.sub().sign_request(csr) if subject == f"CN={identity},O=ACME" else None

    async def open(self) -> None:
        issued = self.root.issue("localhost", dns=["localhost"])
        names = "csms.pem", "csms.key", "roots.pem"
        certificate, key, roots = (self.folder / name for name in names)
        for path, text in ((certificate, issued.chain), (key, issued.key), (roots, self.root.pem)):
            path.write_text(text)
        for context in (None, server_context(certificate, key), server_context(certificate, key, roots)):
            server = await serve(self.csms, "localhost", ssl=context)
            server.on_event(self.note)
            self.ports.append(server)

    def note(self, identity: str, event: Event) -> None:
        self.seen.append(event)
        self.changed.set()

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():
            self.changed.clear()
            await self.changed.wait()

    def told(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.seen if isinstance(event, kind)]

    async def call(self, request: Any) -> str:
        return str((await self.ports[0].call("CP1", request)).status)

    async def change(self, key: str, value: str) -> None:
        """The station takes it, and comes back by another link."""
        link = self.csms.link("CP1")
        assert await self.call(v16.ChangeConfigurationRequest(key=key, value=value)) == "Accepted"
        await self.until(lambda: self.csms.link("CP1") not in (None, link))

    def setup(self) -> Setup:
        plain, basic, certified = (server.port for server in self.ports)
        urls = {2: f"wss://localhost:{basic}/ocpp", 3: f"wss://localhost:{certified}/ocpp"}
        return Setup(
            "CP1",
            f"ws://localhost:{plain}/ocpp",
            vendor="V",
            model="M",
            authorization_key=KEY,
            security=SecuritySetup(roots=[self.root.pem], urls=urls),
            config={"SecurityProfile": "1", "CpoName": "ACME"},
        )


async def life(operator: Operator) -> None:
    """What an operator does with a new station."""
    await operator.until(lambda: [event.profile for event in operator.told(ProfileReached)] == [1])
    await operator.change("AuthorizationKey", NEW_KEY.hex())
    assert [event.accepted for event in operator.told(KeyChanged)] == [True]
    assert operator.keys == {"CP1": NEW_KEY}

    await operator.change("SecurityProfile", "2")
    await operator.until(lambda: [event.profile for event in operator.told(ProfileReached)] == [1, 2])

    trigger = v16.MessageTriggerEnumType.SignChargePointCertificate
    assert await operator.call(v16.ExtendedTriggerMessageRequest(requested_message=trigger)) == "Accepted"
    delivered = v16.CertificateSignedRequest
    await operator.until(lambda: [e for e in operator.told(ResultReceived) if isinstance(e.request, delivered)])
    (signed,) = [event for event in operator.told(ResultReceived) if isinstance(event.request, delivered)]
    assert signed.response.status is v16.CertificateSignedStatusEnumType.Accepted

    await operator.change("SecurityProfile", "3")
    await operator.until(lambda: [event.profile for event in operator.told(ProfileReached)] == [1, 2, 3])
    link = operator.csms.link("CP1")
    assert link is not None and link.offer.certificate is not None and link.offer.auth is None
    assert link.offer.certificate.common_names == ("CP1",) and link.offer.certificate.organizations == ("ACME",)
    assert operator.told(StationRefused) == []


def test_a_station_is_raised_to_profile_3_and_never_lowered(run: Run, cpo_root: Authority, tmp_path: Path) -> None:
    async def main() -> None:
        operator = Operator(cpo_root, tmp_path)
        await operator.open()
        station = Station(operator.setup(), rng=Random(5), utc=CLOCK.utc(), now=CLOCK.now())
        station.ctx.settings.backoff = Backoff(wait_minimum=0.05, repeat_times=1, random_range=0)
        async with StationHost(station, Charger(), MemoryStore(), security=SoftwareSecurity()):
            await life(operator)

        # Another machine with the right key, or with what the station was shipped with (A05.FR.09).
        back = Station(operator.setup(), rng=Random(6), utc=CLOCK.utc(), now=CLOCK.now())
        entering = asyncio.create_task(StationHost(back, Charger(), MemoryStore()).__aenter__())
        await operator.until(lambda: operator.told(StationRefused))
        assert operator.told(StationRefused)[0].status == 401
        entering.cancel()
        await asyncio.gather(entering, return_exceptions=True)
        for server in operator.ports:
            await server.close()

    run(main())
