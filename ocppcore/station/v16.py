"""OCPP 1.6 of the station in one place: its actions, blocks and keys, and what the registration allows (1.6 §4.2)."""

from __future__ import annotations

from typing import Any, Final

from ocppcore import v16
from ocppcore.station.block import Block
from ocppcore.station.blocks.authorization.v16 import Authorization16
from ocppcore.station.blocks.availability.v16 import Availability16
from ocppcore.station.blocks.certificates.v16 import Certificates16
from ocppcore.station.blocks.data_transfer.v16 import DataTransfer16
from ocppcore.station.blocks.diagnostics.v16 import Diagnostics16
from ocppcore.station.blocks.firmware.v16 import Firmware16
from ocppcore.station.blocks.local_list.v16 import LocalList16
from ocppcore.station.blocks.meter_values.v16 import MeterValues16
from ocppcore.station.blocks.provisioning.keys16 import keys
from ocppcore.station.blocks.provisioning.v16 import Provisioning16
from ocppcore.station.blocks.remote_control.v16 import RemoteControl16
from ocppcore.station.blocks.reservation.v16 import Reservation16
from ocppcore.station.blocks.security.v16 import Security16
from ocppcore.station.blocks.smart_charging.v16 import SmartCharging16
from ocppcore.station.blocks.transactions.v16 import Transactions16
from ocppcore.station.configuration import Configuration
from ocppcore.station.context import Context
from ocppcore.station.setup import Setup

BLOCKS: Final[tuple[type[Block], ...]] = (
    Provisioning16,
    Certificates16,
    LocalList16,  # before authorization: what the back end told is compared with the list
    Authorization16,
    MeterValues16,
    Reservation16,
    Transactions16,
    RemoteControl16,
    SmartCharging16,  # after transactions: limits follow from what runs
    DataTransfer16,
    Diagnostics16,
    Firmware16,
    Availability16,  # statuses and their reports follow from all other facts
    Security16,  # no fact follows from it; after a boot the statuses are told first
)
KEYS = keys
LONGEST_CHARACTER: Final = 12  # bytes, written as two escapes
ENTRY: Final = 2 * 20 * LONGEST_CHARACTER + 160  # bytes of the longest entry of a local list: two id tags, the rest
PERIOD: Final = 128  # bytes of the longest period of a charging schedule
ACTIONS = v16.actions(served=[request.action for block in BLOCKS for request in block.handlers])

# While Pending these two are not allowed; laboratories want the status Rejected (1.6 §4.2).
_WHILE_PENDING: Final[dict[type[Any], Any]] = {
    v16.RemoteStartTransactionRequest: v16.RemoteStartTransactionResponse(status=v16.RemoteStartStopStatus.Rejected),
    v16.RemoteStopTransactionRequest: v16.RemoteStopTransactionResponse(status=v16.RemoteStartStopStatus.Rejected),
}


def max_message(setup: Setup, config: Configuration) -> int:
    """Bytes of the largest message that is read (decisions: Wire 5): no legal one may exceed it. The least of them has
    room for a chain of certificates of 10,000 characters, each written as an escape (W 5.1)."""
    asked_for = config.int("GetConfigurationMaxKeys") * (50 * LONGEST_CHARACTER + 4)
    listed = config.int("SendLocalListMaxLength") * ENTRY if setup.has("LocalAuthListManagement") else 0
    periods = config.int("ChargingScheduleMaxPeriods") * PERIOD if setup.has("SmartCharging") else 0
    return max(64 * 1024, asked_for, listed, periods, setup.max_data) + 4 * 1024


def refusal(ctx: Context, request: Any) -> Any | None:
    """What the registration says to a CALL: None to serve it, or the answer that refuses it."""
    return None if ctx.accepted else _WHILE_PENDING.get(type(request))
