"""Anything may happen in any order: updates and uploads come to an end, and everything is in service again."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.session.commands import (
    CertificateFacts,
    CertificateFault,
    CheckCertificate,
    Command,
    Install,
    VerifySignature,
)
from ocppcore.testing.rig import BEGIN

PLAIN, SIGNED = v16.FirmwareStatusNotificationRequest, v16.SignedFirmwareStatusNotificationRequest
FIRMWARE_ENDS = {"Installed", "DownloadFailed", "InstallationFailed"}
SIGNED_ENDS = FIRMWARE_ENDS | {"InvalidSignature", "InstallVerificationFailed"}
UPLOAD_ENDS = {"Uploaded", "UploadFailed"}
PERHAPS_SLOW = (CheckCertificate, VerifySignature)
STEPS = 60
VERDICTS = (
    CertificateFacts({}, "1", BEGIN, BEGIN),
    CertificateFault(CertificateFault.INVALID, "expired"),
    CertificateFault(CertificateFault.REVOKED, "revoked"),
)


class World:
    """A station to which things happen. bench: a Signed."""

    def __init__(self, bench: Any, seed: int) -> None:
        self.rng = random.Random(seed)
        self.bench = bench
        self.request_ids = 0
        self.silent = False  # the back end answers no status
        for kind, answer in bench.answers.items():
            if kind in (PLAIN, SIGNED):
                bench.answers[kind] = lambda request, answer=answer: None if self.silent else answer(request)
        self.resets = 0  # that were obeyed, or not
        asked = self.update, self.update_signed, self.get
        happens = bench.restart, self.cut, self.restore, self.swipe, self.cable, self.end_slow
        self.acts = (*asked, self.update_signed, *happens, self.restore, self.wait, self.wait, self.wait)

    def step(self) -> None:
        bench, choice = self.bench, self.rng.choice
        bench.transfers_work = choice((True, False, None))
        bench.installs = choice((True, True, False, None))
        bench.judge.certificate = choice((VERDICTS[0],) * 5 + VERDICTS)
        bench.judge.signature = choice((True, False))
        bench.slow = choice(((), (), (), PERHAPS_SLOW))
        bench.setup.firmware_version = choice((None, "1.0", "2.0"))
        bench.store_works = choice((True, True, True, True, False))
        self.silent = choice((False, False, False, True))
        choice(self.acts)()
        self.obey()
        self.check()

    def obey(self) -> None:
        """Restart if the station wants it; or the command was lost."""
        wanted, self.resets = len(self.bench.resets) > self.resets, len(self.bench.resets)
        if wanted and self.rng.choice((True, True, False)):
            self.bench.restart()

    def check(self) -> None:
        """What holds at any time."""
        bench = self.bench
        if bench.station.ctx.closed:
            update = bench.station.ctx.store.get("firmware", "update")
            assert update["phase"] in ("installing", "replacing", "rebooting")
            assert not bench.energy(1) and not bench.energy(2)
        verified = [c for c in bench.carried_out if isinstance(c, VerifySignature | Install)]
        for before, command in zip(verified, verified[1:], strict=False):
            if isinstance(command, Install) and bench.station.ctx.setup.secure_firmware:
                assert isinstance(before, VerifySignature) and before.file == command.file

    def ask(self, request: Any) -> None:
        if self.bench.station.ctx.online:
            self.bench.tell(request)

    def update(self) -> None:
        date = self.bench.utc + timedelta(seconds=self.rng.choice((-1, 50)))
        location = self.rng.choice(("http://h/x", "ftp://h/x", "sftp://h"))
        retries = self.rng.choice((None, 0, 1))
        self.ask(
            v16.UpdateFirmwareRequest(location=location, retrieve_date=date, retries=retries, retry_interval=5)
        )

    def update_signed(self) -> None:
        self.request_ids += 1
        utc, choice = self.bench.utc, self.rng.choice
        install = choice((None, -1, 60, 70))
        firmware = v16.FirmwareType(
            location=choice(("http://h/x",) * 5 + ("sftp://h",)),
            retrieve_date_time=utc + timedelta(seconds=choice((-1, 50))),
            install_date_time=None if install is None else utc + timedelta(seconds=install),
            signing_certificate="PEM",
            signature="c2ln",
        )
        retries = choice((None, 0, 1))
        self.ask(
            v16.SignedUpdateFirmwareRequest(
                request_id=self.request_ids, firmware=firmware, retries=retries, retry_interval=5
            )
        )

    def get(self) -> None:
        self.ask(v16.GetDiagnosticsRequest(location="http://h/x", retries=1, retry_interval=5))

    def wait(self) -> None:
        for _ in range(self.rng.choice((1, 5, 50, 200))):
            self.bench.advance(20)
            self.obey()

    def end_slow(self) -> None:
        """Something that took its time comes to an end, perhaps too late."""
        commands: list[Command] = [c for c in self.bench.carried_out if isinstance(c, VerifySignature)]
        for command in commands[-1:]:
            self.bench.end(command, self.rng.choice((True, False)), self.rng.choice((True, False)))
            self.bench.run()

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
        bench.transfers_work = bench.installs = bench.judge.signature = bench.store_works = True
        bench.slow, self.silent = (), False
        bench.advance(5)
        for evse in (1, 2):
            if bench.station.ctx.evses[evse].transaction is not None:
                bench.press_stop(evse)
            bench.unplug(evse)
        bench.advance(20_000)
        bench.restart()
        bench.advance(9_000)


def statuses(bench: Any, kind: type[Any]) -> list[str]:
    return [str(item.status) for item in bench.log if isinstance(item, kind)]


@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("seed", range(25))
def test_nothing_gets_stuck(signed: Any, seed: int, secure: bool) -> None:
    world = World(signed(secure_firmware=secure), seed)
    for _ in range(STEPS):
        world.step()
    world.calm()
    bench = world.bench
    assert bench.store.get("firmware", {}).keys() <= {"last"} and not bench.store.get("diagnostics")
    assert bench.status(1) == bench.status(2) == "Available"
    assert not bench.station.ctx.closing and not bench.station.ctx.closed
    assert set(statuses(bench, PLAIN)[-1:]) <= FIRMWARE_ENDS
    assert set(statuses(bench, SIGNED)[-1:]) <= SIGNED_ENDS
    assert set(statuses(bench, v16.DiagnosticsStatusNotificationRequest)[-1:]) <= UPLOAD_ENDS
    assert bool(statuses(bench, SIGNED)) <= secure and bool(statuses(bench, PLAIN)) <= (not secure)
    told = [item.request_id for item in bench.log if isinstance(item, SIGNED)]
    assert told == sorted(told)  # nothing of an older update after something of a newer one


def test_the_model_reaches_every_end(signed: Any) -> None:
    """Or it would show nothing."""
    ends: set[str] = set()
    for seed in range(20):
        world = World(signed(), seed)
        for _ in range(STEPS):
            world.step()
        world.calm()
        ends.update(statuses(world.bench, SIGNED))
    assert ends >= SIGNED_ENDS | {"DownloadPaused", "DownloadScheduled", "InstallScheduled", "InstallRebooting"}
