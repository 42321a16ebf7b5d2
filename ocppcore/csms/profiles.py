"""Security profiles as the back end sees them (W 2): what a station shows, must use, and whose certificate it has.

    0  nothing: no profile at all, only where it is asked for     2  TLS, and Basic auth in it
    1  Basic auth without TLS                                     3  TLS, and a certificate of the station
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Final

from ocppcore.csms.admission import ClientCertificate, Offer
from ocppcore.errors import SetupError

PROFILES: Final = range(4)
Profiles = int | Collection[int] | Callable[[str], int | Collection[int]]
"""The profile or profiles that a station may use, for all of them or by identity."""


class Certificates:
    """Which certificate opens the door at security profile 3; its path is TLS's business (W A00.FR.403).

    organizations: names of the operator and of whom it trusts; one of them must be the certificate's O (W A00.FR.404).
    serial_number: gives by identity the station's serial number, which must be its CN (W A00.FR.405); None for an
    identity that has none. Without it the identity is taken for the serial number.
    check: has the last word on a certificate, as True or an awaitable of that: whether it is revoked (W A00.FR.702).
    """

    __slots__ = ("organizations", "serial_number", "check")

    def __init__(
        self,
        organizations: Iterable[str],
        serial_number: Callable[[str], str | None] | None = None,
        check: Callable[[str, ClientCertificate], bool | Awaitable[bool]] | None = None,
    ) -> None:
        if isinstance(organizations, str):
            organizations = (organizations,)
        self.organizations = frozenset(organizations)
        self.serial_number = serial_number
        self.check = check
        if not self.organizations:
            raise SetupError("certificates want the name of at least one organization")

    def fault(self, identity: str, certificate: ClientCertificate) -> str:
        """What is wrong with this certificate for this identity; "" for nothing."""
        if self.organizations.isdisjoint(certificate.organizations):
            return "the certificate of another organization"
        serial_number = identity if self.serial_number is None else self.serial_number(identity)
        if not serial_number or certificate.common_names != (serial_number,):
            return "the certificate of another station"
        return ""


def shown(offer: Offer) -> tuple[int, ...]:
    """The profiles that fit what a station shows. A station may have a certificate at hand and use profile 2."""
    basic = () if offer.auth is None else (2 if offer.secure else 1,)
    if offer.certificate is not None and offer.secure:
        return (*basic, 3)
    return basic or (0,)


def collection(profiles: int | Collection[int]) -> Collection[int]:
    """One profile is as good as several."""
    return (profiles,) if isinstance(profiles, int) else profiles


def checked(profiles: Profiles | None, basic: bool, certificates: bool) -> Profiles:
    """The policy, if it can be kept. None: all profiles that authenticate, with what there is to judge by."""
    possible = [profile for profile, judged in enumerate((True, basic, basic, certificates)) if judged]
    if profiles is None:
        return possible[1:]
    if callable(profiles):
        return profiles
    for profile in collection(profiles):
        if profile not in PROFILES:
            raise SetupError(f"security profiles are 0 to 3, not {profile!r}")
        if profile not in possible:
            wanted = "certificates=…" if profile == 3 else "authenticate=…"
            raise SetupError(f"security profile {profile} needs {wanted}")
    return profiles
