"""The versions of OCPP that the package speaks, and how each one spells the RPC error codes.

The error codes have one neutral name here (2.x spelling); a version knows its own spelling, because 1.6 misspells two.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class ErrorCode(StrEnum):
    """RPC error codes (OCPP-J 1.6 §4.2.3; OCPP 2.0.1 part 4 §4.3). The value is the 2.x spelling."""

    NotImplemented = "NotImplemented"
    NotSupported = "NotSupported"
    InternalError = "InternalError"
    ProtocolError = "ProtocolError"
    SecurityError = "SecurityError"
    FormatViolation = "FormatViolation"
    PropertyConstraintViolation = "PropertyConstraintViolation"
    OccurrenceConstraintViolation = "OccurrenceConstraintViolation"
    TypeConstraintViolation = "TypeConstraintViolation"
    GenericError = "GenericError"
    MessageTypeNotSupported = "MessageTypeNotSupported"
    RpcFrameworkError = "RpcFrameworkError"


# OCPP-J 1.6 §4.2.3: two names of its own; it has no code for an unknown message type or an unreadable frame.
_SPELLING_16: Final = {
    ErrorCode.FormatViolation: "FormationViolation",
    ErrorCode.OccurrenceConstraintViolation: "OccurenceConstraintViolation",
    ErrorCode.MessageTypeNotSupported: "ProtocolError",
    ErrorCode.RpcFrameworkError: "FormationViolation",
}
# Both spellings are read whatever the version: devices mix them up.
_READ: Final = {code.value: code for code in ErrorCode} | {
    "FormationViolation": ErrorCode.FormatViolation,
    "OccurenceConstraintViolation": ErrorCode.OccurrenceConstraintViolation,
}


class Version:
    """One version of OCPP. There are three instances: V16, V201 and V21.

    name: "1.6", "2.0.1" or "2.1"; subprotocol: the WebSocket sub-protocol of that version.
    """

    __slots__ = ("name", "subprotocol", "_spelling")

    def __init__(self, name: str, subprotocol: str, spelling: dict[ErrorCode, str]) -> None:
        self.name = name
        self.subprotocol = subprotocol
        self._spelling = spelling

    def __repr__(self) -> str:
        return f"<OCPP {self.name}>"

    def spell(self, code: ErrorCode) -> str:
        """How this version writes an error code on the wire."""
        return self._spelling.get(code, code.value)

    @staticmethod
    def read(text: str) -> ErrorCode | None:
        """The error code behind a text from the wire, in either spelling; None for an unknown one."""
        return _READ.get(text)


V16: Final = Version("1.6", "ocpp1.6", _SPELLING_16)
V201: Final = Version("2.0.1", "ocpp2.0.1", {})
V21: Final = Version("2.1", "ocpp2.1", {})
VERSIONS: Final = {version.name: version for version in (V16, V201, V21)}
SUBPROTOCOLS: Final = {version.subprotocol: version for version in VERSIONS.values()}
