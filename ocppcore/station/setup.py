"""What the maker says about a station: who it is, where its back end is, what its hardware can do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any, Final
from urllib.parse import quote

from ocppcore.errors import SetupError
from ocppcore.hardware import Hardware
from ocppcore.hardware.signing import MAX_KEY
from ocppcore.messages.text import sendable
from ocppcore.station.configuration import Key
from ocppcore.station.security_setup import SecuritySetup
from ocppcore.version import V16, Version

# What serves a vendor's DataTransfer (1.6 §4.3), by messageId, None for messages without one. It gets the request and
# returns the response, or None if the host answers later: station.reply(id, response, now), id as in CallReceived.
VendorHandlers = Mapping[str | None, Callable[[Any], Any]]

# The most characters: of an identity, and of what BootNotification has room for (1.6 §6.3).
LONGEST: Final = {
    "identity": 48,
    "vendor": 20,
    "model": 20,
    "serial_number": 25,
    "firmware_version": 50,
    "iccid": 20,
    "imsi": 20,
    "meter_type": 25,
    "meter_serial_number": 25,
}


# The feature profiles that a station may leave out; Core it has always (1.6 §3.3).
OPTIONAL_PROFILES: Final = (
    "FirmwareManagement",
    "LocalAuthListManagement",
    "Reservation",
    "SmartCharging",
    "RemoteTrigger",
)

SECURITY: Final = "Security"  # the extension of the white paper, which is no feature profile

REQUIRED: Final = ("identity", "vendor", "model")
KEY: Final = re.compile(r"oca:\w+:\w+:[ -~]+", re.ASCII)  # a public key of a meter (N 3.2.2)
COUNTS: Final = {
    "evses": "a station has at least one EVSE",
    "max_data": "at least 1 byte",
    "authorization_cache_size": "at least 1; the key AuthorizationCacheEnabled switches the cache off",
}

# Numbers of Capabilities that depend on the place, above 0.
RATINGS: Final = ("max_current_a", "min_current_a", "phases", "volts", "grid_current_a")


def _several(name: str, texts: Iterable[str]) -> Iterable[str]:
    """The texts; one alone is a list of its characters for Python, and a forgotten comma for us."""
    if isinstance(texts, str):
        raise SetupError(f"{name} {texts!r}: use a tuple or a list, ({texts!r},)", name)
    return texts


class Capabilities:
    """What the hardware can do; it decides what the station supports.

    unlock: the cable is detachable and can be unlocked by command (without it: a fixed cable, 1.6 §7.42, E 3.85).
    reset: the host can restart the station. main_meter: EVSE 0 has a meter of its own.
    diagnostics: there is something to upload for GetDiagnostics (§5.9). install: firmware can be updated (§5.19).
    measurands: what the meters can measure, in the standard's words (1.6 §7.31).
    max_current_a, min_current_a, phases, volts, switches_phases, grid_current_a: see Hardware; they are the limits of
    the place, which hold whatever charging profiles say. Raises SetupError for numbers that can't be.
    signs: what the meters can sign, in the standard's words; empty: they can't, and the station has no key about it.
    signs_between, signing_time, public_keys: see Hardware.
    """

    __slots__ = (
        "unlock", "reset", "main_meter", "measurands", "max_current_a", "min_current_a", "phases", "volts",
        "switches_phases", "grid_current_a", "diagnostics", "install", "signs", "signs_between", "signing_time",
        "public_keys",
    )  # fmt: skip

    def __init__(
        self,
        *,
        unlock: bool = False,
        reset: bool = False,
        diagnostics: bool = False,
        install: bool = False,
        main_meter: bool = False,
        measurands: tuple[str, ...] = ("Energy.Active.Import.Register",),
        max_current_a: float = 32.0,
        min_current_a: float = 6.0,
        phases: int = 3,
        volts: int = 230,
        switches_phases: bool = False,
        grid_current_a: float | None = None,
        signs: tuple[str, ...] = (),
        signs_between: bool = True,
        signing_time: float = 30.0,
        public_keys: Mapping[int, str] | None = None,
    ) -> None:
        self.unlock = unlock
        self.reset = reset
        self.diagnostics = diagnostics
        self.install = install
        self.main_meter = main_meter
        self.measurands = tuple(_several("measurands", measurands))
        self.max_current_a = max_current_a
        self.min_current_a = min_current_a
        self.phases = phases
        self.volts = volts
        self.switches_phases = switches_phases
        self.grid_current_a = grid_current_a
        self.signs = tuple(_several("signs", signs))
        self.signs_between = signs_between
        self.signing_time = signing_time
        self.public_keys = dict(public_keys or {})
        self._check()

    def _check(self) -> None:
        """What is wrong is one clear line."""
        for name in RATINGS:
            number = getattr(self, name)
            if name == "grid_current_a" and number is None:
                continue
            if type(number) not in (int, float) or not isfinite(number) or number <= 0:
                raise SetupError(f"{name} {number!r}: use a number above 0", name)
        if self.phases not in (1, 2, 3):
            raise SetupError(f"phases {self.phases!r}: use 1, 2 or 3", "phases")
        if self.min_current_a > self.max_current_a:
            why = f"it is more than max_current_a {self.max_current_a!r}"
            raise SetupError(f"min_current_a {self.min_current_a!r}: {why}", "min_current_a")

    @classmethod
    def of(cls, hardware: Hardware) -> Capabilities:
        """What a Hardware can do, read off what its class overrides."""
        return cls(
            unlock=hardware.supports("unlock"),
            reset=hardware.supports("reset"),
            diagnostics=hardware.supports("diagnostics"),
            install=hardware.supports("install"),
            main_meter=hardware.has_main_meter,
            measurands=hardware.measurands,
            max_current_a=hardware.max_current_a,
            min_current_a=hardware.min_current_a,
            phases=hardware.phases,
            volts=hardware.volts,
            switches_phases=hardware.switches_phases,
            grid_current_a=hardware.grid_current_a,
            signs=hardware.signed_measurands if hardware.supports("read_signed") else (),
            signs_between=hardware.signs_between,
            signing_time=hardware.signing_time,
            public_keys=hardware.public_keys,
        )


class Setup:
    """One station's identity and make-up. Fixed while it runs, but for iccid and imsi: a modem may get a new SIM card.

    identity: the name of the station in the back end (1.6: charge point identity, J §3.1.1); at most 48 characters.
    url: ws:// or wss:// address of the back end, without the identity.
    evses: how many EVSEs; they are numbered from 1 (1.6: connectorId; §3.8).
    config: factory values of configuration keys, by name; the store's values win over them.
    authorization_cache_size: how many id tokens the authorization cache holds (1.6 §3.5.1).
    keys: configuration keys of the maker's own, beside those of the standard.
    vendors: handlers of DataTransfer by vendorId. max_data: bytes of the largest DataTransfer that they get.
    authorization_key: 16 to 20 octets for HTTP Basic auth (J §6.2.2), or None.
    secure_firmware: firmware must be signed: SignedUpdateFirmware is served, not UpdateFirmware (W L01.FR.20). False:
    the reverse.
    security: what it is shipped with to connect securely; its SecurityProfile is a configuration key, 0 unless
    `config` says otherwise (W 7.6).
    without: feature profiles of 1.6 (§3.3) that the station is not to offer, of OPTIONAL_PROFILES; "Security" for the
    messages and keys of the security white paper.
    """

    __slots__ = (
        "identity", "url", "version", "vendor", "model", "serial_number", "firmware_version", "iccid", "imsi",
        "meter_type", "meter_serial_number", "evses", "capabilities", "config", "keys", "vendors", "max_data",
        "authorization_cache_size", "authorization_key", "secure_firmware", "security", "without",
    )  # fmt: skip

    def __init__(
        self,
        identity: str,
        url: str,
        *,
        vendor: str,
        model: str,
        version: Version = V16,
        serial_number: str | None = None,
        firmware_version: str | None = None,
        iccid: str | None = None,
        imsi: str | None = None,
        meter_type: str | None = None,
        meter_serial_number: str | None = None,
        evses: int = 2,
        capabilities: Capabilities | None = None,
        config: Mapping[str, str] | None = None,
        keys: Iterable[Key] = (),
        vendors: Mapping[str, VendorHandlers] | None = None,
        max_data: int = 64 * 1024,
        authorization_cache_size: int = 1000,
        authorization_key: bytes | None = None,
        secure_firmware: bool = True,
        security: SecuritySetup | None = None,
        without: Iterable[str] = (),
    ) -> None:
        self.identity = identity
        self.url = url
        self.version = version
        self.vendor = vendor
        self.model = model
        self.serial_number = serial_number
        self.firmware_version = firmware_version
        self.iccid = iccid
        self.imsi = imsi
        self.meter_type = meter_type
        self.meter_serial_number = meter_serial_number
        self.evses = evses
        self.capabilities = capabilities or Capabilities()
        self.config = dict(config or {})
        self.keys = tuple(keys)
        self.vendors = dict(vendors or {})
        self.max_data = max_data
        self.authorization_cache_size = authorization_cache_size
        self.authorization_key = authorization_key
        self.secure_firmware = secure_firmware
        self.security = security or SecuritySetup()
        self.without = frozenset(_several("without", without))
        self._check()

    def _check(self) -> None:
        """What is wrong is one clear line."""
        for name, longest in LONGEST.items():
            text = getattr(self, name)
            if text is None and name not in REQUIRED:
                continue
            if not isinstance(text, str) or len(text) > longest or sendable(text) != text:
                raise SetupError(f"{name} {text!r}: use a text of at most {longest} characters", name)
        if not self.identity or ":" in self.identity or not self.identity.isprintable():
            raise SetupError(f"identity {self.identity!r}: use 1 to 48 characters without a colon", "identity")
        if not isinstance(self.url, str) or not self.url.startswith(("ws://", "wss://")):
            raise SetupError(f"url {self.url!r}: it must begin with ws:// or wss://", "url")
        for name, why in COUNTS.items():
            number = getattr(self, name)
            if type(number) is not int or number < 1:
                raise SetupError(f"{name} {number!r}: {why}", name)
        if self.authorization_key is not None and not isinstance(self.authorization_key, bytes):
            why = "it must be bytes, as they are, not as text or hex digits"
            raise SetupError(f"authorization_key: {why}", "authorization_key")
        if self.authorization_key is not None:
            self.security.key_text(self.authorization_key)
        optional = (*OPTIONAL_PROFILES, SECURITY)
        for name in sorted(self.without - set(optional)):
            raise SetupError(f"without {name!r}: what can be left out is {', '.join(optional)}", "without")
        if not isinstance(self.capabilities, Capabilities):
            raise SetupError(f"capabilities {self.capabilities!r}: use Capabilities.of(hardware)", "capabilities")
        for key in self.keys:
            if not isinstance(key, Key):
                raise SetupError(f"keys: {key!r} is no Key", "keys")
        self._check_public_keys()

    def _check_public_keys(self) -> None:
        for evse in range(1, self.evses + 1) if self.capabilities.signs else ():
            key = self.capabilities.public_keys.get(evse)
            if not isinstance(key, str) or not KEY.fullmatch(key) or len(key) > MAX_KEY:
                raise SetupError(f"public_keys: {key!r} of EVSE {evse}: use ocppcore.hardware.public_key()")

    def has(self, profile: str) -> bool:
        """True if the feature profile, or "Security", is not left out."""
        return profile not in self.without

    @property
    def endpoint_url(self) -> str:
        """The connection URL: the back end's address, then the percent-encoded identity (J §3.1.1)."""
        return self.url_for(0)

    def url_for(self, profile: int) -> str:
        """The connection URL for a security profile (W 2.1)."""
        return self.security.url(profile, self.url).rstrip("/") + "/" + quote(self.identity, safe="")
