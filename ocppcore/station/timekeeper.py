"""Time inside a station: monotonic `now`, UTC once it is known, and stamps that can wait for it.

A Stamp is (boot number, seconds since that boot began). What is stored of a boot is the UTC of its beginning, as soon
as it is known; so a stamp made before the clock was set gets its UTC later, even after a restart, and a later
correction of the clock never moves what was stamped before (H20).

Of a boot to which no stored stamp refers nothing is stored, so a station that never learns the time needs room for its
records and not for its boots: how long it lasted is added to the last one before it that is needed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ocppcore.errors import SetupError
from ocppcore.messages.instant import parse_instant
from ocppcore.station.store import StateStore

TABLE = "clock"


class Stamp:
    """An instant: boot number and seconds since that boot. Its UTC is the Timekeeper's to tell."""

    __slots__ = ("boot", "offset")

    def __init__(self, boot: int, offset: float) -> None:
        self.boot = boot
        self.offset = offset

    def dump(self) -> list[float]:
        """For the store."""
        return [self.boot, self.offset]

    @classmethod
    def load(cls, value: list[float]) -> Stamp:
        """From the store."""
        return cls(int(value[0]), value[1])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Stamp) and (self.boot, self.offset) == (other.boot, other.offset)

    def __hash__(self) -> int:
        return hash((self.boot, self.offset))

    def __repr__(self) -> str:
        return f"Stamp(boot={self.boot}, offset={self.offset})"


def is_over(expires: str | None, utc: datetime | None) -> bool:
    """True if that instant has come. expires: RFC 3339 text, None for no end. While UTC is not known, nothing is
    over."""
    end = None if expires is None or utc is None else parse_instant(expires)
    return end is not None and utc is not None and end <= utc


class Timekeeper:
    """Knows the boot number, and UTC when somebody has told it."""

    def __init__(self, store: StateStore, now: float, utc: datetime | None) -> None:
        self._store = store
        self._began = now
        self.boot = max((int(key) for key in store.keys(TABLE)), default=0) + 1
        self._bases = {int(key): value for key, value in store.items(TABLE)}
        self._kept = {self.boot}
        self._utc_began: datetime | None = None  # of this boot, as the clock says now; corrections move it
        self._note({"last": 0.0})
        if utc is not None:
            self.set_utc(utc, now)

    def _note(self, base: dict[str, object], boot: int | None = None) -> None:
        boot = self.boot if boot is None else boot
        self._bases[boot] = base
        self._store.put(TABLE, str(boot), base)

    def set_utc(self, utc: datetime, now: float) -> float | None:
        """The time is known, or known better. The first one fixes the stamps of this boot. utc: an aware datetime.
        Returns by how many seconds the clock has moved, None if it was not known."""
        if utc.utcoffset() is None:
            raise SetupError(f"utc {utc.isoformat()}: use a datetime with a time zone")
        began = utc.astimezone(UTC) - timedelta(seconds=now - self._began)
        moved = None if self._utc_began is None else (began - self._utc_began).total_seconds()
        self._utc_began = began
        if "utc" not in self._bases[self.boot]:
            self._note({"utc": began.isoformat()})
        return moved

    def utc(self, now: float) -> datetime | None:
        """UTC at `now`; None while it is not known."""
        if self._utc_began is None:
            return None
        return self._utc_began + timedelta(seconds=now - self._began)

    def stamp(self, now: float) -> Stamp:
        """The instant `now`."""
        offset = round(now - self._began, 3)
        if self._utc_began is not None:
            # After a correction of the clock new stamps follow the new time: they are put relative to the fixed base.
            base = datetime.fromisoformat(str(self._bases[self.boot]["utc"]))
            offset = round(offset + (self._utc_began - base).total_seconds(), 3)
        self.lasts(now)
        return Stamp(self.boot, offset)

    def lasts(self, now: float) -> None:
        """This boot lasts until `now` at least. If its UTC is never known, what follows is put behind that instant, so
        no stamp that is to be kept may be later."""
        offset = round(now - self._began, 3)
        if self._utc_began is None and offset > float(str(self._bases[self.boot]["last"])):
            self._note({"last": offset})

    def resolve(self, stamp: Stamp) -> datetime | None:
        """The UTC of a stamp; None while it is not known.

        A boot that ended before its clock was ever set is placed right before the boot that followed it.
        """
        base = self._base(stamp.boot)
        return None if base is None else base + timedelta(seconds=stamp.offset)

    def stamp_of(self, utc: datetime) -> Stamp:
        """The stamp of a known instant, exactly; UTC must be known."""
        base = datetime.fromisoformat(str(self._bases[self.boot]["utc"]))
        return Stamp(self.boot, (utc - base).total_seconds())

    def moment(self, stamp: Stamp) -> float | None:
        """When a stamp is, in monotonic seconds, as the clock says now; None: of another boot, and UTC is unknown."""
        if stamp.boot == self.boot and self._utc_began is None:
            return self._began + stamp.offset
        utc = self.resolve(stamp)
        if utc is None or self._utc_began is None:
            return None
        return self._began + (utc - self._utc_began).total_seconds()

    def _base(self, boot: int) -> datetime | None:
        if boot not in self._bases:
            return None
        before = 0.0
        for known in sorted(other for other in self._bases if other >= boot):
            entry = self._bases[known]
            if "utc" in entry:
                return datetime.fromisoformat(str(entry["utc"])) - timedelta(seconds=before)
            before += float(str(entry["last"])) + 1
        return None

    def keep(self, stamp: Stamp) -> None:
        """That stamp was found in the store. Who stores stamps tells each that is still needed, before forget()."""
        self._kept.add(stamp.boot)

    def forget(self) -> None:
        """Of a boot that has none of the stamps to keep, nothing needs to be known but how long it lasted."""
        before: int | None = None
        for boot in sorted(self._bases):
            if boot in self._kept:
                before = boot
                continue
            base = self._bases.pop(boot)
            self._store.delete(TABLE, str(boot))
            if before is not None and "utc" not in self._bases[before]:
                self._extend(before, base)

    def _extend(self, boot: int, following: dict[str, object]) -> None:
        """A boot whose clock was never set lasts, for those before and after it, to the end of the following one."""
        lasted = float(str(self._bases[boot]["last"])) + 1
        if "utc" in following:
            began = datetime.fromisoformat(str(following["utc"])) - timedelta(seconds=lasted)
            self._note({"utc": began.isoformat()}, boot)
        else:
            self._note({"last": lasted + float(str(following["last"]))}, boot)
