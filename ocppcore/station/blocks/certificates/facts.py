"""What is known about a certificate, as it is stored, and by what the back end names one (W 6.1)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from ocppcore.session.commands import CertificateFacts

TABLE: Final = "certificates"  # of the whole block
ALWAYS: Final = datetime(9999, 1, 1, tzinfo=UTC)  # the end of what is not known to end


def dump(facts: CertificateFacts | None) -> list[Any] | None:
    """For the store."""
    if facts is None:
        return None
    hashes = {name: list(pair) for name, pair in facts.hashes.items()}
    return [hashes, facts.serial_number, facts.not_before.isoformat(), facts.not_after.isoformat()]


def load(value: list[Any] | None) -> CertificateFacts | None:
    """From the store."""
    if value is None:
        return None
    hashes, serial, begin, end = value
    pairs = {name: (pair[0], pair[1]) for name, pair in hashes.items()}
    return CertificateFacts(pairs, serial, datetime.fromisoformat(begin), datetime.fromisoformat(end))


class Name:
    """What names a certificate: hashes of its issuer's name and key, and its serial number, in hex of any case."""

    __slots__ = ("algorithm", "issuer", "serial")

    def __init__(self, algorithm: str, name_hash: str, key_hash: str, serial: str) -> None:
        self.algorithm = algorithm
        self.issuer = (name_hash.lower(), key_hash.lower())
        self.serial = serial.lower().lstrip("0")  # some write leading zeros

    def fits(self, facts: CertificateFacts | None) -> bool:
        """True if it is the name of that certificate."""
        if facts is None:
            return False
        return facts.hashes.get(self.algorithm) == self.issuer and facts.serial_number == self.serial
