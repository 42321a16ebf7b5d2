"""Provisioning in OCPP 1.6: BootNotification, Heartbeat, GetConfiguration, ChangeConfiguration, Reset."""

from __future__ import annotations

from typing import ClassVar

from ocppcore import v16
from ocppcore.errors import RpcError
from ocppcore.station.block import Answer
from ocppcore.station.blocks.provisioning.state import Provisioning
from ocppcore.station.configuration import Access, Key
from ocppcore.version import ErrorCode


class Provisioning16(Provisioning):
    """1.6 §4.2, §4.6, §5.3, §5.8, §5.14."""

    handlers: ClassVar = {
        v16.GetConfigurationRequest: "get_configuration",
        v16.ChangeConfigurationRequest: "change_configuration",
        v16.ResetRequest: "reset_station",
    }

    def boot_request(self) -> v16.BootNotificationRequest:
        setup = self.ctx.setup
        return v16.BootNotificationRequest(
            charge_point_vendor=setup.vendor,
            charge_point_model=setup.model,
            charge_point_serial_number=setup.serial_number,
            firmware_version=setup.firmware_version,
            iccid=setup.iccid,
            imsi=setup.imsi,
            meter_type=setup.meter_type,
            meter_serial_number=setup.meter_serial_number,
        )

    def heartbeat_request(self) -> v16.HeartbeatRequest:
        return v16.HeartbeatRequest()

    def get_configuration(self, request: v16.GetConfigurationRequest, answer: Answer) -> None:
        """GetConfigurationMaxKeys bounds what may be asked for, not what is answered (1.6 §5.8, §9.1.9)."""
        names = request.key or []
        if len(names) > self.ctx.config.int("GetConfigurationMaxKeys"):
            raise RpcError(ErrorCode.OccurrenceConstraintViolation, "more keys than GetConfigurationMaxKeys")
        known, unknown = self.select(names)
        answer(
            v16.GetConfigurationResponse(
                configuration_key=[self._key_value(key) for key in known] or None, unknown_key=unknown or None
            )
        )

    def _key_value(self, key: Key) -> v16.KeyValue:
        value = None if key.access is Access.W else self.ctx.config.text(key.name)
        return v16.KeyValue(key=key.name, readonly=key.access is Access.R, value=value)

    def change_configuration(self, request: v16.ChangeConfigurationRequest, answer: Answer) -> None:
        status = self.change(request.key, request.value)
        answer(v16.ChangeConfigurationResponse(status=v16.ConfigurationStatus(status.value)))

    def reset_station(self, request: v16.ResetRequest, answer: Answer) -> None:
        accepted = self.reset.ask(hard=request.type is v16.ResetType.Hard)
        status = v16.ResetStatus.Accepted if accepted else v16.ResetStatus.Rejected
        answer(v16.ResetResponse(status=status))
