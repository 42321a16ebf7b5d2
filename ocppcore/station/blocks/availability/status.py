"""The status of an EVSE as a function of the facts, and how it looks in a report (1.6 §4.9, §7.6, §7.7).

Precedence: Faulted; then what a running transaction makes of it, SuspendedEVSE before SuspendedEV; then Unavailable;
then Reserved, until its user comes; then what a user has begun or not yet finished.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from ocppcore.station.blocks.availability.transitions import (
    AVAILABLE,
    CHARGING,
    FAULTED,
    FINISHING,
    PREPARING,
    RESERVED,
    SUSPENDED_EV,
    SUSPENDED_EVSE,
    UNAVAILABLE,
)
from ocppcore.station.evse import Evse, EvseError, EvState
from ocppcore.station.transaction import TransactionState

IN_TRANSACTION: Final = (CHARGING, SUSPENDED_EV, SUSPENDED_EVSE)
# 1.6 §4.9: EVCommunicationError goes with these only.
WITH_EV: Final = (PREPARING, SUSPENDED_EV, SUSPENDED_EVSE, FINISHING)
EV_GONE: Final = "EV side disconnected"  # 1.6 §4.9, word for word


class Face(NamedTuple):
    """What a report shows of an EVSE, but for its time. error: None for NoError."""

    status: str
    error: str | None = None
    info: str | None = None
    vendor_id: str | None = None
    vendor_code: str | None = None


def status_of(evse: Evse, before: str) -> str:
    """The status that the facts give. before: the present one."""
    return FAULTED if evse.faulted else status_without_fault(evse, before)


def status_without_fault(evse: Evse, before: str) -> str:
    """What the status is, or would be if there were no fault."""
    transaction = evse.transaction
    if transaction is not None and transaction.state is TransactionState.Running:
        return _in_transaction(evse)
    if transaction is not None and transaction.state is TransactionState.Stopping and before in IN_TRANSACTION:
        return before  # until the end reading is there; then the StopTransaction is told, and what follows
    if not evse.operative:
        return UNAVAILABLE
    if evse.reserved and evse.authorized is None and transaction is None:
        return RESERVED  # a cable makes no difference: G2 wants the token
    if evse.in_use:
        return FINISHING if _had_its_turn(evse, before) else PREPARING
    return AVAILABLE


def _in_transaction(evse: Evse) -> str:
    if not evse.offers_energy or evse.paused:  # E 3.64: a smart charging restriction, too
        return SUSPENDED_EVSE
    # E 3.55: the EVSE is ready, the EV does not ask.
    return CHARGING if evse.plugged and evse.ev is EvState.Charging else SUSPENDED_EV


def _had_its_turn(evse: Evse, before: str) -> bool:
    """After a transaction, or ConnectionTimeOut without one (B6, E 3.20), until all user actions are done."""
    if evse.transaction is not None:
        return evse.transaction.state is TransactionState.Stopping
    if evse.authorized is not None:
        return False  # F2
    return evse.spent if evse.plugged else before in (*IN_TRANSACTION, FINISHING)


def face_of(evse: Evse, status: str, ended_by: str | None) -> Face:
    """What to report. ended_by: the reason of the last transaction, while the user has not left."""
    error = _error(evse, status)
    if error is not None:
        return Face(status, error.code, error.info, error.vendor_id, error.vendor_code)
    return Face(status, info=EV_GONE if _ev_gone(evse, status, ended_by) else None)


def _ev_gone(evse: Evse, status: str, ended_by: str | None) -> bool:
    if status == FINISHING:
        return ended_by == "EVDisconnected"
    return status in (SUSPENDED_EV, SUSPENDED_EVSE) and (not evse.plugged or evse.ev is EvState.Absent)


def _error(evse: Evse, status: str) -> EvseError | None:
    """The error to show: the last fault of the EVSE, of its hardware, of the station; else the last warning."""
    if status == FAULTED:
        faults = [error for error in evse.errors.values() if error.faulted]
        if not faults and evse.failure is not None:
            return EvseError("InternalError", info=evse.failure)
        if not faults and evse.station is not None:
            return _error(evse.station, FAULTED)
        return faults[-1] if faults else None
    shown = [error for error in evse.errors.values() if error.code != "EVCommunicationError" or status in WITH_EV]
    return shown[-1] if shown else None
