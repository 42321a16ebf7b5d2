"""What the back end can ask for by a trigger (1.6 §5.17, W 5.5), and the way out for it. A part of the kernel, like the
queue.

- A block registers, in its constructor, the messages that it can be asked for. What nobody registered is not
  implemented. TriggerMessage and ExtendedTriggerMessage have a table each: one name may mean two messages (W 6.16).
- The answer to the trigger leaves first; then what it asked for, one message at a time. It is made when it leaves,
  because it tells what is so at that moment.
- It leaves while Pending, too (§4.2): the one way for a request to leave before acceptance. So nothing waits inside the
  session behind a BootNotification, where an answer Rejected could not stop it any more.
- It is no history (§5.17): nothing is stored, and when the link goes, or the station is Rejected, it is forgotten.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ocppcore.errors import InvalidMessage, QueueFull
from ocppcore.session.calls import Priority
from ocppcore.session.events import Disconnected
from ocppcore.station.block import Block
from ocppcore.station.events import MessageGivenUp

if TYPE_CHECKING:
    from ocppcore.station.context import Context

MAX_WAITING: Final = 100  # messages; while so many wait, a trigger is Rejected
FULL_SESSION: Final = 1.0  # seconds until the next try, when the session's own queue has no room
TIMER: Final = "triggers"

# Called with the EVSE that is asked about, None for all. Returns what to do once the answer is out; None: Rejected.
Trigger = Callable[[int | None], Iterable[Callable[[], None]] | None]


class Triggers(Block):
    """See the module's docstring. Context.triggers; it behaves as a block, the second of all."""

    subscriptions: ClassVar = {Disconnected: "_disconnected"}

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self._triggers: dict[tuple[bool, str], tuple[Trigger, bool]] = {}
        self._waiting: deque[tuple[Callable[[], Any], Callable[[Any], None], Callable[[str], None]]] = deque()
        self._out = False

    def register(
        self, message: str, trigger: Trigger, *, registered: bool = True, extended: bool | None = None
    ) -> None:
        """An owner of a message, in its constructor. message: its name in the trigger. registered: False if it may be
        asked for before the back end has accepted the station, or said Pending. extended: True if by
        ExtendedTriggerMessage only, False if by TriggerMessage only, None if by both."""
        for table in (False, True) if extended is None else (extended,):
            self._triggers[table, message] = trigger, registered

    def known(self, message: str, extended: bool = False) -> bool:
        """True if the message is one that can be asked for, by an ExtendedTriggerMessage or by a TriggerMessage."""
        return (extended, message) in self._triggers

    def ask(
        self, message: str, evse: int | None, extended: bool = False
    ) -> Iterable[Callable[[], None]] | None:
        """What to do for that message, once the answer is out; None if it will not be sent."""
        trigger, registered = self._triggers[extended, message]
        if registered and not (self.ctx.online or self.ctx.registration == "Pending"):
            return None
        return None if len(self._waiting) >= MAX_WAITING else trigger(evse)

    def send(
        self,
        make: Callable[[], Any],
        done: Callable[[Any], None] = lambda _: None,
        noted: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Send what was asked for. make(): the request, when its turn has come; noted(its message id); done(the
        response, or the CallFailed)."""
        self._waiting.append((make, done, noted))

    def settle(self) -> None:
        """Send the next one, if it is time."""
        if self.ctx.rejected:
            self._waiting.clear()
        while self._waiting and not self._out and TIMER not in self.ctx.timers and self._may_send:
            self._send(*self._waiting[0])

    @property
    def _may_send(self) -> bool:
        return self.ctx.online or self.ctx.pending

    def _send(
        self, make: Callable[[], Any], done: Callable[[Any], None], noted: Callable[[str], None]
    ) -> None:
        def ended(outcome: Any) -> None:
            self._out = False
            done(outcome)

        request = make()
        try:
            noted(self.ctx.call(request, ended, priority=Priority.Triggered))
        except QueueFull:
            self.ctx.after(TIMER, FULL_SESSION, self.settle)
            return
        except InvalidMessage as error:  # what the hardware said cannot be told
            self.ctx.emit(MessageGivenUp(type(request).action, 0, str(error)))
        else:
            self._out = True
        self._waiting.popleft()

    def _disconnected(self, _: Disconnected) -> None:
        self._waiting.clear()
