"""Queues of messages that must be delivered, in chronological order: the one of transactions over all EVSEs (1.6 §3.7),
and what else has the same rules.

- It is persistent: a message is stored in the same batch as what made it, before it is sent, and deleted in the batch
  of what its answer changes. So a kill at any moment loses nothing; at worst a message is sent again, unchanged.
- Only the oldest message is out, and nothing newer passes it. Messages of other kinds do not wait for the queue (§3.7).
- A CALLERROR, an invalid CALLRESULT, and a time-out on a live link use up an attempt; the next one waits for an
  interval × the attempts so far (§3.7.1). Whether the link was alive shows later: a time-out counts as soon as anything
  is heard on the same link; if the link goes down first, it was lost, and nothing counts.
- Loss of the link uses no attempt, and the message is sent again as soon as the station is online. Nor does a store
  that fails: while something waits to be stored nothing is sent, and what timed out then has not left.
- After the last attempt, or when it can never be valid, a message moves to the table of undelivered messages.
- Quota: above MAX_DROPPABLE waiting messages that may be dropped (meter values) every second of them goes, so that the
  oldest get the coarsest; others (StartTransaction, StopTransaction, meter values that are signed) are never dropped.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ocppcore.errors import CallCancelled, CallFailed, CallTimeout, ConnectionLost, InvalidMessage, QueueFull
from ocppcore.session.calls import Priority
from ocppcore.session.events import CallSent, Disconnected
from ocppcore.station.block import Block
from ocppcore.station.events import MessageGivenUp, MessagesDropped
from ocppcore.station.local import Online
from ocppcore.station.timekeeper import Stamp

if TYPE_CHECKING:
    from ocppcore.station.context import Context

MAX_DROPPABLE: Final = 10_000  # a week of samples every 60 s; about 5 MB
MAX_UNDELIVERED: Final = 1_000
FULL_SESSION: Final = 1.0  # seconds until the next try, when the session's own queue has no room


class Entry:
    """One message in the queue.

    number: its place in the order; kind: its name on the wire; transaction: the uid of the Transaction it belongs to,
    or None; payload: JSON value, as the owner of the kind wants it; attempts: those that are used up.
    """

    __slots__ = ("number", "kind", "transaction", "payload", "attempts")

    def __init__(self, number: int, kind: str, transaction: str | None, payload: Any, attempts: int) -> None:
        self.number = number
        self.kind = kind
        self.transaction = transaction
        self.payload = payload
        self.attempts = attempts


class Owner:
    """What the queue calls for the messages of one kind; see register()."""

    __slots__ = ("prepare", "delivered", "given_up", "droppable", "stamps")

    def __init__(
        self,
        prepare: Callable[[Entry], Any],
        delivered: Callable[[Entry, Any], None],
        given_up: Callable[[Entry], None],
        droppable: Callable[[Any], bool],
        stamps: Callable[[Any], Iterable[list[float]]],
    ) -> None:
        self.prepare = prepare
        self.delivered = delivered
        self.given_up = given_up
        self.droppable = droppable
        self.stamps = stamps


class MessageQueue(Block):
    """See the module's docstring. A part of the kernel that behaves as a block.

    table, undelivered: where it keeps what waits, and what was given up. priority: among calls that may be sent.
    """

    subscriptions: ClassVar = {Online: "online", CallSent: "call_sent", Disconnected: "disconnected"}
    table: ClassVar[str]
    undelivered: ClassVar[str]
    priority: ClassVar[Priority]

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._owners: dict[str, Owner] = {}
        self._numbers: deque[int] = deque()
        self._droppable: deque[int] = deque()
        self._undelivered: deque[int] = deque()
        self._last = 0
        self._out: Entry | None = None  # handed to the session, not answered yet
        self._out_id = ""
        self._sent_at = 0.0
        self._timed_out: tuple[float, float] | None = None  # sent when and given up when, while the link may be dead

    # What differs from queue to queue

    def attempts(self) -> int:
        """After so many a message is given up."""
        raise TypeError("a queue must say how often it tries")

    def interval(self) -> int:
        """Seconds to wait after the first attempt; after the second, twice as long."""
        raise TypeError("a queue must say how long it waits")

    def refused(self, entry: Entry, outcome: CallFailed) -> None:
        """The back end has answered the message, but not well."""
        self._failed(entry, self.ctx.now, str(outcome))

    def unanswered(self, entry: Entry, when: float) -> None:
        """No answer came, on a link that was alive. when: it was given up, in monotonic seconds."""
        self._failed(entry, when, "no answer in time")

    # For the owners

    def register(
        self,
        kind: str,
        prepare: Callable[[Entry], Any],
        delivered: Callable[[Entry, Any], None],
        given_up: Callable[[Entry], None],
        *,
        droppable: Callable[[Any], bool] = lambda _: False,
        stamps: Callable[[Any], Iterable[list[float]]] = lambda _: (),
    ) -> None:
        """An owner, in its constructor. kind: as in Entry.

        prepare(entry): the request to send, each time anew; UTC is known by then, so stamps resolve. Raises
        InvalidMessage if there can't be one. delivered(entry, response), given_up(entry): the message leaves the queue;
        writes made here are in the same batch. droppable(payload): the message may be thinned out.
        stamps(payload): all instants in it.
        """
        self._owners[kind] = Owner(prepare, delivered, given_up, droppable, stamps)

    def put(self, kind: str, transaction: str | None, payload: Any) -> None:
        """Add a message at the end. transaction: the uid of its Transaction, None if it belongs to none; payload: a
        JSON value from which prepare() makes the request, instants as Stamp.dump()."""
        self._last += 1
        self._store(Entry(self._last, kind, transaction, payload, 0))
        self._numbers.append(self._last)
        if self._owners[kind].droppable(payload):
            self._droppable.append(self._last)
            if len(self._droppable) > MAX_DROPPABLE:
                self._thin_out()

    def __len__(self) -> int:
        return len(self._numbers)

    # The life of the queue

    def load(self) -> None:
        """Take up what an earlier run left."""
        for key, value in self.ctx.store.items(self.table):
            self._numbers.append(int(key))
            owner = self._owners.get(value[0])
            if owner is None:
                continue
            if owner.droppable(value[2]):
                self._droppable.append(int(key))
            for stamp in owner.stamps(value[2]):
                self.ctx.time.keep(Stamp.load(stamp))
        self._undelivered.extend(int(key) for key in self.ctx.store.keys(self.undelivered))
        self._last = self._numbers[-1] if self._numbers else 0

    def settle(self) -> None:
        """Send the oldest message, if it is time."""
        if self._timed_out is not None and self.ctx.heard > self._timed_out[0]:
            when, self._timed_out = self._timed_out[1], None
            self.unanswered(self._read(self._numbers[0]), when)
        while self._numbers and self.may_send():
            entry = self._read(self._numbers[0])
            try:
                self._send(entry)
            except InvalidMessage as error:
                self._give_up(entry, str(error))
            except QueueFull:
                self.pause(self.ctx.now + FULL_SESSION)

    def pause(self, until: float) -> None:
        """Nothing is sent until then, in monotonic seconds."""
        self.ctx.timers.set(("queue", self.table), until, self.settle)

    def may_send(self) -> bool:
        """True if the oldest message may leave now."""
        idle = self._out is None and self._timed_out is None and ("queue", self.table) not in self.ctx.timers
        return idle and self.ctx.online and self.ctx.utc is not None and not self.ctx.storing()

    def _send(self, entry: Entry) -> None:
        owner = self._owners.get(entry.kind)
        if owner is None:
            self._give_up(entry, "unknown kind of message")
            return
        self._out_id = self.ctx.call(owner.prepare(entry), self._ended, priority=self.priority)
        self._out = entry
        self._sent_at = self.ctx.now

    def online(self, _: Online) -> None:
        """Before the blocks hear of it: what happened while offline is told before the present status."""
        self.settle()

    def call_sent(self, event: CallSent) -> None:
        if event.id == self._out_id:
            self._sent_at = self.ctx.now

    def disconnected(self, event: Disconnected) -> None:
        """Nothing was heard since the message that timed out was sent: the link was dead, no attempt is used."""
        self._timed_out = None

    def _ended(self, outcome: Any | CallFailed) -> None:
        entry, self._out, self._out_id = self._out, None, ""
        assert entry is not None
        if not isinstance(outcome, CallFailed):
            self._owners[entry.kind].delivered(entry, outcome)
            self._remove(entry)
        elif isinstance(outcome, CallTimeout):
            if not self.ctx.storing():
                self._timed_out = (self._sent_at, self.ctx.now)
        elif not isinstance(outcome, ConnectionLost | CallCancelled):
            self.refused(entry, outcome)

    def _failed(self, entry: Entry, when: float, why: str) -> None:
        """An attempt is used up (§3.7.1)."""
        entry.attempts += 1
        if entry.attempts >= self.attempts():
            self._give_up(entry, why)
            return
        self._store(entry)
        self.pause(when + self.interval() * entry.attempts)

    def _give_up(self, entry: Entry, why: str) -> None:
        self._file(entry, why)
        owner = self._owners.get(entry.kind)
        if owner is not None:
            owner.given_up(entry)
        self._remove(entry)
        self.ctx.emit(MessageGivenUp(entry.kind, entry.attempts, why))

    def _file(self, entry: Entry, why: str) -> None:
        """Keep what could not be delivered: for a person to look at."""
        number = self._undelivered[-1] + 1 if self._undelivered else 1
        self._undelivered.append(number)
        utc = None if self.ctx.utc is None else self.ctx.utc.isoformat()
        record = {"kind": entry.kind, "why": why, "at": utc, "attempts": entry.attempts, "payload": entry.payload}
        try:
            request = self._owners[entry.kind].prepare(entry)
            record["request"] = type(request).shape.plain(request)
        except (InvalidMessage, KeyError):
            record["request"] = None
        self.ctx.store.put(self.undelivered, _key(number), record)
        if len(self._undelivered) > MAX_UNDELIVERED:
            self.ctx.store.delete(self.undelivered, _key(self._undelivered.popleft()))

    def _thin_out(self) -> None:
        """Every second droppable message goes; the oldest, which may be out, and the newest stay."""
        gone = {number: self._read(number).kind for number in list(self._droppable)[1:-1:2]}
        for number in gone:
            self.ctx.store.delete(self.table, _key(number))
        self._droppable = deque(number for number in self._droppable if number not in gone)
        self._numbers = deque(number for number in self._numbers if number not in gone)
        for kind, count in Counter(gone.values()).items():
            self.ctx.emit(MessagesDropped(kind, count))

    # Storage

    def _store(self, entry: Entry) -> None:
        value = [entry.kind, entry.transaction, entry.payload, entry.attempts]
        self.ctx.store.put(self.table, _key(entry.number), value)

    def _read(self, number: int) -> Entry:
        return Entry(number, *self.ctx.store.get(self.table, _key(number)))

    def _remove(self, entry: Entry) -> None:
        """The oldest message is done with."""
        assert self._numbers[0] == entry.number
        self._numbers.popleft()
        if self._droppable and self._droppable[0] == entry.number:
            self._droppable.popleft()
        self.ctx.store.delete(self.table, _key(entry.number))


class TransactionQueue(MessageQueue):
    """Transaction-related messages; the first of all blocks."""

    table = "queue"
    undelivered = "undelivered"
    priority = Priority.Bulk  # a user who waits for an Authorize goes first

    def attempts(self) -> int:
        return self.ctx.config.int("TransactionMessageAttempts")

    def interval(self) -> int:
        return self.ctx.config.int("TransactionMessageRetryInterval")


def _key(number: int) -> str:
    """Sorts as the number does."""
    return f"{number:012d}"
