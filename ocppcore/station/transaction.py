"""One transaction as the station keeps it, whatever the version. It is stored until its last message is delivered."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from ocppcore.station.timekeeper import Stamp


class TransactionState(StrEnum):
    """Where a transaction stands."""

    Starting = "starting"  # authorized and plugged, the begin reading is under way
    Offering = "offering"  # it begins once the EV takes the energy that is offered (StartTransactionOnPowerPathClosed)
    Running = "running"
    Stopping = "stopping"  # energy is off, the end reading is under way
    Ended = "ended"  # only messages are left to deliver


class Transaction:
    """uid: our own name for it, unique in this station for ever. id: the back end's transactionId, None until learnt;
    -1 once StartTransaction could not be delivered (E 3.18). Any int is a valid id (E 3.54): never test truthiness.
    meter_start, meter_stop: Wh. deauthorized: the back end refused the id token after the start.
    profile: the charging profile that came with the remote start, as Charging.to_start_with() gave it.
    free: begun by FreeVend, so nobody's card. silent: the back end is told nothing of it (SilentOfflineTransactions).
    """

    __slots__ = (
        "uid", "evse", "id_token", "parent", "id", "state", "started_at", "meter_start",
        "stopped_at", "meter_stop", "reason", "stop_token", "deauthorized", "reservation_id", "remote",
        "profile", "free", "silent",
    )  # fmt: skip

    def __init__(self, uid: str, evse: int, id_token: str, started_at: Stamp) -> None:
        self.uid = uid
        self.evse = evse
        self.id_token = id_token
        self.parent: str | None = None
        self.id: int | None = None
        self.state = TransactionState.Starting
        self.started_at = started_at
        self.meter_start: float = 0.0
        self.stopped_at: Stamp | None = None
        self.meter_stop: float | None = None
        self.reason: str | None = None
        self.stop_token: str | None = None
        self.deauthorized = False
        self.reservation_id: int | None = None
        self.remote = False
        self.profile: dict[str, Any] | None = None
        self.free = False
        self.silent = False

    @property
    def begun(self) -> bool:
        """False while it may still come to nothing."""
        return self.state not in (TransactionState.Offering, TransactionState.Starting)

    @property
    def active(self) -> bool:
        """True while the user would say that it goes on."""
        return not self.begun or self.state is TransactionState.Running

    def dump(self) -> dict[str, Any]:
        """For the store."""
        values = {name: getattr(self, name) for name in Transaction.__slots__}
        values["started_at"] = self.started_at.dump()
        values["stopped_at"] = None if self.stopped_at is None else self.stopped_at.dump()
        return values

    @classmethod
    def load(cls, values: dict[str, Any]) -> Transaction:
        """From the store."""
        made = cls(values["uid"], values["evse"], values["id_token"], Stamp.load(values["started_at"]))
        for name in Transaction.__slots__:
            if name in values and name not in ("started_at", "stopped_at", "state"):
                setattr(made, name, values[name])
        made.state = TransactionState(values["state"])
        if values["stopped_at"] is not None:
            made.stopped_at = Stamp.load(values["stopped_at"])
        return made
