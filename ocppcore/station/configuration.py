"""Configuration keys: what a key is, and the values in force. The table of 1.6's keys is blocks/provisioning/keys16.py.

A value is a text, as on the wire; each key says how it is read and checked (readers.py). Keys compare
case-insensitively (CiString).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum

from ocppcore.errors import SetupError
from ocppcore.messages.text import fold
from ocppcore.station.readers import MAX_TEXT
from ocppcore.station.store import StateStore

TABLE = "configuration"
MAX_NAME = 50  # characters of a key (1.6 §7.29)


class Access(Enum):
    """Who may do what with a key (1.6 §9)."""

    R = "R"
    RW = "RW"
    W = "W"  # write-only: never listed with its value (AuthorizationKey, W 7.2)


class Key:
    """One configuration key, of the standard or of the maker's own.

    name: the standard's spelling, at most 50 characters; default: the factory value, None for a key that has no value
    until it is set. access: what the back end may do. read: text to a checked value, raises ValueError (with what it
    takes) for a text that the key does not take; station/readers.py has those of the usual types.
    reboot: a change is stored and reported at once, but in force after a reboot only (RebootRequired).
    section: the place in the standard, "" for the maker's own. Raises SetupError for a name that no message can carry.
    """

    __slots__ = ("name", "folded", "access", "default", "read", "reboot", "section")

    def __init__(
        self,
        name: str,
        access: Access,
        default: str | None,
        read: Callable[[str], object],
        *,
        section: str = "",
        reboot: bool = False,
    ) -> None:
        if not 0 < len(name) <= MAX_NAME or not name.isprintable():
            raise SetupError(f"keys: {name!r} is no name for a key: use 1 to {MAX_NAME} printable characters")
        self.name = name
        self.folded = fold(name)
        self.access = access
        self.default = default
        self.read = read
        self.reboot = reboot
        self.section = section

    def take(self, text: str) -> object:
        """The value that a text means. Raises ValueError, with what the key takes, for a text that means none."""
        if not isinstance(text, str):
            raise ValueError("a text, as on the wire")
        if len(text) > MAX_TEXT:
            raise ValueError(f"at most {MAX_TEXT} characters")
        return self.read(text)


class Configuration:
    """The values in force: stored value, else the setup's factory value, else the key's default."""

    def __init__(self, keys: Iterable[Key], factory: Mapping[str, str], store: StateStore) -> None:
        self._keys: dict[str, Key] = {}
        for key in keys:
            if self._keys.setdefault(key.folded, key) is not key:
                raise SetupError(f"keys: there are two configuration keys {key.name!r}")
        self._store = store
        self._values: dict[str, object] = {}
        self._texts: dict[str, str] = {}
        self._guards: dict[str, Callable[[object], bool]] = {}
        for name in factory:
            if self.find(name) is None:
                raise SetupError(f"config: there is no configuration key {name!r}")
        self._shipped = {fold(name): text for name, text in factory.items()}
        for key in self._keys.values():
            self._begin(key, self.shipped(key))

    def _begin(self, key: Key, shipped: str | None) -> None:
        """The value at the start. One that was stored, and is not taken any more, counts for nothing."""
        stored = self._store.get(TABLE, key.name)
        if (stored is None or not self._take(key, stored)) and shipped is not None:
            try:
                self._hold(key, shipped, key.take(shipped))
            except ValueError as error:
                shown = "its value" if key.access is Access.W else repr(shipped)
                raise SetupError(f"config: {key.name} does not take {shown}: use {error}") from None

    def _take(self, key: Key, text: str, in_force: bool = True) -> bool:
        try:
            value = key.take(text)
        except ValueError:
            return False
        self._hold(key, text, value, in_force)
        return True

    def _hold(self, key: Key, text: str, value: object, in_force: bool = True) -> None:
        if in_force:
            self._values[key.name] = value
        self._texts[key.name] = text

    def find(self, name: str) -> Key | None:
        """The key of that name in any case, None for an unknown one."""
        return self._keys.get(fold(name))

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys.values())

    def text(self, name: str) -> str | None:
        """The value as on the wire; None for a key that has none."""
        return self._texts.get(name)

    def value(self, name: str) -> object:
        """The value in force, as the key's reader made it. Raises KeyError for a key that has none."""
        return self._values[name]

    def guard(self, name: str, allows: Callable[[object], bool]) -> None:
        """A block's rule on the new values of a key, where they depend on more than their text."""
        self._guards[name] = allows

    def restore(self, key: Key, text: str | None) -> None:
        """Set it whatever its guard says; None for the factory value. A text that the key does not take counts for
        nothing."""
        if text is None:
            self._store.delete(TABLE, key.name)
        else:
            self._store.put(TABLE, key.name, text)
        self._values.pop(key.name, None)
        self._texts.pop(key.name, None)
        self._begin(key, self.shipped(key))

    def shipped(self, key: Key) -> str | None:
        """The factory value of a key, as a text."""
        return self._shipped.get(key.folded, key.default)

    def stored(self, name: str) -> str | None:
        """The text of a key as it is stored; None while it has its factory value."""
        text: str | None = self._store.get(TABLE, name)
        return text

    def change(self, key: Key, text: str) -> bool:
        """Take and store a new value; False (and nothing changes) if the key does not take it."""
        if not self._allows(key, text) or not self._take(key, text, in_force=not key.reboot):
            return False
        self._store.put(TABLE, key.name, text)
        return True

    def _allows(self, key: Key, text: str) -> bool:
        guard = self._guards.get(key.name)
        try:
            return guard is None or guard(key.read(text))
        except ValueError:
            return False

    def int(self, name: str) -> int:
        """The value of an integer key."""
        value = self.value(name)
        assert type(value) is int, name
        return value

    def bool(self, name: str) -> bool:
        """The value of a boolean key."""
        value = self.value(name)
        assert type(value) is bool, name
        return value

    def list(self, name: str) -> tuple[str, ...]:
        """The items of a comma separated list."""
        value = self.value(name)
        assert type(value) is tuple, name
        return value
