"""The certification cases about firmware updates, by id (Firmware Management profile of 1.6)."""

from __future__ import annotations

from ocppcore import v16
from ocppcore.station import Capabilities
from ocppcore.testing.bench import Bench

Status = v16.FirmwareStatusNotificationRequest


def bench() -> Bench:
    return Bench(capabilities=Capabilities(install=True, reset=True), secure_firmware=False)


def update(rig: Bench) -> None:
    request = v16.UpdateFirmwareRequest(location="https://files.example/image", retries=0, retrieve_date=rig.utc)
    assert rig.ask(request) == v16.UpdateFirmwareResponse()


def told(rig: Bench) -> list[str]:
    return [str(status.status) for status in rig.sent(Status)]


def test_TC_044_1_CS_firmware_update_download_and_install() -> None:
    rig = bench()
    update(rig)
    assert told(rig) == ["Downloading", "Downloaded", "Installing"]
    assert [command.file for command in rig.installations] == ["/firmware.bin"]
    assert len(rig.resets) == 1
    rig.take()
    rig.restart()
    assert len(rig.sent(v16.BootNotificationRequest)) == 1
    assert rig.statuses(1)[-1] == "Available"
    assert told(rig) == ["Installed"]


def test_TC_044_2_CS_firmware_update_download_failed() -> None:
    rig = bench()
    rig.transfers_work = False
    update(rig)
    assert told(rig) == ["Downloading", "DownloadFailed"]
    assert rig.status(1) == rig.status(2) == "Available"


def test_TC_044_3_CS_firmware_update_installation_failed() -> None:
    rig = bench()
    rig.installs = False
    update(rig)
    assert told(rig) == ["Downloading", "Downloaded", "Installing", "InstallationFailed"]
    assert rig.statuses(1)[-1] == rig.statuses(0)[-1] == "Available"
    assert not rig.resets


def test_TC_054_CS_trigger_message_firmware_status() -> None:
    rig = bench()
    message = v16.MessageTrigger.FirmwareStatusNotification
    assert rig.ask(v16.TriggerMessageRequest(requested_message=message)).status == "Accepted"
    assert told(rig) == ["Idle"]
