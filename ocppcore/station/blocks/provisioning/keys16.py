"""The configuration keys of OCPP 1.6 that this station has: the one table of name, access, default, range and place.

Core: 34 of 1.6 §9.1, and MessageTimeout (E 3.83) and StopTransactionMaxMeterValues (E 3.91) of the errata sheet. A
feature profile that the Setup leaves out has no keys, nor has the security extension (6 keys, W 7). Those beyond the
standard are in extras16.py. A Setup may set the factory value of any key, but not to what the hardware contradicts.
docs/configuration-keys.md describes the same table; a test compares them.

Where the standard names no range, the lowest value with a meaning is the bound: a time-out or a number of attempts of 0
would make the function useless, so those begin at 1. 0 switches off what the standard lets be switched off
(ClockAlignedDataInterval, MeterValueSampleInterval, WebSocketPingInterval) and heartbeats: §4.6 says that they are not
mandatory over WebSocket, and a Charge Point that read 0 literally would flood the back end.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Final

from ocppcore import v16
from ocppcore.errors import SetupError
from ocppcore.messages.text import fold
from ocppcore.station.blocks.provisioning.extras16 import EXTRAS
from ocppcore.station.blocks.provisioning.texts import (
    authorization_key,
    measurands,
    plain_authorization_key,
    rotations,
    unknown_rotations,
)
from ocppcore.station.configuration import Access, Key
from ocppcore.station.readers import MAX_TEXT, boolean, choice, exactly, integer, only, some
from ocppcore.station.readers import text as text_of
from ocppcore.station.setup import SECURITY, Setup

R, RW = Access.R, Access.RW
DAY: Final = 86_400
REGISTER: Final = "Energy.Active.Import.Register"
# 1.6 §3.3, §9.1.29. What the station serves; a test compares it with the actions that its blocks handle.
PROFILES: Final = (
    "Core",
    "FirmwareManagement",
    "LocalAuthListManagement",
    "Reservation",
    "SmartCharging",
    "RemoteTrigger",
)
MEASURANDS: Final = frozenset(map(str, v16.Measurand))
LONGEST_LIST: Final = 20  # measurands in a list: about what the 500 characters of a value have room for
LISTS: Final = ("MeterValuesAlignedData", "MeterValuesSampledData", "StopTxnAlignedData", "StopTxnSampledData")

# The keys of the other profiles; those of Core depend on the hardware.
OF_PROFILE: Final = {
    "LocalAuthListManagement": (
        Key("LocalAuthListEnabled", RW, "true", boolean, section="1.6 §9.2.1"),
        Key("LocalAuthListMaxLength", R, "10000", integer(1), section="1.6 §9.2.2"),
        # What a message may be long depends on it: about 320 KB (v16.max_message).
        Key("SendLocalListMaxLength", R, "500", integer(1, 10_000), section="1.6 §9.2.3"),
    ),
    "Reservation": (Key("ReserveConnectorZeroSupported", R, "true", boolean, section="1.6 §9.3.1"),),
    "SmartCharging": (
        Key("ChargeProfileMaxStackLevel", R, "20", integer(0, 1_000_000), section="1.6 §9.4.1"),
        Key(
            "ChargingScheduleAllowedChargingRateUnit",
            R,
            "Current,Power",
            some(("Current", "Power")),
            section="1.6 §9.4.2, E 3.88",
        ),
        Key("ChargingScheduleMaxPeriods", R, "100", integer(1, 1024), section="1.6 §9.4.3"),
        Key("MaxChargingProfilesInstalled", R, "50", integer(1, 1000), section="1.6 §9.4.5"),
    ),
}

# The alliance's application note Signed Meter Values 1.0 (N); MeterPublicKey1 … are beside them.
SIGNING: Final = (
    Key(
        "PublicKeyWithSignedMeterValue",
        RW,
        "OncePerTransaction",
        choice(("Never", "OncePerTransaction", "EveryMeterValue")),
        section="N 3.3.2",
    ),
    Key("SampledDataSignReadings", RW, "false", boolean, section="N 3.3.3"),
    Key("SampledDataSignStartedReadings", RW, "false", boolean, section="N 3.3.5"),
    Key("AlignedDataSignReadings", RW, "false", boolean, section="N 3.3.7"),
)

# Those of the security extension but for the AuthorizationKey, whose factory value is nobody else's.
OF_SECURITY: Final = (
    Key("AdditionalRootCertificateCheck", R, "false", boolean, section="W 7.1"),
    Key("CertificateSignedMaxChainSize", R, "10000", integer(1, 10_000), section="W 7.3"),
    Key("CertificateStoreMaxLength", R, "10", integer(1, 100), section="W 7.4"),
    Key("CpoName", RW, None, text_of(64), section="W 7.5"),  # as long as an organizationName may be (RFC 5280)
    Key("SecurityProfile", RW, "0", integer(0, 3), section="W 7.6"),
)

TRANSFERS: Final = ("FTP", "FTPS", "HTTP", "HTTPS")
PROTOCOLS: Final = Key("SupportedFileTransferProtocols", R, ",".join(TRANSFERS), some(TRANSFERS), section="E 3.90")


def keys(setup: Setup) -> list[Key]:
    """All keys of a station, in the order in which they are listed; the maker's own come last."""
    texts = {fold(name): text for name, text in setup.config.items()}

    def length(name: str, default: int) -> int:
        """The factory value of a MaxLength key; what is no number will be refused with a clear line, later."""
        text = texts.get(fold(f"{name}MaxLength"), "")
        return int(text) if text.isascii() and text.isdecimal() else default

    lengths = tuple(length(name, LONGEST_LIST) for name in LISTS)
    turned = length("ConnectorPhaseRotation", setup.evses + 1)
    able, without = setup.capabilities, setup.without
    for name in (*able.measurands, *able.signs):
        if name not in MEASURANDS:
            raise SetupError(f"measurands {name!r}: 1.6 §7.31 has no such measurand", "measurands")
    core = _core((*able.measurands, *able.signs), able.unlock, setup.evses, turned, lengths)
    files = setup.has("FirmwareManagement") and (able.diagnostics or able.install)
    transfers = [PROTOCOLS] if files or setup.has(SECURITY) else []  # W N01: the security log is one, too
    if not able.install:
        without = without | {"FirmwareManagement"}
    security = _security(setup) if setup.has(SECURITY) else ()
    profiles = _profiles(without, able.switches_phases)
    return [*core, *profiles, *transfers, *security, *_signing(setup), *EXTRAS, *setup.keys]


def _signing(setup: Setup) -> list[Key]:
    """The keys about signed meter values, where the meters can sign."""
    able = setup.capabilities
    if not able.signs:
        return []
    access, read = (RW, boolean) if able.signs_between else (R, only(False))
    known = measurands((REGISTER, *able.measurands, *able.signs), LONGEST_LIST)
    found = [
        *SIGNING,
        Key("StartTxnSampledData", RW, "", known, section="N 3.3.4"),
        Key("SampledDataSignUpdatedReadings", access, "false", read, section="N 3.3.6"),
        Key("AlignedDataSignUpdatedReadings", access, "false", read, section="N 3.3.8"),
    ]
    for evse in range(1, setup.evses + 1):
        text = base64.b64encode(able.public_keys[evse].encode()).decode()
        shown = text if len(text) <= MAX_TEXT else None  # N 3.3.1: a longer one does not fit
        found.append(Key(f"MeterPublicKey{evse}", R, shown, choice((text,)), section="N 3.3.1"))
    return found


def _security(setup: Setup) -> tuple[Key, ...]:
    """Those of the security extension (W 7)."""
    shipped, read = setup.authorization_key, authorization_key
    text = None if shipped is None else setup.security.key_text(shipped)
    if setup.security.plain_key:
        read = plain_authorization_key
    return (OF_SECURITY[0], Key("AuthorizationKey", Access.W, text, read, section="W 7.2, JE 3.12"), *OF_SECURITY[1:])


@lru_cache(maxsize=64)
def _profiles(without: frozenset[str], switches: bool) -> tuple[Key, ...]:
    """The keys of the other profiles, and which of them there are."""
    offered = tuple(profile for profile in PROFILES if profile not in without)
    found = [Key("SupportedFeatureProfiles", R, ",".join(offered), exactly(offered), section="1.6 §9.1.29")]
    for profile, own in OF_PROFILE.items():
        found += own if profile in offered else ()
    if "SmartCharging" in offered:
        text = "true" if switches else "false"
        found.append(Key("ConnectorSwitch3to1PhaseSupported", R, text, only(switches), section="1.6 §9.4.4"))
    return tuple(found)


@lru_cache(maxsize=64)  # keys are never written, so a thousand stations of one kind share them
def _core(
    measured: tuple[str, ...], detachable: bool, connectors: int, turned: int, lengths: tuple[int, ...]
) -> tuple[Key, ...]:
    known = (REGISTER, *measured)  # a MeterReading has the register
    lists: dict[str, int] = dict(zip(LISTS, lengths, strict=True))

    def data(name: str, default: str, section: str) -> Key:
        return Key(name, RW, default, measurands(known, lists[name]), section=section)

    def longest(name: str, section: str) -> Key:
        return Key(f"{name}MaxLength", R, str(lists[name]), integer(1), section=section)

    return (
        Key("AllowOfflineTxForUnknownId", RW, "false", boolean, section="1.6 §9.1.1"),
        Key("AuthorizationCacheEnabled", RW, "true", boolean, section="1.6 §9.1.2"),
        Key("AuthorizeRemoteTxRequests", RW, "false", boolean, section="1.6 §9.1.3"),
        Key("BlinkRepeat", RW, "3", integer(0), section="1.6 §9.1.4"),
        Key("ClockAlignedDataInterval", RW, "0", integer(0, DAY), section="1.6 §9.1.5"),
        Key("ConnectionTimeOut", RW, "60", integer(1), section="1.6 §9.1.6, E 3.89"),
        Key(
            "ConnectorPhaseRotation",
            RW,
            unknown_rotations(min(connectors, turned)),
            rotations(connectors, turned),
            section="1.6 §9.1.7",
        ),
        Key("ConnectorPhaseRotationMaxLength", R, str(turned), integer(1), section="1.6 §9.1.8"),
        Key("GetConfigurationMaxKeys", R, "100", integer(1), section="1.6 §9.1.9"),
        Key("HeartbeatInterval", RW, "300", integer(0), section="1.6 §9.1.10"),
        Key("LightIntensity", RW, "100", integer(0, 100), section="1.6 §9.1.11"),
        Key("LocalAuthorizeOffline", RW, "true", boolean, section="1.6 §9.1.12"),
        Key("LocalPreAuthorize", RW, "false", boolean, section="1.6 §9.1.13"),
        Key("MaxEnergyOnInvalidId", RW, "0", integer(0), section="1.6 §9.1.14"),
        Key("MessageTimeout", RW, "30", integer(1), section="E 3.83"),
        data("MeterValuesAlignedData", REGISTER, "1.6 §9.1.15"),
        longest("MeterValuesAlignedData", "1.6 §9.1.16"),
        data("MeterValuesSampledData", REGISTER, "1.6 §9.1.17"),
        longest("MeterValuesSampledData", "1.6 §9.1.18"),
        Key("MeterValueSampleInterval", RW, "60", integer(0), section="1.6 §9.1.19"),
        Key("MinimumStatusDuration", RW, "0", integer(0), section="1.6 §9.1.20"),
        Key("NumberOfConnectors", R, str(connectors), integer(connectors, connectors), section="1.6 §9.1.21"),
        Key("ResetRetries", RW, "3", integer(0), section="1.6 §9.1.22"),
        Key("StopTransactionMaxMeterValues", R, "200", integer(2), section="E 3.91"),
        Key("StopTransactionOnEVSideDisconnect", RW, "true", boolean, section="1.6 §9.1.23, E 3.80"),
        Key("StopTransactionOnInvalidId", RW, "true", boolean, section="1.6 §9.1.24"),
        data("StopTxnAlignedData", "", "1.6 §9.1.25"),
        longest("StopTxnAlignedData", "1.6 §9.1.26"),
        data("StopTxnSampledData", "", "1.6 §9.1.27"),
        longest("StopTxnSampledData", "1.6 §9.1.28"),
        Key("SupportedFeatureProfilesMaxLength", R, "6", integer(6, 6), section="1.6 §9.1.30, E 3.81"),
        Key("TransactionMessageAttempts", RW, "3", integer(1), section="1.6 §9.1.31"),
        Key("TransactionMessageRetryInterval", RW, "60", integer(0), section="1.6 §9.1.32"),
        Key(
            "UnlockConnectorOnEVSideDisconnect",
            RW if detachable else R,
            "true" if detachable else "false",
            boolean if detachable else only(False),
            section="1.6 §9.1.33, E 3.84",
        ),
        Key("WebSocketPingInterval", RW, "60", integer(0), section="1.6 §9.1.34"),
    )
