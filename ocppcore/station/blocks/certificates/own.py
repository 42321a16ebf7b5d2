"""The station's own certificates with their private keys, and the request that a new one is awaited for (W A02, A03).

Rules:
- The newest whose time has come is used, by the beginning of its validity (A02.FR.08, .09); expired ones only where
  there is nothing else.
- An older one is kept as a fallback until the newer one works for a month (A02.FR.10); at most MOST are kept.
- A private key stands in the store and in the Connect command, nowhere else (A02.FR.05).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from ocppcore.session.commands import CertificateFacts, KeyPair
from ocppcore.station.blocks.certificates.facts import ALWAYS, TABLE, Name, dump, load
from ocppcore.station.context import Context

MONTH: Final = timedelta(days=30)
MOST: Final = 3
KEY: Final = "own:"
PENDING: Final = "pending"
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Own:
    """One of them. chain: PEM, with its sub CAs; key: as KeyPair.key; facts: None for one from the factory that was not
    judged; proven: since when a back end lets the station in by it, None if none has."""

    __slots__ = ("number", "chain", "key", "facts", "proven")

    def __init__(
        self, number: int, chain: str, key: str, facts: CertificateFacts | None, proven: datetime | None = None
    ) -> None:
        self.number = number
        self.chain = chain
        self.key = key
        self.facts = facts
        self.proven = proven

    @property
    def begin(self) -> datetime:
        """When its validity begins, as far as it is known."""
        return LONG_AGO if self.facts is None else self.facts.not_before

    @property
    def end(self) -> datetime:
        """When it expires, as far as it is known."""
        return ALWAYS if self.facts is None else self.facts.not_after


class Pending:
    """A request that was sent, or is to be. names: common name and organization that it was made for."""

    __slots__ = ("pair", "names")

    def __init__(self, pair: KeyPair, names: tuple[str, str]) -> None:
        self.pair = pair
        self.names = names


class OwnStore:
    """See the module's docstring. What changes is stored in the same step."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._own: dict[int, Own] = {}
        self._pending: Pending | None = None

    def load(self) -> None:
        """What earlier runs have left."""
        for key, value in self._ctx.store.items(TABLE):
            if key.startswith(KEY):
                number = int(key.removeprefix(KEY))
                chain, private, facts, proven = value
                since = None if proven is None else datetime.fromisoformat(proven)
                self._own[number] = Own(number, chain, private, load(facts), since)
        pending = self._ctx.store.get(TABLE, PENDING)
        if pending is not None:
            private, csr, common_name, organization = pending
            self._pending = Pending(KeyPair(private, csr), (common_name, organization))

    @property
    def all(self) -> list[Own]:
        """Newest first."""
        return sorted(self._own.values(), key=lambda own: (own.begin, own.number), reverse=True)

    def usable(self, at: datetime | None) -> list[Own]:
        """Those whose time has come and is not over, newest first; at None, or if there are none: whatever there is."""
        if at is None:
            return self.all
        begun = [own for own in self.all if own.begin <= at]
        return [own for own in begun if at <= own.end] or begun

    def next_begin(self, at: datetime) -> datetime | None:
        """When the time of another one comes."""
        return min((own.begin for own in self.all if own.begin > at), default=None)

    def add(self, chain: str, key: str, facts: CertificateFacts | None) -> None:
        """One more; the oldest ones go, but for the newest that works."""
        number = max(self._own, default=0) + 1
        self._own[number] = Own(number, chain, key, facts)
        self._store(self._own[number])
        works = next((own for own in self.all if own.proven is not None), None)
        others = [own for own in self.all if own is not works]
        for old in others[MOST if works is None else MOST - 1 :]:
            self._remove(old)

    def judged(self, own: Own, facts: CertificateFacts) -> None:
        """What is known now of one from the factory."""
        own.facts = facts
        self._store(own)

    def proves(self, own: Own, at: datetime | None) -> None:
        """The back end has let the station in by it."""
        if own.proven is None:
            own.proven = own.begin if at is None else at
            self._store(own)

    def prune(self, at: datetime) -> None:
        """Those that were followed by a better one, which works for a month now, are needed no longer."""
        better = next((own for own in self.all if own.proven is not None and own.proven + MONTH <= at), None)
        for own in self.all:
            if better is not None and own.begin < better.begin:
                self._remove(own)

    def named(self, name: Name) -> bool:
        """True if one of them has that name."""
        return any(name.fits(own.facts) for own in self.all)

    @property
    def pending(self) -> Pending | None:
        """The request that a certificate is awaited for. Written with None, it is awaited no longer."""
        return self._pending

    @pending.setter
    def pending(self, pending: Pending | None) -> None:
        self._pending = pending
        if pending is None:
            self._ctx.store.delete(TABLE, PENDING)
        else:
            self._ctx.store.put(TABLE, PENDING, [pending.pair.key, pending.pair.csr, *pending.names])

    @property
    def keys(self) -> list[str]:
        """All private keys."""
        pending = [] if self._pending is None else [self._pending.pair.key]
        return [own.key for own in self.all] + pending

    def _store(self, own: Own) -> None:
        since = None if own.proven is None else own.proven.isoformat()
        self._ctx.store.put(TABLE, f"{KEY}{own.number}", [own.chain, own.key, dump(own.facts), since])

    def _remove(self, own: Own) -> None:
        del self._own[own.number]
        self._ctx.store.delete(TABLE, f"{KEY}{own.number}")
