"""Certification: the security log (W A04, N01)."""

from __future__ import annotations

from ocppcore import v16
from ocppcore.testing.bench import Bench


def test_TC_079_CS_the_security_log_is_uploaded() -> None:
    bench = Bench()
    bench.station.security_event("SettingSystemTime", bench.now, "by hand")
    bench.run()
    (event,) = bench.take(v16.SecurityEventNotificationRequest)
    assert (event.type, event.timestamp) == ("SettingSystemTime", bench.utc)

    log = v16.LogParametersType(remote_location="ftp://laboratory/logs")
    answer = bench.ask(v16.GetLogRequest(log_type=v16.LogEnumType.SecurityLog, request_id=2, log=log))
    assert answer.status is v16.LogStatusEnumType.Accepted
    assert [upload.name for upload in bench.uploads] == [answer.filename]
    content = bench.uploads[0].content
    assert isinstance(content, bytes) and b"\tSettingSystemTime\tby hand\n" in content
    statuses = [(str(told.status), told.request_id) for told in bench.sent(v16.LogStatusNotificationRequest)]
    assert statuses == [("Uploading", 2), ("Uploaded", 2)]
