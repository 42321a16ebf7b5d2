"""A station that takes signed firmware, on the bench, with a judge whose verdicts are set at will."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.session.commands import CertificateFacts, CertificateFault, CheckCertificate, Command
from ocppcore.station import Capabilities, Station
from ocppcore.station.local import SecurityEvent
from ocppcore.testing.bench import Bench
from ocppcore.testing.rig import BEGIN

FACTS = CertificateFacts({}, "1", BEGIN, BEGIN)


class Judge:
    """A Security. certificate, signature: what it finds."""

    def __init__(self) -> None:
        self.certificate: CertificateFacts | CertificateFault = FACTS
        self.signature = True

    def check_certificate(self, check: CheckCertificate) -> CertificateFacts | CertificateFault:
        return self.certificate

    def verify_signature(self, file: Path, signature: str, certificate: str) -> bool:
        return self.signature


class Signed(Bench):
    """roots: those of the manufacturer that the station has, None for those that are really installed. slow: commands
    of these classes take their time."""

    def __init__(
        self,
        *,
        secure_firmware: bool = True,
        capabilities: Capabilities | None = None,
        without: Iterable[str] = (),
    ) -> None:
        self.roots: tuple[str, ...] | None = ("the manufacturer",)
        self.slow: tuple[type[Command], ...] = ()
        self.judge = Judge()
        self.desk_events: list[SecurityEvent] = []
        able = capabilities or Capabilities(install=True, reset=True, diagnostics=True)
        super().__init__(secure_firmware=secure_firmware, capabilities=able, boot=False)
        self.setup.without = frozenset(without)
        self.station = self._make()
        self.security = self.judge
        self.answers[v16.SecurityEventNotificationRequest] = lambda _: v16.SecurityEventNotificationResponse()
        self.boot()
        self.take()

    def _make(self) -> Station:
        station = super()._make()
        installed = station.ctx.roots
        station.ctx.roots = lambda use: installed(use) if self.roots is None else self.roots
        station._subscribers.setdefault(SecurityEvent, []).append(self.desk_events.append)
        return station

    def _carry_out(self, command: Command) -> None:
        if isinstance(command, self.slow):
            self.carried_out.append(command)
        else:
            super()._carry_out(command)

    def desk(self) -> list[tuple[str, str | None]]:
        """The security events about firmware since the last time."""
        events, self.desk_events[:] = list(self.desk_events), []
        return [(event.type, event.info) for event in events if "Firmware" in event.type]

    def commands(self, kind: type[Any]) -> list[Any]:
        """The commands of that class since the beginning."""
        return [command for command in self.carried_out if isinstance(command, kind)]


@pytest.fixture
def signed() -> type[Signed]:
    return Signed
