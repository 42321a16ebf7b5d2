"""The root certificates that are installed (W M03, M04, M05).

Rules of AdditionalRootCertificateCheck (M05.FR.08 to .13): a new CentralSystemRoot replaces the old one, which stays as
a fallback until a connection by the new one was made. One that never made a connection is no fallback: replaced, it
goes, and the fallback that there is stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ocppcore.session.commands import CertificateFacts, CertificatePurpose
from ocppcore.station.blocks.certificates.facts import ALWAYS, TABLE, Name, dump, load
from ocppcore.station.context import Context

CENTRAL = CertificatePurpose.CentralSystemRoot
KEY = "root:"


class Root:
    """One of them. pem: as it came; facts: None for one from the factory that was not judged yet; fallback: replaced
    by another one that has not made a connection yet."""

    __slots__ = ("number", "use", "pem", "facts", "fallback")

    def __init__(
        self, number: int, use: CertificatePurpose, pem: str, facts: CertificateFacts | None, fallback: bool = False
    ) -> None:
        self.number = number
        self.use = use
        self.pem = pem
        self.facts = facts
        self.fallback = fallback

    @property
    def end(self) -> datetime:
        """When it expires, as far as it is known."""
        return ALWAYS if self.facts is None else self.facts.not_after

    def same(self, facts: CertificateFacts) -> bool:
        """True if these are facts of the same certificate."""
        mine = self.facts
        return mine is not None and (mine.hashes, mine.serial_number) == (facts.hashes, facts.serial_number)


class RootStore:
    """See the module's docstring. What changes is stored in the same step."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._roots: dict[int, Root] = {}

    def load(self) -> None:
        """What earlier runs have installed."""
        for key, value in self._ctx.store.items(TABLE):
            if key.startswith(KEY):
                number = int(key.removeprefix(KEY))
                use, pem, facts, fallback = value
                self._roots[number] = Root(number, CertificatePurpose[use], pem, load(facts), fallback)

    def __iter__(self) -> Iterator[Root]:
        return iter([self._roots[number] for number in sorted(self._roots)])

    def of(self, use: CertificatePurpose) -> list[Root]:
        """Those for that use, oldest first; a fallback, too."""
        return [root for root in self if root.use is use]

    def pems(self, use: CertificatePurpose) -> tuple[str, ...]:
        """The same, in PEM."""
        return tuple(root.pem for root in self.of(use))

    def trusted(self) -> list[list[Root]]:
        """What the back end's certificate may be verified by: sets of roots, one after the other (M05.FR.13)."""
        central = self.of(CENTRAL)
        sets = [[root for root in central if root.fallback is fallback] for fallback in (False, True)]
        return [roots for roots in sets if roots] or [[]]

    @property
    def room(self) -> bool:
        """True if one more may be installed (M05.FR.03); a fallback is there for a while only."""
        return sum(not root.fallback for root in self) < self._ctx.config.int("CertificateStoreMaxLength")

    def add(self, use: CertificatePurpose, pem: str, facts: CertificateFacts | None) -> None:
        """Install one more."""
        number = max(self._roots, default=0) + 1
        self._roots[number] = Root(number, use, pem, facts)
        self._store(self._roots[number])

    def replace(self, pem: str, facts: CertificateFacts) -> None:
        """Install a CentralSystemRoot in place of the one that is there (M05.FR.09, .11)."""
        old = self.of(CENTRAL)
        kept = any(root.fallback for root in old)
        for root in old:
            if kept and not root.fallback:
                self.remove(root)
            elif not kept:
                root.fallback = True
                self._store(root)
        self.add(CENTRAL, pem, facts)

    def judged(self, root: Root, facts: CertificateFacts) -> None:
        """What is known now of one from the factory."""
        root.facts = facts
        self._store(root)

    def remove(self, root: Root) -> None:
        """It is installed no longer."""
        self._roots.pop(root.number, None)
        self._ctx.store.delete(TABLE, f"{KEY}{root.number}")

    def drop_fallbacks(self) -> None:
        """A connection was made without them (M05.FR.12)."""
        for root in [root for root in self if root.fallback]:
            self.remove(root)

    def named(self, name: Name) -> list[Root]:
        """Those of that name: more than one if it is installed for both uses."""
        return [root for root in self if name.fits(root.facts)]

    def _store(self, root: Root) -> None:
        value = [root.use.name, root.pem, dump(root.facts), root.fallback]
        self._ctx.store.put(TABLE, f"{KEY}{root.number}", value)
