"""The local authorization list in OCPP 1.6: SendLocalList and GetLocalListVersion."""

from __future__ import annotations

from typing import ClassVar

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.messages.instant import format_instant
from ocppcore.station.block import Answer
from ocppcore.station.blocks.local_list.state import Entry, LocalListRules
from ocppcore.version import ErrorCode

FULL, UpdateStatus = v16.UpdateType.Full, v16.UpdateStatus


class LocalList16(LocalListRules):
    """1.6 §5.10, §5.15."""

    handlers: ClassVar = {
        v16.SendLocalListRequest: "_send_local_list",
        v16.GetLocalListVersionRequest: "_get_version",
    }

    def _get_version(self, _: v16.GetLocalListVersionRequest, answer: Answer) -> None:
        answer(v16.GetLocalListVersionResponse(list_version=self.version))

    def _send_local_list(self, request: v16.SendLocalListRequest, answer: Answer) -> None:
        answer(v16.SendLocalListResponse(status=self._judge(request)))

    def _judge(self, request: v16.SendLocalListRequest) -> v16.UpdateStatus:
        """Carry the update out, or say why not; then nothing has changed (decisions: Status 18)."""
        if not self.enabled:
            return UpdateStatus.NotSupported
        data = request.local_authorization_list or []
        if len(data) > self.ctx.config.int("SendLocalListMaxLength"):
            raise RpcError(ErrorCode.OccurrenceConstraintViolation, "more entries than SendLocalListMaxLength")
        # The rules of the text: no version 0 or -1 (E 3.52), no tag twice (§6.41), a full list's entries whole (§7.1).
        if any(rule.broken_at(request) is not None for rule in request.node.rules):
            return UpdateStatus.Failed
        if request.update_type is FULL:
            done = self.replace(request.list_version, [_entry(one) for one in data])
        elif not self.newer(request.list_version):
            return UpdateStatus.VersionMismatch
        else:
            done = self.update(request.list_version, [_entry(one) for one in data])
        return UpdateStatus.Accepted if done else UpdateStatus.Failed


def _entry(data: v16.AuthorizationData) -> Entry:
    info = data.id_tag_info
    if info is None:
        return Entry(data.id_tag, None)
    expires = None if info.expiry_date is None else format_instant(info.expiry_date)
    return Entry(data.id_tag, str(info.status), info.parent_id_tag, expires)
