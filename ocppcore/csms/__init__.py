"""The back end's role (CSMS; 1.6: Central System) over the same session: for back ends, the simulator and tests.

csms.py       Csms: admission, duplicates, handlers, calls to stations
link.py       StationLink: one connection, the sans-IO contract
admission.py  what a station shows, and the ways to carry out the judgement
door.py       the judgement: identity, security profile, credentials
profiles.py   security profiles, and whose certificates are good
signing.py    certificates of stations, signed by an authority of the author's
keyring.py    keys of stations, and their change
station.py    what is known of one station
throttle.py   how much of anything is too much
v16.py        the answers that are given unless a handler says otherwise
ledger.py     transactions and meter values, each once
events.py     what happens
"""

from __future__ import annotations

from ocppcore.csms.admission import Accept, Authenticator, ClientCertificate, Offer, Reject
from ocppcore.csms.csms import Csms
from ocppcore.csms.events import (
    AnswerAwaited,
    Awaited,
    CallBeforeBoot,
    CallServed,
    CertificateAwaited,
    CertificateNotSigned,
    HandlerFailed,
    KeyChanged,
    LoginAwaited,
    ProfileReached,
    StationBooted,
    StationConnected,
    StationDisconnected,
    StationRefused,
    TooMuch,
)
from ocppcore.csms.keyring import Keyring, keys
from ocppcore.csms.ledger import Ledger, Transaction
from ocppcore.csms.link import StationLink
from ocppcore.csms.profiles import Certificates, Profiles
from ocppcore.csms.signing import Signer
from ocppcore.csms.station import Station
from ocppcore.csms.throttle import Rate, Throttle

__all__ = [
    "Accept", "AnswerAwaited", "Authenticator", "Awaited", "CallBeforeBoot", "CallServed", "CertificateAwaited",
    "CertificateNotSigned", "Certificates", "ClientCertificate", "Csms", "HandlerFailed", "KeyChanged", "Keyring",
    "Ledger", "LoginAwaited", "Offer", "ProfileReached", "Profiles", "Rate", "Reject", "Signer", "Station",
    "StationBooted", "StationConnected", "StationDisconnected", "StationLink", "StationRefused", "Throttle", "TooMuch",
    "Transaction", "keys",
]  # fmt: skip
