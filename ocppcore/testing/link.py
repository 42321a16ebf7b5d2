"""A fake link between two connections (Session, Station, Csms), driven by a clock that a test turns by hand.

    pair = Pair(client, server)
    client.start(pair.now)
    pair.run_until_idle()       # everything that happens at this instant
    pair.advance(30)            # and in the next 30 seconds, timers in order

It carries out Connect, Close and Ping, moves texts in order, commits batches and collects events. Nothing waits and
nothing is random: the same test does the same thing each time. What real links do can be asked for: see the
attributes of Pair.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from typing import Any, TypeVar

from ocppcore.clock import ManualClock
from ocppcore.errors import RpcError, StorageError
from ocppcore.session.commands import Close, Command, Connect, Ping
from ocppcore.session.contract import Connection
from ocppcore.session.events import CallReceived, ClosedByPeer, Disconnect, Event, Lost
from ocppcore.testing.store import FaultyStore
from ocppcore.version import VERSIONS, Version

DROP = 1006
BUSY = 100_000  # steps without time passing: two ends that never come to rest

E = TypeVar("E", bound=Event)


class End:
    """One end of a pair: its connection, and all that came out of it.

    events: all events so far, the next_ ones first taken by take(); sent: the texts it handed out; commands: those
    that are not the link's business, unless on_command takes them. handlers: request class to a function that returns
    the response or raises RpcError; a request without one is left to the test. on_event sees each event, first.
    """

    def __init__(self, connection: Connection, store: FaultyStore | None = None) -> None:
        self.connection = connection
        self.store = FaultyStore() if store is None else store
        self.events: list[Event] = []
        self.sent: list[str] = []
        self.commands: list[Command] = []
        self.handlers: dict[type, Callable[[Any], Any]] = {}
        self.on_event: Callable[[Event], None] = lambda event: None
        self.on_command: Callable[[Command], None] = self.commands.append

    def take(self, kind: type[E]) -> list[E]:
        """The events of a kind, taken out of `events`."""
        taken = [event for event in self.events if isinstance(event, kind)]
        self.events = [event for event in self.events if not isinstance(event, kind)]
        return taken


class Pair:
    """A client end, a server end, and the link between them.

    accept: the server end, or what decides on each Connect: it returns the server's connection, or why there is none,
    e.g. Refused(404). May be changed at any time, like all that follows. delay: seconds that a text or a ping takes
    one way. silent: texts, pings and closing handshakes vanish, as on a half-open link. tamper: sees each text with
    the end that sent it, and returns the texts that arrive: [] loses it, [text, text] doubles it.
    """

    def __init__(
        self,
        client: Connection,
        accept: Connection | Callable[[Connect], Connection | Disconnect],
        clock: ManualClock | None = None,
    ) -> None:
        self.clock = ManualClock() if clock is None else clock
        self.client = End(client)
        self.accept = accept
        self.server: End | None = None if callable(accept) else End(accept)
        self.delay = 0.0
        self.silent = False
        self.tamper: Callable[[End, str], list[str]] = lambda end, text: [text]
        self.is_up = False
        self._link = 0  # counts links; what belongs to an earlier one never arrives
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    @property
    def now(self) -> float:
        """The clock's monotonic seconds."""
        return self.clock.now()

    # The link

    def connect(self, version: Version) -> None:
        """Bring the link up without a Connect, for two ends that were not told where to connect to."""
        self._up(version, self._link + 1)

    def cut(self) -> None:
        """The link breaks now: both ends are told, what is on its way is lost."""
        if self.is_up:
            self._down(Lost("cut"), Lost("cut"))

    def _up(self, version: Version, link: int) -> None:
        self._link = link
        self.is_up = True
        for end in self._ends():
            end.connection.connected(version, self.now)

    def _down(self, client: Disconnect | None, server: Disconnect | None) -> None:
        self._link += 1
        self.is_up = False
        for end, reason in zip(self._ends(), (client, server)):
            if reason is not None:
                end.connection.disconnected(reason, self.now)

    def _ends(self) -> list[End]:
        return [self.client] if self.server is None else [self.client, self.server]

    def _later(self, seconds: float, what: Callable[[], None]) -> None:
        heappush(self._due, (self.now + seconds, next(self._order), what))

    def _on_this_link(self, what: Callable[[], None], trips: int = 1) -> None:
        """Do it after one or more trips over the link, if the link is then still the same."""
        link = self._link
        self._later(self.delay * trips, lambda: what() if link == self._link and not self.silent else None)

    # Commands

    def _carry_out(self, end: End, command: Command) -> None:
        if isinstance(command, Connect):
            self._connect(command)
        elif isinstance(command, Close):
            self._close(end, command.code)
        elif isinstance(command, Ping):
            self._on_this_link(lambda: end.connection.pong(self.now), trips=2)
        else:
            end.on_command(command)

    def _connect(self, command: Connect) -> None:
        if self.is_up:
            self._down(None, Lost("replaced"))
        self._link += 1
        self._on_this_link(lambda: self._answer(command), trips=2)

    def _answer(self, command: Connect) -> None:
        """The server accepts or refuses the client."""
        if callable(self.accept):
            answer = self.accept(command)
            if isinstance(answer, Disconnect):
                self.client.connection.disconnected(answer, self.now)
                return
            if self.server is None:
                self.server = End(answer)
            self.server.connection = answer
        offered = [version for version in VERSIONS.values() if version.subprotocol in command.subprotocols]
        self._up(offered[0], self._link)

    def _close(self, end: End, code: int) -> None:
        if code != DROP:
            self._on_this_link(lambda: self._down(ClosedByPeer(code), ClosedByPeer(code)), trips=2)
        elif self.is_up:
            told = None if self.silent else Lost("dropped by the peer")
            self._down(*((None, told) if end is self.client else (told, None)))
        else:
            self._link += 1  # an attempt to connect is given up

    # The loop

    def run_until_idle(self) -> None:
        """Do all that is due at this instant, at both ends."""
        for _ in range(BUSY):
            moved = [self._drain(end) for end in self._ends()]
            while self._due and self._due[0][0] <= self.now:
                heappop(self._due)[2]()
                moved.append(True)
            for end in self._ends():
                timer = end.connection.next_timer()
                if timer is not None and timer <= self.now:
                    end.connection.handle_timer(self.now)
                    moved.append(True)
            if not any(moved):
                return
        raise AssertionError("the two ends do not come to rest")

    def advance(self, seconds: float) -> None:
        """Let time pass, with everything that happens on the way."""
        until = self.now + seconds
        self.run_until_idle()
        while (due := self.next_timer()) is not None and due <= until:
            self.clock.advance_to(due)
            self.run_until_idle()
        self.clock.advance_to(until)

    def next_timer(self) -> float | None:
        """When something happens next by itself, on the clock; None for never."""
        timers = [end.connection.next_timer() for end in self._ends()]
        timers += [self._due[0][0]] if self._due else []
        return min([timer for timer in timers if timer is not None], default=None)

    def _drain(self, end: End) -> bool:
        """One round of the contract: batches, texts, commands, events. True if anything came out."""
        moved = self._store(end)
        for text in end.connection.data_to_send():
            moved = True
            end.sent.append(text)
            self._move(end, text)
        while (command := end.connection.next_command()) is not None:
            moved = True
            self._carry_out(end, command)
        while (event := end.connection.next_event()) is not None:
            moved = True
            end.events.append(event)
            end.on_event(event)
            if isinstance(event, CallReceived):
                self._handle(end, event)
        return moved

    def _store(self, end: End) -> bool:
        moved = False
        while (batch := end.connection.next_batch()) is not None:
            moved, id = True, batch.id
            try:
                end.store.commit(batch)
            except StorageError as error:
                end.connection.store_failed(id, str(error), self.now)
                break  # it is offered again when the station sees fit
            self._later(end.store.delay, lambda id=id: end.connection.stored(id, self.now))  # type: ignore[misc]
        return moved

    def _move(self, end: End, text: str) -> None:
        other = self.server if end is self.client else self.client
        if other is None or not self.is_up:
            return
        for arriving in self.tamper(end, text):
            self._on_this_link(lambda text=arriving: other.connection.receive(text, self.now))  # type: ignore[misc]

    def _handle(self, end: End, event: CallReceived) -> None:
        handler = end.handlers.get(type(event.request))
        if handler is None:
            return
        try:
            end.connection.reply(event.id, handler(event.request), self.now)
        except RpcError as error:
            end.connection.fail(event.id, error, self.now)
