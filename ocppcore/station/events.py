"""What a station reports beyond the events of its session. All may be ignored."""

from __future__ import annotations

from datetime import datetime

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


class IdTokenIgnored(Event):
    """An id token was shown where nothing can be started or stopped by it (1.6 §4.1): it is not remembered."""

    __slots__ = ("token", "evse")

    def __init__(self, token: str, evse: int | None) -> None:
        self.token = token
        self.evse = evse


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


class SigningFailed(Event):
    """A meter did not sign what it was to sign; if it can be read at all, the reading is used without a signature.
    context: why it was read, in the standard's words (1.6 §7.35)."""

    __slots__ = ("evse", "context", "why")

    def __init__(self, evse: int, context: str, why: str) -> None:
        self.evse = evse
        self.context = context
        self.why = why


class UnsignedTransaction(Event):
    """A StopTransaction goes out without the signed begin or end that it should have: it can't be billed where the law
    wants them. lacks: "Transaction.Begin", "Transaction.End" or both; uid, id: as in TransactionChanged."""

    __slots__ = ("evse", "uid", "id", "lacks")

    def __init__(self, evse: int, uid: str, id: int | None, lacks: tuple[str, ...]) -> None:
        self.evse = evse
        self.uid = uid
        self.id = id
        self.lacks = lacks


class MeterWentBack(Event):
    """The register of a meter fell during a transaction (exchanged, rolled over, or out of order): it is reported as
    standing still until it is above its old value again (1.6 §7.31). Wh; told once per transaction."""

    __slots__ = ("evse", "from_wh", "to_wh")

    def __init__(self, evse: int, from_wh: float, to_wh: float) -> None:
        self.evse = evse
        self.from_wh = from_wh
        self.to_wh = to_wh


class MessageGivenUp(Event):
    """A transaction-related message moved to the table of undelivered ones: it used up its attempts (1.6 §3.7.1), or
    can never be valid. attempts: those used; why: one line for the log."""

    __slots__ = ("action", "attempts", "why")

    def __init__(self, action: str, attempts: int, why: str) -> None:
        self.action = action
        self.attempts = attempts
        self.why = why


class MessagesDropped(Event):
    """Too many messages wait for delivery: this many of this kind (meter values) were thinned out."""

    __slots__ = ("action", "count")

    def __init__(self, action: str, count: int) -> None:
        self.action = action
        self.count = count


class CallIgnored(Event):
    """A CALL of the back end was not answered: the station is Rejected (1.6 §4.2)."""

    __slots__ = ("action",)

    def __init__(self, action: str) -> None:
        self.action = action


class HandlerFailed(Event):
    """A handler raised or broke the standard, and the back end was told InternalError. id: as in CallReceived."""

    __slots__ = ("id", "error")

    def __init__(self, id: str, error: Exception) -> None:
        self.id = id
        self.error = error


class KeyChanged(Event):
    """A configuration key was changed, by the back end or by Station.configure(). value: the text as on the wire; None
    for a write-only key, whose value Station.configuration has."""

    __slots__ = ("key", "value")

    def __init__(self, key: str, value: str | None) -> None:
        self.key = key
        self.value = value


class ClockAdjusted(Event):
    """The back end's time was taken. utc: what it is now; step: seconds it moved, None if it was not known before."""

    __slots__ = ("utc", "step")

    def __init__(self, utc: datetime, step: float | None) -> None:
        self.utc = utc
        self.step = step


class ClockRefused(Event):
    """The back end's time was not taken. utc: what it told; why: one line."""

    __slots__ = ("utc", "why")

    def __init__(self, utc: datetime, why: str) -> None:
        self.utc = utc
        self.why = why


class SecurityEventLogged(Event):
    """A security event (W A04) went into the security log. type, info: as there; told: the back end is told, too."""

    __slots__ = ("type", "info", "told")

    def __init__(self, type: str, info: str | None, told: bool) -> None:
        self.type = type
        self.info = info
        self.told = told


class LocalListChanged(Event):
    """The back end has updated the local authorization list (1.6 §5.15). size: its entries."""

    __slots__ = ("version", "size")

    def __init__(self, version: int, size: int) -> None:
        self.version = version
        self.size = size


class ChargingLimitChanged(Event):
    """What an EVSE may offer has changed (1.6 §3.13). limit_a: amperes per phase, None: no transaction runs any more;
    phases: the most that may be used; why: what sets the limit, as in charging.Limit; profile: id, if it is a profile.
    """

    __slots__ = ("evse", "limit_a", "phases", "why", "profile")

    def __init__(
        self, evse: int, limit_a: float | None, phases: int | None, why: str | None, profile: int | None
    ) -> None:
        self.evse = evse
        self.limit_a = limit_a
        self.phases = phases
        self.why = why
        self.profile = profile


class ChargingProfileRefused(Event):
    """A charging profile was not installed, or one that was stored can't be kept. profile: its id; why: one line."""

    __slots__ = ("profile", "why")

    def __init__(self, profile: int, why: str) -> None:
        self.profile = profile
        self.why = why


class ReservationChanged(Event):
    """A reservation (1.6 §5.13) was "made" or "replaced", or it ended: "used", "expired", "cancelled", or "out of
    service", because its EVSE is Faulted or Unavailable. evse 0: any."""

    __slots__ = ("what", "id", "evse")

    def __init__(self, what: str, id: int, evse: int) -> None:
        self.what = what
        self.id = id
        self.evse = evse


class StoreFailed(Event):
    """A batch could not be stored; it is offered again."""

    __slots__ = ("why",)

    def __init__(self, why: str) -> None:
        self.why = why
