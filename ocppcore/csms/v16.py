"""What the back end answers to a station of 1.6 unless it is told otherwise: one function for each CALL."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from ocppcore import v16
from ocppcore.csms import signing
from ocppcore.csms.events import StationBooted
from ocppcore.errors import CallErrorReceived
from ocppcore.session.events import CallEnded, Event, ResultReceived

if TYPE_CHECKING:
    from ocppcore.csms.link import StationLink


def boot(link: StationLink, request: v16.BootNotificationRequest) -> v16.BootNotificationResponse:
    """1.6 §4.2: the registration policy decides."""
    status = link.csms.register(link.identity, request)
    link.station.registration = str(status)
    link.tell(StationBooted(link.identity, request, str(status)))
    link.afterwards(partial(signing.deliver, link))
    csms = link.csms
    return v16.BootNotificationResponse(status=status, current_time=csms.utc(), interval=csms.interval)


def heartbeat(link: StationLink, request: v16.HeartbeatRequest) -> v16.HeartbeatResponse:
    return v16.HeartbeatResponse(current_time=link.csms.utc())


def authorize(link: StationLink, request: v16.AuthorizeRequest) -> v16.AuthorizeResponse:
    return v16.AuthorizeResponse(id_tag_info=link.csms.judge(request.id_tag))


def start(link: StationLink, request: v16.StartTransactionRequest) -> v16.StartTransactionResponse:
    """1.6 §4.8: an answer with a transaction id is due even where the id token is not accepted."""
    transaction = link.csms.ledger.start(link.identity, request)
    info = link.csms.judge(request.id_tag)
    return v16.StartTransactionResponse(transaction_id=transaction.id, id_tag_info=info)


def stop(link: StationLink, request: v16.StopTransactionRequest) -> v16.StopTransactionResponse:
    """1.6 §4.10: it cannot be refused. An unknown transaction and -1 get a normal answer (E 3.18)."""
    link.csms.ledger.stop(link.identity, request)
    return v16.StopTransactionResponse(id_tag_info=request.id_tag and link.csms.judge(request.id_tag) or None)


def meter_values(link: StationLink, request: v16.MeterValuesRequest) -> v16.MeterValuesResponse:
    link.csms.ledger.meter_values(link.identity, request)
    return v16.MeterValuesResponse()


def data_transfer(link: StationLink, request: v16.DataTransferRequest) -> v16.DataTransferResponse:
    """1.6 §4.3: no vendor is known here."""
    return v16.DataTransferResponse(status=v16.DataTransferStatus.UnknownVendorId)


def sign_certificate(link: StationLink, request: v16.SignCertificateRequest) -> v16.SignCertificateResponse:
    """W A02.FR.11 and .12: accepted if there is an authority that takes it, whose certificate follows."""
    taken = signing.ask(link, request.csr)
    status = v16.GenericStatusEnumType.Accepted if taken else v16.GenericStatusEnumType.Rejected
    return v16.SignCertificateResponse(status=status)


DEFAULTS: Final[dict[type, Callable[[Any, Any], Any]]] = {
    v16.BootNotificationRequest: boot,
    v16.HeartbeatRequest: heartbeat,
    v16.AuthorizeRequest: authorize,
    v16.StartTransactionRequest: start,
    v16.StopTransactionRequest: stop,
    v16.MeterValuesRequest: meter_values,
    v16.DataTransferRequest: data_transfer,
    v16.SignCertificateRequest: sign_certificate,
    v16.StatusNotificationRequest: lambda link, request: v16.StatusNotificationResponse(),
    v16.DiagnosticsStatusNotificationRequest: lambda link, request: v16.DiagnosticsStatusNotificationResponse(),
    v16.FirmwareStatusNotificationRequest: lambda link, request: v16.FirmwareStatusNotificationResponse(),
    v16.SecurityEventNotificationRequest: lambda link, request: v16.SecurityEventNotificationResponse(),
    v16.LogStatusNotificationRequest: lambda link, request: v16.LogStatusNotificationResponse(),
    v16.SignedFirmwareStatusNotificationRequest: (lambda link, request: v16.SignedFirmwareStatusNotificationResponse()),
}
# What a station may ask a back end; the rest of the actions goes the other way and is answered NotSupported.
ACTIONS: Final = v16.actions({request.action for request in DEFAULTS})  # type: ignore[attr-defined]

_HEX_KEY: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){16,20}")
_KEY_TAKEN: Final = {
    v16.ConfigurationStatus.Accepted: True,
    v16.ConfigurationStatus.Rejected: False,
    v16.ConfigurationStatus.NotSupported: False,  # RebootRequired says nothing of when
}

# The messages that a trigger names otherwise than by their action (W 6.16).
_TRIGGERED: Final[dict[object, str]] = {
    "SignChargePointCertificate": "SignCertificate",
    (v16.ExtendedTriggerMessageRequest, "FirmwareStatusNotification"): "SignedFirmwareStatusNotification",
}


def triggered(request: Any) -> str | None:
    """The action that a request of ours makes the station send; None for any other request."""
    if not isinstance(request, v16.TriggerMessageRequest | v16.ExtendedTriggerMessageRequest):
        return None
    name = str(request.requested_message)
    return _TRIGGERED.get((type(request), name)) or _TRIGGERED.get(name, name)


def new_key(request: Any) -> bytes | None:
    """The octets of the AuthorizationKey that a request of ours gives a station; None for any other request."""
    if not isinstance(request, v16.ChangeConfigurationRequest) or request.key.casefold() != "authorizationkey":
        return None
    return key_octets(request.value)


def key_octets(text: str) -> bytes:
    """The octets of a written key: 16 to 20 of them in hex digits (W A00.FR.205), else the text as it is."""
    return bytes.fromhex(text) if _HEX_KEY.fullmatch(text) else text.encode("utf-8", "surrogatepass")


def key_accepted(event: Event) -> bool | None:
    """Whether the station has the new key now (W A01.FR.03, .04); None where nobody knows."""
    if isinstance(event, ResultReceived):
        return _KEY_TAKEN.get(event.response.status)
    refused = isinstance(event, CallEnded) and isinstance(event.error, CallErrorReceived)
    return False if refused else None
