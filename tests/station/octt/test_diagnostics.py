"""The certification cases about diagnostics, by id (Firmware Management profile of 1.6)."""

from __future__ import annotations

from ocppcore import v16
from ocppcore.station import Capabilities
from ocppcore.testing.bench import Bench

Status = v16.DiagnosticsStatusNotificationRequest


def bench() -> Bench:
    return Bench(capabilities=Capabilities(diagnostics=True))


def test_TC_045_1_CS_get_diagnostics() -> None:
    rig = bench()
    answer = rig.ask(v16.GetDiagnosticsRequest(location="ftp://u:p@files.example/in"))
    (upload,) = rig.uploads
    assert answer.file_name and upload.name == answer.file_name
    assert (upload.url, upload.content) == ("ftp://u:p@files.example/in", b"all is well")
    assert [str(told.status) for told in rig.sent(Status)] == ["Uploading", "Uploaded"]


def test_TC_045_2_CS_get_diagnostics_upload_failed() -> None:
    rig = bench()
    rig.transfers_work = False
    assert rig.ask(v16.GetDiagnosticsRequest(location="ftp://none.example/in", retries=0)).file_name
    assert [str(told.status) for told in rig.sent(Status)] == ["Uploading", "UploadFailed"]


def test_TC_054_CS_trigger_message_diagnostics_status() -> None:
    rig = bench()
    message = v16.MessageTrigger.DiagnosticsStatusNotification
    assert rig.ask(v16.TriggerMessageRequest(requested_message=message)).status == "Accepted"
    assert [str(told.status) for told in rig.sent(Status)] == ["Idle"]
