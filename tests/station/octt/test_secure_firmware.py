"""The certification cases about signed firmware, by id (security extension), with real certificates and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ocppcore import v16
from ocppcore.station import Capabilities, SecuritySetup
from ocppcore.testing.bench import Bench
from ocppcore.testing.certificates import Authority, sign_file

Status = v16.SignedFirmwareStatusNotificationRequest
IMAGE = bytes(range(256)) * 100


class Laboratory(Bench):
    """A station that trusts a manufacturer, and what that one has published. file: the image, once it is fetched."""

    def __init__(self, maker: Authority, file: Path) -> None:
        self.file = file
        security = SecuritySetup(manufacturer_roots=[maker.pem])
        super().__init__(capabilities=Capabilities(install=True, reset=True), security=security)
        self.signer = maker.issue("Firmware")
        self.transfers_work = None
        file.write_bytes(IMAGE)

    def update(self, signed: bytes = IMAGE) -> str:
        """Ask for it, and let the download end. signed: what the signature is for."""
        firmware = v16.FirmwareType(
            location="https://files.example/image",
            retrieve_date_time=self.utc,
            signing_certificate=self.signer.pem,
            signature=sign_file(self.signer.private, signed),
        )
        answer = self.ask(v16.SignedUpdateFirmwareRequest(request_id=80, firmware=firmware, retries=0))
        self.end(self.downloads[-1], str(self.file))
        self.run()
        return str(answer.status)

    def security_events(self) -> list[str]:
        """The types of those that the back end was told."""
        return [event.type for event in self.sent(v16.SecurityEventNotificationRequest)]

    def told(self) -> list[str]:
        statuses: list[Any] = self.sent(Status)
        assert {status.request_id for status in statuses} <= {80}
        return [str(status.status) for status in statuses]


@pytest.fixture
def laboratory(maker_root: Authority, tmp_path: Path) -> Laboratory:
    return Laboratory(maker_root, tmp_path / "image.bin")


def test_TC_080_CS_secure_firmware_update(laboratory: Laboratory) -> None:
    rig = laboratory
    assert rig.update() == "Accepted"
    assert rig.told() == ["Downloading", "Downloaded", "SignatureVerified", "Installing", "InstallRebooting"]
    assert [command.file for command in rig.installations] == [str(rig.file)]
    assert len(rig.resets) == 1
    rig.take()
    rig.restart()
    assert len(rig.sent(v16.BootNotificationRequest)) == 1
    assert rig.statuses(1)[-1] == rig.statuses(2)[-1] == "Available"
    assert rig.told() == ["Installed"]
    assert "FirmwareUpdated" in rig.security_events()


def test_TC_081_CS_secure_firmware_update_invalid_signature(laboratory: Laboratory) -> None:
    rig = laboratory
    assert rig.update(signed=IMAGE + b"\0") == "Accepted"
    assert rig.told() == ["Downloading", "Downloaded", "InvalidSignature"]
    assert rig.security_events() == ["InvalidFirmwareSignature"]
    assert not rig.installations and rig.status(1) == rig.status(2) == "Available"
