"""A power cut after any write: the update goes on, or ends in a failure that is told; nothing is installed twice."""

from __future__ import annotations

from typing import Any

import pytest

from ocppcore import v16

STATUSES = (v16.SignedFirmwareStatusNotificationRequest, v16.FirmwareStatusNotificationRequest)


class PowerCut(Exception):
    pass


def ask(rig: Any, secure: bool) -> None:
    location, at = "https://files.example/image", rig.utc
    if not secure:
        rig.tell(v16.UpdateFirmwareRequest(location=location, retrieve_date=at))
        return
    firmware = v16.FirmwareType(
        location=location, retrieve_date_time=at, signing_certificate="PEM", signature="c2ln"
    )
    rig.tell(v16.SignedUpdateFirmwareRequest(request_id=1, firmware=firmware))


def lives(signed: Any, secure: bool, writes: int) -> tuple[Any, bool]:
    """An update, with a power cut after so many writes; the rig afterwards, and whether there was a cut."""

    class Fragile(signed):  # type: ignore[misc]
        left: int | None = None

        def _store_batches(self) -> bool:
            moved: bool = super()._store_batches()
            if moved and self.left is not None:
                self.left -= 1
                if self.left == 0:
                    self.left = None
                    raise PowerCut
            return moved

    rig: Any = Fragile(secure_firmware=secure)
    rig.setup.firmware_version = "1.0"
    rig.left = writes
    cut = False
    for _ in range(50):
        try:
            if not rig.downloads and not rig.sent(*STATUSES):
                ask(rig, secure)
            if rig.resets:
                rig.setup.firmware_version = "2.0"
                rig.resets.clear()
                rig.restart()
            rig.advance(10)
        except PowerCut:
            cut = True
            rig.restart()
    return rig, cut


@pytest.mark.parametrize("secure", [True, False])
def test_a_power_cut_after_any_write(signed: Any, secure: bool) -> None:
    ends = set()
    for writes in range(1, 100):
        rig, cut = lives(signed, secure, writes)
        if not cut:
            break
        told = [str(item.status) for item in rig.sent(*STATUSES)]
        ends.add(told[-1])
        assert len(rig.installations) <= 1, f"cut after write {writes}"
        assert told[-1] == ("Installed" if rig.installations else "InstallationFailed")
        assert rig.status(1) == rig.status(2) == "Available"
        assert rig.station.ctx.store.keys("firmware") in ([], ["last"])
    assert writes > 8 and ends == {"Installed", "InstallationFailed"}
