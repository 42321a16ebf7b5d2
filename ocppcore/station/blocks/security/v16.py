"""Security in OCPP 1.6: SecurityEventNotification."""

from __future__ import annotations

from datetime import datetime

from ocppcore import v16
from ocppcore.station.blocks.security.state import Security


class Security16(Security):
    """W 5.15."""

    def request(self, type: str, at: datetime, info: str | None) -> v16.SecurityEventNotificationRequest:
        return v16.SecurityEventNotificationRequest(type=type, timestamp=at, tech_info=info)
