"""The charging station (1.6: charge point): the sans-IO contract towards the host, routing by table towards the blocks.

It holds no rule of the standard but one: what is answered depends on the registration (1.6 §4.2). Every public method
that takes `now` is one step: the input, then events and blocks until nothing changes, then one batch of writes. What
a step wants to send, and energy that it switches on, waits until the batch is stored; energy-off never waits.
"""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from ocppcore.charging import Explanation
from ocppcore.errors import ConnectionLost, InvalidMessage, QueueFull, RpcError, SetupError
from ocppcore.hardware import Indicator, Want
from ocppcore.session.commands import BasicAuth, Command
from ocppcore.session.contract import Batch
from ocppcore.session.counters import Counters
from ocppcore.session.events import CallEnded, CallReceived, Connected, Disconnect, Disconnected, Event, ResultReceived
from ocppcore.session.outbox import Tap
from ocppcore.session.session import Session
from ocppcore.session.settings import Endpoint, SessionSettings
from ocppcore.station import v16
from ocppcore.station.block import Answer, Block
from ocppcore.station.configuration import Access, Configuration
from ocppcore.station.context import Context
from ocppcore.station.events import CallIgnored, HandlerFailed, StoreFailed
from ocppcore.station.gate import Gate
from ocppcore.station.inputs import Inputs
from ocppcore.station.local import LocalEvent, SecurityEvent
from ocppcore.station.security_log import SecurityLogEntry
from ocppcore.station.setup import Setup, VendorHandlers
from ocppcore.station.snapshot import StationSnapshot, snapshot
from ocppcore.station.store import StateStore
from ocppcore.station.timekeeper import Timekeeper
from ocppcore.version import ErrorCode, Version
from ocppcore.wire import Limits

INDICATORS = {
    "Available": Indicator.Available,
    "Preparing": Indicator.Preparing,
    "Charging": Indicator.Charging,
    "SuspendedEV": Indicator.Suspended,
    "SuspendedEVSE": Indicator.Suspended,
    "Finishing": Indicator.Finishing,
    "Reserved": Indicator.Reserved,
    "Unavailable": Indicator.Unavailable,
    "Faulted": Indicator.Faulted,
}
STORE_RETRY = 5.0  # seconds until a batch that could not be stored is offered again
SETTLE_LIMIT = 100_000  # a step that does not come to rest is a bug of ours
MAX_QUEUE = 1000  # calls that wait to be sent; the blocks bound theirs, one by one
MAX_HOST_CALLS = 50  # of them the host's


class Station(Inputs):
    """One charging station.

    setup: who it is; rng: source of message ids and back-off jitter; state: what Store.load() gave, None for a
    new station; utc: the time if a clock of the host knows it; now: monotonic seconds at this moment.
    """

    def __init__(
        self,
        setup: Setup,
        *,
        rng: random.Random,
        state: Mapping[str, Mapping[str, str]] | None = None,
        utc: datetime | None = None,
        now: float = 0.0,
    ) -> None:
        store = StateStore(state)
        config = Configuration(v16.KEYS(setup), setup.config, store)
        time = Timekeeper(store, now, utc)
        ids = itertools.count(1)
        settings = SessionSettings(max_queue=MAX_QUEUE)
        session = Session(
            v16.ACTIONS,
            endpoint=_endpoint(setup),
            rng=rng,
            settings=settings,
            limits=Limits(max_message=v16.max_message(setup, config)),
            command_ids=ids,
        )
        super().__init__(Context(setup, store, config, time, session, rng, now))
        self._session = session
        self.ctx.emit = self._emit
        self.ctx.command = self._command
        self.ctx.next_command_id = lambda: next(ids)
        self.ctx.all_stored = lambda: self._gate.idle and not store.staged
        self.ctx.storing = lambda: not self._gate.idle
        self._events: deque[Event] = deque()
        self._commands: deque[Command] = deque()
        self._results: dict[int, tuple[Command, Callable[[Any], None], Callable[[str], None]]] = {}
        self._host_calls: set[str] = set()
        self._refused_calls = itertools.count(1)
        self._started = False
        self._gate = Gate(store, self.ctx.evses)
        self._blocks: list[Block] = [self.ctx.queue, self.ctx.triggers, *(block(self.ctx) for block in v16.BLOCKS)]
        self._handlers = {cls: getattr(b, name) for b in self._blocks for cls, name in b.handlers.items()}
        self._subscribers: dict[type, list[Callable[[Any], None]]] = {}
        for block in self._blocks:
            for cls, name in block.subscriptions.items():
                self._subscribers.setdefault(cls, []).append(getattr(block, name))
        for block in self._blocks:
            block.load()

    # The contract: transport

    @property
    def max_message(self) -> int:
        """Bytes of the largest message that is read (decisions: Wire 5)."""
        return self._session.max_message

    def start(self, now: float) -> None:
        """Begin: connect to the back end; again after a stop()."""
        self._enter(now)
        if not self._started:
            self._started = True
            for block in self._blocks:
                block.start()
            self.ctx.time.forget()
        self._session.start(now)
        self._settle()

    def stop(self, now: float) -> None:
        """Close the connection, until the next start(); what is stored stays, and charging goes on."""
        self._enter(now)
        self._session.stop(now)
        self._settle()

    def connected(self, version: Version, now: float) -> None:
        """The WebSocket is open."""
        self._enter(now)
        self._session.connected(version, now)
        self._settle()

    def verified(self, root: str, now: float) -> None:
        """The back end of the link that is about to come up was verified by this one of Connect.tls.roots: told before
        connected(), where the host can say so. Without it all of them count as in use (W M04.FR.06)."""
        self._enter(now)
        self.ctx.verified(root)
        self._settle()

    def disconnected(self, reason: Disconnect, now: float) -> None:
        """The link went away, or could not be made."""
        self._enter(now)
        self._gate.drop_texts()  # calls end with ConnectionLost; answers have no one to go to
        self._session.disconnected(reason, now)
        self._settle()

    def receive(self, data: str | bytes, now: float) -> None:
        """ONE WebSocket message."""
        self._enter(now)
        self.ctx.heard = now
        self._session.receive(data, now)
        self._settle()

    def pong(self, now: float) -> None:
        """The peer answered our ping."""
        self._enter(now)
        self.ctx.heard = now
        self._session.pong(now)
        self._settle()

    def call(self, request: Any, now: float) -> str:
        """Send a request of the host (DataTransfer, mostly); ends in a ResultReceived or CallEnded event.

        Without a back end that has accepted the station (1.6 §4.2) it ends at once, as ConnectionLost.
        Raises InvalidMessage, QueueFull.
        """
        self._enter(now)
        if len(self._host_calls) >= MAX_HOST_CALLS:
            raise QueueFull(f"{MAX_HOST_CALLS} calls wait already")
        if self.ctx.online:
            id = self._session.call(request, now)
            self._host_calls.add(id)
        else:
            id = f"unsent-{next(self._refused_calls)}"
            self._emit(CallEnded(id, request, ConnectionLost(id, type(request).action, "not registered at a back end")))
        self._settle()
        return id

    def cancel(self, id: str, now: float) -> None:
        """Take a call of the host back."""
        self._enter(now)
        self._session.cancel(id, now)
        self._settle()

    def reply(self, id: str, response: Any, now: float) -> bool:
        """Answer a CallReceived that the host serves (see register_vendor). False if nobody waits for it any more.

        Raises InvalidMessage; the call is then still open.
        """
        self._enter(now)
        sent = self._session.reply(id, response, now)
        self._settle()
        return sent

    def fail(self, id: str, error: RpcError, now: float) -> bool:
        """Answer a CallReceived that the host serves with a CALLERROR. False if nobody waits for it any more."""
        self._enter(now)
        sent = self._session.fail(id, error, now)
        self._settle()
        return sent

    def data_to_send(self) -> Iterable[str]:
        """The texts to send now: those whose batch is stored."""
        return self._gate.texts()

    # The contract: events, commands, time

    def next_event(self) -> Event | None:
        """What happened."""
        return self._events.popleft() if self._events else None

    def next_command(self) -> Command | None:
        """What the host must do."""
        return self._commands.popleft() if self._commands else None

    def done(self, id: int, result: Any, now: float) -> None:
        """A command was carried out."""
        self._enter(now)
        waiting = self._results.pop(id, None)
        if waiting is None:
            self._session.done(id, result, now)
        else:
            self.ctx.timers.cancel(("command", id))
            waiting[1](result)
        self._settle()

    def failed(self, id: int, why: str, now: float) -> None:
        """A command could not be carried out."""
        self._enter(now)
        waiting = self._results.pop(id, None)
        if waiting is None:
            self._session.failed(id, why, now)
        else:
            self.ctx.timers.cancel(("command", id))
            waiting[2](why)
        self._settle()

    def next_timer(self) -> float | None:
        """When to call handle_timer."""
        times = [when for when in (self._session.next_timer(), self.ctx.timers.next()) if when is not None]
        return min(times, default=None)

    def handle_timer(self, now: float) -> None:
        """Time has passed."""
        self._enter(now)
        self._session.handle_timer(now)
        self._settle()
        while (action := self.ctx.timers.pop_due(now)) is not None:
            action()
            self._settle()

    # The contract: storage

    def next_batch(self) -> Batch | None:
        """What must be stored next, in order."""
        return self._gate.next_batch()

    def stored(self, id: int, now: float) -> None:
        """All batches up to this one are durable."""
        self._enter(now)
        self._gate.stored(id)
        self._settle()

    def store_failed(self, id: int, why: str, now: float) -> None:
        """A batch could not be stored: it, and those after it, are offered again in a while."""
        self._enter(now)
        event = StoreFailed(why)
        self._deliver(event)
        self._emit(event)
        self._gate.failed(id)
        self.ctx.after("store", STORE_RETRY, self._gate.offer_again)
        self._settle()

    # For a display, a log, and for vendors

    @property
    def counters(self) -> Counters:
        """What the connection has seen so far, as plain integers."""
        return self._session.counters

    @property
    def tap(self) -> Tap | None:
        """Called with each text in and out, secrets masked; None for no trace, which costs nothing."""
        return self._session.tap

    @tap.setter
    def tap(self, tap: Tap | None) -> None:
        self._session.tap = tap

    def snapshot(self) -> StationSnapshot:
        """What a display needs, as it is now."""
        return snapshot(self.ctx, self.want)

    def security_log(
        self, oldest: datetime | None = None, latest: datetime | None = None
    ) -> list[SecurityLogEntry]:
        """What is in the security log (W A04.FR.04), oldest first. It rolls: numbers count from 1, so the first one
        tells how many are gone. oldest, latest: aware datetimes, only what happened between them."""
        return self.ctx.security_log.entries(oldest, latest)

    def clear_security_log(self, now: float) -> None:
        """Begin a new one; that it was cleared is its first entry, and is told to the back end (W 8)."""
        self._enter(now)
        self.ctx.publish(SecurityEvent("SecurityLogWasCleared", f"{self.ctx.security_log.clear()} entries"))
        self._settle()

    def explain(self, evse: int) -> list[Explanation]:
        """Of each charging profile, why it sets the limit of an EVSE now, or why it does not (1.6 §3.13), in the order
        in which they are asked. evse 0: of the station as a whole. Raises SetupError for an unknown one."""
        self._facts(evse, station=True)
        return self.ctx.charging.explain(evse)

    @property
    def configuration(self) -> Configuration:
        """The configuration keys and their values, to read; also those that the back end can't (1.6 §9)."""
        return self.ctx.config

    def configure(self, name: str, text: str, now: float) -> bool:
        """Set a configuration key, as ChangeConfiguration would: stored, and told by a KeyChanged event. Keys that the
        back end may only read can be set if they are the maker's own.

        text: the value as on the wire. False if it is in force after the next start only. Raises SetupError for a key
        that there is not or that is fixed, and for a value that it does not take; nothing has changed then.
        """
        self._enter(now)
        key = self.ctx.config.find(name)
        if key is None:
            raise SetupError(f"there is no configuration key {name!r}")
        if key.access is Access.R and key not in self.ctx.setup.keys:
            raise SetupError(f"{key.name} is fixed while the station runs: set its factory value, Setup(config=…)")
        try:
            key.take(text)
        except ValueError as error:
            raise SetupError(f"{key.name} does not take the value: use {error}") from None
        if not self.ctx.provisioning.configure(key, text):
            raise SetupError(f"{key.name} cannot be {text!r} now" if key.access is not Access.W else key.name)
        self._settle()
        return not key.reboot

    def set_security_profile(self, profile: int, now: float) -> None:
        """Connect by this security profile from now on, also by a lower one: for a service engineer on the spot, since
        a back end can only raise it (W A00.FR.005, 2.1). Raises SetupError where the station has no such profile."""
        self._enter(now)
        key = self.ctx.config.find("SecurityProfile")
        if key is None or type(profile) is not int or profile not in range(4):
            raise SetupError(f"security profile {profile!r}: use 0, 1, 2 or 3, on a station with security")
        self.ctx.set_security_profile(profile)
        self._settle()

    def register_vendor(self, vendor_id: str, handlers: VendorHandlers) -> None:
        """Serve DataTransfer of a vendor; declared again, a vendor gets the new handlers.

        vendor_id: at most 255 characters, compared in any case. handlers: by messageId, None for messages without one.
        A handler gets the request and returns the response; or None, if the host will answer with reply() or fail(), by
        the id of the CallReceived that has the same request. Without an answer in time the back end gets InternalError.
        """
        self.ctx.vendors.register(vendor_id, handlers)

    # Hardware, outwards

    @property
    def evses(self) -> range:
        """The numbers of the EVSEs, from 1."""
        return range(1, self.ctx.setup.evses + 1)

    def want(self, evse: int) -> Want:
        """What is wanted of an EVSE now: a level, pollable at any time."""
        facts = self.ctx.evses[evse]
        return Want(
            energy=self._gate.energy(evse),
            limit_a=facts.limit_a,
            phases=facts.phases,
            lock=facts.plugged and (facts.transaction is not None or facts.cable_held is not None),
            indicator=INDICATORS[facts.status],
            light_intensity=self.ctx.config.int("LightIntensity"),
            blink_repeat=self.ctx.config.int("BlinkRepeat"),
        )

    # One step

    def _enter(self, now: float) -> None:
        self.ctx.now = now

    def _settle(self) -> None:
        """Events, local events and blocks, until nothing changes; then what follows for storage, texts and energy."""
        for _ in range(SETTLE_LIMIT):
            if not self._turn():
                break
        else:
            raise AssertionError("a step of the station does not come to rest")
        self._gate.close_step(self._session.data_to_send())
        while (command := self._session.next_command()) is not None:
            self._commands.append(command)
        for number, facts in self.ctx.evses.items():
            self._gate.offer_energy(number, facts.may_charge)

    def _turn(self) -> bool:
        """One thing that waits; False when nothing does."""
        event = self._session.next_event()
        if event is not None:
            self._on_event(event)
            return True
        local = self.ctx.take_local()
        if local is not None:
            self._deliver(local)
            return True
        changed = [block.settle() for block in self._blocks]
        return any(changed) or self.ctx.waiting_local or self._session.has_events

    def _on_event(self, event: Event) -> None:
        if isinstance(event, CallReceived):
            self._route(event)
        elif isinstance(event, ResultReceived):
            self._host_calls.discard(event.id)
            self.ctx.ended(event.id, event.response)
            self._emit(event)
        elif isinstance(event, CallEnded):
            self._gate.take_back(event.id)
            self._host_calls.discard(event.id)
            self.ctx.ended(event.id, event.error)
            self._emit(event)
        else:
            if isinstance(event, Connected):
                self.ctx.connected = True
            elif isinstance(event, Disconnected):
                self.ctx.connected = False
            self._deliver(event)
            self._emit(event)

    def _deliver(self, event: Event | LocalEvent) -> None:
        for subscriber in self._subscribers.get(type(event), ()):
            subscriber(event)

    def _route(self, event: CallReceived) -> None:
        """Hand a CALL to the block that serves it, as the registration allows (1.6 §4.2)."""
        if self.ctx.rejected:
            self._emit(CallIgnored(type(event.request).action))
            return
        refusal = v16.refusal(self.ctx, event.request)
        if refusal is not None:
            self._reply(event.id, refusal)
            return
        self._emit(event)
        handler = self._handlers[type(event.request)]
        try:
            handler(event.request, Answer(event.id, self._reply, self._fail))
        except RpcError as error:
            self._fail(event.id, error)
        except Exception as error:  # a bug, here or in a handler of the host: the peer is told nothing more
            self._broken(event.id, error)

    def _reply(self, id: str, response: Any) -> None:
        try:
            self._session.reply(id, response, self.ctx.now)
        except InvalidMessage as error:
            self._broken(id, error)

    def _broken(self, id: str, error: Exception) -> None:
        self._emit(HandlerFailed(id, error))
        self._fail(id, RpcError(ErrorCode.InternalError))

    def _fail(self, id: str, error: RpcError) -> None:
        self._session.fail(id, error, self.ctx.now)

    def _emit(self, event: Event) -> None:
        self._events.append(event)

    def _command(self, command: Command, done: Callable[[Any], None], failed: Callable[[str], None]) -> None:
        """A block's command to the host; past its deadline it has failed."""
        self._results[command.id] = (command, done, failed)
        self._commands.append(command)
        self.ctx.timers.set(("command", command.id), command.deadline, lambda: self._expire(command.id))

    def _expire(self, id: int) -> None:
        waiting = self._results.pop(id, None)
        if waiting is not None:
            waiting[2]("no result in time")


def _endpoint(setup: Setup) -> Endpoint:
    key = setup.authorization_key
    auth = None if key is None else BasicAuth(setup.identity, key)
    return Endpoint(setup.endpoint_url, auth=auth)

