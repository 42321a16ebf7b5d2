"""Drives a Hardware as a station wants it: the levels of each EVSE after each step, and the commands as they come.

Its rules: methods of the hardware may be `def` or `async def`; what one raises means energy off and Faulted, and goes
to the log. An EVSE whose apply() still runs gets the newest level once it is done. Files are moved by a Transfer of the
host's choice, keys and certificates are the business of its Security; what fails there is no fault of the hardware.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from ocppcore.bindings._peer import Peer, log
from ocppcore.bindings.security.base import RESULTS, Security, SecurityFailed, task_of
from ocppcore.bindings.transfer.base import Transfer, TransferFailed
from ocppcore.errors import SetupError
from ocppcore.hardware import Hardware, MeterReading, Want
from ocppcore.session.commands import (
    Cancel,
    CollectDiagnostics,
    Command,
    Download,
    Install,
    ReadMeter,
    Reset,
    SetClock,
    Unlock,
    Upload,
)
from ocppcore.session.contract import Connection

Kind = type | tuple[type, ...]
Diagnostics = (bytes, str, type(None))
APPLY_TIME = 10.0
"""Seconds that apply() may take before it counts as failed."""


class StationSurface(Connection, Protocol):
    """What a Station has beyond the contract, as far as it concerns its hardware."""

    @property
    def evses(self) -> range: ...

    def start(self, now: float) -> None: ...

    def stop(self, now: float) -> None: ...

    def program_ending(self, now: float) -> None: ...

    def want(self, evse: int) -> Want: ...

    def verified(self, root: str, now: float) -> None: ...

    def hardware_failed(self, evse: int, why: str, now: float) -> None: ...


class Driver:
    """host: the peer that feeds the station. on_reset: called once a Reset is carried out, with `hard`. transfer: moves
    files; None: none are moved. security: makes keys and judges certificates; None: nothing of that is done."""

    def __init__(
        self,
        station: StationSurface,
        hardware: Hardware,
        host: Peer,
        on_reset: Callable[[bool], object],
        transfer: Transfer | None = None,
        security: Security | None = None,
    ) -> None:
        if not isinstance(hardware, Hardware):
            raise SetupError(f"hardware {hardware!r}: use an object of a class that is derived from Hardware")
        for method in ("apply", "read_meter"):
            if not hardware.supports(method):
                raise SetupError(f"{type(hardware).__name__} has no {method}(): each hardware must define it")
        self._station = station
        self._hardware = hardware
        self._host = host
        self._on_reset = on_reset
        self._transfer = transfer
        self._security = security
        self._running: dict[int, asyncio.Task[Any]] = {}  # by id of the command
        self._applied: dict[int, Want] = {}
        self._applying: set[int] = set()
        self._stopped = False
        self._troubles: dict[int, str] = {}  # by EVSE, what it failed of last

    # Levels

    def apply_wants(self) -> None:
        """Bring each EVSE to what is wanted of it now."""
        for evse in self._station.evses:
            want = self._station.want(evse)
            if not self._stopped and evse not in self._applying and want != self._applied.get(evse):
                self._applied[evse] = want
                self._apply(evse, want)

    def _apply(self, evse: int, want: Want) -> None:
        try:
            pending = self._hardware.apply(evse, want)
        except Exception as error:
            self._broken(evse, error)
        else:
            if isinstance(pending, Awaitable):
                self._applying.add(evse)
                self._host.spawn(self._finish_apply(evse, pending))

    async def _finish_apply(self, evse: int, pending: Awaitable[None]) -> None:
        patience = asyncio.timeout(APPLY_TIME)
        try:
            async with patience:
                await pending
        except Exception as error:
            self._applying.discard(evse)
            slow = TimeoutError(f"apply() took more than {APPLY_TIME:g} s")
            self._broken(evse, slow if patience.expired() else error)
        else:
            self._applying.discard(evse)
        self.apply_wants()

    def _broken(self, evse: int, error: Exception) -> None:
        """Energy off, and Faulted. That switching off may fail, too, is no reason not to try."""
        self._complain(evse, "failed", error)
        self._host.spawn(self.switch_off([evse]))
        self._host.feed(self._station.hardware_failed, evse, f"{type(error).__name__}: {error}")

    async def stop(self) -> None:
        """Energy off everywhere, to stay."""
        self._stopped = True
        await self.switch_off(list(self._station.evses))

    async def switch_off(self, evses: list[int]) -> None:
        """Energy off, whatever the station wants."""
        for evse in evses:
            try:
                pending = self._hardware.apply(evse, Want())
                if isinstance(pending, Awaitable):
                    async with asyncio.timeout(APPLY_TIME):
                        await pending
            except Exception as error:
                self._complain(evse, "could not be switched off", error)

    def _complain(self, evse: int, what: str, error: Exception) -> None:
        """One line, and where it comes from if that is news."""
        trouble = f"{type(error).__name__}: {error}"
        news = self._troubles.get(evse) != trouble
        self._troubles[evse] = trouble
        log.error("EVSE %d %s: %s", evse, what, trouble, exc_info=error if news else None)

    # Commands

    def carry_out(self, command: Command) -> bool:
        """Begin with it; False if it is no command for hardware."""
        hardware = self._hardware
        if isinstance(command, ReadMeter):
            self._do(command, command.evse, partial(read, hardware, command), MeterReading)
        elif isinstance(command, Unlock):
            self._do(command, command.evse, lambda: hardware.unlock(command.evse), bool)
        elif isinstance(command, Reset):
            self._do(command, 0, lambda: hardware.reset(command.hard), type(None))
        elif isinstance(command, SetClock):
            self._do(command, 0, lambda: hardware.set_clock(command.utc), type(None))
        elif isinstance(command, CollectDiagnostics):
            self._do(command, 0, lambda: hardware.diagnostics(command.start, command.stop), Diagnostics)
        elif isinstance(command, Upload) and self._transfer is not None:
            what = command.content, command.url, command.name
            upload = partial(self._transfer.upload, *what, hide=command.hide)
            self._do(command, 0, upload, type(None))
        elif isinstance(command, Download) and self._transfer is not None:
            self._do(command, 0, partial(self._transfer.download, command.url), str)
        elif isinstance(command, Install):
            self._do(command, 0, lambda: hardware.install(Path(command.file)), (str, type(None)))
        elif isinstance(command, Cancel):
            self._cancel(command)
        else:
            return self._carry_out_securely(command)
        return True

    def _carry_out_securely(self, command: Command) -> bool:
        """What a Security does, it does in a thread: a key or a large file take their time."""
        if type(command) not in RESULTS:
            return False
        if self._security is None:
            self._failed(command, 0, SecurityFailed("this host can do nothing with keys and certificates"))
        else:
            self._do(command, 0, partial(asyncio.to_thread, task_of(command, self._security)), RESULTS[type(command)])
        return True

    def _do(self, command: Command, evse: int, method: Callable[[], Any], kind: Kind) -> None:
        try:
            result = method()
        except Exception as error:
            self._failed(command, evse, error)
            return
        if hasattr(result, "__await__"):
            task = self._host.spawn(self._finish(command, evse, result, kind))
            self._running[command.id] = task
            task.add_done_callback(lambda _: self._running.pop(command.id, None))
        else:
            self._done(command, evse, result, kind)

    def _cancel(self, command: Cancel) -> None:
        task = self._running.get(command.command)
        if task is not None:
            task.cancel()
        self._host.feed(self._station.done, command.id, None)

    async def _finish(self, command: Command, evse: int, pending: Awaitable[Any], kind: Kind) -> None:
        patience = asyncio.timeout(max(0.0, command.deadline - self._host.clock.now()))
        try:
            async with patience:
                result = await pending
        except Exception as error:
            if patience.expired():  # the station has made do without it by now
                self._host.feed(self._station.failed, command.id, "no result in time")
            else:
                self._failed(command, evse, error)
        else:
            self._done(command, evse, result, kind)

    def _done(self, command: Command, evse: int, result: Any, kind: Kind) -> None:
        if isinstance(result, Path):
            result = str(result)
        if not isinstance(result, kind):
            wanted = " or ".join(one.__name__ for one in (kind if isinstance(kind, tuple) else (kind,)))
            self._failed(command, evse, TypeError(f"{type(command).__name__} takes {wanted}, not {result!r:.100}"))
        elif isinstance(command, Reset):
            self._on_reset(command.hard)
        else:
            self._host.feed(self._station.done, command.id, result)

    def _failed(self, command: Command, evse: int, error: Exception) -> None:
        if isinstance(error, TransferFailed | SecurityFailed):
            log.warning("%r: %s", command, error)
            if isinstance(command, Upload) and isinstance(error, TransferFailed) and error.fault is not None:
                self._host.feed(self._station.done, command.id, error.fault)
            else:
                self._host.feed(self._station.failed, command.id, str(error))
            return
        self._host.feed(self._station.failed, command.id, f"{type(error).__name__}: {error}")
        if evse:
            self._broken(evse, error)
        else:
            log.error("the hardware failed", exc_info=error)


def read(hardware: Hardware, command: ReadMeter) -> Any:
    """The meter of an EVSE, signed if that is wanted."""
    if command.sign is None:
        return hardware.read_meter(command.evse, command.why)
    return hardware.read_signed(command.evse, command.why, command.sign)
