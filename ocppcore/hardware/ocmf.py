"""A signature unit that writes OCMF, the Open Charge Metering Format 1.x of the S.A.F.E. (its document: O), and a
simulated charger whose meters have one. The signatures are real, by keys that are handed in: bindings/security has
some in software. What a unit says is what a reader of the format wants to see; it has no approval of anybody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from ocppcore.clock import Clock
from ocppcore.hardware.reading import MeterReading, ReadingPurpose
from ocppcore.hardware.signing import SignedReading, SigningSession, public_key
from ocppcore.hardware.simulated import SimulatedHardware

# TX, the reason of a reading in a transaction (O, table 7); outside of one there is none.
REASONS = {ReadingPurpose.Begin: "B", ReadingPurpose.End: "E"}
CHARGING = "C"
TOTAL_IMPORT = "01-00:B0.08.00*FF"  # energy at the meter, of all transactions (O, table 25)


class MeterKey(Protocol):
    """The key pair of a meter. method: "ECDSA-secp256r1-SHA256" and such (O, table 11); public_key: its ASN.1 structure
    (DER)."""

    @property
    def method(self) -> str: ...

    @property
    def public_key(self) -> bytes: ...

    def sign(self, data: bytes) -> bytes:
        """The signature over data, in DER."""
        ...


class OcmfUnit:
    """Signs the readings of one meter. serial: of the meter; vendor, model, version: as they are to be shown.

    It counts its records, in transactions (T) and outside of them (F), so that none can be taken away unseen.
    """

    def __init__(
        self, key: MeterKey, serial: str, *, vendor: str = "ocppcore", model: str = "simulated", version: str = "1"
    ) -> None:
        self._key = key
        self._about = {"FV": "1.0", "GI": model, "GS": serial, "GV": version}
        self._meter = {"MV": vendor, "MM": model, "MS": serial, "MF": version}
        self._pages = {"T": 0, "F": 0}

    def sign(self, energy_wh: int, why: ReadingPurpose, session: SigningSession, utc: datetime | None) -> SignedReading:
        """A record about the register. energy_wh: whole Wh; utc: the time of the unit, None if it has none."""
        series = "F" if session.transaction is None else "T"
        self._pages[series] += 1
        reading: dict[str, Any] = {"TM": _time(utc)}
        if session.transaction is not None:
            reading["TX"] = REASONS.get(why, CHARGING)
        reading |= {"RV": energy_wh, "RI": TOTAL_IMPORT, "RU": "Wh", "RT": "AC", "EF": "", "ST": "G"}
        payload = _text(
            self._about | {"PG": f"{series}{self._pages[series]}"} | self._meter | _user(session) | {"RD": [reading]}
        )
        signature = {"SA": self._key.method, "SD": self._key.sign(payload.encode()).hex()}
        return SignedReading(f"OCMF|{payload}|{_text(signature)}".encode(), "OCMF", unit="Wh")


def _time(utc: datetime | None) -> str:
    """With its status: synchronized, or unknown."""
    if utc is None:
        return "1970-01-01T00:00:00,000+0000 U"
    text = utc.astimezone(UTC).isoformat(timespec="milliseconds").replace(".", ",")
    return f"{text.removesuffix('+00:00')}+0000 S"


def _user(session: SigningSession) -> dict[str, Any]:
    """Who charges, as far as 1.6 tells: an id token is a text of no kind (O, tables 4 to 6)."""
    if session.id_token is None:
        return {"IS": False, "IL": "NONE", "IF": [], "IT": "NONE", "ID": ""}
    how = "OCPP_RS" if session.remote else "RFID_PLAIN"
    return {"IS": True, "IL": "HEARSAY", "IF": [how], "IT": "UNDEFINED", "ID": session.id_token}


def _text(section: dict[str, Any]) -> str:
    """One section. The pipe parts sections, so none may have one (O, JSON based OCMF format)."""
    return json.dumps(section, separators=(",", ":")).replace("|", "\\u007c")


class SigningHardware(SimulatedHardware):
    """A SimulatedHardware whose meters sign OCMF at once. keys: of the meters, by EVSE, one for each; more: as for
    SimulatedHardware."""

    def __init__(self, clock: Clock, keys: Mapping[int, MeterKey], **more: Any) -> None:
        super().__init__(clock, evses=len(keys), **more)
        self.public_keys = {evse: public_key(key.public_key) for evse, key in keys.items()}
        self.units = {evse: OcmfUnit(key, f"SIM{evse:05d}") for evse, key in keys.items()}

    def read_signed(self, evse: int, why: ReadingPurpose, session: SigningSession) -> MeterReading:
        reading = self.read_meter(evse, why)
        signed = self.units[evse].sign(int(reading.energy_wh), why, session, self._clock.utc())
        return MeterReading(reading.energy_wh, reading.samples, (signed,))
