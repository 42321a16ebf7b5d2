"""Remote control in OCPP 1.6: RemoteStartTransaction, RemoteStopTransaction, UnlockConnector, TriggerMessage,
ExtendedTriggerMessage."""

from __future__ import annotations

from typing import ClassVar

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.station.block import Answer
from ocppcore.station.blocks.remote_control.state import RemoteControl
from ocppcore.station.setup import SECURITY
from ocppcore.version import ErrorCode

ACCEPTED, REJECTED = v16.RemoteStartStopStatus.Accepted, v16.RemoteStartStopStatus.Rejected


class RemoteControl16(RemoteControl):
    """1.6 §5.11, §5.12, §5.17, §5.18; W 5.5."""

    handlers: ClassVar = {
        v16.RemoteStartTransactionRequest: "_remote_start",
        v16.RemoteStopTransactionRequest: "_remote_stop",
        v16.UnlockConnectorRequest: "_unlock_connector",
        v16.TriggerMessageRequest: "_trigger_message",
        v16.ExtendedTriggerMessageRequest: "_extended_trigger_message",
    }

    def _remote_start(self, request: v16.RemoteStartTransactionRequest, answer: Answer) -> None:
        """A charging profile that can't be used refuses it (§5.16.2); without smart charging it is ignored (§5.11)."""
        place, profile = self.place(request.connector_id, request.id_tag), None
        if place is not None and request.charging_profile is not None and self.ctx.setup.has("SmartCharging"):
            profile = self.ctx.charging.to_start_with(place, request.charging_profile)
            place = None if profile is None else place
        answer(v16.RemoteStartTransactionResponse(status=REJECTED if place is None else ACCEPTED))
        if place is not None:
            self.start_at(place, request.id_tag, request.connector_id is None, profile)

    def _remote_stop(self, request: v16.RemoteStopTransactionRequest, answer: Answer) -> None:
        transaction = self.ctx.transactions.find(request.transaction_id)
        answer(v16.RemoteStopTransactionResponse(status=REJECTED if transaction is None else ACCEPTED))
        if transaction is not None:
            self.ctx.transactions.stop(transaction, "Remote")

    def _unlock_connector(self, request: v16.UnlockConnectorRequest, answer: Answer) -> None:
        """The answer comes when the lock has said how it went. An unknown connector: NotSupported (E 3.87)."""
        if not self.lockable(request.connector_id):
            answer(v16.UnlockConnectorResponse(status=v16.UnlockStatus.NotSupported))
            return

        def done(unlocked: bool) -> None:
            status = v16.UnlockStatus.Unlocked if unlocked else v16.UnlockStatus.UnlockFailed
            answer(v16.UnlockConnectorResponse(status=status))

        self.unlock(request.connector_id, done)

    def _trigger_message(self, request: v16.TriggerMessageRequest, answer: Answer) -> None:
        """What the blocks have registered can be asked for; the answer goes first (§5.17)."""
        if not self.ctx.setup.has("RemoteTrigger"):
            raise RpcError(ErrorCode.NotSupported, "RemoteTrigger is left out")
        status, actions = self.trigger(str(request.requested_message), request.connector_id, extended=False)
        answer(v16.TriggerMessageResponse(status=v16.TriggerMessageStatus(status)))
        for action in actions:
            action()

    def _extended_trigger_message(self, request: v16.ExtendedTriggerMessageRequest, answer: Answer) -> None:
        """The same for the messages of the white paper, and those that both triggers know (W 6.16)."""
        if not self.ctx.setup.has(SECURITY):
            raise RpcError(ErrorCode.NotSupported, "Security is left out")
        status, actions = self.trigger(str(request.requested_message), request.connector_id, extended=True)
        answer(v16.ExtendedTriggerMessageResponse(status=v16.TriggerMessageStatusEnumType(status)))
        for action in actions:
            action()
