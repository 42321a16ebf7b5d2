"""What a meter signs, for laws such as the German Mess- und Eichrecht: who asks for it, and what comes back.

The signed bytes are opaque to the station: they go to the back end as the meter gave them. The words are those of the
alliance's application note Signed Meter Values 1.0 (here: N).
"""

from __future__ import annotations

from typing import Any

REGISTER = "Energy.Active.Import.Register"
MAX_DATA = 24 * 1024  # bytes; 32,768 characters in base64, as 2.1 has it. N has 2,500, which real records go beyond
MAX_KEY = 1875  # characters of a public key; 2,500 in base64 (N 3.2.1)
MAX_METHOD = 50


class SigningSession:
    """What the meter is to be told about the transaction, so that the signature covers it (N 2.3.1).

    transaction: the station's own name for it, the same in all readings of it; id_token: whose it is; remote: started
    by the back end. All are None or False outside of a transaction.
    """

    __slots__ = ("transaction", "id_token", "remote")

    def __init__(self, transaction: str | None = None, id_token: str | None = None, remote: bool = False) -> None:
        self.transaction = transaction
        self.id_token = id_token
        self.remote = remote

    def __repr__(self) -> str:
        return f"SigningSession({self.transaction!r}, remote={self.remote})"


class SignedReading:
    """What a meter has signed at one instant.

    data: the signed record, as the meter gave it: of OCMF the text in UTF-8, of EDL the bytes.
    encoding_method: "OCMF", "EDL" …; signing_method: e.g. "ECDSA-secp256r1-SHA256" (N, table 12), or "" where data says
    it itself, as OCMF does. public_key: as in Hardware.public_keys, if it is another one than that; else None.
    measurand, unit, phase, location: what of the data is billed, as in Sample.
    complete: of an end reading, if data has the begin of the transaction, too: that is not sent apart then (N 3.1.4).
    """

    __slots__ = (
        "data", "encoding_method", "signing_method", "public_key", "measurand", "unit", "phase", "location", "complete",
    )  # fmt: skip

    def __init__(
        self,
        data: bytes,
        encoding_method: str = "OCMF",
        signing_method: str = "",
        public_key: str | None = None,
        *,
        measurand: str = REGISTER,
        unit: str | None = None,
        phase: str | None = None,
        location: str | None = None,
        complete: bool = False,
    ) -> None:
        self.data = data
        self.encoding_method = encoding_method
        self.signing_method = signing_method
        self.public_key = public_key
        self.measurand = measurand
        self.unit = unit
        self.phase = phase
        self.location = location
        self.complete = complete

    @property
    def valid(self) -> bool:
        """False if it can't be sent: hardware says all sorts of things."""
        return (
            isinstance(self.data, bytes)
            and 0 < len(self.data) <= MAX_DATA
            and _word(self.encoding_method, MAX_METHOD)
            and (self.signing_method == "" or _word(self.signing_method, MAX_METHOD))
            and (self.public_key is None or _word(self.public_key, MAX_KEY))
        )

    def with_key(self, key: str | None) -> SignedReading:
        """The same, with this public key if it has none."""
        fields: dict[str, Any] = {name: getattr(self, name) for name in SignedReading.__slots__}
        fields["public_key"] = self.public_key or key
        return SignedReading(**fields)

    def __repr__(self) -> str:
        return f"SignedReading({len(self.data)} bytes of {self.encoding_method!r}, {self.measurand!r})"


def _word(text: object, longest: int) -> bool:
    return isinstance(text, str) and text.isascii() and text.isprintable() and 0 < len(text) <= longest


def public_key(der: bytes) -> str:
    """A public key as Hardware.public_keys wants it (N 3.2.2). der: its ASN.1 structure, a SubjectPublicKeyInfo."""
    return f"oca:base16:asn1:{der.hex()}"
