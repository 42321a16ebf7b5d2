"""The loop body that all bindings share: the steps of the sans-IO contract (session/contract.py), in their order."""

from __future__ import annotations

from typing import Protocol

from ocppcore.session.commands import Command
from ocppcore.session.contract import Batch, Connection
from ocppcore.session.events import Event


class Host(Protocol):
    """What a binding does with what a connection hands out. None of it may raise; all of it may feed the connection."""

    def store(self, batch: Batch) -> None:
        """Make it durable, now or later, then stored() or store_failed()."""

    def send(self, text: str) -> None:
        """One WebSocket message."""

    def carry_out(self, command: Command) -> None:
        """Do it, or begin to."""

    def notice(self, event: Event) -> None:
        """Something happened."""


def pump(connection: Connection, host: Host) -> float | None:
    """Hand over all that waits, until nothing does; then the time at which handle_timer() is due, or None."""
    moved = True
    while moved:
        moved = False
        while (batch := connection.next_batch()) is not None:
            moved = True
            host.store(batch)
        for text in connection.data_to_send():
            moved = True
            host.send(text)
        while (command := connection.next_command()) is not None:
            moved = True
            host.carry_out(command)
        while (event := connection.next_event()) is not None:
            moved = True
            host.notice(event)
    return connection.next_timer()
