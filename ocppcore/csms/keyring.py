"""The keys of stations, and what becomes of them while a station is given a new one by ChangeConfiguration (W A01).

    asked      the change is on its way: the old key and the new one open
    Accepted   only the new one (W A01.FR.03); with overlap=True the old one too, until the station comes with the new
    refused    only the old one (W A01.FR.04)
    else       no answer, or RebootRequired: both, until the station comes with the new one

"Until" outlives a restart of the back end if the keys in doubt are written down, too (`undecided`): before the request
leaves, for the answer may come when nobody is there to hear it. An empty key opens nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, MutableMapping
from typing import Final

from ocppcore.errors import SetupError

MAX_NEW: Final = 4  # new keys of one station that nobody knows about; the oldest goes first
_NO_KEY: Final = b"\0" * 20


class Keyring:
    """An authenticator from identities and their keys (octets). An unknown identity takes as long as a wrong key.

    keys: looked at each time; if it can be written, a changed key is written into it, else it is copied first. So a
    mapping that writes through to a database survives restarts. undecided: the same for the new keys that nobody knows
    about, by identity in a tuple, the newest last; None: they are forgotten with this object, and a station that has
    taken one meanwhile does not get in any more. overlap: see the module's docstring.
    """

    def __init__(
        self,
        keys: Mapping[str, bytes],
        *,
        undecided: MutableMapping[str, tuple[bytes, ...]] | None = None,
        overlap: bool = False,
    ) -> None:
        if undecided is not None and not isinstance(keys, MutableMapping):
            raise SetupError("undecided=… goes with keys that can be written; these cannot be written")
        self._keys = keys if isinstance(keys, MutableMapping) else dict(keys)
        self._undecided = {} if undecided is None else undecided
        self._unwritten: dict[str, tuple[bytes, ...]] = {}  # what should be in there, and could not be written
        self._overlap = overlap

    def __call__(self, identity: str, user: str, key: bytes) -> bool:
        """An Authenticator."""
        known = self._keys.get(identity)
        found = hmac.compare_digest(known or _NO_KEY, key) and bool(known)
        for new in self._doubts(identity):
            if hmac.compare_digest(new, key):
                self._settle(identity, new)
                return True
        return found

    def changing(self, identity: str, key: bytes) -> None:
        """The station is about to be given this key. Raises what the mapping raises; it holds in this life anyway."""
        doubts = self._doubts(identity)
        if key and key not in doubts:
            self._write(identity, (*doubts, key)[-MAX_NEW:])

    def changed(self, identity: str, key: bytes, accepted: bool) -> None:
        """The station has answered. Raises what a mapping raises."""
        doubts = self._doubts(identity)
        if key not in doubts:
            return  # it has come with it already
        if not accepted:
            self._write(identity, tuple(other for other in doubts if other != key))
        elif not self._overlap:
            self._settle(identity, key)

    def _settle(self, identity: str, key: bytes) -> None:
        self._keys[identity] = key
        self._write(identity, ())  # last: a key that cannot be written down stays in doubt

    def _doubts(self, identity: str) -> tuple[bytes, ...]:
        """What may open beside the key that is known."""
        unwritten = self._unwritten.get(identity)
        return tuple(self._undecided.get(identity, ())) if unwritten is None else unwritten

    def _write(self, identity: str, doubts: tuple[bytes, ...]) -> None:
        self._unwritten[identity] = doubts
        if doubts:
            self._undecided[identity] = doubts
        else:
            self._undecided.pop(identity, None)
        del self._unwritten[identity]


def keys(
    keys: Mapping[str, bytes],
    *,
    undecided: MutableMapping[str, tuple[bytes, ...]] | None = None,
    overlap: bool = False,
) -> Keyring:
    """An authenticator from identities and their keys: see Keyring."""
    return Keyring(keys, undecided=undecided, overlap=overlap)
