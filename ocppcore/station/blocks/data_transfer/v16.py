"""DataTransfer in OCPP 1.6."""

from __future__ import annotations

from typing import ClassVar

from ocppcore import v16
from ocppcore.station.block import Answer
from ocppcore.station.blocks.data_transfer.state import DataTransfer


class DataTransfer16(DataTransfer):
    """1.6 §4.3, §5.6."""

    handlers: ClassVar = {v16.DataTransferRequest: "data_transfer"}

    def data_transfer(self, request: v16.DataTransferRequest, answer: Answer) -> None:
        """A handler that returns None leaves the answer to the host."""
        handler = self.find(request.vendor_id, request.message_id)
        if isinstance(handler, str):
            answer(v16.DataTransferResponse(status=v16.DataTransferStatus(handler)))
            return
        response = handler(request)
        if response is not None:
            answer(response)
