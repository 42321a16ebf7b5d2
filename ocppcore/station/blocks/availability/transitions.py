"""The table of status transitions, 1.6 §4.9 with its 53 entries (B6 is E 3.20; there is no B8 and no A6).

It binds the internal state of an EVSE. Where the facts jump over a state, `path` gives the step in between: an EVSE
that is taken out of service in Preparing becomes Available for an instant, because there is no B8. EVSE 0, the
station as a whole, has three statuses and may go from each to each.
"""

from __future__ import annotations

from typing import Final

AVAILABLE: Final = "Available"
PREPARING: Final = "Preparing"
CHARGING: Final = "Charging"
SUSPENDED_EV: Final = "SuspendedEV"
SUSPENDED_EVSE: Final = "SuspendedEVSE"
FINISHING: Final = "Finishing"
RESERVED: Final = "Reserved"
UNAVAILABLE: Final = "Unavailable"
FAULTED: Final = "Faulted"

# Columns 1 to 9, rows A to I.
STATUSES: Final = (
    AVAILABLE,
    PREPARING,
    CHARGING,
    SUSPENDED_EV,
    SUSPENDED_EVSE,
    FINISHING,
    RESERVED,
    UNAVAILABLE,
    FAULTED,
)
_ROWS: Final = {
    "A": "2345789",
    "B": "134569",
    "C": "145689",
    "D": "135689",
    "E": "134689",
    "F": "1289",
    "G": "1289",
    "H": "123459",
    "I": "12345678",
}
TRANSITIONS: Final = {
    (STATUSES["ABCDEFGHI".index(row)], STATUSES[int(column) - 1]): row + column
    for row, columns in _ROWS.items()
    for column in columns
}
# In this order: what the user would see happen.
_STEPS: Final = (AVAILABLE, PREPARING, FINISHING)


def path(old: str, new: str) -> tuple[str, ...]:
    """The statuses from old to new, without old: one transition, or two of them; none if they are the same."""
    if old == new:
        return ()
    if (old, new) in TRANSITIONS:
        return (new,)
    return next((step, new) for step in _STEPS if (old, step) in TRANSITIONS and (step, new) in TRANSITIONS)
