"""The back end's role (CSMS; 1.6: Central System) over the same session: for back ends, the simulator and tests.

csms.py       Csms: admission, duplicates, handlers, calls to stations
link.py       StationLink: one connection, the sans-IO contract
admission.py  what a station shows, and how it is judged
v16.py        the answers that are given unless a handler says otherwise
ledger.py     transactions and meter values, each once
events.py     what happens
"""

from __future__ import annotations

from ocppcore.csms.admission import Accept, Authenticator, Offer, Reject, keys
from ocppcore.csms.csms import Csms, Station
from ocppcore.csms.events import (
    AnswerAwaited,
    CallBeforeBoot,
    CallServed,
    HandlerFailed,
    StationBooted,
    StationConnected,
    StationDisconnected,
    StationRefused,
)
from ocppcore.csms.ledger import Ledger, Transaction
from ocppcore.csms.link import StationLink

__all__ = [
    "Accept", "AnswerAwaited", "Authenticator", "CallBeforeBoot", "CallServed", "Csms", "HandlerFailed", "Ledger",
    "Offer", "Reject", "Station", "StationBooted", "StationConnected", "StationDisconnected", "StationLink",
    "StationRefused", "Transaction", "keys",
]  # fmt: skip
