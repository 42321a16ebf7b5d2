"""What an answer of a server means, in the words of OCPP (W 6.19); what is not here is just a failure.

FTP's 550 is not here: it may be a folder that there is not as well as one that may not be entered.
"""

from __future__ import annotations

import ftplib
from http.client import HTTPException
from typing import Final

from ocppcore.session.commands import UploadFault

HTTP: Final = {  # RFC 9110 §15
    400: UploadFault.BadMessage,
    401: UploadFault.PermissionDenied,
    403: UploadFault.PermissionDenied,
    405: UploadFault.NotSupportedOperation,
    411: UploadFault.BadMessage,
    415: UploadFault.NotSupportedOperation,
    422: UploadFault.BadMessage,
    501: UploadFault.NotSupportedOperation,
    505: UploadFault.BadMessage,
}
FTP: Final = {  # RFC 959 §4.2, RFC 2228 §5
    "500": UploadFault.BadMessage,
    "501": UploadFault.BadMessage,
    "502": UploadFault.NotSupportedOperation,
    "503": UploadFault.BadMessage,
    "504": UploadFault.NotSupportedOperation,
    "530": UploadFault.PermissionDenied,
    "532": UploadFault.PermissionDenied,
    "534": UploadFault.PermissionDenied,
    "553": UploadFault.PermissionDenied,
}


def fault_of(error: Exception) -> UploadFault | None:
    """What an exception of ftplib or http.client says about the server."""
    if isinstance(error, ftplib.error_proto | HTTPException) and not isinstance(error, ConnectionError):
        return UploadFault.BadMessage
    return FTP.get(str(error)[:3]) if isinstance(error, ftplib.Error) else None
