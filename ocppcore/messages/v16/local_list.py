"""Local list: id tokens that the CSMS keeps in the station. 1.6 §3.5.2, §5.10, §5.15."""

from __future__ import annotations

from enum import StrEnum

from ocppcore.messages.base import Record, Request, Response
from ocppcore.messages.fields import enum, integer, listof, record, text
from ocppcore.messages.rules import Rule
from ocppcore.messages.text import fold
from ocppcore.messages.v16.authorization import IdTagInfo

__all__ = [
    "AuthorizationData", "GetLocalListVersionRequest", "GetLocalListVersionResponse", "SendLocalListRequest",
    "SendLocalListResponse", "UpdateStatus", "UpdateType",
]


class UpdateStatus(StrEnum):
    """1.6 §7.47. VersionMismatch: a differential update is not newer than the list."""

    Accepted = "Accepted"
    Failed = "Failed"
    NotSupported = "NotSupported"
    VersionMismatch = "VersionMismatch"


class UpdateType(StrEnum):
    """1.6 §7.48."""

    Differential = "Differential"
    Full = "Full"


class AuthorizationData(Record):
    """An entry of an update. 1.6 §7.1. id_tag_info: absent in a differential update, the entry is deleted."""

    id_tag: str = text(20)
    id_tag_info: IdTagInfo | None = record(IdTagInfo, default=None)


def _special_version(request: SendLocalListRequest) -> str | None:
    return "/listVersion" if request.list_version in (0, -1) else None


def _repeated_tag(request: SendLocalListRequest) -> str | None:
    seen = set()
    for index, entry in enumerate(request.local_authorization_list or ()):
        tag = fold(entry.id_tag)
        if tag in seen:
            return f"/localAuthorizationList/{index}/idTag"
        seen.add(tag)
    return None


def _bare_entry(request: SendLocalListRequest) -> str | None:
    if request.update_type == UpdateType.Full:
        for index, entry in enumerate(request.local_authorization_list or ()):
            if entry.id_tag_info is None:
                return f"/localAuthorizationList/{index}/idTagInfo"
    return None


class SendLocalListResponse(Response):
    """1.6 §6.42."""

    status: UpdateStatus = enum(UpdateStatus)


# The answer to a breach of these is the status Failed (1.6 §7.47), so they have no error code.
class SendLocalListRequest(
    Request[SendLocalListResponse],
    rules=[
        Rule("E 3.52", "neither 0 nor -1", _special_version, None),
        Rule("1.6 6.41", "unique idTags", _repeated_tag, None),
        Rule("1.6 7.1", "required in a Full list", _bare_entry, None),
    ],
):
    """CSMS to station. 1.6 §6.41. An absent or empty list in a full update removes every entry."""

    list_version: int = integer()
    local_authorization_list: list[AuthorizationData] | None = listof(record(AuthorizationData), default=None)
    update_type: UpdateType = enum(UpdateType)


class GetLocalListVersionResponse(Response):
    """1.6 §6.28. list_version: 0 is an empty list, -1 no support for one (§5.10)."""

    list_version: int = integer()


class GetLocalListVersionRequest(Request[GetLocalListVersionResponse]):
    """CSMS to station. 1.6 §6.27. It has no fields."""
