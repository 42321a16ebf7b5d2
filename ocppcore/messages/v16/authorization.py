"""Authorization: may this id token charge? And the cache of the answers. 1.6 §4.1, §5.4."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ocppcore.messages.base import Record, Request, Response
from ocppcore.messages.fields import enum, instant, record, text

__all__ = [
    "AuthorizationStatus", "AuthorizeRequest", "AuthorizeResponse", "ClearCacheRequest", "ClearCacheResponse",
    "ClearCacheStatus", "IdTagInfo",
]


class AuthorizationStatus(StrEnum):
    """1.6 §7.2. ConcurrentTx occurs in StartTransaction.conf only."""

    Accepted = "Accepted"
    Blocked = "Blocked"
    Expired = "Expired"
    Invalid = "Invalid"
    ConcurrentTx = "ConcurrentTx"


class IdTagInfo(Record):
    """What is known of an id token. 1.6 §7.27. expiry_date: absent, it has no end; parent_id_tag: the token's group."""

    expiry_date: datetime | None = instant(default=None)
    parent_id_tag: str | None = text(20, default=None)
    status: AuthorizationStatus = enum(AuthorizationStatus)


class AuthorizeResponse(Response):
    """1.6 §6.2."""

    id_tag_info: IdTagInfo = record(IdTagInfo)


class AuthorizeRequest(Request[AuthorizeResponse]):
    """Station to CSMS. 1.6 §6.1."""

    id_tag: str = text(20)


class ClearCacheStatus(StrEnum):
    """1.6 §7.20. Rejected also where there is no cache (E 3.23)."""

    Accepted = "Accepted"
    Rejected = "Rejected"


class ClearCacheResponse(Response):
    """1.6 §6.12."""

    status: ClearCacheStatus = enum(ClearCacheStatus)


class ClearCacheRequest(Request[ClearCacheResponse]):
    """CSMS to station. 1.6 §6.11. It has no fields."""
