"""Where an EVSE stands in the life of a charging session, as a table: seat and event to what is done.

A seat is read off the facts of the EVSE, never stored twice. Present: a cable is in and an EV at its end.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from ocppcore.station.evse import Evse, EvState
from ocppcore.station.local import BayChanged, EvStateChanged, OnEvse, Plugged, StopPressed, Unplugged


class Seat(StrEnum):
    """Where an EVSE stands."""

    Free = "free"  # no token, no transaction; a cable may be in: it awaits a token, or is spent
    Held = "held"  # as Free, but the cable stays locked until a token releases it (E 3.5)
    Authorized = "authorized"  # a token may start, and waits for the cable
    Starting = "starting"  # a transaction in the making: the begin reading is under way
    Running = "running"
    Stopping = "stopping"  # energy is off, the end reading is under way


def seat(facts: Evse) -> Seat:
    """The seat of an EVSE."""
    if facts.transaction is not None:
        return Seat(facts.transaction.state)
    if facts.authorized is not None:
        return Seat.Authorized
    return Seat.Free if facts.cable_held is None else Seat.Held


def present(facts: Evse) -> bool:
    """A cable is in and an EV at its end: energy could flow."""
    return facts.plugged and facts.ev is not EvState.Absent


# The names are methods of Transactions, called with the facts of the EVSE. What is not in the table changes nothing:
# a second Plugged, the stop button of a free EVSE, an EV that is reconnected in a transaction (§4.10: it goes on).
TABLE: Final[dict[tuple[Seat, type[OnEvse]], str]] = {
    (Seat.Free, Plugged): "_await_token",
    (Seat.Free, Unplugged): "_vacated",
    (Seat.Held, Unplugged): "_vacated",
    (Seat.Authorized, Plugged): "_begin_authorized",
    (Seat.Authorized, EvStateChanged): "_begin_authorized",
    (Seat.Authorized, Unplugged): "_vacated",
    (Seat.Authorized, StopPressed): "_forget",  # B1
    (Seat.Authorized, BayChanged): "_bay_changed",  # B1
    (Seat.Starting, Unplugged): "_ev_changed",
    (Seat.Starting, EvStateChanged): "_ev_changed",
    (Seat.Starting, StopPressed): "_stop_pressed",
    (Seat.Running, Unplugged): "_ev_changed",
    (Seat.Running, EvStateChanged): "_ev_changed",
    (Seat.Running, StopPressed): "_stop_pressed",
    (Seat.Stopping, Unplugged): "_vacated",
}
