"""A station on the bench: a real Station, a scripted back end over a real Session, a fake link, and a clock turned by
hand.

    rig = Rig()
    rig.boot()
    rig.station.plug(1, rig.now); rig.run()
    rig.station.present_id_token("TAG1", rig.now); rig.run()
    assert rig.sent(v16.StartTransactionRequest)

Whatever the station sends is answered by `answers` (request class to a function of the request; None means silence, an
RpcError a CALLERROR). Nothing sleeps: time passes by advance(), which fires every timer at its own instant.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from ocppcore import v16
from ocppcore.csms.csms import MAX_MESSAGE
from ocppcore.errors import RpcError
from ocppcore.hardware import EvState, MeterReading, ReadingPurpose, SignedReading, SigningSession
from ocppcore.session.commands import (
    Cancel,
    CheckCertificate,
    Close,
    CollectDiagnostics,
    Command,
    Connect,
    Download,
    Install,
    MakeKey,
    Ping,
    ReadMeter,
    Reset,
    SetClock,
    Unlock,
    Upload,
    VerifySignature,
)
from ocppcore.session.events import (
    CallEnded,
    CallReceived,
    ClosedByPeer,
    Disconnect,
    Event,
    Lost,
    Refused,
    ResultReceived,
)
from ocppcore.session.session import Session
from ocppcore.station import Capabilities, SecuritySetup, Setup, Station
from ocppcore.station.events import HandlerFailed
from ocppcore.version import V16
from ocppcore.wire import Limits

T = TypeVar("T")
BEGIN = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)
MEASURANDS = (
    "Energy.Active.Import.Register",
    "Power.Active.Import",
    "Current.Import",
    "Voltage",
    "SoC",
)


class Rig:
    """See the module's docstring.

    store: what is durable, table to key to text; it survives restart(). meters: Wh by EVSE. sent(): what the station
    sent. reachable, store_works, meter_works, unlocks, transfers_work: what the world does; set them at will; None for
    transfers_work: they take their time. installs: whether the hardware takes firmware, likewise. diagnostics: what the
    hardware has of them. uploads, downloads, installations: what was to be done of each. signed: what the meters have
    signed, in order. handlers_may_fail: a HandlerFailed event is no error of the test. security: makes keys and judges
    certificates for the station, the real thing unless replaced; security_works: as transfers_work. admits: what comes
    of an attempt to connect, None if it gets in; verified_by: the root that the host then says to have verified the
    back end by.
    """

    def __init__(
        self,
        *,
        evses: int = 2,
        config: dict[str, str] | None = None,
        capabilities: Capabilities | None = None,
        clock_known: bool = True,
        secure_firmware: bool = True,
        security: SecuritySetup | None = None,
        authorization_key: bytes | None = None,
    ) -> None:
        self.setup = Setup(
            "CP1",
            "ws://backend.example/ocpp",
            vendor="ocppcore",
            model="Rig",
            evses=evses,
            config=config,
            capabilities=capabilities or Capabilities(unlock=True, reset=True, measurands=MEASURANDS),
            secure_firmware=secure_firmware,
            security=security,
            authorization_key=authorization_key,
        )
        self.now = 1000.0
        self.clock_known = clock_known
        self.store: dict[str, dict[str, str]] = {}
        self.meters: dict[int, float] = dict.fromkeys(range(evses + 1), 0.0)
        self.reachable = True
        self.refuse_with: int | None = None
        self.admits: Callable[[Connect], Disconnect | None] = lambda _: None
        self.verified_by: str | None = None
        self.store_works = True
        self.meter_works = True
        self.unlocks = True
        self.transfers_work: bool | None = True
        self.security: Any = None
        self.security_works: bool | None = True
        self.diagnostics: bytes | str | None = b"all is well"
        self.installs: bool | None = True
        self.uploads: list[Upload] = []
        self.downloads: list[Download] = []
        self.installations: list[Install] = []
        self.signed: list[bytes] = []
        self.handlers_may_fail = False
        self.events: list[Event] = []
        self.resets: list[Reset] = []
        self.carried_out: list[Command] = []
        self.log: list[Any] = []
        self.times: list[float] = []
        self._taken = 0
        self._transaction_ids = 0
        self.answers: dict[type[Any], Callable[[Any], Any]] = {
            v16.BootNotificationRequest: lambda _: v16.BootNotificationResponse(
                status=v16.RegistrationStatus.Accepted, current_time=self.utc, interval=300
            ),
            v16.HeartbeatRequest: lambda _: v16.HeartbeatResponse(current_time=self.utc),
            v16.AuthorizeRequest: lambda _: v16.AuthorizeResponse(
                id_tag_info=v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted)
            ),
            v16.StartTransactionRequest: self._start_transaction,
            v16.StopTransactionRequest: lambda _: v16.StopTransactionResponse(),
            v16.MeterValuesRequest: lambda _: v16.MeterValuesResponse(),
            v16.StatusNotificationRequest: lambda _: v16.StatusNotificationResponse(),
            v16.FirmwareStatusNotificationRequest: lambda _: v16.FirmwareStatusNotificationResponse(),
            v16.SignedFirmwareStatusNotificationRequest: lambda _: v16.SignedFirmwareStatusNotificationResponse(),
            v16.DiagnosticsStatusNotificationRequest: lambda _: v16.DiagnosticsStatusNotificationResponse(),
            v16.SecurityEventNotificationRequest: lambda _: v16.SecurityEventNotificationResponse(),
            v16.LogStatusNotificationRequest: lambda _: v16.LogStatusNotificationResponse(),
            v16.DataTransferRequest: lambda _: v16.DataTransferResponse(status=v16.DataTransferStatus.Accepted),
            v16.SignCertificateRequest: lambda _: v16.SignCertificateResponse(
                status=v16.GenericStatusEnumType.Accepted
            ),
        }
        self._backend: Session | None = None
        self._results: dict[str, Any] = {}
        self._rng = random.Random(7)
        self.station = self._make()

    def _make(self) -> Station:
        return Station(
            self.setup,
            rng=random.Random(self._rng.random()),
            state={table: dict(rows) for table, rows in self.store.items()},
            utc=self.utc if self.clock_known else None,
            now=self.now,
        )

    @property
    def utc(self) -> datetime:
        """The true time."""
        return BEGIN + timedelta(seconds=self.now - 1000.0)

    # Running

    def boot(self) -> None:
        """Start the station and let it come to rest: connected, booted, status reported."""
        self.station.start(self.now)
        self.run()

    def run(self) -> None:
        """Carry texts, batches, commands and events until nothing moves."""
        while self._move():
            pass

    def advance(self, seconds: float) -> None:
        """Let time pass; every timer of both ends fires at its own instant."""
        end = self.now + seconds
        self.run()
        while (when := self._next_timer()) is not None and when <= end:
            self.now = max(self.now, when)
            self.station.handle_timer(self.now)
            if self._backend is not None:
                self._backend.handle_timer(self.now)
            self.run()
        self.now = end

    def _next_timer(self) -> float | None:
        ends: list[Any] = [self.station] if self._backend is None else [self.station, self._backend]
        return min((when for end in ends if (when := end.next_timer()) is not None), default=None)

    def cut(self) -> None:
        """The link breaks and cannot be made again until restore()."""
        self.reachable = False
        if self._backend is not None:
            self._backend = None
            self.station.disconnected(Lost("cut"), self.now)
        self.run()

    def restore(self, wait: float = 600.0) -> None:
        """The link can be made again; waits at most `wait` seconds for the station to come back."""
        self.reachable = True
        end = self.now + wait
        while self._backend is None:
            when = self.station.next_timer()
            assert when is not None and when <= end, "the station does not connect again"
            self.advance(max(0.0, when - self.now))
        self.run()

    def restart(self) -> None:
        """Power off and on: a new Station from what is stored. Nothing else of the old one survives."""
        self._backend = None
        self.station = self._make()
        self.boot()

    # The user's side

    def charge(self, evse: int = 1, token: str = "TAG1") -> None:
        """A user plugs in, shows a card that is accepted, and the EV takes energy."""
        self.station.plug(evse, self.now)
        self.run()
        self.station.present_id_token(token, self.now, evse)
        self.run()
        self.station.ev_state(evse, EvState.Charging, self.now)
        self.run()

    # The back end's side

    def set_key(self, key: str, value: str) -> str:
        """ChangeConfiguration; returns the status."""
        return str(self.ask(v16.ChangeConfigurationRequest(key=key, value=value)).status)

    def get_key(self, key: str) -> str | None:
        """GetConfiguration of one key; returns its value."""
        (found,) = self.ask(v16.GetConfigurationRequest(key=[key])).configuration_key
        value: str | None = found.value
        return value

    def answer_boot(self, status: v16.RegistrationStatus, interval: int) -> None:
        """What BootNotification is answered from now on."""
        self.answers[v16.BootNotificationRequest] = lambda _: v16.BootNotificationResponse(
            status=status, current_time=self.utc, interval=interval
        )

    def ask(self, request: Any) -> Any:
        """The back end calls the station; returns the response, or the CallFailed."""
        assert self._backend is not None, "the link is down"
        id = self._backend.call(request, self.now)
        self.run()
        assert id in self._results, f"no answer to {request!r}"
        return self._results.pop(id)

    def tell(self, request: Any) -> str:
        """The back end calls the station, and nothing is awaited; returns the message id for answer()."""
        assert self._backend is not None, "the link is down"
        id = self._backend.call(request, self.now)
        self.run()
        return id

    def answer(self, id: str) -> Any | None:
        """The answer to a tell(), None while there is none."""
        return self._results.pop(id, None)

    def sent(self, *kinds: type[T]) -> list[T]:
        """What the station sent since the last take(), of these classes (all if none is named)."""
        return [item for item in self.log[self._taken :] if not kinds or isinstance(item, kinds)]

    def when(self, kind: type[Any]) -> list[float]:
        """When messages of this class were sent, since the beginning, in seconds on the rig's clock."""
        return [when for item, when in zip(self.log, self.times, strict=True) if isinstance(item, kind)]

    def take(self, *kinds: type[T]) -> list[T]:
        """sent(), and from now on only what is newer counts."""
        items = self.sent(*kinds)
        self._taken = len(self.log)
        return items

    def statuses(self, evse: int) -> list[str]:
        """The statuses that were reported for an EVSE since the last take()."""
        return [str(item.status) for item in self.sent(v16.StatusNotificationRequest) if item.connector_id == evse]

    def _start_transaction(self, _: Any) -> v16.StartTransactionResponse:
        self._transaction_ids += 1
        info = v16.IdTagInfo(status=v16.AuthorizationStatus.Accepted)
        return v16.StartTransactionResponse(transaction_id=self._transaction_ids, id_tag_info=info)

    # The world

    def _move(self) -> bool:
        moved = self._store_batches()
        for text in list(self.station.data_to_send()):
            moved = True
            self._send(text)
        while (command := self.station.next_command()) is not None:
            moved = True
            self._carry_out(command)
        while (event := self.station.next_event()) is not None:
            self.events.append(event)
            if isinstance(event, HandlerFailed) and not self.handlers_may_fail:
                raise event.error
        return self._move_backend() or moved

    def _send(self, text: str) -> None:
        """A text leaves the station."""
        if self._backend is not None:
            self._backend.receive(text, self.now)

    def _store_batches(self) -> bool:
        moved = False
        while (batch := self.station.next_batch()) is not None:
            moved = True
            if not self.store_works:
                self.station.store_failed(batch.id, "disk full", self.now)
                continue
            for (table, key), text in batch.puts.items():
                self.store.setdefault(table, {})[key] = text
            for table, key in batch.deletes:
                self.store.get(table, {}).pop(key, None)
            self.station.stored(batch.id, self.now)
        return moved

    def _carry_out(self, command: Command) -> None:
        station, now = self.station, self.now
        self.carried_out.append(command)
        if isinstance(command, Connect):
            self._attempt(command)
        elif isinstance(command, Close):
            if self._backend is not None:
                self._deliver()
            self._backend = None
            station.disconnected(ClosedByPeer(command.code), now)
        elif isinstance(command, Ping):
            station.pong(now)
        elif isinstance(command, ReadMeter):
            if self.meter_works:
                station.done(command.id, self.read(command), now)
        elif isinstance(command, Unlock):
            station.done(command.id, self.unlocks, now)
        elif isinstance(command, Reset):
            self.resets.append(command)
        elif isinstance(command, SetClock):
            station.done(command.id, None, now)
        elif isinstance(command, CollectDiagnostics):
            station.done(command.id, self.diagnostics, now)
        elif isinstance(command, Upload):
            self.uploads.append(command)
            self.end(command, None, self.transfers_work)
        elif isinstance(command, Download):
            self.downloads.append(command)
            self.end(command, "/firmware.bin", self.transfers_work)
        elif isinstance(command, Install):
            self.installations.append(command)
            self.end(command, None, self.installs)
        elif isinstance(command, Cancel):
            station.done(command.id, None, now)
        elif isinstance(command, MakeKey | CheckCertificate | VerifySignature):
            self._carry_out_securely(command)

    def _carry_out_securely(self, command: Command) -> None:
        if not self.security_works:
            self.end(command, None, self.security_works)
            return
        from ocppcore.bindings.security.base import SecurityFailed, task_of  # not before a test needs it

        if self.security is None:
            from ocppcore.bindings.security.service import SoftwareSecurity

            self.security = SoftwareSecurity()
        try:
            result = task_of(command, self.security)()
        except SecurityFailed as error:
            self.station.failed(command.id, str(error), self.now)
        else:
            self.station.done(command.id, result, self.now)

    def end(self, command: Command, result: Any, works: bool | None = True) -> None:
        """A transfer or installation comes to an end, now; with None it takes its time."""
        if works is None:
            return
        if works:
            self.station.done(command.id, result, self.now)
        else:
            self.station.failed(command.id, "the connection broke", self.now)

    def _deliver(self) -> None:
        """What was sent before the link is closed arrives."""
        while self._move_backend():
            pass

    def _attempt(self, command: Connect) -> None:
        refusal = self.admits(command) if self.reachable else None
        if refusal is not None:
            self.station.disconnected(refusal, self.now)
            return
        if self.verified_by is not None:
            self.station.verified(self.verified_by, self.now)
        self._connect()

    def _connect(self) -> None:
        if not self.reachable:
            self.station.disconnected(Lost("no route"), self.now)
        elif self.refuse_with is not None:
            self.station.disconnected(Refused(self.refuse_with), self.now)
        else:
            limits = Limits(max_message=MAX_MESSAGE)
            self._backend = Session(v16.ACTIONS, rng=random.Random(self._rng.random()), limits=limits)
            self._backend.connected(V16, self.now)
            self.station.connected(V16, self.now)

    def reading(self, evse: int, why: ReadingPurpose) -> MeterReading:
        """What the meter of an EVSE says; override it for more than the register."""
        return MeterReading(self.meters[evse])

    def read(self, command: ReadMeter) -> MeterReading:
        """What the meter of an EVSE says, signed if that is wanted."""
        if command.sign is None:
            return self.reading(command.evse, command.why)
        return self.signed_reading(command.evse, command.why, command.sign)

    def signed_reading(self, evse: int, why: ReadingPurpose, session: SigningSession) -> MeterReading:
        """As reading(), for a meter that signs (Capabilities.signs): by no signature at all, but with bytes that no
        text can have, each time others; override it for more."""
        reading = self.reading(evse, why)
        record = f"\x80{len(self.signed)} {why} of {session.transaction} at {reading.energy_wh}".encode("latin-1")
        self.signed.append(record)
        return MeterReading(reading.energy_wh, reading.samples, (SignedReading(record, "FAKE", "NONE"),))

    def _move_backend(self) -> bool:
        backend = self._backend
        if backend is None:
            return False
        moved = False
        while (event := backend.next_event()) is not None:
            moved = True
            if isinstance(event, CallReceived):
                self._serve(backend, event)
            elif isinstance(event, ResultReceived):
                self._results[event.id] = event.response
            elif isinstance(event, CallEnded):
                self._results[event.id] = event.error
        while (command := backend.next_command()) is not None:
            moved = True
            if isinstance(command, Ping):
                backend.pong(self.now)
        for text in list(backend.data_to_send()):
            moved = True
            self.station.receive(text, self.now)
        return moved

    def _serve(self, backend: Session, event: CallReceived) -> None:
        self.log.append(event.request)
        self.times.append(self.now)
        answer = self.answers[type(event.request)](event.request)
        if isinstance(answer, RpcError):
            backend.fail(event.id, answer, self.now)
        elif answer is None:
            backend.drop(event.id)  # else the session would answer for us, in a while
        else:
            backend.reply(event.id, answer, self.now)
