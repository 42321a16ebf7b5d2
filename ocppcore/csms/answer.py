"""How what a handler came up with becomes the answer to a CALL: one rule for all who run handlers."""

from __future__ import annotations

from typing import Any

from ocppcore.errors import InvalidMessage, RpcError
from ocppcore.session.contract import Connection
from ocppcore.version import ErrorCode


def answer(connection: Connection, id: str, outcome: Any, now: float) -> Exception | None:
    """Answer the CallReceived `id` with what its handler returned or raised.

    An RpcError goes out with its code. Any other exception, and a return value that is no response to this request,
    goes out as InternalError and nothing more; it is returned, for the log of this end.
    """
    if isinstance(outcome, RpcError):
        connection.fail(id, outcome, now)
        return None
    trouble = outcome if isinstance(outcome, Exception) else None
    if trouble is None:
        try:
            connection.reply(id, outcome, now)
            return None
        except InvalidMessage as error:
            trouble = error
    connection.fail(id, RpcError(ErrorCode.InternalError), now)
    return trouble
