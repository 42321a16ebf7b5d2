"""The local authorization list, version-free (1.6 §3.5.2, §5.15): Context.local_list.

- Only an update of the back end changes it, wholly or not at all: an update is judged before anything is written, and
  what it writes is one batch. Each entry is a row of its own, so a small update of a long list writes little.
- An empty list has version 0, whatever update left it so (§5.10). Versions of differential updates grow (§7.47).
- Entries whose time is over count as Expired; they stay as they are. While UTC is not known, none is over.
- The back end told something else about a token than the list says: LocalListConflict is reported, for connector 0.
  What is valid either way (id_token.py) is no contradiction.
- Switched off (LocalAuthListEnabled), or left out of the station, it counts as not supported; the entries stay stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, NamedTuple

from ocppcore.messages.text import fold
from ocppcore.station.block import Block
from ocppcore.station.context import Context
from ocppcore.station.events import LocalListChanged
from ocppcore.station.evse import EvseError
from ocppcore.station.id_token import VALID
from ocppcore.station.local import IdTokenInfoReceived
from ocppcore.station.timekeeper import is_over

TABLE: Final = "local_list"
VERSION: Final = "version"  # key of the table; absent: 0
TAG: Final = "tag/"  # prefix of its other keys, before the folded token
NOT_SUPPORTED: Final = -1  # the version of a list that there is not (§5.10)


class Entry(NamedTuple):
    """What an update says about a token. status: AuthorizationStatus, None to delete the entry; parent: its group;
    expires: RFC 3339 text or None."""

    token: str
    status: str | None
    parent: str | None = None
    expires: str | None = None


class LocalListRules(Block):
    """See the module's docstring. A subclass reads the messages."""

    subscriptions: ClassVar = {IdTokenInfoReceived: "_compare"}

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        ctx.local_list = self
        self._size = 0

    def load(self) -> None:
        self._size = len(self._keys())

    @property
    def enabled(self) -> bool:
        """There is such a list, and it is switched on."""
        return self.ctx.setup.has("LocalAuthListManagement") and self.ctx.config.bool("LocalAuthListEnabled")

    @property
    def version(self) -> int:
        """§5.10: 0 for an empty list, NOT_SUPPORTED for none."""
        return self._version if self.enabled else NOT_SUPPORTED

    @property
    def _version(self) -> int:
        version: int = self.ctx.store.get(TABLE, VERSION, 0)
        return version

    def lookup(self, token: str) -> tuple[str, str | None] | None:
        """See LocalList."""
        row = self.ctx.store.get(TABLE, _key(token)) if self.enabled else None
        if row is None:
            return None
        status, parent, expires = row
        return ("Expired" if status in VALID and is_over(expires, self.ctx.utc) else status), parent

    # Updates

    def replace(self, version: int, entries: Sequence[Entry]) -> bool:
        """A full update; False if the list would be too long. No token stands twice, none is to be deleted."""
        if len(entries) > self._longest:
            return False
        kept = {_key(entry.token) for entry in entries}
        for key in self._keys():
            if key not in kept:
                self.ctx.store.delete(TABLE, key)
        self._write(version, entries, len(entries))
        return True

    def newer(self, version: int) -> bool:
        """True if a differential update may have that version (§7.47)."""
        return version > self._version

    def update(self, version: int, entries: Sequence[Entry]) -> bool:
        """A differential update; False if the list would be too long. No token stands twice."""
        size = self._size
        for entry in entries:
            known = self.ctx.store.get(TABLE, _key(entry.token)) is not None
            size += (entry.status is not None) - known
        if size > self._longest:
            return False
        self._write(version, entries, size)
        return True

    def _write(self, version: int, entries: Sequence[Entry], size: int) -> None:
        for entry in entries:
            if entry.status is None:
                self.ctx.store.delete(TABLE, _key(entry.token))
            else:
                self.ctx.store.put(TABLE, _key(entry.token), [entry.status, entry.parent, entry.expires])
        self._size = size
        self.ctx.store.put(TABLE, VERSION, version if size else 0)
        self.ctx.emit(LocalListChanged(self._version, size))

    @property
    def _longest(self) -> int:
        return self.ctx.config.int("LocalAuthListMaxLength")

    def _keys(self) -> list[str]:
        return [key for key in self.ctx.store.keys(TABLE) if key.startswith(TAG)]

    # Conflicts

    def _compare(self, heard: IdTokenInfoReceived) -> None:
        """§3.5.2: the back end contradicts its own list."""
        listed = self.lookup(heard.token)
        if listed is None:
            return
        said = [VALID[0] if status in VALID else status for status in (listed[0], heard.status)]
        if said[0] != said[1]:
            info = f"{heard.token}: {listed[0]}, {heard.status} told"
            self.ctx.availability.report(0, EvseError("LocalListConflict", faulted=False, info=info))


def _key(token: str) -> str:
    return TAG + fold(token)
