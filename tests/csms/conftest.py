"""A back end without sockets: stations are texts."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
import ujson

from ocppcore import v16
from ocppcore.csms import Accept, ClientCertificate, Csms, Offer, Reject, StationLink, keys
from ocppcore.session.commands import BasicAuth, Command
from ocppcore.session.events import Event

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
KEYS = {"CP1": b"0123456789abcdef", "CP2": b"\xff" * 20}
BOOT = '[2,"b","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]'


class Bench:
    """A Csms at `now`, and what comes out of its links."""

    def __init__(self, **options: Any) -> None:
        options = {"authenticate": keys(KEYS), "authorize": lambda tag: tag == "GOOD"} | options
        self.now = 100.0
        self.csms = Csms(utc=lambda: NOON, rng=Random(1), **options)

    def knock(
        self,
        identity: str | None = "CP1",
        key: bytes | None = KEYS["CP1"],
        *,
        user: str | None = None,
        subprotocols: tuple[str, ...] = ("ocpp1.6",),
        address: str = "198.51.100.7",
        secure: bool = False,
        certificate: ClientCertificate | None = None,
    ) -> StationLink:
        """A station connects."""
        auth = None if key is None else BasicAuth(identity or "" if user is None else user, key)
        offer = Offer(
            identity, auth, subprotocols, address, address=address, secure=secure, certificate=certificate
        )
        return self.csms.admit(offer, self.now)

    def enter(self, identity: str = "CP1", *, boot: bool = True) -> StationLink:
        """A station connects and is let in; with boot, it is registered, too."""
        link = self.knock(identity, KEYS[identity])
        (command,) = self.commands(link)
        assert isinstance(command, Accept) and command.subprotocol == "ocpp1.6"
        link.connected(v16.V16, self.now)
        if boot:
            assert self.ask(link, BOOT)[2]["status"] == "Accepted"
        self.events(link)
        return link

    def commands(self, link: StationLink) -> list[Command]:
        taken = []
        while (command := link.next_command()) is not None:
            taken.append(command)
        return taken

    def events(self, link: StationLink) -> list[Event]:
        taken = []
        while (event := link.next_event()) is not None:
            taken.append(event)
        return taken

    def texts(self, link: StationLink) -> list[Any]:
        return [ujson.loads(text) for text in link.data_to_send()]

    def ask(self, link: StationLink, text: str) -> Any:
        """The one answer to a text of the station."""
        link.receive(text, self.now)
        (answer,) = self.texts(link)
        return answer

    def refusal(self, link: StationLink) -> int:
        """The status with which a link was turned away."""
        (command,) = self.commands(link)
        assert isinstance(command, Reject), command
        return command.status


@pytest.fixture
def make_bench() -> type[Bench]:
    return Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()
