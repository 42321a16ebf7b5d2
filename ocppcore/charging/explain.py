"""Why a charging profile applies at an instant, or why it does not: what an installer asks first."""

from __future__ import annotations

from enum import StrEnum

from ocppcore.charging.limits import Limit
from ocppcore.charging.profile import Profile, Purpose
from ocppcore.charging.timetable import Timetable


class Verdict(StrEnum):
    """What becomes of a profile. The value is a phrase for people."""

    SetsLimit = "sets the limit"
    NotLowest = "prevails, but another limit is lower"
    NotYetValid = "is not valid yet"
    Expired = "is no longer valid"
    NotStarted = "has a schedule that begins later"
    Ended = "has a schedule that is over"
    Pausing = "has a schedule that pauses until its next round"
    OtherEvse = "is for another EVSE"
    Shadowed = "is replaced by the EVSE's own profile of this stack level"
    LowerLevel = "is overruled by a higher stack level"
    OverruledByTxProfile = "is overruled by a TxProfile"
    NoTransaction = "needs a transaction, and none runs"
    OtherTransaction = "is for another transaction"
    ClockUnknown = "needs the time, which is not known: until it is, the lowest limit of its schedule holds"


class Explanation:
    """profile: id; by: the id of the profile that stands before it, if one does; at: since when, or until when, in
    seconds of UTC, where the verdict is about time (Expired, Ended: since; others: until)."""

    __slots__ = ("profile", "verdict", "by", "at")

    def __init__(self, profile: int, verdict: Verdict, by: int | None = None, at: int | None = None) -> None:
        self.profile = profile
        self.verdict = verdict
        self.by = by
        self.at = at

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Explanation) and (
            (self.profile, self.verdict, self.by, self.at) == (other.profile, other.verdict, other.by, other.at)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        more = "".join(f", {name}={getattr(self, name)}" for name in ("by", "at") if getattr(self, name) is not None)
        return f"Explanation({self.profile}, {self.verdict.name}{more})"

    def __str__(self) -> str:
        return f"profile {self.profile} {self.verdict}" + ("" if self.by is None else f" (profile {self.by})")


def standing(
    profile: Profile, evse: int, running: bool, transaction: int | str | None, own: int | None
) -> Explanation | None:
    """Why a TxProfile or TxDefaultProfile does not count for an EVSE at all, whatever the time; None if it counts.

    running: a transaction runs there; transaction: its id, if known; own: the id of the TxDefaultProfile that the EVSE
    itself has at this stack level.
    """
    if evse == 0 or profile.evse not in (0, evse):
        return Explanation(profile.id, Verdict.OtherEvse)
    if profile.purpose is Purpose.Tx:
        if not running:
            return Explanation(profile.id, Verdict.NoTransaction)
        if profile.transaction not in (None, transaction):
            return Explanation(profile.id, Verdict.OtherTransaction)
    elif profile.evse == 0 and own is not None:  # replaced there, valid or not (1.6 §3.13.1)
        return Explanation(profile.id, Verdict.Shadowed, by=own)
    return None


def silence(table: Timetable, t: int, anchor: int) -> Explanation | None:
    """Why a timetable is silent at t; None if it speaks. anchor: when charging began."""
    if table.look(t, anchor):
        return None
    base = anchor if table.floating else table.start
    if t < table.valid_from:
        return Explanation(table.id, Verdict.NotYetValid, at=table.valid_from)
    if t >= table.valid_to:
        return Explanation(table.id, Verdict.Expired, at=table.valid_to)
    if t < base:
        return Explanation(table.id, Verdict.NotStarted, at=base)
    if table.cycle:
        return Explanation(table.id, Verdict.Pausing, at=t - (t - base) % table.cycle + table.cycle)
    return Explanation(table.id, Verdict.Ended, at=base + table.length)


def rank(table: Timetable, prevailing: Timetable, limit: Limit) -> Explanation:
    """What becomes of a timetable that speaks. prevailing: the one of its kind that does; limit: the outcome of all."""
    if table is not prevailing:
        by_transaction = prevailing.profile.purpose is not table.profile.purpose
        return Explanation(
            table.id, Verdict.OverruledByTxProfile if by_transaction else Verdict.LowerLevel, by=prevailing.id
        )
    if limit.profile == table.id:
        return Explanation(table.id, Verdict.SetsLimit)
    return Explanation(table.id, Verdict.NotLowest, by=limit.profile)
