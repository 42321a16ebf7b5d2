"""Anything may happen in any order: updates and uploads come to an end, and everything is in service again."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.station import Capabilities
from ocppcore.testing.bench import Bench

FIRMWARE_ENDS = {"Installed", "DownloadFailed", "InstallationFailed"}
UPLOAD_ENDS = {"Uploaded", "UploadFailed"}


class World:
    """A station to which things happen."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.bench = Bench(capabilities=Capabilities(install=True, reset=True, diagnostics=True), secure_firmware=False)
        asked = self.update, self.get
        self.acts = (*asked, self.wait, self.bench.restart, self.cut, self.restore, self.swipe, self.cable)

    def step(self) -> None:
        self.bench.transfers_work = self.rng.choice((True, False, None))
        self.bench.installs = self.rng.choice((True, False, None))
        self.rng.choice(self.acts)()

    def ask(self, request: Any) -> None:
        if self.bench.station.ctx.online:
            self.bench.ask(request)

    def update(self) -> None:
        date = self.bench.utc + timedelta(seconds=self.rng.choice((-1, 50)))
        location = self.rng.choice(("http://h/x", "ftp://h/x", "sftp://h"))
        retries = self.rng.choice((None, 0, 1))
        self.ask(
            v16.UpdateFirmwareRequest(location=location, retrieve_date=date, retries=retries, retry_interval=5)
        )

    def get(self) -> None:
        self.ask(v16.GetDiagnosticsRequest(location="http://h/x", retries=1, retry_interval=5))

    def wait(self) -> None:
        self.bench.advance(self.rng.choice((1, 10, 100, 4000)))

    def cut(self) -> None:
        if self.bench.reachable:
            self.bench.cut()

    def restore(self) -> None:
        if not self.bench.reachable:
            self.bench.restore()

    def swipe(self) -> None:
        self.bench.swipe("TAG1", self.rng.choice((1, 2)))

    def cable(self) -> None:
        evse = self.rng.choice((1, 2))
        (self.bench.unplug if self.bench.station.ctx.evses[evse].plugged else self.bench.plug)(evse)

    def calm(self) -> None:
        """Everybody goes, everything works, and time passes."""
        bench = self.bench
        self.restore()
        bench.transfers_work = bench.installs = True
        for evse in (1, 2):
            if bench.station.ctx.evses[evse].transaction is not None:
                bench.press_stop(evse)
            bench.unplug(evse)
        bench.advance(20_000)
        bench.restart()
        bench.advance(9_000)


def statuses(bench: Bench, kind: type[Any]) -> list[str]:
    return [str(item.status) for item in bench.log if isinstance(item, kind)]


@pytest.mark.parametrize("seed", range(40))
def test_nothing_gets_stuck(seed: int) -> None:
    world = World(seed)
    for _ in range(40):
        world.step()
    world.calm()
    bench = world.bench
    assert not bench.store.get("firmware") and not bench.store.get("diagnostics")
    assert bench.status(1) == bench.status(2) == "Available"
    assert not bench.station.ctx.closing and not bench.station.ctx.closed
    assert set(statuses(bench, v16.FirmwareStatusNotificationRequest)[-1:]) <= FIRMWARE_ENDS
    assert set(statuses(bench, v16.DiagnosticsStatusNotificationRequest)[-1:]) <= UPLOAD_ENDS
