"""What a display, a web page or a log shows of a station: values at one instant, taken by Station.snapshot().

Id tokens are masked: a display stands where everybody reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from ocppcore.hardware import EvState, Want
from ocppcore.station.context import Context
from ocppcore.station.evse import Evse, EvseError
from ocppcore.station.transaction import Transaction, TransactionState

SHOWN = 4  # characters of an id token at its end, where it has twice as many
HIDDEN = "…"


class TransactionSnapshot(NamedTuple):
    """The transaction of an EVSE.

    id: the back end's, None until learnt; -1: it could not be delivered (E 3.18). id_token: masked. started_at: None
    while UTC is unknown. energy_wh: by the last reading, None before the first. remote: begun by the back end. silent:
    the back end is told nothing of it (SilentOfflineTransactions).
    """

    uid: str
    id: int | None
    id_token: str
    state: TransactionState
    started_at: datetime | None
    energy_wh: float | None
    remote: bool
    silent: bool


class EvseSnapshot(NamedTuple):
    """One EVSE (1.6: connector). status: ChargePointStatus (1.6 §7.7). authorized: a token waits for the cable."""

    id: int
    status: str
    operative: bool
    plugged: bool
    ev: EvState
    bay_occupied: bool
    authorized: bool
    errors: tuple[EvseError, ...]
    failure: str | None
    transaction: TransactionSnapshot | None
    want: Want


class StationSnapshot(NamedTuple):
    """The station. registration: Accepted, Pending or Rejected (1.6 §7.38), None before the first answer; online:
    connected and accepted; undelivered: transaction messages that wait for the back end; status and errors: of EVSE 0.
    """

    identity: str
    connected: bool
    registration: str | None
    online: bool
    utc: datetime | None
    undelivered: int
    status: str
    operative: bool
    errors: tuple[EvseError, ...]
    evses: tuple[EvseSnapshot, ...]


def mask(id_token: str) -> str:
    """An id token that may be shown: its last characters, none of a short one."""
    return HIDDEN + id_token[-SHOWN:] if len(id_token) >= 2 * SHOWN else HIDDEN


def snapshot(ctx: Context, want: Callable[[int], Want]) -> StationSnapshot:
    """The station as it is now."""
    station = ctx.station_evse
    return StationSnapshot(
        identity=ctx.setup.identity,
        connected=ctx.connected,
        registration=ctx.registration,
        online=ctx.online,
        utc=ctx.utc,
        undelivered=len(ctx.queue),
        status=station.status,
        operative=station.operative,
        errors=tuple(station.errors.values()),
        evses=tuple(_evse(ctx, evse, want(number)) for number, evse in ctx.evses.items()),
    )


def _evse(ctx: Context, evse: Evse, want: Want) -> EvseSnapshot:
    return EvseSnapshot(
        id=evse.id,
        status=evse.status,
        operative=evse.operative,
        plugged=evse.plugged,
        ev=evse.ev,
        bay_occupied=evse.bay_occupied,
        authorized=evse.authorized is not None,
        errors=tuple(evse.errors.values()),
        failure=evse.failure,
        transaction=None if evse.transaction is None else _transaction(ctx, evse.transaction),
        want=want,
    )


def _transaction(ctx: Context, transaction: Transaction) -> TransactionSnapshot:
    last = ctx.metering.last(transaction.evse)
    return TransactionSnapshot(
        uid=transaction.uid,
        id=transaction.id,
        id_token=mask(transaction.id_token),
        state=transaction.state,
        started_at=ctx.time.resolve(transaction.started_at),
        energy_wh=last.energy_wh - transaction.meter_start if last is not None and transaction.begun else None,
        remote=transaction.remote,
        silent=transaction.silent,
    )
