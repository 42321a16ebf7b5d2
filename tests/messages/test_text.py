"""CiString compares without regard to case."""

from __future__ import annotations

from ocppcore.messages.text import ci_equal, fold


def test_case_does_not_count() -> None:
    assert ci_equal("04aabbcc", "04AABBCC")
    assert fold("HeartbeatInterval") == fold("heartbeatinterval")
    assert not ci_equal("04AABBCC", "04AABBCD")


def test_absent_equals_absent_only() -> None:
    assert ci_equal(None, None)
    assert not ci_equal(None, "")
    assert not ci_equal("", None)
