"""A power cut after any write, on the way from profile 0 to profile 3: what was answered Accepted is there, and the
station gets in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.errors import CallFailed
from ocppcore.session.commands import Connect
from ocppcore.session.events import Refused
from ocppcore.testing.certificates import Authority
from ocppcore.testing.rig import BEGIN
from ocppcore.testing.secure import CENTRAL, KEY, SecureRig

STEPS = 6


class PowerCut(Exception):
    pass


class Fragile(SecureRig):
    """writes: that it lives through; None: all. stored: whether the one that it does not live through is stored."""

    writes: int | None = None
    stored = True

    def _store_batches(self) -> bool:
        if self.writes == 0 and not self.stored:
            raise PowerCut
        moved = super()._store_batches()
        if moved and self.writes is not None:
            if self.writes == 0:
                raise PowerCut
            self.writes -= 1
        return moved


class BackEnd:
    """What a back end wants of the station, one step after the other; each is repeated until it is Accepted."""

    def __init__(self, rig: SecureRig, root: Authority) -> None:
        self.rig = rig
        self.root = root
        self.step = 0
        self.key: bytes | None = None  # the one that it lets in by
        self.offered: bytes | None = None  # the one that it has sent, and not heard about
        self.profile = 0  # the least that it lets in by (A05.FR.09)
        rig.admits = self.admits

    def admits(self, connect: Connect) -> Refused | None:
        """A01.FR.03: after Accepted only the new key; until then the old one, and perhaps the new one."""
        auth, tls = connect.auth, connect.tls
        profile = 0 if tls is None and auth is None else 1 if tls is None else 3 if tls.chain else 2
        shown = None if auth is None else auth.key
        good = profile in (0, 3) or shown in (self.key, self.offered)
        if profile < self.profile or not good:
            return Refused(401)
        if shown is not None and shown == self.offered:
            self.key, self.offered = shown, None
        self.profile = max(self.profile, profile)
        return None

    def ask(self, request: Any) -> str:
        answer = self.rig.ask(request)
        return "no answer" if isinstance(answer, CallFailed) else str(answer.status)

    def go_on(self) -> None:
        """The next step, if the station is here."""
        if self.rig.station.ctx.online and self.step < STEPS and self._steps()[self.step]():
            self.step += 1

    def _steps(self) -> list[Callable[[], bool]]:
        one, two, three = (partial(self._raise, profile) for profile in (1, 2, 3))
        return [self._send_key, one, self._install, two, self._certify, three]

    def _send_key(self) -> bool:
        self.offered = KEY
        return self.ask(v16.ChangeConfigurationRequest(key="AuthorizationKey", value=KEY.hex())) == "Accepted"

    def _raise(self, profile: int) -> bool:
        if self.rig.get_key("SecurityProfile") == str(profile):
            return True
        request = v16.ChangeConfigurationRequest(key="SecurityProfile", value=str(profile))
        return self.ask(request) == "Accepted"

    def _install(self) -> bool:
        request = v16.InstallCertificateRequest(certificate_type=CENTRAL, certificate=self.root.pem)
        return self.ask(request) == "Accepted"

    def _certify(self) -> bool:
        chain = self.root.sign_request(self.rig.csr(), begin=BEGIN - timedelta(days=1))
        return self.ask(v16.CertificateSignedRequest(certificate_chain=chain)) == "Accepted"


def lives(root: Authority, writes: int, stored: bool) -> tuple[SecureRig, bool]:
    """All the steps, with a power cut after so many writes; the rig afterwards, and whether there was a cut."""
    rig = Fragile()
    back_end = BackEnd(rig, root)
    rig.boot()
    rig.writes, rig.stored = writes, stored
    cut = False
    for _ in range(60):
        try:
            back_end.go_on()
            rig.advance(20)
        except PowerCut:
            cut, rig.writes = True, None
            rig.restart()
    assert back_end.step == STEPS, f"it stays at step {back_end.step}"
    return rig, cut


@pytest.mark.parametrize("stored", [True, False])
def test_a_power_cut_after_any_write(cpo_root: Authority, stored: bool) -> None:
    for writes in range(100):
        rig, cut = lives(cpo_root, writes, stored)
        assert rig.get_key("SecurityProfile") == "3"
        assert rig.last.tls is not None and rig.last.tls.chain is not None and rig.last.auth is None
        assert len(rig.installed()) == 1
        assert not [key for key in rig.store["certificates"] if key == "login before"]
        if not cut:
            break
    assert 10 < writes < 99
