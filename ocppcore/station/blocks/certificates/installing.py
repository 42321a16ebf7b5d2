"""Roots: installed and deleted by the back end (W M04, M05), and taken over from the factory.

A root is in use while the link is up that was verified by it; where the host cannot say by which, all that may have
been are (M04.FR.06).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from ocppcore.session.commands import CertificateFacts, CertificatePurpose
from ocppcore.station.blocks.certificates.facts import Name
from ocppcore.station.blocks.certificates.judge import INVALID_ROOT, RECONFIGURED, Judge
from ocppcore.station.blocks.certificates.logins import Logins
from ocppcore.station.blocks.certificates.own import OwnStore
from ocppcore.station.blocks.certificates.roots import CENTRAL, RootStore
from ocppcore.station.context import Context

ACCEPTED: Final = "Accepted"
REJECTED: Final = "Rejected"
FAILED: Final = "Failed"
NOT_FOUND: Final = "NotFound"


class Installing:
    """See the module's docstring. verified: the root that the link was verified by, as far as the host can say."""

    def __init__(self, ctx: Context, roots: RootStore, own: OwnStore, logins: Logins, judge: Judge) -> None:
        self._ctx = ctx
        self._roots = roots
        self._own = own
        self._logins = logins
        self._judge = judge
        self.verified: str | None = None

    def judge_shipped(self) -> None:
        """Those from the factory that nobody has judged yet. One that is not in order stays: nothing will be verified
        by it."""
        for root in self._roots:
            if root.facts is None:
                bad = partial(self._judge.tell, INVALID_ROOT[root.use])
                self._judge.ask(root.use, root.pem, (), partial(self._roots.judged, root), bad)

    def install(self, use: CertificatePurpose, pem: str, answer: Callable[[str], None]) -> None:
        """M05; answer(Accepted, Rejected or Failed)."""
        replaced = self._to_replace(use)
        if not replaced and not self._roots.room:
            answer(REJECTED)  # M05.FR.03
            return

        def good(facts: CertificateFacts) -> None:
            answer(self._install(use, pem, facts, replaced))

        def bad(why: str) -> None:
            self._judge.tell(INVALID_ROOT[use], f"not installed as {use.name}: {why}")
            answer(REJECTED)  # M05.FR.06, .10

        self._judge.ask(use, pem, replaced, good, bad, lambda: answer(FAILED), at=self._judge.time())

    def _to_replace(self, use: CertificatePurpose) -> tuple[str, ...]:
        """The root that a new one must be signed by, and replaces (M05.FR.09); empty: it stands for itself."""
        if use is not CENTRAL or not self._ctx.config.bool("AdditionalRootCertificateCheck"):
            return ()
        return tuple(root.pem for root in self._roots.of(CENTRAL) if not root.fallback)[-1:]

    def _install(self, use: CertificatePurpose, pem: str, facts: CertificateFacts, replaced: tuple[str, ...]) -> str:
        """What the host found is good."""
        if any(root.same(facts) and not root.fallback for root in self._roots.of(use)):
            return ACCEPTED  # it is there already
        if replaced != self._to_replace(use) or not replaced and not self._roots.room:
            return FAILED  # meanwhile another one was installed
        if replaced:
            self._roots.replace(pem, facts)
        else:
            self._roots.add(use, pem, facts)
        self._judge.tell(RECONFIGURED, f"{use.name} certificate {facts.serial_number} installed")
        return ACCEPTED

    def delete(self, name: Name) -> str:
        """M04: Accepted, Failed or NotFound."""
        found = self._roots.named(name)
        if self._own.named(name) or any(self._in_use(root.pem) for root in found if root.use is CENTRAL):
            return FAILED  # M04.FR.05, .06
        for root in found:
            self._roots.remove(root)
            self._judge.tell(RECONFIGURED, f"{root.use.name} certificate {name.serial} deleted")
        return ACCEPTED if found else NOT_FOUND

    def _in_use(self, pem: str) -> bool:
        by = [root.pem for root in self._logins.way.roots] if self.verified is None else [self.verified]
        return self._ctx.connected and pem in by
