"""The calculations of smart charging, of meters and of transactions: plain numbers in, plain numbers out.

    profiles = ProfileSet([Cap(32, least=6), Cap(32, least=6)], Cap(63))
    profiles.install(Profile(1, 0, Purpose.TxDefault, 0, Kind.Relative, "A", [(0, 16, None), (3600, 10, None)]))
    profiles.begin(1, seconds(utc))
    limit = profiles.limit_at(seconds(utc), 1)              # Limit(16.0 A, phases=3, why='TxDefaultProfile', profile=1)
    wake_at = profiles.next_change(seconds(utc), 1)         # an hour later
    schedule = profiles.composite(1, seconds(utc), 7200)    # two Periods

Nothing here knows a message or a station; every instant is handed in.
"""

from ocppcore.charging.explain import Explanation, Verdict
from ocppcore.charging.limits import Cap, Limit, Period
from ocppcore.charging.profile import Kind, Profile, Purpose, Recurrency
from ocppcore.charging.profile_set import ProfileSet
from ocppcore.charging.units import FieldError, Unit, instant, seconds

__all__ = [
    "Cap", "Explanation", "FieldError", "Kind", "Limit", "Period", "Profile", "ProfileSet", "Purpose", "Recurrency",
    "Unit", "Verdict", "instant", "seconds",
]
