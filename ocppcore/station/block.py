"""What a block is: one functional part of the station. It owns rules and persistent state; it touches its Context only.

A block is three files: blocks/<block>/state.py (rules, version-free where they are the same), v16.py and v2.py (thin:
message <-> state, as a subclass). Blocks never import each other; they use the services in Context and local events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ocppcore.errors import RpcError

if TYPE_CHECKING:
    from ocppcore.session.events import Event
    from ocppcore.station.context import Context
    from ocppcore.station.local import LocalEvent


class Answer:
    """The way back to the back end for one CALL. Call it once: answer(response) or answer.fail(error)."""

    __slots__ = ("id", "_reply", "_fail")

    def __init__(self, id: str, reply: Callable[[str, Any], None], fail: Callable[[str, RpcError], None]) -> None:
        self.id = id
        self._reply = reply
        self._fail = fail

    def __call__(self, response: Any) -> None:
        self._reply(self.id, response)

    def fail(self, error: RpcError) -> None:
        """Answer with a CALLERROR."""
        self._fail(self.id, error)


class Block:
    """Base of all blocks.

    handlers: request class to the name of the method that serves it, method(request, answer); it may answer later.
    subscriptions: class of a local event, or of an event of the session, to the name of the method that wants it,
    method(event).
    """

    handlers: ClassVar[Mapping[type[Any], str]] = {}
    subscriptions: ClassVar[Mapping[type[LocalEvent] | type[Event], str]] = {}

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx

    def load(self) -> None:
        """Read the own tables of ctx.store. Called once, after all blocks are made and before anything else."""

    def start(self) -> None:
        """The station begins: ctx.now is set. Called once, after load()."""

    def settle(self) -> bool | None:
        """Called at the end of each step, again until nothing changes: derive what follows from the facts.

        Returns True if it changed a fact that other blocks derive something from."""
        return None
