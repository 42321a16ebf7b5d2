"""Configuration keys: what a key is, and the values in force. The table of 1.6's keys is blocks/provisioning/keys16.py.

A value is a text, as on the wire; each key says how it is read and checked. Keys compare case-insensitively (CiString).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum

from ocppcore.errors import SetupError
from ocppcore.messages.text import fold
from ocppcore.station.store import StateStore

TABLE = "configuration"
MAX_TEXT = 500  # characters of a value (1.6 §7.29)


class Access(Enum):
    """Who may do what with a key (1.6 §9)."""

    R = "R"
    RW = "RW"
    W = "W"  # write-only: never listed with its value (AuthorizationKey, W 7.2)


class Key:
    """One configuration key.

    name: the standard's spelling; default: the factory value, None for a key that is absent until it is set.
    read: text to a checked value, raises ValueError for a text that the key does not take.
    reboot: a change is stored and reported at once, but in force after a reboot only (RebootRequired).
    section: the place in the standard.
    """

    __slots__ = ("name", "folded", "access", "default", "read", "reboot", "section")

    def __init__(
        self,
        name: str,
        access: Access,
        default: str | None,
        read: Callable[[str], object],
        *,
        section: str,
        reboot: bool = False,
    ) -> None:
        self.name = name
        self.folded = fold(name)
        self.access = access
        self.default = default
        self.read = read
        self.reboot = reboot
        self.section = section


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
        for name, text in factory.items():
            if self.find(name) is None:
                raise SetupError(f"config: there is no configuration key {name!r}")
            if not isinstance(text, str):
                raise SetupError(f"config: {name} {text!r}: values are texts, as on the wire")
        folded = {fold(name): text for name, text in factory.items()}
        for name, key in self._keys.items():
            stored = store.get(TABLE, key.name)
            if stored is None or not self._take(key, stored):
                shipped = folded.get(name, key.default)
                if shipped is not None and not self._take(key, shipped):
                    raise SetupError(f"config: {key.name} does not take the value {shipped!r}")

    def _take(self, key: Key, text: str, in_force: bool = True) -> bool:
        if len(text) > MAX_TEXT:
            return False
        try:
            value = key.read(text)
        except ValueError:
            return False
        if in_force:
            self._values[key.name] = value
        self._texts[key.name] = text
        return True

    def find(self, name: str) -> Key | None:
        """The key of that name in any case, None for an unknown one."""
        return self._keys.get(fold(name))

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys.values())

    def text(self, name: str) -> str | None:
        """The value as on the wire; None for a key that has none."""
        return self._texts.get(name)

    def value(self, name: str) -> object:
        """The value in force, as the key's reader made it."""
        return self._values[name]

    def change(self, key: Key, text: str) -> bool:
        """Take and store a new value; False (and nothing changes) if the key does not take it."""
        if not self._take(key, text, in_force=not key.reboot):
            return False
        self._store.put(TABLE, key.name, text)
        return True

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
