"""The keys of stations, and what becomes of them while a station is given a new one by ChangeConfiguration (W A01).

    asked      the change is on its way: the old key and the new one open
    Accepted   only the new one (W A01.FR.03); with overlap=True the old one too, until the station comes with the new
    refused    only the old one (W A01.FR.04)
    else       no answer, or RebootRequired: both, until the station comes with the new one

An empty key opens nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, MutableMapping
from typing import Final

MAX_NEW: Final = 4  # new keys of one station that nobody knows about; the oldest goes first
_NO_KEY: Final = b"\0" * 20


class Keyring:
    """An authenticator from identities and their keys (octets). An unknown identity takes as long as a wrong key.

    keys: looked at each time; if it can be written, a changed key is written into it, else it is copied first. So a
    mapping that writes through to a database survives restarts. overlap: see the module's docstring.
    """

    def __init__(self, keys: Mapping[str, bytes], *, overlap: bool = False) -> None:
        self._keys = keys if isinstance(keys, MutableMapping) else dict(keys)
        self._overlap = overlap
        self._new: dict[str, list[bytes]] = {}  # what may open beside that, by identity; the newest is the last

    def __call__(self, identity: str, user: str, key: bytes) -> bool:
        """An Authenticator."""
        known = self._keys.get(identity)
        found = hmac.compare_digest(known or _NO_KEY, key) and bool(known)
        for new in self._new.get(identity, ()):
            if hmac.compare_digest(new, key):
                self._settle(identity, new)
                return True
        return found

    def changing(self, identity: str, key: bytes) -> None:
        """The station is about to be given this key."""
        new = self._new.setdefault(identity, [])
        if key not in new:
            new.append(key)
        del new[:-MAX_NEW]

    def changed(self, identity: str, key: bytes, accepted: bool) -> None:
        """The station has answered."""
        new = self._new.get(identity, [])
        if key not in new:
            return  # it has come with it already
        if not accepted:
            new.remove(key)
        elif not self._overlap:
            self._settle(identity, key)
        if not new:
            self._new.pop(identity, None)

    def _settle(self, identity: str, key: bytes) -> None:
        self._keys[identity] = key
        self._new.pop(identity, None)  # last: a key that cannot be written down stays in doubt


def keys(keys: Mapping[str, bytes], *, overlap: bool = False) -> Keyring:
    """An authenticator from identities and their keys: see Keyring."""
    return Keyring(keys, overlap=overlap)
