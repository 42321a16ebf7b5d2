"""What an idTagInfo of OCPP 1.6 says, in the words of the blocks: one reading for the three confs that carry one."""

from __future__ import annotations

from ocppcore import v16
from ocppcore.messages.instant import format_instant
from ocppcore.station.local import IdTokenInfoReceived


def learnt(token: str, info: v16.IdTagInfo) -> IdTokenInfoReceived:
    """The local event that tells what the back end said about a token (1.6 §7.27)."""
    expires = None if info.expiry_date is None else format_instant(info.expiry_date)
    return IdTokenInfoReceived(token, str(info.status), info.parent_id_tag, expires)
