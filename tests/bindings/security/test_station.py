"""A host that carries out what a station wants of keys, certificates and signatures, in threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from ocppcore.bindings._driver import Driver
from ocppcore.bindings._peer import Peer
from ocppcore.bindings.security.base import SecurityFailed
from ocppcore.bindings.security.service import SoftwareSecurity
from ocppcore.hardware import Hardware, MeterReading, Want
from ocppcore.session.commands import (
    CertificateFacts,
    CertificatePurpose,
    CheckCertificate,
    Command,
    KeyPair,
    MakeKey,
    VerifySignature,
)
from ocppcore.testing.certificates import Authority, sign_file

Run = Callable[[Coroutine[Any, Any, Any]], Any]


class Bare(Hardware):
    def apply(self, evse: int, want: Want) -> None: ...

    def read_meter(self, evse: int, why: Any) -> MeterReading:
        return MeterReading(0.0)


class Broken(SoftwareSecurity):
    """One whose token was pulled out."""

    def make_key(self, common_name: str, organization: str) -> KeyPair:
        raise SecurityFailed("the token is gone")


class Watched(SoftwareSecurity):
    thread = 0

    def make_key(self, common_name: str, organization: str) -> KeyPair:
        self.thread = threading.get_ident()
        return super().make_key(common_name, organization)


@pytest.fixture
def carried_out(run: Run) -> Callable[[Command, Any], Any]:
    """What a host reports of a command to its station: the result, or a text for failed()."""

    class Ears:
        max_message = 1 << 16
        evses = range(1, 2)

        def __init__(self) -> None:
            self.heard: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def done(self, id: int, result: Any, now: float) -> None:
            self.heard.set_result(result)

        def failed(self, id: int, why: str, now: float) -> None:
            self.heard.set_result(why)

        def next_batch(self) -> None: ...

        def next_command(self) -> None: ...

        def next_event(self) -> None: ...

        def next_timer(self) -> None: ...

        def data_to_send(self) -> list[str]:
            return []

    async def main(command: Command, security: Any) -> Any:
        station: Any = Ears()
        host = Peer(station)
        driver = Driver(station, Bare(), host, lambda hard: None, None, security)
        assert driver.carry_out(command)
        heard = await station.heard
        await host.aclose()
        return heard

    return lambda command, security: run(main(command, security))


FAR = 1e12  # a deadline that no test meets


def test_a_key_is_made_in_a_thread(carried_out: Any) -> None:
    security = Watched()
    assert isinstance(carried_out(MakeKey(1, FAR, "CP1", "ACME"), security), KeyPair)
    assert security.thread not in (0, threading.get_ident())


def test_a_certificate_is_judged(carried_out: Any, cpo_root: Authority) -> None:
    check = CheckCertificate(1, FAR, CertificatePurpose.CentralSystemRoot, cpo_root.pem, ())
    assert isinstance(carried_out(check, SoftwareSecurity()), CertificateFacts)


def test_a_file_is_judged(carried_out: Any, maker_root: Authority, tmp_path: Path) -> None:
    signer, image = maker_root.issue("Firmware"), tmp_path / "image"
    image.write_bytes(b"firmware")
    signature = sign_file(signer.private, b"firmware")
    assert carried_out(VerifySignature(1, FAR, str(image), signature, signer.pem), SoftwareSecurity()) is True


def test_what_fails_is_told_in_one_line(carried_out: Any) -> None:
    assert carried_out(MakeKey(1, FAR, "CP1", "ACME"), Broken()) == "the token is gone"


def test_without_a_security_all_of_it_fails_at_once(carried_out: Any) -> None:
    assert "nothing" in carried_out(MakeKey(1, FAR, "CP1", "ACME"), None)
