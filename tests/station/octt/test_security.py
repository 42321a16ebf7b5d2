"""The certification cases about certificates, keys and security profiles, by id (security extension), with real
certificates, and where it is about the connection itself, with a real one."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
import threading
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ocppcore import v16
from ocppcore.bindings.asyncio import StationHost
from ocppcore.bindings.clock import SystemClock
from ocppcore.bindings.security.service import SoftwareSecurity
from ocppcore.hardware import Hardware, MeterReading, ReadingPurpose, Want
from ocppcore.station import SecuritySetup, Setup, Station
from ocppcore.testing.certificates import Authority
from ocppcore.testing.rig import BEGIN
from ocppcore.testing.secure import CENTRAL, KEY, MANUFACTURER, NEW_KEY, SecureRig

RECONNECT = 30.0  # seconds that a laboratory waits for the station to come back


@pytest.fixture
def basic() -> SecureRig:
    """By profile 1."""
    rig = SecureRig(profile=1, authorization_key=KEY)
    rig.boot()
    rig.take()
    return rig


@pytest.fixture
def certified(cpo_root: Authority) -> SecureRig:
    """By profile 3."""
    own = cpo_root.issue("CP1", begin=BEGIN - timedelta(days=10))
    security = SecuritySetup(roots=[cpo_root.pem], certificate=own.chain, key=own.key)
    rig = SecureRig(profile=3, security=security)
    rig.boot()
    rig.take()
    return rig


def notified(rig: SecureRig) -> list[str]:
    """The security events that the back end was told."""
    return [event.type for event in rig.take(v16.SecurityEventNotificationRequest)]


def came_back(rig: SecureRig, attempts: int) -> None:
    """Once, in time, without BootNotification."""
    rig.advance(RECONNECT)
    assert len(rig.connects) == attempts + 1 and rig.station.ctx.online
    assert not rig.sent(v16.BootNotificationRequest)


def test_TC_073_CS_update_password(basic: SecureRig) -> None:
    attempts = len(basic.connects)
    assert basic.set_key("AuthorizationKey", NEW_KEY.hex()) == "Accepted"
    came_back(basic, attempts)
    assert basic.last.auth is not None and (basic.last.auth.user, basic.last.auth.key) == ("CP1", NEW_KEY)


def test_TC_074_CS_update_certificate(certified: SecureRig, cpo_root: Authority) -> None:
    attempts = len(certified.connects)
    csr = certified.csr()
    request = x509.load_pem_x509_csr(csr.encode())
    assert request.is_signature_valid
    assert request.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "ACME"
    chain = cpo_root.sign_request(csr, begin=BEGIN - timedelta(days=1))
    assert certified.hand_out(chain) == "Accepted"
    came_back(certified, attempts)
    assert certified.last.tls is not None and certified.last.tls.chain == chain


@pytest.mark.parametrize("kind", ["P-256", "RSA-2048"])
def test_TC_075_1_CS_install_manufacturer_root(basic: SecureRig, kind: str) -> None:
    root = Authority("Maker root", kind=kind)
    assert basic.install(root, MANUFACTURER) == "Accepted"
    (listed,) = basic.installed(MANUFACTURER)
    assert listed.hash_algorithm in ("SHA256", "SHA384", "SHA512")
    assert int(listed.serial_number, 16) == root.certificate.serial_number
    assert len(listed.issuer_name_hash) == len(listed.issuer_key_hash) == 64


@pytest.mark.parametrize("kind", ["P-256", "RSA-2048"])
def test_TC_075_2_CS_install_central_system_root(basic: SecureRig, kind: str) -> None:
    root = Authority("CPO root", kind=kind)
    assert basic.install(root) == "Accepted"
    (listed,) = basic.installed()
    assert int(listed.serial_number, 16) == root.certificate.serial_number


@pytest.mark.parametrize("use", [CENTRAL, MANUFACTURER])
def test_TC_076_CS_delete_certificate(certified: SecureRig, use: v16.CertificateUseEnumType) -> None:
    certified.verified_by = certified.setup.security.roots[0]
    certified.cut()
    certified.restore()
    before = certified.installed(use)
    assert certified.install(Authority("To be deleted"), use) == "Accepted"
    (name,) = [listed for listed in certified.installed(use) if listed not in before]
    assert certified.delete(name) == "Accepted"
    assert certified.installed(use) == before


def test_TC_077_CS_invalid_charge_point_certificate(certified: SecureRig, maker_root: Authority) -> None:
    notified(certified)
    chain = maker_root.sign_request(certified.csr())
    assert certified.hand_out(chain) == "Rejected"
    assert notified(certified) == ["InvalidChargePointCertificate"]


def test_TC_078_CS_invalid_central_system_certificate(basic: SecureRig) -> None:
    notified(basic)
    assert basic.install(Authority("Expired", end=BEGIN - timedelta(days=1))) == "Rejected"
    assert notified(basic) == ["InvalidCentralSystemCertificate"]


def test_TC_083_CS_upgrade_security_profile(basic: SecureRig, cpo_root: Authority) -> None:
    basic.install(cpo_root)
    basic.renew(cpo_root)
    basic.take()
    for profile in "23":
        attempts = len(basic.connects)
        assert basic.set_key("SecurityProfile", profile) == "Accepted"
        came_back(basic, attempts)
        assert basic.last.url.startswith("wss://") and basic.get_key("SecurityProfile") == profile


def test_TC_084_CS_downgrade_security_profile(certified: SecureRig) -> None:
    attempts = len(certified.connects)
    for profile in "012":
        assert certified.set_key("SecurityProfile", profile) == "Rejected"
    certified.advance(RECONNECT)
    assert certified.get_key("SecurityProfile") == "3" and len(certified.connects) == attempts


# The connection itself


class Charger(Hardware):
    def apply(self, evse: int, want: Want) -> None: ...

    def read_meter(self, evse: int, why: ReadingPurpose) -> MeterReading:
        return MeterReading(0.0)


class Laboratory:
    """A server that looks at the first connection and hangs up. head: of the HTTP request; the others: of its TLS."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.context = context
        self.head = b""
        self.version: str | None = None
        self.suite = ""
        self.offered: set[str] = set()
        self.certificate: x509.Certificate | None = None
        self._listening = socket.create_server(("localhost", 0))
        self.port = self._listening.getsockname()[1]

    def look(self) -> None:
        plain, _ = self._listening.accept()
        plain.settimeout(10)
        with plain if self.context is None else self.context.wrap_socket(plain, server_side=True) as connection:
            if isinstance(connection, ssl.SSLSocket):
                self.version = connection.version()
                self.suite = (connection.cipher() or ("",))[0]
                self.offered = {name for name, *_ in connection.shared_ciphers() or ()}
                if der := connection.getpeercert(True):
                    self.certificate = x509.load_der_x509_certificate(der)
            while b"\r\n\r\n" not in self.head:
                self.head += connection.recv(4096)

    def visit(self, profile: int, security: SecuritySetup) -> None:
        """Let a station connect."""
        asyncio.run(self._visit(profile, security))

    async def _visit(self, profile: int, security: SecuritySetup) -> None:
        clock = SystemClock()
        scheme = "wss" if self.context else "ws"
        setup = Setup(
            "CP 1",
            f"{scheme}://localhost:{self.port}/ocpp",
            vendor="V",
            model="M",
            authorization_key=KEY,
            security=security,
            config={"SecurityProfile": str(profile)},
        )
        station = Station(setup, rng=Random(1), utc=clock.utc(), now=clock.now())
        looking = threading.Thread(target=self.look)
        looking.start()
        async with StationHost(station, Charger(), security=SoftwareSecurity()):
            await asyncio.to_thread(looking.join, 20)
        self._listening.close()

    @property
    def authorization(self) -> str | None:
        """The Authorization header."""
        headers = dict(line.split(": ", 1) for line in self.head.decode().split("\r\n")[1:] if line)
        return headers.get("Authorization")


def secured(root: Authority, tmp_path: Path, version: ssl.TLSVersion, kind: str) -> ssl.SSLContext:
    issued = root.issue("localhost", dns=["localhost"], kind=kind)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = version
    context.set_ciphers("ALL")
    path = tmp_path / "server.pem"
    path.write_text(issued.chain + issued.key)
    context.load_cert_chain(path)
    return context


TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
SUITES = {
    "P-256": {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    "RSA-2048": {"AES128-GCM-SHA256", "AES256-GCM-SHA384"},
}


def basic_of(key: bytes) -> str:
    return "Basic " + base64.b64encode(b"CP 1:" + key).decode()


def test_TC_085_CS_basic_authentication() -> None:
    laboratory = Laboratory()
    laboratory.visit(1, SecuritySetup())
    assert laboratory.head.startswith(b"GET /ocpp/CP%201 HTTP/1.1\r\n")
    assert laboratory.authorization == basic_of(KEY)


@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
@pytest.mark.parametrize("kind", SUITES)
def test_TC_086_CS_tls_server_certificate(
    cpo_root: Authority, tmp_path: Path, version: ssl.TLSVersion, kind: str
) -> None:
    laboratory = Laboratory(secured(cpo_root, tmp_path, version, kind))
    laboratory.visit(2, SecuritySetup(roots=[cpo_root.pem]))
    assert laboratory.version in ("TLSv1.2", "TLSv1.3") and "GCM" in laboratory.suite
    if version is TLS_1_2:
        assert SUITES[kind] <= laboratory.offered | {laboratory.suite}
    assert laboratory.authorization == basic_of(KEY)


@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
@pytest.mark.parametrize("kind", SUITES)
def test_TC_087_CS_tls_client_certificate(
    cpo_root: Authority, tmp_path: Path, version: ssl.TLSVersion, kind: str
) -> None:
    context = secured(cpo_root, tmp_path, version, "P-256")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=cpo_root.pem)
    own: Any = cpo_root.issue("SN-0815", kind=kind)
    laboratory = Laboratory(context)
    laboratory.visit(3, SecuritySetup(roots=[cpo_root.pem], certificate=own.chain, key=own.key))
    shown = laboratory.certificate
    assert shown is not None and "CN=SN-0815" in shown.subject.rfc4514_string()
    public = shown.public_key()
    assert public.key_size >= (224 if isinstance(public, ec.EllipticCurvePublicKey) else 2048)  # type: ignore[union-attr]
    assert laboratory.authorization is None
