"""Security profiles over real sockets: handshakes of TLS, each way to fail, and a station raised from 1 to 3."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import tempfile
import warnings
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.bindings import _tls_client
from ocppcore.bindings._tls_client import client_context
from ocppcore.bindings.asyncio import Client, Server, StationHost, serve
from ocppcore.bindings.clock import SystemClock
from ocppcore.bindings.security.service import SoftwareSecurity
from ocppcore.bindings.storage.sqlite import SqliteStore
from ocppcore.csms import Certificates, Csms, keys
from ocppcore.hardware import Hardware, MeterReading, ReadingPurpose, Want
from ocppcore.session.commands import CertificateFacts, CertificateFault, CheckCertificate, KeyPair, Tls
from ocppcore.session.events import Connected, Disconnect, Disconnected, Event, Lost, TlsFailed, TlsFailure
from ocppcore.session.session import Endpoint, Session
from ocppcore.session.settings import Backoff
from ocppcore.station import SecuritySetup, Setup, Station
from ocppcore.testing.certificates import Authority, Issued

Run = Callable[[Coroutine[Any, Any, Any]], Any]
BOOT = v16.BootNotificationRequest(charge_point_vendor="V", charge_point_model="M")
CENTRAL = v16.CertificateUseEnumType.CentralSystemRootCertificate
KEY, NEW_KEY = bytes(range(16)), bytes(range(100, 120))
CLOCK = SystemClock()


def server_context(issued: Issued, tmp_path: Path, *, suites: str = "", **versions: ssl.TLSVersion) -> ssl.SSLContext:
    """What a back end has: its certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if suites:
        context.set_ciphers(suites)
    for name, version in versions.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.1 is what it is for
            setattr(context, name, version)
    path = tmp_path / "server.pem"
    path.write_text(issued.chain + issued.key)
    context.load_cert_chain(path)
    return context


@pytest.fixture(scope="module")
def server_of(cpo_root: Authority) -> Callable[..., Issued]:
    def issue(name: str = "localhost", dns: tuple[str, ...] = ("localhost",), **options: Any) -> Issued:
        return cpo_root.issue(name, dns=dns, **options)

    return issue


async def outcome(port: int, tls: Tls | None, host: str = "localhost") -> Disconnect | None:
    """What comes of an attempt to connect: None if it succeeds."""
    endpoint = Endpoint(f"wss://{host}:{port}/CP1", tls=tls)
    peer = Client(Session(v16.ACTIONS, rng=Random(2), endpoint=endpoint))
    ended: asyncio.Future[Disconnect | None] = asyncio.get_running_loop().create_future()

    def note(event: Event) -> None:
        if isinstance(event, Connected | Disconnected) and not ended.done():
            ended.set_result(event.reason if isinstance(event, Disconnected) else None)

    peer.on_event(note)
    entering = asyncio.create_task(peer.__aenter__())
    reason = await ended
    if reason is None:
        await entering
        await peer.__aexit__()
    else:
        entering.cancel()
        await asyncio.gather(entering, return_exceptions=True)
    return reason


def connecting(run: Run, context: ssl.SSLContext, tls: Tls) -> Disconnect | None:
    """The same, at a real back end with this context."""

    async def main() -> Disconnect | None:
        csms = Csms(utc=lambda: datetime.now(UTC), rng=Random(1), insecure=True)
        async with await serve(csms, "localhost", ssl=context) as server:
            return await outcome(server.port, tls)

    result: Disconnect | None = run(main())
    return result


def told(run: Run, context: ssl.SSLContext, tls: Tls) -> Disconnect | None:
    """The same, at a server that says by an alert what is wrong, as OpenSSL by itself does."""

    async def main() -> Disconnect | None:
        listening = socket.create_server(("localhost", 0))

        def handshake() -> None:
            plain, _ = listening.accept()
            plain.settimeout(10)
            try:
                with context.wrap_socket(plain, server_side=True) as secure:
                    secure.recv(1)
            except OSError:
                pass  # what the station makes of it is the question

        thread = asyncio.create_task(asyncio.to_thread(handshake))
        reason = await outcome(listening.getsockname()[1], tls)
        await thread
        listening.close()
        return reason

    result: Disconnect | None = run(main())
    return result


def kind(reason: Disconnect | None) -> TlsFailure:
    assert isinstance(reason, TlsFailed), reason
    return reason.kind


# What fits


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("key", ["P-256", "RSA-2048"])
def test_A00_FR_312_tls_1_2_and_1_3_with_either_kind_of_certificate(
    run: Run, cpo_root: Authority, server_of: Any, tmp_path: Path, key: str, version: ssl.TLSVersion
) -> None:
    versions = {"minimum_version": version, "maximum_version": version}
    context = server_context(server_of(kind=key), tmp_path, **versions)
    assert connecting(run, context, Tls((cpo_root.pem,))) is None


@pytest.mark.parametrize(
    ("suite", "key"),
    [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", "P-256"),
        ("ECDHE-ECDSA-AES256-GCM-SHA384", "P-256"),
        ("AES128-GCM-SHA256", "RSA-2048"),
        ("AES256-GCM-SHA384", "RSA-2048"),
    ],
)
def test_A00_FR_318_each_suite_of_the_white_paper(
    run: Run, cpo_root: Authority, server_of: Any, tmp_path: Path, suite: str, key: str
) -> None:
    context = server_context(
        server_of(kind=key), tmp_path, suites=suite, maximum_version=ssl.TLSVersion.TLSv1_2
    )
    assert connecting(run, context, Tls((cpo_root.pem,))) is None


def test_A00_FR_308_the_common_name_counts_where_no_other_name_is_given(
    run: Run, cpo_root: Authority, server_of: Any, tmp_path: Path
) -> None:
    assert connecting(run, server_context(server_of(dns=()), tmp_path), Tls((cpo_root.pem,))) is None


def test_a_chain_over_a_sub_authority(run: Run, cpo_root: Authority, tmp_path: Path) -> None:
    issued = cpo_root.sub().issue("localhost", dns=["localhost"])
    assert connecting(run, server_context(issued, tmp_path), Tls((cpo_root.pem,))) is None


def test_a_root_that_another_one_has_signed_counts_by_itself(run: Run, cpo_root: Authority, tmp_path: Path) -> None:
    """W 7.1: else nobody could get in once the old root has expired."""
    new = cpo_root.sub("New root")
    issued = new.issue("localhost", dns=["localhost"])
    assert connecting(run, server_context(issued, tmp_path), Tls((new.pem,))) is None


def test_one_of_several_roots_is_enough(
    run: Run, cpo_root: Authority, maker_root: Authority, server_of: Any, tmp_path: Path
) -> None:
    assert connecting(run, server_context(server_of(), tmp_path), Tls((maker_root.pem, cpo_root.pem))) is None


def wanting(context: ssl.SSLContext, root: Authority) -> ssl.SSLContext:
    """It lets nobody in without a certificate."""
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=root.pem)
    return context


@pytest.mark.parametrize("key", ["P-256", "RSA-2048"])
def test_A00_FR_402_the_stations_certificate_is_shown(
    run: Run, cpo_root: Authority, server_of: Any, tmp_path: Path, key: str
) -> None:
    own = cpo_root.sub().issue("CP1", kind=key)
    context = wanting(server_context(server_of(), tmp_path), cpo_root)
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    assert connecting(run, context, Tls((cpo_root.pem,), own.chain, own.key)) is None
    assert not before or len(os.listdir("/proc/self/fd")) <= before  # the key's file is gone


# What does not


def test_A00_FR_307_a_back_end_of_another_authority(
    run: Run, maker_root: Authority, server_of: Any, tmp_path: Path
) -> None:
    context = server_context(server_of(), tmp_path)
    assert kind(connecting(run, context, Tls((maker_root.pem,)))) is TlsFailure.Certificate
    assert kind(connecting(run, context, Tls(()))) is TlsFailure.Certificate  # trusts nobody


def test_an_expired_certificate(run: Run, cpo_root: Authority, server_of: Any, tmp_path: Path) -> None:
    old = server_of(end=datetime.now(UTC) - timedelta(days=1))
    assert kind(connecting(run, server_context(old, tmp_path), Tls((cpo_root.pem,)))) is TlsFailure.Certificate


def test_an_expired_root(run: Run, tmp_path: Path) -> None:
    old = Authority(end=datetime.now(UTC) - timedelta(days=1))
    issued = old.issue("localhost", dns=["localhost"])
    assert kind(connecting(run, server_context(issued, tmp_path), Tls((old.pem,)))) is TlsFailure.Certificate


@pytest.mark.parametrize("dns", [("evil.example",), ()])
def test_A00_FR_308_a_certificate_of_another_host(
    run: Run, cpo_root: Authority, server_of: Any, tmp_path: Path, dns: tuple[str, ...]
) -> None:
    context = server_context(server_of("evil.example", dns), tmp_path)
    assert kind(connecting(run, context, Tls((cpo_root.pem,)))) is TlsFailure.Certificate


def test_a_certificate_with_a_short_key(run: Run, cpo_root: Authority, server_of: Any, tmp_path: Path) -> None:
    """A00.FR.502, and A00.FR.319: what is not suitable any more."""
    context = server_context(server_of(kind="RSA-1024"), tmp_path, suites="ALL:@SECLEVEL=0")
    assert kind(connecting(run, context, Tls((cpo_root.pem,)))) is TlsFailure.Certificate


def test_A00_FR_315_a_back_end_that_speaks_tls_1_1_only(
    run: Run, cpo_root: Authority, server_of: Any, tmp_path: Path
) -> None:
    context = server_context(
        server_of(),
        tmp_path,
        suites="ALL:@SECLEVEL=0",
        minimum_version=ssl.TLSVersion.TLSv1,
        maximum_version=ssl.TLSVersion.TLSv1_1,
    )
    assert kind(told(run, context, Tls((cpo_root.pem,)))) is TlsFailure.Version


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"])
def test_A00_FR_322_a_back_end_with_other_suites_only(
    run: Run, cpo_root: Authority, server_of: Any, tmp_path: Path, suite: str
) -> None:
    context = server_context(server_of(), tmp_path, suites=suite, maximum_version=ssl.TLSVersion.TLSv1_2)
    assert kind(told(run, context, Tls((cpo_root.pem,)))) is TlsFailure.Cipher


def test_a_back_end_that_wants_a_certificate_and_gets_none(
    run: Run, cpo_root: Authority, server_of: Any, tmp_path: Path
) -> None:
    context = wanting(server_context(server_of(), tmp_path), cpo_root)
    assert kind(told(run, context, Tls((cpo_root.pem,)))) is TlsFailure.Refused


def test_a_back_end_that_does_not_know_the_stations_authority(
    run: Run, cpo_root: Authority, maker_root: Authority, server_of: Any, tmp_path: Path
) -> None:
    own = maker_root.issue("CP1")
    context = wanting(server_context(server_of(), tmp_path), cpo_root)
    assert kind(told(run, context, Tls((cpo_root.pem,), own.chain, own.key))) is TlsFailure.Refused


def test_a_key_that_cannot_be_read_is_no_connection(
    run: Run, cpo_root: Authority, server_of: Any, tmp_path: Path
) -> None:
    own, other = cpo_root.issue("CP1"), cpo_root.issue("CP2")
    context = server_context(server_of(), tmp_path)
    for key in ("lost", other.key):
        assert isinstance(connecting(run, context, Tls((cpo_root.pem,), own.chain, key)), TlsFailed | Lost)


@pytest.mark.parametrize("memory", [True, False])
def test_no_file_with_a_private_key_is_left(
    cpo_root: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: bool
) -> None:
    own = cpo_root.issue("CP1")
    if not memory:
        monkeypatch.setattr(_tls_client, "OPEN_FILES", "/nowhere")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    open_files = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    client_context(Tls((cpo_root.pem,), own.chain, own.key))
    with pytest.raises(ssl.SSLError):
        client_context(Tls((cpo_root.pem,), own.chain, "lost"))
    assert not list(tmp_path.iterdir())
    assert not open_files or len(os.listdir("/proc/self/fd")) == open_files


def test_A00_FR_320_there_is_no_compression(cpo_root: Authority) -> None:
    context = client_context(Tls((cpo_root.pem,)))
    assert context.options & ssl.OP_NO_COMPRESSION
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.check_hostname and context.verify_mode is ssl.CERT_REQUIRED


# A station, over all the profiles


class Charger(Hardware):
    def apply(self, evse: int, want: Want) -> None: ...

    def read_meter(self, evse: int, why: ReadingPurpose) -> MeterReading:
        return MeterReading(0.0)


class Plant:
    """A station and its back end: one Csms on three ports, one for each security profile (W A00.FR.006)."""

    def __init__(self, root: Authority, tmp_path: Path, security: SoftwareSecurity) -> None:
        self.root = root
        self.security = security
        self.tmp_path = tmp_path
        self.store = SqliteStore(str(tmp_path / "station.db"))
        self.servers: list[Server] = []
        self.station: Station | None = None
        self.host: StationHost | None = None
        self.links: list[Event] = []
        self.boots = 0
        self.keys = {"CP1": KEY}  # that the back end lets in by; it keeps them up to date
        self._changed = asyncio.Event()

    async def open(self, *, wrong: bool = False) -> None:
        """wrong: the port of profile 2 has a certificate of another authority."""
        issued = self.root.issue("localhost", dns=["localhost"])
        stranger = Authority("stranger").issue("localhost", dns=["localhost"])
        secure = server_context(stranger if wrong else issued, self.tmp_path)
        certified = wanting(server_context(issued, self.tmp_path), self.root)
        csms = Csms(
            utc=lambda: datetime.now(UTC),
            rng=Random(1),
            authenticate=keys(self.keys),
            certificates=Certificates("ACME"),
            profiles=(1, 2, 3),
            sign=lambda identity, csr: self.root.sub().sign_request(csr),
            register=self._register,
        )
        for context in (None, secure, certified):
            self.servers.append(await serve(csms, "localhost", ssl=context))
        self.csms = csms

    def _register(self, identity: str, request: Any) -> v16.RegistrationStatus:
        self.boots += 1
        return v16.RegistrationStatus.Accepted

    async def start(self) -> None:
        """From what is stored, as after a power cut."""
        ports = [server.port for server in self.servers]
        urls = {profile: f"wss://localhost:{ports[profile - 1]}/ocpp" for profile in (2, 3)}
        setup = Setup(
            "CP1",
            f"ws://localhost:{ports[0]}/ocpp",
            vendor="V",
            model="M",
            authorization_key=KEY,
            security=SecuritySetup(urls=urls),
            config={"SecurityProfile": "1", "CpoName": "ACME"},
        )
        state = self.store.load()
        self.station = Station(setup, rng=Random(5), state=state, utc=CLOCK.utc(), now=CLOCK.now())
        self.station.ctx.settings.backoff = Backoff(wait_minimum=0.05, repeat_times=1, random_range=0)
        self.host = StationHost(self.station, Charger(), self.store, security=self.security)
        self.host.on_event(self._note)
        await self.host.__aenter__()
        await self.up()

    def _note(self, event: Event) -> None:
        if isinstance(event, Connected | Disconnected):
            self.links.append(event)
        self._changed.set()

    async def restart(self) -> None:
        """The power is cut, and comes back."""
        await self.kill()
        self.links.clear()
        await self.start()

    async def kill(self) -> None:
        """The power is cut: nothing of the station goes on."""
        assert self.host is not None
        await self.host._driver.stop()
        await self.host.aclose()

    async def up(self) -> None:
        """Wait for the next link, and until the station is registered."""
        assert self.station is not None
        while not (self.station.ctx.online and any(isinstance(event, Connected) for event in self.links)):
            self._changed.clear()
            await self._changed.wait()
        self.links.clear()

    async def ask(self, profile: int, request: Any) -> str:
        answer = await self.servers[profile - 1].call("CP1", request)
        return str(answer.status)

    async def change(self, profile: int, key: str, value: str) -> None:
        self.links.clear()
        request = v16.ChangeConfigurationRequest(key=key, value=value)
        assert await self.ask(profile, request) == "Accepted"

    async def certify(self, profile: int) -> None:
        """The station gets a new certificate."""
        before = len(self.own)
        wanted = v16.MessageTriggerEnumType.SignChargePointCertificate
        assert await self.ask(profile, v16.ExtendedTriggerMessageRequest(requested_message=wanted)) == "Accepted"
        while len(self.own) == before:
            self._changed.clear()
            await self._changed.wait()

    @property
    def own(self) -> list[str]:
        assert self.station is not None
        return [key for key in self.station.ctx.store.keys("certificates") if key.startswith("own:")]

    async def install(self, profile: int, root: Authority | None = None) -> None:
        request = v16.InstallCertificateRequest(certificate_type=CENTRAL, certificate=(root or self.root).pem)
        assert await self.ask(profile, request) == "Accepted"

    async def installed(self, profile: int) -> list[v16.CertificateHashDataType]:
        request = v16.GetInstalledCertificateIdsRequest(certificate_type=CENTRAL)
        return (await self.servers[profile - 1].call("CP1", request)).certificate_hash_data or []

    @property
    def profile(self) -> int:
        assert self.station is not None
        return self.station.configuration.int("SecurityProfile")

    async def close(self) -> None:
        if self.host is not None:
            await self.kill()
        for server in self.servers:
            await server.close()
        self.store.close()


def with_plant(
    run: Run,
    root: Authority,
    tmp_path: Path,
    story: Callable[[Plant], Any],
    security: SoftwareSecurity | None = None,
    **how: Any,
) -> None:
    async def main() -> None:
        plant = Plant(root, tmp_path, security or SoftwareSecurity())
        async with AsyncExitStack() as stack:
            stack.push_async_callback(plant.close)
            await plant.open(**how)
            await plant.start()
            await story(plant)

    run(main())


def test_A05_a_station_is_raised_from_profile_1_to_3(run: Run, cpo_root: Authority, tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        await plant.install(1)
        await plant.change(1, "SecurityProfile", "2")
        await plant.up()
        await plant.certify(2)
        await plant.change(2, "SecurityProfile", "3")
        await plant.up()
        assert plant.profile == 3 and plant.boots == 1
        plant.links.clear()
        await plant.certify(3)  # a new one: it connects anew by it
        await plant.up()
        await plant.install(3, Authority("another"))
        used, unused = await plant.installed(3)  # M04.FR.06: the host says by which one the back end was verified
        assert await plant.ask(3, v16.DeleteCertificateRequest(certificate_hash_data=used)) == "Failed"
        assert await plant.ask(3, v16.DeleteCertificateRequest(certificate_hash_data=unused)) == "Accepted"
        assert plant.csms.stations["CP1"].profile == 3  # A05.FR.09: never lower again

    with_plant(run, cpo_root, tmp_path, story)


def test_A05_FR_08_a_profile_that_does_not_work_is_taken_back(
    run: Run, cpo_root: Authority, tmp_path: Path
) -> None:
    async def story(plant: Plant) -> None:
        await plant.install(1)
        await plant.change(1, "SecurityProfile", "2")
        await plant.up()
        assert plant.profile == 1 and plant.boots == 1
        assert await plant.ask(1, v16.ClearCacheRequest()) == "Accepted"

    with_plant(run, cpo_root, tmp_path, story, wrong=True)


@pytest.mark.parametrize("wrong", [False, True])
def test_a_power_cut_right_after_the_change_changes_nothing_about_it(
    run: Run, cpo_root: Authority, tmp_path: Path, wrong: bool
) -> None:
    async def story(plant: Plant) -> None:
        await plant.install(1)
        await plant.change(1, "SecurityProfile", "2")
        await plant.restart()
        assert plant.profile == (1 if wrong else 2)

    with_plant(run, cpo_root, tmp_path, story, wrong=wrong)


def test_A01_a_new_key_is_the_one_that_the_back_end_sees(run: Run, cpo_root: Authority, tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        await plant.change(1, "AuthorizationKey", NEW_KEY.hex())
        await plant.up()
        assert plant.keys == {"CP1": NEW_KEY} and plant.boots == 1

    with_plant(run, cpo_root, tmp_path, story)


def test_a_power_cut_between_any_two_steps(run: Run, cpo_root: Authority, tmp_path: Path) -> None:
    async def story(plant: Plant) -> None:
        await plant.install(1)
        await plant.restart()
        await plant.change(1, "AuthorizationKey", NEW_KEY.hex())
        await plant.restart()
        await plant.change(1, "SecurityProfile", "2")
        await plant.restart()
        await plant.certify(2)
        await plant.restart()
        await plant.change(2, "SecurityProfile", "3")
        await plant.restart()
        await plant.certify(3)
        await plant.restart()
        assert plant.profile == 3 and await plant.ask(3, v16.ClearCacheRequest()) == "Accepted"

    with_plant(run, cpo_root, tmp_path, story)


class Token(SoftwareSecurity):
    """Keys that never leave a token: what the station stores is their names."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}

    def make_key(self, common_name: str, organization: str) -> KeyPair:
        pair = super().make_key(common_name, organization)
        name = f"token:{len(self.keys)}"
        self.keys[name] = pair.key
        return KeyPair(name, pair.csr)

    def check_certificate(self, check: CheckCertificate) -> CertificateFacts | CertificateFault:
        if check.key is not None:
            check.key = self.keys[check.key]
        return super().check_certificate(check)

    def client_context(self, tls: Tls) -> ssl.SSLContext:
        return super().client_context(Tls(tls.roots, tls.chain, self.keys[tls.key] if tls.key else None))


def test_private_keys_may_stay_in_a_token(run: Run, cpo_root: Authority, tmp_path: Path) -> None:
    token = Token()

    async def story(plant: Plant) -> None:
        await plant.install(1)
        await plant.certify(1)
        await plant.change(1, "SecurityProfile", "3")
        await plant.up()
        assert plant.profile == 3 and len(token.keys) == 1
        assert "PRIVATE" not in str(plant.store.load()) and "token:0" in str(plant.store.load())

    with_plant(run, cpo_root, tmp_path, story, token)
