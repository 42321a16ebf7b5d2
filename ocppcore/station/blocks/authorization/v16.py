"""Authorization in OCPP 1.6: Authorize and ClearCache."""

from __future__ import annotations

from typing import Any, ClassVar

from ocppcore import v16
from ocppcore.errors import CallFailed
from ocppcore.station.block import Answer
from ocppcore.station.blocks.authorization.state import AuthorizationRules
from ocppcore.station.id_token16 import learnt


class Authorization16(AuthorizationRules):
    """1.6 §4.1, §5.4."""

    handlers: ClassVar = {v16.ClearCacheRequest: "_clear"}

    def _ask(self, token: str) -> str:
        return self.ctx.call(v16.AuthorizeRequest(id_tag=token), lambda outcome: self._ended(token, outcome))

    def _ended(self, token: str, outcome: Any | CallFailed) -> None:
        if isinstance(outcome, CallFailed):
            self._no_answer(token)
        else:
            self._answered(learnt(token, outcome.id_tag_info))

    def _clear(self, _: v16.ClearCacheRequest, answer: Answer) -> None:
        status = v16.ClearCacheStatus.Accepted if self.clear_cache() else v16.ClearCacheStatus.Rejected
        answer(v16.ClearCacheResponse(status=status))
