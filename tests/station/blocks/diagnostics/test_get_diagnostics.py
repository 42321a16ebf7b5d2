"""GetDiagnostics (1.6 §4.4, §5.9, E 3.31, E 3.50): what is uploaded, how often it is tried, and what is told of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import ujson

from ocppcore import v16
from ocppcore.errors import CallErrorReceived
from ocppcore.session.commands import CollectDiagnostics
from ocppcore.station import Capabilities
from ocppcore.station.blocks.diagnostics.state import COLLECT_TIME
from ocppcore.station.blocks.diagnostics.uploads import UPLOAD_TIME, secrets
from ocppcore.station.retrying import INTERVAL, MOST, RETRIES
from ocppcore.testing.bench import Bench

Status = v16.DiagnosticsStatusNotificationRequest
HERE = "https://files.example/in"


def bench(**how: Any) -> Bench:
    return Bench(capabilities=Capabilities(diagnostics=True, reset=True), **how)


def get(rig: Bench, location: str = HERE, **fields: Any) -> str | None:
    name: str | None = rig.ask(v16.GetDiagnosticsRequest(location=location, **fields)).file_name
    return name


def told(rig: Bench) -> list[str]:
    return [str(status.status) for status in rig.take(Status)]


def trigger(rig: Bench) -> str:
    message = v16.MessageTrigger.DiagnosticsStatusNotification
    return str(rig.ask(v16.TriggerMessageRequest(requested_message=message)).status)


def test_the_span_of_time_is_that_of_the_request() -> None:
    rig = bench()
    stop = rig.utc
    get(rig, start_time=stop - timedelta(hours=1), stop_time=stop)
    (command,) = [c for c in rig.carried_out if isinstance(c, CollectDiagnostics)]
    assert (command.start, command.stop) == (stop - timedelta(hours=1), stop)


def test_the_name_is_ours_new_each_time_and_ends_as_the_file_does() -> None:
    rig = bench()
    first, second = get(rig), get(rig)
    assert first != second and first is not None and first.startswith("CP1-20260101T") and first.endswith(".log")
    rig.diagnostics = "/var/log/all.tar.gz"
    assert str(get(rig)).endswith(".tar.gz")
    rig.setup.identity = "../CP 1/$(x)"
    assert "/" not in str(get(rig)) and "$" not in str(get(rig))
    assert get(Bench(capabilities=Capabilities(diagnostics=True), clock_known=False))


@pytest.mark.parametrize("nothing", [None, b"", ""])
def test_without_diagnostics_there_is_no_name_and_no_status(nothing: Any) -> None:
    rig = bench()
    rig.diagnostics = nothing
    assert get(rig) is None
    assert told(rig) == [] and rig.uploads == []


def test_hardware_without_diagnostics_has_none() -> None:
    rig = Bench()
    assert get(rig) is None
    assert not any(isinstance(command, CollectDiagnostics) for command in rig.carried_out)
    assert trigger(rig) == "NotImplemented"


def test_hardware_that_is_too_slow_has_none() -> None:
    class Slow(Bench):
        def _carry_out(self, command: Any) -> None:
            if not isinstance(command, CollectDiagnostics):
                super()._carry_out(command)

    rig = Slow(capabilities=Capabilities(diagnostics=True))
    id = rig.tell(v16.GetDiagnosticsRequest(location=HERE))
    rig.advance(COLLECT_TIME)
    answer = rig.answer(id)
    assert answer is not None and answer.file_name is None


@pytest.mark.parametrize(
    ("retries", "attempts"), [(None, RETRIES + 1), (0, 1), (1, 2), (3, 4), (-5, 1), (10**9, MOST + 1)]
)
def test_retries_are_additional_and_each_attempt_is_told(retries: int | None, attempts: int) -> None:
    rig = bench()
    rig.transfers_work = False
    get(rig, retries=retries, retry_interval=10)
    rig.advance(10 * attempts + 60)
    assert told(rig) == ["Uploading", "UploadFailed"] * attempts
    assert len(rig.uploads) == attempts


@pytest.mark.parametrize(("interval", "seconds"), [(None, INTERVAL), (7, 7), (0, 0), (-1, 0)])
def test_the_next_attempt_waits_for_the_interval(interval: int | None, seconds: int) -> None:
    rig = bench()
    rig.transfers_work = False
    get(rig, retries=1, retry_interval=interval)
    rig.advance(600)
    first, _, second, _ = rig.when(Status)
    assert second - first == seconds


def test_an_attempt_that_succeeds_is_the_last() -> None:
    rig = bench()
    rig.transfers_work = False
    get(rig, retries=5, retry_interval=10)
    rig.transfers_work = True
    rig.advance(100)
    assert told(rig) == ["Uploading", "UploadFailed", "Uploading", "Uploaded"]


@pytest.mark.parametrize("location", ["sftp://h/x", "file:///etc", "mailto:x@y.example", "http:/h/x"])
def test_a_location_that_cannot_be_used_fails_without_a_try(location: str) -> None:
    rig = bench()
    assert get(rig, location, retries=3)
    assert told(rig) == ["UploadFailed"] and rig.uploads == []
    assert get(rig) and told(rig) == ["Uploading", "Uploaded"]


def test_a_host_may_narrow_the_protocols() -> None:
    rig = bench(config={"SupportedFileTransferProtocols": "HTTPS"})
    assert rig.get_key("SupportedFileTransferProtocols") == "HTTPS"
    assert rig.set_key("SupportedFileTransferProtocols", "FTP") == "Rejected"
    get(rig, "ftp://h/x")
    assert told(rig) == ["UploadFailed"]
    get(rig, "HTTPS://h/x")
    assert told(rig) == ["Uploading", "Uploaded"]


def test_while_one_is_under_way_no_other_file_is_uploaded() -> None:
    rig = bench()
    rig.transfers_work = None
    assert get(rig)
    assert get(rig) is None
    (upload,) = rig.uploads
    rig.end(upload, None)
    rig.run()
    assert told(rig) == ["Uploading", "Uploaded"]
    assert get(rig)


def test_an_upload_that_never_ends_fails_and_what_it_says_later_is_ignored() -> None:
    rig = bench()
    rig.transfers_work = None
    get(rig, retries=0)
    rig.advance(UPLOAD_TIME)
    assert told(rig) == ["Uploading", "UploadFailed"]
    rig.end(rig.uploads[0], None)
    rig.run()
    assert told(rig) == [] and get(rig)


def test_a_trigger_tells_how_it_stands_and_idle_only_when_nothing_is_done() -> None:
    rig = bench()
    rig.transfers_work = None
    get(rig)
    assert told(rig) == ["Uploading"]
    assert trigger(rig) == "Accepted" and told(rig) == ["Uploading"]
    rig.end(rig.uploads[0], None)
    rig.run()
    told(rig)
    assert trigger(rig) == "Accepted" and told(rig) == ["Idle"]


def test_what_happens_offline_is_told_afterwards() -> None:
    rig = bench()
    rig.transfers_work = None
    get(rig)
    rig.cut()
    rig.end(rig.uploads[0], None)
    rig.restore()
    assert told(rig) == ["Uploading", "Uploaded"]


def test_a_restart_ends_the_upload_and_says_so() -> None:
    rig = bench()
    rig.transfers_work = None
    get(rig)
    told(rig)
    rig.restart()
    assert told(rig) == ["UploadFailed"]
    rig.restart()
    assert told(rig) == []


def test_a_back_end_that_does_not_answer_is_asked_again_but_not_for_ever() -> None:
    rig = bench()
    rig.answers[Status] = lambda _: None
    get(rig)
    rig.advance(1200)
    assert told(rig) == ["Uploading"] * 3 + ["Uploaded"] * 3


def test_W27_what_an_older_version_stored_is_told() -> None:
    """It kept the statuses alone, and that there is an upload."""
    rig = bench()
    rig.store["diagnostics"] = {"notices": '["Uploading"]', "upload": "true"}
    rig.restart()
    assert told(rig) == ["Uploading", "UploadFailed"]


def test_the_profile_can_be_left_out() -> None:
    rig = bench()
    rig.setup.without = frozenset({"FirmwareManagement"})
    error = rig.ask(v16.GetDiagnosticsRequest(location=HERE))
    assert isinstance(error, CallErrorReceived) and error.code == "NotSupported"


def test_W30_the_credentials_do_not_leave() -> None:
    """H16: in no form in which a log has them."""
    key = b"16 octets secret"
    forms = secrets("CP1", [key])
    for form in (key, b"313620", b"MTYgb2N0ZXRzIHNlY3JldA", b"Q1AxOjE2IG9jdGV0cyBzZWNyZXQ"):
        assert any(hidden.startswith(form) for hidden in forms), form
    plain = bench()
    get(plain)
    assert plain.uploads[0].hide == ()
    rig = bench(authorization_key=key)
    get(rig)
    assert rig.uploads[0].hide == forms
    assert rig.set_key("AuthorizationKey", b"another 16 bytes".hex()) == "Accepted"
    assert key not in repr(rig.uploads[0]).encode()
    rig.reachable = False  # the new key has not made a connection yet: the one before it may come back
    rig.advance(1)
    assert rig.station.ctx.credentials() == (b"another 16 bytes", key)
    rig.reachable = True
    rig.advance(60)
    get(rig)
    assert rig.uploads[1].hide == secrets("CP1", [b"another 16 bytes"])


@pytest.mark.parametrize("dump", [json.dumps, ujson.dumps, str, lambda text: text.replace("\n", "\r\n  ")])
def test_W30_a_private_key_does_not_leave_however_its_lines_are_written(dump: Callable[[str], str]) -> None:
    """H16: in a database the lines of a PEM text lie within JSON."""
    lines = ("MIGHAgEAMBMGByqGSM49/AgEGCCqGSM49", "AwEHBG0wawIBAQQg+A//")
    pem = "\n".join(("-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----", ""))
    data = dump(pem).encode()
    for secret in sorted(secrets("CP1", [pem.encode()]), key=len, reverse=True):
        data = data.replace(secret, b"*" * len(secret))
    assert not [line for line in lines if line.encode() in data or line.replace("/", "\\/").encode() in data]


def test_W30_an_AuthorizationKey_does_not_leave_as_the_back_end_wrote_it() -> None:
    """H16: it lies in the database with its digits as they came."""
    rig = bench(authorization_key=b"16 octets secret")
    text = "aB" * 16
    assert rig.set_key("AuthorizationKey", text) == "Accepted"
    rig.advance(60)
    get(rig)
    assert {text.encode(), bytes.fromhex(text)} <= set(rig.uploads[0].hide)
