"""All that a block may touch: time, state, configuration, the EVSEs, calls to the back end, commands to the host,
timers, events, and the services that other blocks offer (as protocols, so that no block imports another).
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, Protocol

from ocppcore.charging import Explanation
from ocppcore.errors import CallFailed
from ocppcore.hardware import MeterReading, ReadingPurpose
from ocppcore.session.commands import CertificatePurpose, Command
from ocppcore.session.events import Event
from ocppcore.session.session import Session
from ocppcore.session.settings import Endpoint, SessionSettings
from ocppcore.station.configuration import Configuration, Key
from ocppcore.station.evse import Evse, EvseError
from ocppcore.station.local import LocalEvent
from ocppcore.station.queue import TransactionQueue
from ocppcore.station.security_log import SecurityLog
from ocppcore.station.setup import Setup, VendorHandlers
from ocppcore.station.store import StateStore
from ocppcore.station.timekeeper import Stamp, Timekeeper
from ocppcore.station.timers import Timers
from ocppcore.station.transaction import Transaction
from ocppcore.station.triggers import Triggers


class Authorization:
    """The decision about an id token. status: AuthorizationStatus (1.6 §7.2); offline: decided without the back end."""

    __slots__ = ("token", "accepted", "status", "parent", "offline")

    def __init__(self, token: str, accepted: bool, status: str, parent: str | None, offline: bool) -> None:
        self.token = token
        self.accepted = accepted
        self.status = status
        self.parent = parent
        self.offline = offline


class Authorizer(Protocol):
    """Offered by the authorization block."""

    def authorize(self, token: str, done: Callable[[Authorization], None], group: bool = False) -> None:
        """Decide about a token: local list, cache, back end, offline rules (1.6 §3.5). done() may be called at once.
        group: its group matters, so the back end is asked if it is not known here (§5.13)."""

    def group(self, token: str) -> str | None:
        """The group of a token, as far as list or cache know it."""

    @property
    def serves(self) -> bool:
        """False while nobody may charge, because this back end has never accepted the station, or rejects it (§4.2.1).
        """
        ...


class LocalList(Protocol):
    """Offered by the local_list block, where it is present."""

    def lookup(self, token: str) -> tuple[str, str | None] | None:
        """Status (with expiry applied) and parent of a token in the list; None if it is not there (§3.5.3)."""


class Reservations(Protocol):
    """Offered by the reservation block (1.6 §5.13). parent: the group of the token, None if it has none."""

    def admits(self, evse: int, token: str, parent: str | None, leaves: int | None = None) -> bool:
        """True if no reservation forbids that the token charges there. leaves: where it will wait no longer then."""
        ...

    def kept_for(self, evse: int, token: str, parent: str | None) -> bool:
        """True if that EVSE is reserved for the token or its group."""
        ...

    def group_matters(self, token: str, evse: int | None = None) -> bool:
        """True if it depends on the token's group what a reservation means for it; evse: there, None: anywhere."""
        ...

    def use(self, evse: int, token: str, parent: str | None) -> int | None:
        """A transaction of the token starts there: the reservation that ends by it, None if there is none."""


class Transactions(Protocol):
    """Offered by the transactions block."""

    def find(self, id: int) -> Transaction | None:
        """The active transaction with the back end's id, None if there is none."""

    def get(self, uid: str) -> Transaction | None:
        """The transaction with our own id, as long as one of its messages may have to be delivered."""

    def choose(self, token: str, parent: str | None) -> int | None:
        """The EVSE for a token that names none: the one that has been plugged and waiting longest, else the first free
        one, where the reservations admit the token; one that is reserved for it goes first. None if there is none."""

    def begin(
        self,
        evse: int,
        token: str,
        parent: str | None,
        remote: bool,
        follows: bool = False,
        profile: dict[str, Any] | None = None,
    ) -> None:
        """An authorized token: start now if the cable is in, else wait ConnectionTimeOut for it. follows: if the cable
        is plugged in at another EVSE that is free, start there. profile: what Charging.to_start_with() gave."""

    def can_start(self, evse: int) -> bool:
        """True if a new transaction may be started on the EVSE: operative, no fault, no transaction, not held."""
        ...

    def release(self, evse: int) -> None:
        """The cable was unlocked: it is not held any longer."""

    def stop(self, transaction: Transaction, reason: str | None, token: str | None = None) -> None:
        """End an active transaction: energy off at once, then end reading, StopTransaction. reason: 1.6 §7.36."""

    @property
    def accepts(self) -> bool:
        """False while no new transaction may begin at all (see going_down; an emergency stop)."""
        ...

    @property
    def going_down(self) -> bool:
        """True while the station is about to go down: a reset is under way, the power fails, or the program ends."""
        ...


class Metering(Protocol):
    """Offered by the meter_values block."""

    def read(self, evse: int, why: ReadingPurpose, done: Callable[[MeterReading, Stamp], None]) -> None:
        """Ask for a reading; done(reading, the instant asked for). Past the deadline, or if the meter fails, the last
        known reading is used, with an event; done() is always called, once."""

    def last(self, evse: int) -> MeterReading | None:
        """The last known reading, None if there never was one."""

    def transaction_data(self, transaction: Transaction) -> list[Any] | None:
        """The transactionData of StopTransaction as a JSON value to store, instants as Stamp.dump(); None if none is
        configured (§3.16.5). Called after TransactionEnding."""

    def meter_values(self, data: list[Any]) -> list[Any]:
        """What transaction_data() gave, as records of the version's messages. Called when StopTransaction is sent."""
        ...

    def stamps(self, data: list[Any]) -> list[list[float]]:
        """The instants in what transaction_data() gave, each as Stamp.dump()."""
        ...


class Availability(Protocol):
    """Offered by the availability block."""

    def notify(self, evse: int) -> None:
        """Send a StatusNotification with the present status (for a trigger), even if it was reported already."""

    def report(self, evse: int, error: EvseError) -> None:
        """Tell the back end, when it can be told, about an error that is over already: a warning, the status stays."""


class Charging(Protocol):
    """Offered by the smart_charging block."""

    def to_start_with(self, evse: int, profile: Any) -> dict[str, Any] | None:
        """The charging profile of a remote start (the version's record) as a JSON value for Transactions.begin(); None
        if the remote start must be refused (1.6 §5.16.2, E 3.41)."""

    def explain(self, evse: int) -> list[Explanation]:
        """See Station.explain()."""
        ...

    def restrict(self, evse: int, source: str, limit: float, unit: str, phases: int) -> None:
        """See Station.restrict(). FieldError, a ValueError, names what is wrong."""

    def release(self, evse: int, source: str) -> None:
        """See Station.release()."""


class Provisioning(Protocol):
    """Offered by the provisioning block."""

    def configure(self, key: Key, text: str) -> bool:
        """The host sets a configuration key; False if the key does not take the value."""
        ...


class Vendors(Protocol):
    """Offered by the data_transfer block."""

    def register(self, vendor_id: str, handlers: VendorHandlers) -> None:
        """Serve the messages of a vendor."""


class Roots(Protocol):
    """Offered by the certificates block."""

    def __call__(self, use: CertificatePurpose, /) -> tuple[str, ...]:
        """The root certificates that are installed now, each in PEM. use: CentralSystemRoot or ManufacturerRoot."""
        ...


class Credentials(Protocol):
    """The setup's key, until somebody offers more: who changes the station's keys while it runs."""

    def __call__(self) -> tuple[bytes, ...]:
        """All by which the station proves who it is, now and before: authorization keys as octets, private keys. What
        of it stands in a file does not leave (H16)."""
        ...


class Context:
    """See the module's docstring. `now` is the monotonic time of the step under way."""

    def __init__(
        self,
        setup: Setup,
        store: StateStore,
        config: Configuration,
        time: Timekeeper,
        session: Session,
        rng: random.Random,
        now: float,
    ) -> None:
        self.setup = setup
        self.store = store
        self.config = config
        self.time = time
        self.rng = rng
        self.timers = Timers()
        self.now = now
        self.station_evse = Evse(0)
        self.evses = {number: Evse(number, self.station_evse) for number in range(1, setup.evses + 1)}
        self.security_log = SecurityLog(store, time)
        self.queue = TransactionQueue(self)
        self.triggers = Triggers(self)
        self.connected = False
        self.heard = now  # Station: when the last text or pong of the back end came
        self.accepted = False  # provisioning: BootNotification was answered Accepted
        self.registration: str | None = None  # provisioning: what it was answered (1.6 §7.38), None if nothing yet
        # firmware: an update waits for the last user, so an EVSE that is free takes no other; then it is installed, and
        # none is in service
        self.closing = False
        self.closed = False
        self.installing = False  # firmware: the hardware is at it, so nobody else restarts it
        self.booting = False  # provisioning: a BootNotification is out
        # Services; the blocks put themselves here in their constructors.
        self.authorizer: Authorizer
        self.reservations: Reservations
        self.transactions: Transactions
        self.metering: Metering
        self.availability: Availability
        self.charging: Charging
        self.provisioning: Provisioning
        self.vendors: Vendors
        self.local_list: LocalList | None = None
        self.roots: Roots = lambda _: ()
        self.credentials: Credentials = lambda: (setup.authorization_key,) if setup.authorization_key else ()
        self.verified: Callable[[str], None] = lambda _: None  # certificates: see Station.verified()
        self.set_security_profile: Callable[[int], None] = lambda _: None  # certificates: likewise
        # Filled by Station.
        self.emit: Callable[[Event], None]
        self.command: Callable[[Command, Callable[[Any], None], Callable[[str], None]], None]
        self.next_command_id: Callable[[], int]
        self.all_stored: Callable[[], bool]  # True if nothing waits to be stored
        self.storing: Callable[[], bool]  # True if a batch of an earlier step waits to be stored: so will texts
        self._session = session
        self._bus: deque[LocalEvent] = deque()
        self._waiting: dict[str, Callable[[Any], None]] = {}

    @property
    def online(self) -> bool:
        """Connected and accepted by the back end: requests may be sent."""
        return self.connected and self.accepted

    @property
    def pending(self) -> bool:
        """Connected and Pending: only what a trigger asks for may be sent (1.6 §4.2). False while a BootNotification
        is out: its answer may be that nothing may be sent."""
        return self.connected and not self.accepted and not self.booting and self.registration == "Pending"

    @property
    def rejected(self) -> bool:
        """BootNotification was answered Rejected, and the interval is not over: nothing is answered (1.6 §4.2).
        Written by provisioning."""
        return self._session.silent

    @rejected.setter
    def rejected(self, rejected: bool) -> None:
        self._session.silent = rejected

    @property
    def settings(self) -> SessionSettings:
        """The times and bounds of the connection. Written by provisioning, from the configuration keys."""
        return self._session.settings

    @property
    def endpoint(self) -> Endpoint | None:
        """Where the next connection goes, and by what login. Written by certificates, where security is not left out.
        """
        return self._session.endpoint

    @endpoint.setter
    def endpoint(self, endpoint: Endpoint) -> None:
        self._session.endpoint = endpoint

    def reconnect(self) -> None:
        """Close the link, if it is up, and connect at once; nothing while the station is stopped."""
        self._session.reconnect(self.now)

    @property
    def calls_open(self) -> bool:
        """True while a call of a block is out or waits to be sent."""
        return bool(self._waiting)

    @property
    def utc(self) -> datetime | None:
        """UTC now; None while it is not known."""
        return self.time.utc(self.now)

    def stamp(self) -> Stamp:
        """This instant, resolvable to UTC later."""
        return self.time.stamp(self.now)

    def evse(self, number: int) -> Evse | None:
        """The EVSE of that number, 0 for the station as a whole; None if there is none."""
        return self.station_evse if number == 0 else self.evses.get(number)

    def publish(self, event: LocalEvent) -> None:
        """Tell the other blocks. Delivered after the caller has returned."""
        self._bus.append(event)

    def call(
        self, request: Any, done: Callable[[Any], None] | None = None, *, priority: int | None = None
    ) -> str:
        """Send a request to the back end; done(response, or the CallFailed) when it ends. Returns the message id.

        The caller has made sure that it may be sent now (online, or asked for by a trigger while Pending).
        """
        if priority is None:
            id = self._session.call(request, self.now)
        else:
            id = self._session.call(request, self.now, priority=priority)
        if done is not None:
            self._waiting[id] = done
        return id

    def cancel(self, id: str) -> None:
        """Take a call back; its done() gets CallCancelled."""
        self._session.cancel(id, self.now)

    def ended(self, id: str, outcome: Any | CallFailed) -> None:
        """Station: a call has ended."""
        done = self._waiting.pop(id, None)
        if done is not None:
            done(outcome)

    def take_local(self) -> LocalEvent | None:
        """Station: the next local event to deliver."""
        return self._bus.popleft() if self._bus else None

    @property
    def waiting_local(self) -> bool:
        """Station: local events wait for delivery."""
        return bool(self._bus)

    def after(self, name: Hashable, seconds: float, action: Callable[[], None]) -> None:
        """Call action() in that many seconds from now; a timer of the same name is replaced."""
        self.timers.set(name, self.now + seconds, action)
