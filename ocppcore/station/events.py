"""What a station reports beyond the events of its session. All may be ignored."""

from __future__ import annotations

from ocppcore.session.events import Event


class StatusChanged(Event):
    """The status of an EVSE (1.6 §7.7) has changed; evse 0 is the station as a whole."""

    __slots__ = ("evse", "status")

    def __init__(self, evse: int, status: str) -> None:
        self.evse = evse
        self.status = status


class RegistrationChanged(Event):
    """The back end's answer to BootNotification: Accepted, Pending or Rejected (1.6 §7.38)."""

    __slots__ = ("status",)

    def __init__(self, status: str) -> None:
        self.status = status


class AuthorizationEnded(Event):
    """An id token was decided about. evse is None where the reader is shared."""

    __slots__ = ("token", "evse", "status", "accepted")

    def __init__(self, token: str, evse: int | None, status: str, accepted: bool) -> None:
        self.token = token
        self.evse = evse
        self.status = status
        self.accepted = accepted


class TransactionChanged(Event):
    """A transaction started, learnt its id, or stopped. what: "started", "identified", "stopped", "finished"."""

    __slots__ = ("what", "evse", "uid", "id", "reason")

    def __init__(self, what: str, evse: int, uid: str, id: int | None, reason: str | None) -> None:
        self.what = what
        self.evse = evse
        self.uid = uid
        self.id = id
        self.reason = reason


class ReadingMissed(Event):
    """The meter gave no reading in time; the last known one was used."""

    __slots__ = ("evse", "why")

    def __init__(self, evse: int, why: str) -> None:
        self.evse = evse
        self.why = why


class MessageGivenUp(Event):
    """A transaction-related message used up its attempts and moved to the audit table (1.6 §3.7.1)."""

    __slots__ = ("action", "attempts")

    def __init__(self, action: str, attempts: int) -> None:
        self.action = action
        self.attempts = attempts


class CallIgnored(Event):
    """A CALL of the back end was not answered: the station is Rejected (1.6 §4.2)."""

    __slots__ = ("action",)

    def __init__(self, action: str) -> None:
        self.action = action


class StoreFailed(Event):
    """A batch could not be stored; it is offered again."""

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why
