"""The judgement on a handshake: identity, security profile, credentials. No links, no I/O; csms.py does what follows.

    door.ask(offer, reached, now)              a Refusal, or a Case: what the author's function said, or will say
    door.decide(offer, case, outcome, now)     a Refusal, or None: it may come in

Rules: how many there are is looked at first, so that a flood costs little. Whoever shows credentials has them judged,
in the wrong profile, too: how long a 401 takes tells nothing. A stranger is told a status, and no reason.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Final, NamedTuple

from ocppcore.csms.admission import Authenticator, Offer, same
from ocppcore.csms.profiles import Certificates, Profiles, checked, collection, shown
from ocppcore.csms.throttle import Throttle
from ocppcore.session.events import TlsFailure

# The white paper has names for a station's log; these are the ones that fit what a back end sees (W 8).
FAILED_LOGIN: Final = "FailedToAuthenticationAtCentralSystem"
BAD_CERTIFICATE: Final = "InvalidChargePointCertificate"
TLS_EVENTS: Final = {
    TlsFailure.Certificate: BAD_CERTIFICATE,
    TlsFailure.Version: "InvalidTLSVersion",
    TlsFailure.Cipher: "InvalidTLSCipherSuite",
}


class Refusal(NamedTuple):
    """Why a station is not let in. status: HTTP; why: for the log; event: a name of W 8, where one fits.

    told: make an event of it.
    """

    status: int
    why: str
    event: str | None = None
    retry_after: int | None = None
    told: bool = True


class Case(NamedTuple):
    """A handshake that is judged. profile: the one that it uses; fault: what speaks against it already, or "".

    outcome: True or False from the author's function, an awaitable of that, or the exception that it raised.
    """

    profile: int
    fault: str
    outcome: Any


class Door:
    """The policy of a Csms, whose docstring has the arguments."""

    def __init__(
        self,
        authenticate: Authenticator | None,
        certificates: Certificates | None,
        profiles: Profiles | None,
        known: Container[str] | None,
        throttle: Throttle,
    ) -> None:
        self._open = authenticate is None and certificates is None and profiles is None
        self._authenticate = authenticate
        self._certificates = certificates
        self._profiles = checked(profiles, authenticate is not None, certificates is not None)
        self._known = known
        self._throttle = throttle

    def ask(self, offer: Offer, reached: int, now: float) -> Refusal | Case:
        """Begin to judge. reached: the highest profile that this station has used."""
        if offer.identity is None:
            return Refusal(404, "no identity in the URL")
        if wait := self._throttle.handshake(offer.identity, offer.address, now):
            return Refusal(503, "too many handshakes or failed logins", retry_after=wait)
        if self._open:
            return Case(0, "", True)
        try:
            return self._ask(offer, offer.identity, reached)
        except Exception as error:  # of a function of the author's
            return Case(0, "", error)

    def _ask(self, offer: Offer, identity: str, reached: int) -> Case:
        policy = self._profiles(identity) if callable(self._profiles) else self._profiles
        allowed = [profile for profile in collection(policy) if profile >= reached]  # W A05.FR.09
        profile = max((profile for profile in shown(offer) if profile in allowed), default=None)
        if profile == 0:
            return Case(0, "", True)
        if profile == 3:
            return self._ask_certificate(offer, identity)
        # W A00.FR.002, said only after the credentials were looked at
        fault = f"security profile {max(shown(offer))} is not allowed" if profile is None else ""
        if offer.auth is None:
            return Case(0, fault or "no credentials", False)
        # W A00.FR.204: the user is the identity. Checked first, so that no authenticator can forget it.
        if self._authenticate is None or not same(offer.auth.user, identity):
            return Case(0, "wrong credentials", False)
        return Case(profile or 0, fault, self._authenticate(identity, offer.auth.user, offer.auth.key))

    def _ask_certificate(self, offer: Offer, identity: str) -> Case:
        policy, certificate = self._certificates, offer.certificate
        if policy is None or certificate is None:
            return Case(3, "security profile 3 is not allowed", False)
        fault = policy.fault(identity, certificate)
        return Case(3, fault, True if fault or policy.check is None else policy.check(identity, certificate))

    def decide(self, offer: Offer, case: Case, outcome: Any, now: float) -> Refusal | None:
        """Conclude. outcome: that of the case, once it is here."""
        identity = offer.identity or ""
        if isinstance(outcome, Exception):
            return Refusal(503, "the authenticator failed")
        if case.fault or not outcome:
            self._failed(offer, now)
            if case.profile == 3:
                return Refusal(401, case.fault or "the certificate was refused", BAD_CERTIFICATE)
            return Refusal(401, case.fault or "wrong credentials", FAILED_LOGIN)
        if self._known is not None and identity not in self._known:
            self._failed(offer, now)
            return Refusal(404, "unknown identity")  # J §3.2
        if not self._open:
            self._throttle.passed(identity, offer.address)
        return None

    def _failed(self, offer: Offer, now: float) -> None:
        self._throttle.failed(offer.identity or "", offer.address, now)
