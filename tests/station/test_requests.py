"""docs/requests.md says what goes back: each row is run. What is not Accepted changes nothing and starts nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.bindings.security.base import SecurityFailed
from ocppcore.hardware import public_key
from ocppcore.session.commands import CertificateFacts, CertificateFault, CheckCertificate, KeyPair
from ocppcore.station import Capabilities, Station
from ocppcore.station.evse import EvseError
from ocppcore.testing.bench import Bench
from ocppcore.testing.rig import BEGIN, MEASURANDS

DOCUMENT = (Path(__file__).parents[2] / "docs" / "requests.md").read_text("utf-8")
SECTION = re.compile(r"^### (\w+)\n\n(?:[^`#\n][^\n]*\n|\n)*```json\n(.*?)```\n\n(.*?)(?=^###|\Z)", re.M | re.S)
ROW = re.compile(r"^\| (.+?) \| (\w+) \| `(.*)` \|$", re.M)


def rows() -> Iterator[Any]:
    for action, base, table in SECTION.findall(DOCUMENT):
        for asked, answer, change in ROW.findall(table):
            request = merged(json.loads(base), json.loads(change))
            yield pytest.param(action, request, answer, id=f"{action}: {asked}")


def merged(fields: Any, change: Any) -> Any:
    """A JSON merge patch (RFC 7396)."""
    if not isinstance(change, dict):
        return change
    new = dict(fields) | {name: merged(fields.get(name, {}), value) for name, value in change.items()}
    return {name: value for name, value in new.items() if value is not None}


class Judge:
    """Finds what the certificate says."""

    serials = {"valid": "1", "another": "2", "own": "a0"}

    def check_certificate(self, check: CheckCertificate) -> CertificateFacts | CertificateFault:
        if check.chain in self.serials:
            hashes = dict.fromkeys(("SHA256", "SHA384", "SHA512"), ("aa", "bb"))
            return CertificateFacts(hashes, self.serials[check.chain], BEGIN, BEGIN + timedelta(days=365))
        if check.chain == "unknown":
            raise SecurityFailed("nobody knows")
        return CertificateFault(check.chain, "it says so itself")

    def make_key(self, common_name: str, organization: str) -> KeyPair:
        return KeyPair("key", "request")

    def verify_signature(self, file: Path, signature: str, certificate: str) -> bool:
        return bool(signature)


class Examples(Bench):
    """A station with a root of its manufacturer. said: the texts that left it."""

    def __init__(self, **how: Any) -> None:
        self.said: list[str] = []
        super().__init__(**how)

    def _send(self, text: str) -> None:
        self.said.append(text)
        super()._send(text)

    def _make(self) -> Station:
        station = super()._make()
        station.ctx.roots = lambda _: ("root",)
        return station


@pytest.fixture
def bench() -> Examples:
    """The station of the examples."""
    config = {"LocalAuthListMaxLength": "3", "SendLocalListMaxLength": "3", "SampledDataSignReadings": "true"}
    config["CpoName"] = "ACME"
    public_keys = {evse: public_key(bytes([evse])) for evse in range(1, 7)}
    able = Capabilities(
        unlock=True, reset=True, install=True, measurands=MEASURANDS, signs=MEASURANDS[:1], public_keys=public_keys
    )
    bench = Examples(evses=6, config=config, capabilities=able)
    bench.security = Judge()
    info = v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted)
    entries = [v16.AuthorizationData(id_tag=token, id_tag_info=info) for token in "AB"]
    full = v16.UpdateType.Full
    bench.ask(v16.SendLocalListRequest(list_version=5, update_type=full, local_authorization_list=entries))
    bench.charge(2, "TAG2")
    bench.station.error(3, EvseError("GroundFailure"), bench.now)
    bench.run()
    bench.ask(v16.ChangeAvailabilityRequest(connector_id=4, type=v16.AvailabilityType.Inoperative))
    assert bench.reserve(5, "TAG7", id=7) == "Accepted"
    certify(bench)
    statuses = [evse.status for evse in bench.station.ctx.evses.values()]
    assert statuses == ["Available", "Charging", "Faulted", "Unavailable", "Reserved", "Available"]
    bench.take()
    return bench


def certify(bench: Bench) -> None:
    """A root and a certificate are installed, and another certificate was requested."""
    root = v16.CertificateUseEnumType.CentralSystemRootCertificate
    bench.ask(v16.InstallCertificateRequest(certificate_type=root, certificate="valid"))
    wanted = v16.ExtendedTriggerMessageRequest(
        requested_message=v16.MessageTriggerEnumType.SignChargePointCertificate
    )
    for chain in ("own", None):
        assert bench.ask(wanted).status == "Accepted"
        if chain is not None:
            assert bench.ask(v16.CertificateSignedRequest(certificate_chain=chain)).status == "Accepted"


def kept(bench: Bench) -> Any:
    """What is stored, but for the security log: it tells of messages that break the standard."""
    return {name: dict(rows) for name, rows in bench.store.items() if name != "security_log"}


def asked(bench: Examples, action: str, request: Any) -> str:
    """The status of the answer, or the code of the CALLERROR."""
    bench.said.clear()
    bench.station.receive(json.dumps([2, "1", action, request]), bench.now)
    bench.run()
    (answer,) = [message for text in bench.said if (message := json.loads(text))[1] == "1"]
    return str(answer[2] if answer[0] == 4 else answer[2]["status"])


@pytest.mark.parametrize(("action", "request_", "answer"), list(rows()))
def test_the_answer_is_that_of_the_documentation(bench: Examples, action: str, request_: Any, answer: str) -> None:
    stored = kept(bench)
    assert asked(bench, action, request_) == answer
    if answer != "Accepted":
        told = [request for request in bench.sent() if not isinstance(request, v16.SecurityEventNotificationRequest)]
        assert kept(bench) == stored and not told


def test_the_tables_are_there() -> None:
    counted: dict[str, int] = {}
    for row in rows():
        counted[str(row.values[0])] = counted.get(str(row.values[0]), 0) + 1
    assert list(counted) == re.findall(r"^### (\w+)$", DOCUMENT, re.M)
    assert min(counted.values()) >= 3 and sum(counted.values()) >= 50
