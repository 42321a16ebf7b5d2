"""Security: what happened that somebody should know. W A04."""

from __future__ import annotations

from datetime import datetime

from ocppcore.messages.base import Request, Response
from ocppcore.messages.fields import instant, text

__all__ = ["SecurityEventNotificationRequest", "SecurityEventNotificationResponse"]


class SecurityEventNotificationResponse(Response, draft=6):
    """W 5.16. It has no fields."""


class SecurityEventNotificationRequest(Request[SecurityEventNotificationResponse], draft=6):
    """Station to CSMS. W 5.15. type: a name of the list in W 8, or a vendor's own; timestamp: when it happened."""

    type: str = text(50)
    timestamp: datetime = instant()
    tech_info: str | None = text(255, default=None)
