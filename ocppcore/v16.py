"""OCPP 1.6 edition 2 and its security extension: all messages, enumerations and types, and the tables of the wire.

    from ocppcore import v16

    request = v16.AuthorizeRequest(id_tag="04AABBCCDD")
    v16.ACTIONS.requests["Authorize"].dump(request)  # {"idTag": "04AABBCCDD"}

The class names are the standard's: a message is called as its schema file (AuthorizeRequest, AuthorizeResponse), a
type as in the text. Where the security extension has a type of the same purpose as 1.6, its name ends in Type:
FirmwareStatus is 1.6, FirmwareStatusEnumType belongs to SignedFirmwareStatusNotification.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any, Final

from ocppcore.messages.base import Request
from ocppcore.messages.v16 import (
    authorization,
    availability,
    certificates,
    data_transfer,
    diagnostics,
    firmware,
    local_list,
    meter_values,
    provisioning,
    remote_control,
    reservation,
    security,
    smart_charging,
    transactions,
)
from ocppcore.messages.v16.authorization import *  # noqa: F403
from ocppcore.messages.v16.availability import *  # noqa: F403
from ocppcore.messages.v16.certificates import *  # noqa: F403
from ocppcore.messages.v16.data_transfer import *  # noqa: F403
from ocppcore.messages.v16.diagnostics import *  # noqa: F403
from ocppcore.messages.v16.firmware import *  # noqa: F403
from ocppcore.messages.v16.local_list import *  # noqa: F403
from ocppcore.messages.v16.meter_values import *  # noqa: F403
from ocppcore.messages.v16.provisioning import *  # noqa: F403
from ocppcore.messages.v16.remote_control import *  # noqa: F403
from ocppcore.messages.v16.reservation import *  # noqa: F403
from ocppcore.messages.v16.security import *  # noqa: F403
from ocppcore.messages.v16.smart_charging import *  # noqa: F403
from ocppcore.messages.v16.transactions import *  # noqa: F403
from ocppcore.version import V16
from ocppcore.wire.frame import Actions

__all__ = ["ACTIONS", "REQUESTS", "V16", "actions"]
__all__ += authorization.__all__
__all__ += availability.__all__
__all__ += certificates.__all__
__all__ += data_transfer.__all__
__all__ += diagnostics.__all__
__all__ += firmware.__all__
__all__ += local_list.__all__
__all__ += meter_values.__all__
__all__ += provisioning.__all__
__all__ += remote_control.__all__
__all__ += reservation.__all__
__all__ += security.__all__
__all__ += smart_charging.__all__
__all__ += transactions.__all__

_DECLARED = [globals()[name] for name in sorted(__all__) if name.endswith("Request")]

# The classes of all requests by the name of their action; each knows its response.
REQUESTS: Final[dict[str, type[Request[Any]]]] = {request.action: request for request in _DECLARED}


def actions(served: Container[str] | None = None) -> Actions:
    """The table for the wire. served: names of the actions that this end serves; None: all that the version has."""
    requests = {name: request.shape for name, request in REQUESTS.items()}
    responses = {name: request.response.shape for name, request in REQUESTS.items()}
    return Actions(V16, requests, responses, served)


ACTIONS: Final = actions()
