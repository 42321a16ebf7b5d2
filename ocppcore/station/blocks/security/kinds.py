"""The security events of W 8, by name as edition 3 spells them, and which of them are told to the back end."""

from __future__ import annotations

from typing import Final

CRITICAL: Final = frozenset(
    {
        "FirmwareUpdated",
        "MemoryExhaustion",
        "ResetOrReboot",
        "SecurityLogWasCleared",
        "SettingSystemTime",
        "StartupOfTheDevice",
        "TamperDetectionActivated",
    }
)
"""They are told, with guaranteed delivery (W A04.FR.01, .02)."""

NOTIFIED: Final = frozenset(
    {
        "InvalidCentralSystemCertificate",  # W A00.FR.309; certification case TC_078
        "InvalidChargePointCertificate",  # W A02.FR.07; TC_077
        "InvalidFirmwareSignature",  # W L01.FR.03
        "InvalidFirmwareSigningCertificate",  # W L01.FR.02
        "InvalidTLSCipherSuite",  # W A00.FR.317
        "InvalidTLSVersion",
    }
)
"""Not critical in W 8, but its use cases say that they are told, too; they never take the room of critical ones."""

LOGGED: Final = frozenset(
    {
        "AttemptedReplayAttacks",
        "CentralSystemFailedToAuthentication",
        "FailedToAuthenticationAtCentralSystem",
        "InvalidMessages",
        "ReconfigurationOfSecurityParameters",
    }
)
"""The others stay in the log."""
