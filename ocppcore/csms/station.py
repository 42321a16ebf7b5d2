"""What the back end knows of one station, over all its connections, and what that station may send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ocppcore.v16 import RegistrationStatus

if TYPE_CHECKING:
    from ocppcore.csms.link import StationLink

ACCEPTED = str(RegistrationStatus.Accepted)


class Station:
    """What the back end knows of one station, over all its connections.

    registration: the last answer to BootNotification; None before the first one. profile: the highest security profile
    that it has used. link: the connection that counts; waiting: one that would like to take its place. triggered:
    actions that we asked for while it was not accepted. request: of a certificate, being signed; certificate: one that
    waits for the station.
    """

    __slots__ = ("identity", "registration", "profile", "link", "waiting", "triggered", "request", "certificate")

    def __init__(self, identity: str, registration: str | None, profile: int = 0) -> None:
        self.identity = identity
        self.registration = registration
        self.profile = profile
        self.link: StationLink | None = None
        self.waiting: StationLink | None = None
        self.triggered: set[str] = set()
        self.request: object = None
        self.certificate: str | None = None

    def may_send(self, request: Any) -> bool:
        """1.6 §4.2: before it is accepted, a station sends BootNotification and what was triggered."""
        if self.registration == ACCEPTED:
            return True
        action = type(request).action
        return action == "BootNotification" or action in self.triggered
