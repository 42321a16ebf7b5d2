"""The back end in TLS, with real handshakes: the context that W 2.4.1 wants, certificates of stations, and what is told
of a handshake that fails."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from ocppcore import v16
from ocppcore.bindings.asyncio import Client, Server, serve, server_context
from ocppcore.csms import Certificates, Csms, StationRefused, keys
from ocppcore.errors import SetupError
from ocppcore.session.commands import BasicAuth
from ocppcore.session.events import Disconnected, Event, Refused, TlsFailed, TlsFailure
from ocppcore.session.session import Endpoint, Session
from ocppcore.testing.certificates import Authority, Issued

Run = Callable[[Coroutine[Any, Any, Any]], Any]
KEY = b"0123456789abcdef"
BOOT = v16.BootNotificationRequest(charge_point_vendor="V", charge_point_model="M")
SUITES = [
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "AES128-GCM-SHA256", "AES256-GCM-SHA384",
]  # fmt: skip


class Files:
    """What a back end has on disk."""

    def __init__(self, folder: Path, root: Authority) -> None:
        self.folder = folder
        self.root = root
        self.roots = self.write("roots.pem", root.pem)
        self.certificate, self.key = self.save("csms", root.issue("localhost", dns=["localhost"]))

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def save(self, name: str, issued: Issued) -> tuple[Path, Path]:
        return self.write(f"{name}.pem", issued.chain), self.write(f"{name}.key", issued.key)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, cpo_root: Authority) -> Files:
    return Files(tmp_path_factory.mktemp("tls"), cpo_root)


def trusting(files: Files, own: tuple[Path, Path] | None = None, **changes: Any) -> ssl.SSLContext:
    """A station's context, with its own certificate if it has one."""
    context = ssl.create_default_context(cafile=str(files.roots))
    context.set_ciphers(changes.pop("ciphers", ":".join(SUITES)))
    if own is not None:
        context.load_cert_chain(*own)
    for name, value in changes.items():
        setattr(context, name, value)
    return context


class Watch:
    """A back end, and why it turned stations away."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.refused: list[StationRefused] = []
        self.changed = asyncio.Event()
        server.on_event(self._note)

    def _note(self, identity: str, event: Event) -> None:
        if isinstance(event, StationRefused):
            self.refused.append(event)
            self.changed.set()

    async def why(self) -> StationRefused:
        await self.changed.wait()
        return self.refused[0]


@asynccontextmanager
async def back_end(context: ssl.SSLContext | None, **options: Any) -> AsyncIterator[Watch]:
    csms = Csms(utc=lambda: datetime.now(UTC), rng=Random(1), **{"authenticate": keys({"CP1": KEY})} | options)
    async with await serve(csms, "localhost", ssl=context) as server:
        yield Watch(server)


def station(watch: Watch, context: ssl.SSLContext | None, key: bytes | None = KEY) -> Client:
    scheme = "ws" if context is None else "wss"
    auth = None if key is None else BasicAuth("CP1", key)
    endpoint = Endpoint(f"{scheme}://localhost:{watch.server.port}/CP1", auth)
    return Client(Session(v16.ACTIONS, rng=Random(2), endpoint=endpoint), ssl=context)


async def fails(peer: Client) -> Any:
    """Why a station cannot connect."""
    ended: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    peer.on_event(lambda e: isinstance(e, Disconnected) and not ended.done() and ended.set_result(e.reason))
    entering = asyncio.create_task(peer.__aenter__())
    reason = await ended
    entering.cancel()
    await asyncio.gather(entering, return_exceptions=True)
    return reason


# The context.


def test_it_is_as_the_white_paper_wants_it(files: Files) -> None:  # A00.FR.312, .317, .320
    context = server_context(files.certificate, files.key)
    spoken = [suite["name"] for suite in context.get_ciphers() if suite["protocol"] == "TLSv1.2"]
    assert [suite for suite in spoken if suite in SUITES] == SUITES
    assert all(suite.startswith("ECDHE-RSA-AES") and "GCM" in suite for suite in set(spoken) - set(SUITES))
    assert any(suite["protocol"] == "TLSv1.3" for suite in context.get_ciphers())
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2 and context.verify_mode is ssl.CERT_NONE
    assert context.options & ssl.OP_NO_COMPRESSION and context.options & ssl.OP_CIPHER_SERVER_PREFERENCE
    assert context.security_level == 2
    assert server_context(files.certificate, files.key, files.roots).verify_mode is ssl.CERT_REQUIRED
    optional = server_context(files.certificate, files.key, files.roots, optional=True)
    assert optional.verify_mode is ssl.CERT_OPTIONAL


@pytest.mark.parametrize("what", ["none", "no pem", "other key", "encrypted", "no roots", "folder"])
def test_a_file_that_will_not_do_is_one_clear_line(files: Files, what: str) -> None:
    key: Any = files.root.issue("x").private
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"hunter2")).decode()
    arguments: dict[str, tuple[Any, ...]] = {
        "none": (files.folder / "missing.pem", files.key),
        "no pem": (files.write("text", "hello"), files.key),
        "other key": (files.certificate, files.save("other", files.root.issue("x"))[1]),
        "encrypted": (files.certificate, files.write("secret.key", secret)),
        "no roots": (files.certificate, files.key, files.write("empty", "")),
        "folder": (files.certificate, files.key, files.folder),
    }
    with pytest.raises(SetupError) as caught:
        server_context(*arguments[what])
    assert "\n" not in str(caught.value) and str(files.folder) in str(caught.value)
    assert ("encrypted" in str(caught.value)) is (what == "encrypted")


@pytest.mark.parametrize("suite", SUITES)
def test_each_suite_is_spoken(run: Run, files: Files, suite: str) -> None:  # A00.FR.317: a certificate of each kind
    async def main() -> str:
        context = server_context(files.certificate, files.key)
        context.load_cert_chain(*files.save("rsa", files.root.issue("localhost", dns=["localhost"], kind="RSA-2048")))
        ours = trusting(files, ciphers=suite, maximum_version=ssl.TLSVersion.TLSv1_2)
        async with back_end(context) as watch, station(watch, ours) as peer:
            assert (await peer.call(BOOT)).status is v16.RegistrationStatus.Accepted
            (socket,) = watch.server.sockets
            assert socket.transport is not None
            return str(socket.transport.get_extra_info("ssl_object").cipher()[0])

    assert run(main()) == suite


# Profile 2.


def test_a_station_with_a_login_in_tls(run: Run, files: Files) -> None:
    async def main() -> None:
        context = server_context(files.certificate, files.key)
        async with back_end(context, profiles=2) as watch, station(watch, trusting(files)) as peer:
            assert (await peer.call(BOOT)).status is v16.RegistrationStatus.Accepted
            big = v16.DataTransferRequest(vendor_id="v", data="x" * 500_000)
            assert await peer.call(big)
            assert watch.server.csms.stations["CP1"].profile == 2 and watch.server.unfinished == 0

    run(main())


def test_a_login_without_tls_is_refused_where_tls_is_wanted(run: Run, files: Files) -> None:  # A00.FR.002
    async def main() -> None:
        async with back_end(None, profiles=2) as watch:
            assert await fails(station(watch, None)) == 401 or watch.refused[0].why.endswith("1 is not allowed")

    run(main())


def test_what_is_sent_behind_the_handshake_of_tls_at_once_is_not_lost(run: Run, files: Files) -> None:
    """A client's last words of TLS and its first of HTTP come in one packet, again and again."""

    async def main() -> None:
        async with back_end(server_context(files.certificate, files.key)) as watch:
            for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
                for _ in range(5):
                    async with station(watch, trusting(files, maximum_version=version)) as peer:
                        assert await peer.call(BOOT)

    run(main())


# Profile 3.


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_station_with_a_certificate(run: Run, files: Files, version: ssl.TLSVersion) -> None:
    async def main() -> None:
        context = server_context(files.certificate, files.key, files.roots)
        own = files.save("CP1", files.root.sub("CPO sub CA").issue("CP1"))
        ours = trusting(files, own, maximum_version=version)
        async with back_end(context, profiles=3, certificates=Certificates("ACME")) as watch:
            async with station(watch, ours, None) as peer:
                assert (await peer.call(BOOT)).status is v16.RegistrationStatus.Accepted
                link = watch.server.csms.link("CP1")
                assert link is not None and link.offer.certificate is not None and link.profile == 3
                seen = x509.load_der_x509_certificate(link.offer.certificate.der)
                assert int(link.offer.certificate.serial_number, 16) == seen.serial_number
                assert "CP1" in repr(link.offer.certificate)

    run(main())


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        ({"common_name": "CP2"}, "another station"),
        ({"common_name": "CP1", "organization": "EVIL"}, "another organization"),
        ({"common_name": "CP1 "}, "another station"),
        ({"common_name": "СР1"}, "another station"),  # in Cyrillic letters that look the same
    ],
)
def test_the_certificate_of_somebody_else(run: Run, files: Files, subject: dict[str, str], why: str) -> None:
    async def main() -> None:
        context = server_context(files.certificate, files.key, files.roots)
        own = files.save("other", files.root.issue(**subject))
        async with back_end(context, certificates=Certificates("ACME")) as watch:
            reason = await fails(station(watch, trusting(files, own), None))
            assert isinstance(reason, Refused) and reason.status == 401
            refused = await watch.why()
            assert why in refused.why and refused.event == "InvalidChargePointCertificate"

    run(main())


FOR_SERVERS = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH])
EARLY = datetime(2025, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("what", ["none", "another root", "expired", "self-signed", "rsa 1024", "for servers"])
def test_a_certificate_that_is_not_valid_ends_the_connection(run: Run, files: Files, what: str) -> None:
    """A00.FR.403, .407, .408, .501 to .506."""
    certificates: dict[str, Callable[[], Issued | None]] = {
        "none": lambda: None,
        "another root": lambda: Authority("CPO root").issue("CP1"),
        "expired": lambda: files.root.issue("CP1", end=EARLY),
        "self-signed": lambda: Authority("CP1").issue("CP1"),
        "rsa 1024": lambda: files.root.issue("CP1", kind="RSA-1024"),
        "for servers": lambda: files.root.issue("CP1", extensions=[(FOR_SERVERS, False)]),
    }

    async def main() -> None:
        context = server_context(files.certificate, files.key, files.roots)
        issued = certificates[what]()
        ours = trusting(files, ciphers=":".join(SUITES) + ":@SECLEVEL=0")
        if issued is not None:
            ours.load_cert_chain(*files.save("bad", issued))
        async with back_end(context, certificates=Certificates("ACME")) as watch:
            reason = await fails(station(watch, ours, None))
            assert isinstance(reason, TlsFailed) and reason.kind is TlsFailure.Refused, reason
            refused = await watch.why()
            assert (refused.identity, refused.status) == (None, 0) and "TLS failed" in refused.why
            assert refused.event == "InvalidChargePointCertificate" and "127.0.0.1" in refused.peer

    run(main())


def test_a_port_for_both_profiles(run: Run, files: Files) -> None:  # A00.FR.006
    async def main() -> None:
        context = server_context(files.certificate, files.key, files.roots, optional=True)
        own = files.save("CP1", files.root.issue("CP1"))
        async with back_end(context, certificates=Certificates("ACME")) as watch:
            async with station(watch, trusting(files)) as peer:
                assert await peer.call(BOOT)
            async with station(watch, trusting(files, own), None) as peer:
                assert await peer.call(BOOT)
            assert isinstance(await fails(station(watch, trusting(files))), Refused)  # A05.FR.09

    run(main())


# What fails in TLS.

MIDDLE = ssl.TLSVersion.TLSv1_2
OLD = {"minimum_version": ssl.TLSVersion.TLSv1_1, "maximum_version": ssl.TLSVersion.TLSv1_1}


@pytest.mark.parametrize(
    ("changes", "name", "kind"),
    [
        (OLD, "InvalidTLSVersion", TlsFailure.Version),
        ({"ciphers": "ECDHE+CHACHA20", "maximum_version": MIDDLE}, "InvalidTLSCipherSuite", TlsFailure.Cipher),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
def test_tls_that_is_too_weak(run: Run, files: Files, changes: dict[str, Any], name: str, kind: TlsFailure) -> None:
    """A00.FR.314, .321, .323; and the station hears why, which it has to report (A00.FR.315, .322)."""

    async def main() -> None:
        changes.setdefault("ciphers", "ALL:@SECLEVEL=0")
        async with back_end(server_context(files.certificate, files.key)) as watch:
            reason = await fails(station(watch, trusting(files, **changes)))
            assert isinstance(reason, TlsFailed) and reason.kind is kind, reason
            assert (await watch.why()).event == name and watch.server.unfinished == 0

    run(main())


def test_a_station_that_speaks_no_tls_is_cut_and_the_others_are_served(run: Run, files: Files) -> None:
    async def main() -> None:
        async with back_end(server_context(files.certificate, files.key)) as watch:
            for noise in (b"GET /CP1 HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b"x" * 30_000):
                reader, writer = await asyncio.open_connection("localhost", watch.server.port)
                writer.write(noise)
                try:
                    await reader.read()
                except ConnectionError:
                    pass
                writer.close()
            async with station(watch, trusting(files)) as peer:
                assert await peer.call(BOOT)
            assert watch.server.unfinished == 0

    run(main())


def test_a_handshake_of_tls_that_never_comes_counts_as_half_open(run: Run, files: Files, monkeypatch: Any) -> None:
    """H11: whoever connects and says nothing holds no more than there is room for, and not for long."""
    from ocppcore.bindings import _server, _socket
    from ocppcore.bindings._ws import State

    monkeypatch.setattr(_server, "MAX_HANDSHAKES", 2)
    monkeypatch.setitem(_socket.PATIENCE, State.Connecting, 0.3)

    async def main() -> None:
        async with back_end(server_context(files.certificate, files.key)) as watch:
            mute = [await asyncio.open_connection("localhost", watch.server.port) for _ in range(3)]
            ends = await asyncio.gather(*(reader.read() for reader, _ in mute), return_exceptions=True)
            assert watch.server.unfinished == 0 and len(ends) == 3
            for _, writer in mute:
                writer.close()
            async with station(watch, trusting(files)) as peer:
                assert await peer.call(BOOT)

    run(main())


def test_a_server_may_stop_while_tls_is_being_agreed_on(run: Run, files: Files) -> None:
    async def main() -> None:
        async with back_end(server_context(files.certificate, files.key)) as watch:
            reader, writer = await asyncio.open_connection("localhost", watch.server.port)
            while not watch.server.unfinished:
                await asyncio.sleep(0)
        try:
            assert await reader.read() == b""
        except ConnectionError:
            pass
        writer.close()
        assert watch.server.unfinished == 0

    run(main())
